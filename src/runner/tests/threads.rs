//! Runs that are played on threads of their own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::timeout;

use super::suite::{FAILS, PASSES, ids};
use super::{Ran, cases, run};
use crate::drive::Cancel;
use crate::player::Verdict;
use crate::runner::threads::Workers;
use crate::runner::{CaseResult, Event, RunOptions, Suite, run_suites};
use crate::target::Target;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cases_are_played_on_threads_and_told_in_order() {
    for (jobs, threads) in [(1, 1), (8, 3), (2, 5)] {
        let all: Vec<_> = (0..100)
            .flat_map(|n| cases(&n.to_string(), if n % 10 == 9 { FAILS } else { PASSES }))
            .collect();
        let options = RunOptions {
            jobs,
            threads,
            ..RunOptions::default()
        };
        let ran = run(all, options).await;
        assert_eq!((ran.summary.passed, ran.summary.failed), (90, 10));
        let in_order: Vec<_> = (0..100).map(|n| n.to_string()).collect();
        assert_eq!(ids(&ran), in_order);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_dropped_at_once_is_told_and_not_waited_for() {
    let waits = r#"{ "steps": [{ "expect": "Welcome!" }, { "wait": "10m" }], "finally": [{ "wait": "10m" }] }"#;
    for threads in [0, 1, 2] {
        let mut all = cases("a", PASSES);
        for n in 0..5 {
            all.extend(cases(&format!("b{n}"), waits));
        }
        let options = RunOptions {
            jobs: 3,
            threads,
            ..RunOptions::default()
        };
        let cancel = Cancel::default();
        let (mut events, mut began) = (Vec::new(), 0);
        let suites = vec![Suite::of(Target::Embedded)];
        let running = run_suites(all, suites, options, &cancel, |event| {
            began += usize::from(matches!(event, Event::CaseStarted { .. }));
            if began == 4 {
                cancel.at_once();
            }
            events.push(event);
        });
        let summary = timeout(PATIENCE, running).await.expect("at once");
        let ran = Ran { summary, events };
        assert_eq!(
            (summary.run, summary.cancelled),
            (1, 5),
            "{threads} threads"
        );
        assert_eq!(summary.not_started, 2);
        assert_eq!(ids(&ran), ["a", "b0", "b1", "b2"], "{threads} threads");
        for outcome in &ran.outcomes()[1..] {
            let result = &outcome.result;
            assert!(
                matches!(result, CaseResult::Played(Verdict::Cancelled)),
                "{result:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_worker_that_panics_is_told_wherever_it_plays() {
    for threads in [0, 2] {
        let begun = AtomicUsize::new(0);
        let cancel = Cancel::default();
        let mut workers = Workers::start(3, threads, &cancel, || {
            let n = begun.fetch_add(1, Ordering::SeqCst);
            async move {
                assert!(n != 1, "on purpose");
            }
        });
        let panic = timeout(PATIENCE, workers.over(&cancel))
            .await
            .expect("soon");
        assert!(panic.is_some(), "{threads} threads");
        assert_eq!(begun.load(Ordering::SeqCst), 3);
    }
}
