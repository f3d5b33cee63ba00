//! Programs that end by themselves between cases.

use std::sync::Arc;
use std::time::Duration;

use crate::target::programs::Programs;
use crate::target::{Crash, Exit, MAX_DEATHS, Program, Ready, Spawn};

/// A program that is ready once it has said so, and ends then.
fn spawn() -> Spawn {
    ready("echo no more >&2; exit 3")
}

/// A program that is ready once it has said so, and then does `what`.
fn ready(what: &str) -> Spawn {
    let command = format!("sh -c 'echo ready; {what}' sh");
    let mut spawn = Spawn::new(&command, Some("tcp://127.0.0.1:1"), false).expect("a command");
    spawn.ready = Ready::output("^ready\n").expect("a pattern");
    spawn.ready_timeout = Duration::from_secs(30);
    spawn
}

/// Has so many programs started, one after the other has ended.
async fn started(programs: &Programs, count: usize) -> Vec<Arc<Program>> {
    let mut all = Vec::new();
    for _ in 0..count {
        let program = programs.of(&spawn(), &|_| ()).await.expect("ready");
        program.until_ended().await;
        all.push(program);
    }
    all
}

#[tokio::test]
async fn what_no_case_tells_of_is_told_in_the_end_also_where_another_program_followed() {
    let programs = Programs::default();
    let all = started(&programs, 3).await;
    // The first is told of only after it has been replaced.
    all[0].tell();
    let closed = programs.close().await;
    assert_eq!((closed.deaths.len(), closed.more_deaths), (2, 0));
    for death in closed.deaths {
        assert_eq!(death.crash, Crash::Ended(Exit::Code(3)));
        assert_eq!(death.stderr, b"no more\n");
        assert_eq!(death.played, 0);
    }
    assert_eq!(programs.close().await.deaths, []);
}

#[tokio::test]
async fn the_end_of_one_that_was_not_well_is_told_too() {
    for (what, crash) in [
        // Busy for some milliseconds, and then no more.
        (
            "n=0; while test $n -lt 9999; do n=$((n+1)); done; kill -SEGV $$",
            Crash::Ended(Exit::Signal(11)),
        ),
        (
            "trap \"kill -ABRT $$\" TERM; sleep 1000 & wait",
            Crash::EndedBadly(Exit::Signal(6)),
        ),
    ] {
        let programs = Programs::default();
        let ailing = programs.of(&ready(what), &|_| ()).await.expect("ready");
        ailing.ails_since(&Arc::from("a case"), false);
        programs
            .of(&ready("exec sleep 1000"), &|_| ())
            .await
            .expect("ready");
        let deaths = programs.close().await.deaths;
        assert_eq!(deaths.len(), 1);
        assert_eq!(
            (&deaths[0].crash, deaths[0].ailing.as_deref()),
            (&crash, Some("a case"))
        );
    }
}

#[tokio::test]
async fn of_very_many_the_first_are_told_and_the_others_counted() {
    let programs = Programs::default();
    started(&programs, MAX_DEATHS + 3).await;
    let closed = programs.close().await;
    assert_eq!((closed.deaths.len(), closed.more_deaths), (MAX_DEATHS, 3));
}
