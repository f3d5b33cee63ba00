//! Tests of programs under test: small ones of `sh`, and none of them is left behind.

use std::net::TcpListener;
use std::time::Duration;

use super::{Crash, Exit, Mark, NotReady, Program, Ready, Spawn};

/// A program that is ready once it has said so, and then does `what`.
fn spawn(what: &str) -> Spawn {
    let command = format!("sh -c 'echo ready; {what}' sh");
    let mut spawn = Spawn::new(&command, Some("tcp://127.0.0.1:1"), false).unwrap();
    spawn.ready = Ready::output("^ready\n").unwrap();
    spawn.ready_timeout = Duration::from_secs(30);
    spawn
}

async fn start(spawn: &Spawn) -> Program {
    Program::start(spawn, &|_| ()).await.unwrap()
}

async fn fails(spawn: &Spawn) -> NotReady {
    *Program::start(spawn, &|_| ()).await.unwrap_err()
}

/// What a program prints is the number of a process, which is there; waits until it is not.
async fn gone(program: &Program) {
    let (printed, _) = program.printed_since(Mark::default());
    let printed = String::from_utf8(printed).unwrap();
    let number = printed.lines().nth(1).unwrap().to_owned();
    program.stop().await;
    // What has been killed and not yet been taken back by its parent runs no more.
    let runs = |stat: &str| !stat.is_empty() && !stat.contains(") Z ") && !stat.contains(") X ");
    while runs(&std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default()) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Waits until it has printed so many lines.
async fn printed(program: &Program, lines: usize) {
    let all = || program.printed_since(Mark::default()).0;
    while all().iter().filter(|byte| **byte == b'\n').count() < lines {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn a_program_is_ended_with_all_of_its_group() {
    let program = start(&spawn("sleep 1000 & echo $!; wait")).await;
    printed(&program, 2).await;
    gone(&program).await;
    assert_eq!(program.ended(), Some(Exit::Signal(15)));
    assert_eq!(program.crash_since(Mark::default()), None);
    assert!(program.killed().is_none());
}

#[tokio::test]
async fn one_that_does_not_end_when_it_is_asked_to_is_killed() {
    let mut deaf = spawn("trap \"\" TERM; sleep 1000 & echo $!; while :; do wait; done");
    deaf.grace = Duration::from_millis(50);
    let program = start(&deaf).await;
    printed(&program, 2).await;
    gone(&program).await;
    assert_eq!(program.ended(), Some(Exit::Signal(9)));
    assert!(program.killed().program);
}

#[tokio::test]
async fn a_program_that_leaves_a_child_behind_has_ended_and_so_has_the_child() {
    let program = start(&spawn("sleep 1000 & echo $!; exit 3")).await;
    assert_eq!(program.until_ended().await, Exit::Code(3));
    // That it has ended is known before all that it printed has been read.
    printed(&program, 2).await;
    gone(&program).await;
    assert_eq!(
        program.crash_since(Mark::default()),
        Some(Crash::Ended(Exit::Code(3)))
    );
}

#[tokio::test]
async fn who_ended_just_before_being_asked_to_ended_by_itself() {
    let program = start(&spawn("exit 7")).await;
    // The thread that waits for the end may not have told it yet.
    while !program.group.has_ended() {
        tokio::task::yield_now().await;
    }
    program.stop().await;
    assert_eq!(
        program.crash_since(Mark::default()),
        Some(Crash::Ended(Exit::Code(7)))
    );
}

#[tokio::test]
async fn its_end_by_a_signal_is_told() {
    let program = start(&spawn("kill -SEGV $$")).await;
    assert_eq!(program.until_ended().await, Exit::Signal(11));
    let bad = start(&spawn(
        "trap \"kill -ABRT $$\" TERM; echo set; while :; do sleep 0.01; done",
    ))
    .await;
    printed(&bad, 2).await;
    bad.stop().await;
    assert_eq!(
        bad.crash_since(Mark::default()),
        Some(Crash::EndedBadly(Exit::Signal(6)))
    );
}

#[tokio::test]
async fn who_is_killed_when_it_is_to_end_and_not_by_this_process_has_not_ended_as_it_should() {
    let killed =
        |ends: &str| format!("trap \"{ends}\" TERM; echo set; while :; do sleep 0.01; done");
    let others = start(&spawn(&killed("kill -KILL $$"))).await;
    printed(&others, 2).await;
    others.stop().await;
    assert_eq!(
        others.crash_since(Mark::default()),
        Some(Crash::Killed(Exit::Signal(9)))
    );
    assert!(others.killed().is_none());
    // One that this process was about to kill may have been killed by it.
    let mut deaf = spawn(&killed(""));
    deaf.grace = Duration::from_millis(1);
    let ours = start(&deaf).await;
    printed(&ours, 2).await;
    ours.stop().await;
    assert_eq!(ours.ended(), Some(Exit::Signal(9)));
    assert_eq!(ours.crash_since(Mark::default()), None);
}

#[tokio::test]
async fn what_it_prints_when_it_is_asked_to_end_belongs_to_no_conversation() {
    let ended_by = async |how: &str| {
        let what = format!("trap \"echo bye; {how}\" TERM; echo set; while :; do sleep 0.01; done");
        let program = start(&spawn(&what)).await;
        printed(&program, 2).await;
        program.stop().await;
        String::from_utf8(program.printed_since(Mark::default()).0).unwrap()
    };
    assert_eq!(ended_by("exit 0").await, "ready\nset\n");
    assert_eq!(ended_by("kill -ABRT $$").await, "ready\nset\nbye\n");
}

#[tokio::test]
async fn a_program_that_prints_without_end_is_read_and_little_of_it_is_kept() {
    let program = start(&spawn("exec yes \"a line\"")).await;
    let begin = program.mark();
    while program.mark().stdout < begin.stdout + (8 << 20) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let (stdout, _) = program.printed_since(begin);
    assert_eq!(stdout.len(), super::MAX_SHOWN_OUTPUT);
    program.stop().await;
    assert_eq!(program.ended(), Some(Exit::Signal(15)));
}

#[tokio::test]
async fn a_report_of_a_crash_is_seen_and_only_once() {
    let program = start(&spawn(
        "echo \"thread main panicked at a.rs:1:2:\" >&2; exec sleep 1000",
    ))
    .await;
    let begin = Mark::default();
    while program.crash_since(begin).is_none() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let line = b"thread main panicked at a.rs:1:2:".to_vec();
    assert_eq!(program.crash_since(begin), Some(Crash::Reported(line)));
    assert_eq!(program.crash_since(program.mark()), None);
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let of = |command: &str| Spawn::new(command, Some("tcp://127.0.0.1:1"), false).unwrap();
    let missing = fails(&of("no-such-program-of-ours")).await;
    assert_eq!(
        missing.message,
        "there is no program no-such-program-of-ours"
    );
    assert!(missing.help.contains("PATH"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plain");
    std::fs::write(&path, "text").unwrap();
    let plain = fails(&of(&path.display().to_string())).await;
    assert!(plain.message.ends_with("cannot be executed"), "{plain:?}");
    assert!(plain.help.contains("chmod +x"));
}

#[tokio::test]
async fn one_that_ends_before_it_is_ready_says_its_last_words() {
    let mut early = spawn("echo no config >&2; exit 7");
    early.ready = Ready::Listening;
    let why = fails(&early).await;
    assert!(
        why.message
            .ends_with("ended before it was ready: exit code 7"),
        "{why:?}"
    );
    assert_eq!(
        (&*why.stdout, &*why.stderr),
        (&b"ready\n"[..], &b"no config\n"[..])
    );
    let mut background = spawn("sleep 1000 &");
    background.ready = Ready::Listening;
    assert!(fails(&background).await.help.contains("foreground"));
}

#[tokio::test]
async fn one_that_is_not_ready_in_time_says_what_was_waited_for() {
    let mut silent = spawn("exec sleep 1000");
    silent.ready_timeout = Duration::from_millis(50);
    for (ready, words) in [
        (
            Ready::Listening,
            "within 50ms: nobody listened on tcp://127.0.0.1:1",
        ),
        (Ready::File("{dir}/ready".into()), "there was no file /"),
        (
            Ready::output("never").unwrap(),
            "printed nothing that matches",
        ),
    ] {
        silent.ready = ready;
        let why = fails(&silent).await;
        assert!(why.message.contains(words), "{why:?}");
        assert!(why.help.contains("--ready-timeout"));
    }
}

#[tokio::test]
async fn a_file_can_say_that_it_is_ready() {
    let mut touching = Spawn::new(
        "sh -c 'echo x >\"$0\"; exec sleep 1000' {dir}/ready",
        Some("tcp://127.0.0.1:1"),
        false,
    )
    .unwrap();
    touching.ready = Ready::File("{dir}/ready".into());
    let program = start(&touching).await;
    program.stop().await;
    let there = tempfile::NamedTempFile::new().unwrap();
    touching.ready = Ready::File(there.path().display().to_string());
    assert!(
        fails(&touching)
            .await
            .message
            .contains("is there before it")
    );
}

#[tokio::test]
async fn a_socket_is_passed_with_the_number_of_its_process() {
    let says = "sh -c 'echo $LISTEN_FDS $LISTEN_PID = 1 $$; test -S /dev/fd/3 && echo socket; exec sleep 1000'";
    let mut passed = Spawn::new(says, None, true).unwrap();
    passed.ready = Ready::output("socket").unwrap();
    let program = start(&passed).await;
    let (printed, _) = program.printed_since(Mark::default());
    let printed = String::from_utf8(printed).unwrap();
    let (told, true_) = printed.lines().next().unwrap().split_once(" = ").unwrap();
    assert_eq!(told, true_);
    let at = (
        program.address.host().unwrap(),
        program.address.port().unwrap(),
    );
    assert!(std::net::TcpStream::connect(at).is_ok(), "it listens");
    program.stop().await;
    assert!(TcpListener::bind(at).is_ok(), "nobody does any more");
}

#[tokio::test]
async fn a_program_that_is_dropped_is_killed() {
    let program = start(&spawn("exec sleep 1000")).await;
    let mut ended = program.ended.clone();
    drop(program);
    let exit = *ended.wait_for(Option::is_some).await.unwrap();
    assert_eq!(exit, Some(Exit::Signal(9)));
}
