//! Many cases at a time.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Barrier;

use super::*;
use crate::player::RefusalKind;

pub(super) const PASSES: &str = r#"{ "steps": [{ "expect": "Welcome!" }] }"#;
pub(super) const FAILS: &str = r#"{ "steps": [{ "expect": "Goodbye!" }] }"#;

pub(super) fn ids(ran: &Ran) -> Vec<String> {
    ran.outcomes().iter().map(|o| o.id.to_string()).collect()
}

#[tokio::test]
async fn nothing_to_play_is_a_run_too() {
    let ran = run(Vec::new(), RunOptions::default()).await;
    assert_eq!(ran.summary, Summary::default());
    assert!(matches!(
        ran.events[..],
        [
            Event::RunStarted { cases: 0, .. },
            Event::RunFinished { .. }
        ]
    ));
}

#[tokio::test]
async fn a_file_counts_once_however_often_it_is_played() {
    let once = [cases("a", PASSES), cases("b", PASSES)].concat();
    let again = once.iter().map(|case| CaseRef {
        round: 1,
        ..case.clone()
    });
    let all = once.iter().cloned().chain(again).collect();
    let ran = run(all, RunOptions::default()).await;
    let started = &ran.events[0];
    assert!(
        matches!(
            started,
            Event::RunStarted {
                scenarios: 2,
                cases: 4,
                ..
            }
        ),
        "{started:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn results_come_in_the_order_of_the_files_whatever_is_over_first() {
    let slow = r#"{ "steps": [{ "expect": "Welcome!" }, { "wait": "2s" }] }"#;
    let mut all = cases("a-slow", slow);
    for id in ["b", "c", "d"] {
        all.extend(cases(id, PASSES));
    }
    let options = RunOptions {
        jobs: 2,
        ..RunOptions::default()
    };
    let ran = run(all, options).await;
    assert_eq!(ids(&ran), ["a-slow", "b", "c", "d"]);
    assert_eq!((ran.summary.run, ran.summary.passed), (4, 4));
    assert!(ran.summary.connected);
    let position = |wanted: &dyn Fn(&Event) -> bool| ran.events.iter().position(wanted).unwrap();
    let d_began = position(&|event| matches!(event, Event::CaseStarted { id, .. } if &**id == "d"));
    let first_over = position(&|event| matches!(event, Event::CaseFinished(_)));
    assert!(
        d_began < first_over,
        "the slow one holds up the report only"
    );
    assert!(matches!(
        ran.events[0],
        Event::RunStarted {
            scenarios: 4,
            cases: 4,
            jobs: 2,
            ..
        }
    ));
    assert!(matches!(ran.events.last(), Some(Event::RunFinished { .. })));
}

#[tokio::test(start_paused = true)]
async fn no_more_cases_are_played_at_a_time_than_jobs() {
    let (open, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    // Nobody is greeted before three are there, and then not before all has been done that can be done: time stands
    // still until then.
    let three = Arc::new(Barrier::new(3));
    let target = server({
        let most = Arc::clone(&most);
        move |mut stream| {
            let (open, most, three) = (Arc::clone(&open), Arc::clone(&most), Arc::clone(&three));
            async move {
                most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                three.wait().await;
                tokio::time::sleep(Duration::from_millis(1)).await;
                open.fetch_sub(1, Ordering::SeqCst);
                stream.write_all(b"Welcome!\n").await.unwrap();
            }
        }
    })
    .await;
    let all: Vec<_> = (0..30)
        .flat_map(|n| cases(&n.to_string(), PASSES))
        .collect();
    let options = RunOptions {
        jobs: 3,
        ..RunOptions::default()
    };
    let ran = run_at(target, all, options).await;
    assert_eq!(ran.summary.passed, 30);
    assert_eq!(most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn with_fail_fast_no_further_case_is_begun_after_a_failure() {
    let all = [
        cases("a", PASSES),
        cases("b", FAILS),
        cases("c", PASSES),
        cases("d", PASSES),
    ]
    .concat();
    for (max_fail, run_to_the_end, cancelled) in [(None, 4, 0), (NonZeroUsize::new(1), 2, 2)] {
        let options = RunOptions {
            jobs: 1,
            max_fail,
            ..RunOptions::default()
        };
        let ran = run(all.clone(), options).await;
        assert_eq!(ran.summary.run, run_to_the_end);
        assert_eq!(ran.summary.failed, 1);
        assert_eq!(ran.summary.cancelled, cancelled);
        assert_eq!(ids(&ran).len(), run_to_the_end);
    }
}

#[tokio::test]
async fn a_run_that_is_cancelled_counts_what_was_and_what_was_not_played() {
    let waits = r#"{
      "steps": [{ "expect": "Welcome!" }, { "wait": "10m" }],
      "finally": [{ "send": "exit" }, { "expect": "Welcome!" }, { "expect_close": "clean" }]
    }"#;
    let mut all = cases("a", PASSES);
    for n in 0..5 {
        all.extend(cases(&format!("b{n}"), waits));
    }
    let options = RunOptions {
        jobs: 2,
        ..RunOptions::default()
    };
    let cancel = Cancel::default();
    let mut events = Vec::new();
    let mut began = 0;
    let running = run_suites(
        all,
        vec![Suite::of(Target::Embedded)],
        options,
        &cancel,
        |event| {
            if matches!(event, Event::CaseStarted { .. }) {
                began += 1;
                if began == 3 {
                    cancel.cancel();
                }
            }
            events.push(event);
        },
    );
    let summary = tokio::time::timeout(Duration::from_secs(60), running)
        .await
        .unwrap();
    assert_eq!((summary.run, summary.passed, summary.cancelled), (1, 1, 5));
    let ran = Ran { summary, events };
    assert_eq!(
        ids(&ran),
        ["a", "b0", "b1"],
        "those that had begun are told of"
    );
    for outcome in &ran.outcomes()[1..] {
        assert!(matches!(
            outcome.result,
            CaseResult::Played(Verdict::Cancelled)
        ));
    }
}

#[tokio::test]
async fn what_is_simulated_can_be_cancelled_too_and_plays_its_finally() {
    // It takes minutes, and waits for nothing: on the one thread of this test, nobody else would have a turn.
    let for_ever = r#"{
      "steps": [{ "expect": "Welcome!" }, { "retry": [{ "assert": "{{ 1 == 2 }}" }], "every": "1ms", "within": "1440m" }],
      "finally": [{ "note": "the end" }, { "send": "Rose" }, { "wait": "1s" }]
    }"#;
    let options = RunOptions {
        jobs: 2,
        simulate: true,
        max_steps: u64::MAX,
        ..RunOptions::default()
    };
    let cancel = Cancel::default();
    let mut events = Vec::new();
    let mut began = 0;
    let running = run_suites(
        [
            cases("a", for_ever),
            cases("b", for_ever),
            cases("c", for_ever),
        ]
        .concat(),
        vec![Suite::of(Target::Embedded)],
        options,
        &cancel,
        |event| {
            if matches!(event, Event::CaseStarted { .. }) {
                began += 1;
                if began == 2 {
                    cancel.cancel();
                }
            }
            events.push(event);
        },
    );
    let summary = tokio::time::timeout(Duration::from_secs(60), running)
        .await
        .unwrap();
    assert_eq!(summary.cancelled, 3);
    let ran = Ran { summary, events };
    assert_eq!(ids(&ran), ["a", "b"]);
    for outcome in ran.outcomes() {
        assert!(matches!(
            outcome.result,
            CaseResult::Played(Verdict::Cancelled)
        ));
        assert!(
            outcome.transcript.finally().is_some(),
            "`finally` is played"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_case_that_takes_long_is_called_slow_each_time_it_has_lasted_as_long_again() {
    let slow = r#"{ "steps": [{ "expect": "Welcome!" }, { "wait": "12s" }] }"#;
    let mut all = [cases("quick", PASSES), cases("slow", slow)].concat();
    all[1].round = 6;
    let ran = run(all, RunOptions::default()).await;
    let slow: Vec<_> = ran
        .events
        .iter()
        .filter_map(|event| match event {
            Event::CaseSlow {
                id,
                round,
                elapsed,
                waiting,
            } => Some((&**id, *round, elapsed.as_secs(), waiting.len())),
            _ => None,
        })
        .collect();
    assert_eq!(slow, [("slow", 6, 5, 1), ("slow", 6, 10, 1)]);
}

#[tokio::test]
async fn a_target_that_refuses_fails_every_case_and_no_connection_came_about() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let target = Target::Address(address.to_string().parse().unwrap());
    let ran = run_at(target, cases("a", PASSES), RunOptions::default()).await;
    assert_eq!((ran.summary.failed, ran.summary.connected), (1, false));
    let FailureKind::NotConnected(refusal) = ran.failure() else {
        panic!("{:?}", ran.failure());
    };
    assert_eq!(refusal.kind, RefusalKind::Refused);
    assert_eq!(refusal.message, format!("{address}: connection refused"));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_being_closed_holds_up_no_case_but_the_end_of_the_run() {
    // Says its last words once all ten clients have ended.
    let over = Arc::new(AtomicUsize::new(0));
    let all_ended = Arc::new(Barrier::new(10));
    let target = server({
        let over = Arc::clone(&over);
        move |mut stream: TcpStream| {
            let (over, all_ended) = (Arc::clone(&over), Arc::clone(&all_ended));
            async move {
                stream.write_all(b"Welcome!\n").await.unwrap();
                while stream.read(&mut [0; 64]).await.unwrap() > 0 {}
                all_ended.wait().await;
                stream.write_all(b"Goodbye!\n").await.unwrap();
                over.fetch_add(1, Ordering::SeqCst);
            }
        }
    })
    .await;
    let all: Vec<_> = (0..10)
        .flat_map(|n| cases(&n.to_string(), PASSES))
        .collect();
    let options = RunOptions {
        jobs: 1,
        ..RunOptions::default()
    };
    let began = tokio::time::Instant::now();
    let ran = run_at(target, all, options).await;
    assert_eq!(ran.summary.passed, 10);
    // Had one been waited for before the next began, it would have been given up when its time was over.
    assert!(
        began.elapsed() < crate::drive::LINGER,
        "not one after the other: {:?}",
        began.elapsed()
    );
    assert_eq!(over.load(Ordering::SeqCst), 10, "no server was cut short");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_short_cases_are_all_counted() {
    let all: Vec<_> = (0..500)
        .flat_map(|n| cases(&n.to_string(), if n % 10 == 9 { FAILS } else { PASSES }))
        .collect();
    let options = RunOptions {
        jobs: 32,
        ..RunOptions::default()
    };
    let ran = run(all, options).await;
    assert_eq!((ran.summary.passed, ran.summary.failed), (450, 50));
    let in_order: Vec<_> = (0..500).map(|n| n.to_string()).collect();
    assert_eq!(ids(&ran), in_order);
}
