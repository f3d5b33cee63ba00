//! Scenarios that must not be played at the same time.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Mutex;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::sync::Barrier;

use super::*;

/// Who is there, and with whom at the most.
type Guests = Arc<Mutex<Book>>;

#[derive(Default)]
struct Book {
    /// By what they said when they came: how many are there.
    there: HashMap<String, usize>,
    /// The most that were there at once: of the same word, and of all.
    most: HashMap<String, usize>,
    most_of_all_beside: HashMap<String, usize>,
}

impl Book {
    fn enter(&mut self, who: &str) {
        let there = self.there.entry(who.to_owned()).or_default();
        *there += 1;
        let there = *there;
        let most = self.most.entry(who.to_owned()).or_default();
        *most = there.max(*most);
        let all: usize = self.there.values().sum();
        for (who, there) in &self.there {
            if *there > 0 {
                let most = self.most_of_all_beside.entry(who.clone()).or_default();
                *most = all.max(*most);
            }
        }
    }

    fn leave(&mut self, who: &str) {
        *self.there.entry(who.to_owned()).or_default() -= 1;
    }
}

/// A server that notes who is there, from `enter WHO` to `leave WHO`; `meet` is answered when two have said so.
async fn inn(guests: &Guests) -> Target {
    let (guests, two) = (Arc::clone(guests), Arc::new(Barrier::new(2)));
    server(move |stream| {
        let (guests, two) = (Arc::clone(&guests), Arc::clone(&two));
        async move {
            let (reader, mut writer) = stream.into_split();
            let mut lines = BufReader::new(reader).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                match line.split_once(' ') {
                    Some(("enter", who)) => guests.lock().unwrap().enter(who),
                    Some(("leave", who)) => guests.lock().unwrap().leave(who),
                    _ => {
                        two.wait().await;
                    }
                }
                if writer.write_all(b"yes\n").await.is_err() {
                    return;
                }
            }
        }
    })
    .await
}

/// Cases that come, do something, and leave.
fn guests(id: &str, locks: &str, meanwhile: &str, times: usize) -> Vec<CaseRef> {
    let rows = vec!["{}"; times].join(", ");
    let text = format!(
        r#"{{ "locks": {locks}, "cases": [{rows}], "steps": [
          {{ "send": "enter {id}" }}, {{ "expect": "yes" }}{meanwhile},
          {{ "send": "leave {id}" }}, {{ "expect": "yes" }}
        ] }}"#
    );
    cases(id, &text)
}

#[tokio::test]
async fn scenarios_that_share_a_lock_do_not_overlap_and_others_are_played_beside_them() {
    let book = Guests::default();
    let target = inn(&book).await;
    let meet = r#", { "send": "meet" }, { "expect": "yes" }"#;
    let mut all = guests("a", r#"["x", "y"]"#, "", 8);
    all.extend(guests("b", r#"["y"]"#, "", 8));
    all.extend(guests("alone", r#"["*"]"#, "", 3));
    // These two go on only when both are there, so the others cannot have kept one of them waiting.
    all.extend(guests("free", "[]", meet, 2));
    let ids: Vec<_> = all.iter().map(|case| case.id.to_string()).collect();
    let ran = run_at(target, all, RunOptions::default()).await;
    assert_eq!(ran.summary.passed, 21, "{:#?}", ran.outcomes());
    let reported: Vec<_> = ran.outcomes().iter().map(|o| o.id.to_string()).collect();
    assert_eq!(reported, ids, "in the order of the files");
    let book = book.lock().unwrap();
    assert_eq!((book.most["a"], book.most["b"]), (1, 1));
    assert_eq!(book.most["free"], 2);
    assert_eq!(book.most_of_all_beside["alone"], 1, "nobody beside it");
}

#[tokio::test]
async fn the_rounds_of_a_case_come_one_after_the_other_beside_those_of_others() {
    let book = Guests::default();
    let target = inn(&book).await;
    // Each round goes on only when two are there: one of each case, because no case meets itself.
    let meet = r#", { "send": "meet" }, { "expect": "yes" }"#;
    let mut once = guests("a", "[]", meet, 1);
    once.extend(guests("b", "[]", meet, 1));
    let rounds = (0..10).flat_map(|round| {
        let once = once.iter().cloned();
        once.map(move |case| CaseRef { round, ..case })
    });
    let ran = run_at(target, rounds.collect(), RunOptions::default()).await;
    assert_eq!(ran.summary.passed, 20, "{:#?}", ran.outcomes());
    let book = book.lock().unwrap();
    assert_eq!((book.most["a"], book.most["b"]), (1, 1));
}

#[tokio::test]
async fn rounds_of_a_case_overlap_where_the_run_lets_them_but_not_those_that_share_a_lock() {
    let book = Guests::default();
    let target = inn(&book).await;
    // Each round goes on only when two are there, and there is no other case.
    let meet = r#", { "send": "meet" }, { "expect": "yes" }"#;
    let mut once = guests("free", "[]", meet, 1);
    once.extend(guests("locked", r#"["x"]"#, "", 1));
    let rounds = (0..10).flat_map(|round| {
        let once = once.iter().cloned();
        once.map(move |case| CaseRef { round, ..case })
    });
    let options = RunOptions {
        overlap: true,
        ..RunOptions::default()
    };
    let ran = run_at(target, rounds.collect(), options).await;
    assert_eq!(ran.summary.passed, 20, "{:#?}", ran.outcomes());
    let book = book.lock().unwrap();
    assert!(book.most["free"] > 1);
    assert_eq!(book.most["locked"], 1);
}

#[tokio::test]
async fn two_with_a_lock_in_common_never_meet() {
    let book = Guests::default();
    let target = inn(&book).await;
    let mut all = Vec::new();
    for n in 0..20 {
        let locks = if n % 2 == 0 {
            r#"["x", "z"]"#
        } else {
            r#"["z", "y"]"#
        };
        all.extend(guests("one", locks, "", 1));
    }
    let ran = run_at(target, all, RunOptions::default()).await;
    assert_eq!(ran.summary.passed, 20);
    assert_eq!(book.lock().unwrap().most["one"], 1);
}

#[tokio::test]
async fn a_failure_that_stops_the_run_wakes_those_who_wait_for_a_lock() {
    let fails = r#"{ "locks": ["x"], "steps": [{ "expect": "Goodbye!" }] }"#;
    let waits = r#"{ "locks": ["x"], "steps": [{ "expect": "Welcome!" }] }"#;
    let mut all = cases("a", fails);
    for id in ["b", "c", "d"] {
        all.extend(cases(id, waits));
    }
    let options = RunOptions {
        max_fail: NonZeroUsize::new(1),
        ..RunOptions::default()
    };
    let ran = run(all, options).await;
    assert_eq!((ran.summary.failed, ran.summary.not_started), (1, 3));
}

#[tokio::test]
async fn the_wish_to_stop_wakes_those_who_wait_for_a_lock() {
    let cancel = Cancel::default();
    let waits = r#"{ "locks": ["x"], "timeout": "1m", "steps": [{ "expect": "Welcome!" }, { "expect": "never" }] }"#;
    let mut all = cases("a", waits);
    all.extend(cases("b", waits));
    let mut begun = 0;
    let summary = run_suites(
        all,
        vec![Suite::of(Target::Embedded)],
        RunOptions::default(),
        &cancel,
        |event| {
            if matches!(event, Event::CaseStarted { .. }) {
                begun += 1;
                cancel.cancel();
            }
        },
    )
    .await;
    assert_eq!((begun, summary.cancelled, summary.not_started), (1, 2, 1));
}
