//! `retry`: when a further round begins, how it begins, and what is told when none passes.

use std::time::Duration;

use super::bench::{Bench, FIRST};
use crate::player::{Action, FailureKind, Inside, Retried, Setting, Verdict};

const MS: Duration = Duration::from_millis(1);

#[test]
fn steps_are_played_again_until_they_pass() {
    let mut bench = Bench::connected(
        r#""framing": "line","#,
        r#"{ "connect": true },
           { "retry": [{ "send": "ready?" }, { "expect": "yes" }], "every": "10ms", "within": "1s" },
           { "send": "go" }"#,
    );
    for _ in 0..3 {
        assert_eq!(bench.written(), b"ready?\n");
        bench.receive(b"no\n");
        assert_eq!(bench.action(), None);
        bench.pass(9);
        assert_eq!(bench.action(), None, "the next round comes after `every`");
        bench.pass(1);
    }
    assert_eq!(bench.written(), b"ready?\n");
    bench.receive(b"yes\n");
    assert_eq!(bench.written(), b"go\n");
    bench.passed();
}

#[test]
fn what_is_unread_is_dropped_before_a_further_round_but_no_half_message() {
    let mut bench = Bench::connected(
        r#""framing": "line","#,
        r#"{ "connect": true }, { "retry": [{ "expect": "c" }], "every": "10ms" }, { "expect": "d" }"#,
    );
    bench.receive(b"a\nb\n").pass(5).receive(b"bb\nc").pass(5);
    bench.receive(b"\nd\n");
    assert_eq!(bench.player.leftovers(), 0);
    bench.passed();
}

#[test]
fn a_step_whose_time_ends_with_that_of_the_retry_has_its_own_time() {
    for (within, passes) in [("50ms", true), ("51ms", false)] {
        let steps = format!(
            r#"{{ "retry": [{{ "connect": "unreachable", "within": "{within}" }}], "within": "50ms" }}"#
        );
        let mut bench = Bench::new("", &steps);
        assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
        bench.pass(51);
        match passes {
            true => bench.passed(),
            false => assert!(matches!(bench.fails(), FailureKind::ConnectTimedOut)),
        }
    }
}

#[test]
fn in_raw_all_that_is_unread_is_dropped() {
    let mut bench = Bench::connected(
        "",
        r#"{ "connect": true }, { "retry": [{ "expect": "ok" }], "every": "10ms" }"#,
    );
    bench.receive(b"nope").pass(4).receive(b"no").pass(6);
    bench.receive(b"ok");
    bench.passed();
}

#[test]
fn who_was_not_connected_connects_again_in_each_round() {
    let mut bench = Bench::new(
        r#""framing": "line","#,
        r#"{ "retry": [{ "expect": "ready" }], "every": "10ms" }, { "send": "go" }"#,
    );
    assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
    bench.refuse(true).pass(10);
    bench.connect();
    bench.receive(b"starting\nmore\nhal");
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    bench.pass(10);
    bench.connect();
    bench.receive(b"ready\n");
    assert_eq!(bench.written(), b"go\n");
    bench.passed();
    assert_eq!(
        bench.player.leftovers(),
        0,
        "what a round dropped does not count"
    );
}

#[test]
fn who_was_closed_may_connect_in_each_round() {
    let mut bench = Bench::connected(
        "",
        r#"{ "close": "clean" },
           { "retry": [{ "connect": true }, { "expect": "a" }], "every": "10ms" }, { "expect": "b" }"#,
    );
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    bench.connect();
    bench.receive(b"x");
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    bench.pass(10).connect();
    bench.receive(b"ab");
    bench.passed();
}

#[test]
fn the_last_round_is_told_with_how_many_there_were_and_how_long_they_took() {
    let mut bench = Bench::connected(
        r#""framing": "line","#,
        r#"{ "connect": true },
           { "retry": [{ "send": "ready?" }, { "expect": "yes" }], "every": "30ms", "within": "100ms" }"#,
    );
    for round in 0..4 {
        assert_eq!(bench.written(), b"ready?\n");
        bench.pass(3).receive(format!("no {round}\n").as_bytes());
        bench.pass(30);
    }
    let failure = bench.failure();
    // The fourth round began after 99 ms, and its time was over before its reply.
    assert_eq!(
        failure.retries,
        [Retried {
            rounds: 4,
            time: 100 * MS,
            within: 100 * MS
        }]
    );
    let FailureKind::Mismatch { received, .. } = failure.kind else {
        panic!("{failure:?}");
    };
    assert_eq!(received, b"no 2", "the last one that was not cut short");
    assert_eq!((failure.step, failure.inside), (2, Some(Inside::Retry)));
}

#[test]
fn a_failure_and_a_step_that_waits_say_which_step_plays_the_block_they_are_counted_in() {
    let of = |steps: &str| {
        let mut bench = Bench::connected(r#""framing": "line","#, steps);
        let waiting = bench.player.waiting(bench.now);
        let waits: Vec<_> = waiting.iter().map(|waiting| waiting.step.inside).collect();
        bench.receive(b"no\n").pass(200);
        let failure = bench.failure();
        (waits, failure.inside, failure.branch)
    };
    let connect = r#"{ "connect": true }, "#;
    let repeat = r#"{ "repeat": [{ "expect": "yes" }], "times": 2 }"#;
    let retry = r#"{ "retry": [{ "expect": "yes" }], "within": "100ms" }"#;
    let wait = r#"{ "wait": "9s" }"#;
    let (repeated, retried) = (Some(Inside::Repeat), Some(Inside::Retry));
    assert_eq!(
        of(&format!("{connect}{repeat}")),
        (vec![repeated], repeated, None)
    );
    let flat = format!(r#"{connect}{{ "expect": "yes" }}"#);
    assert_eq!(of(&flat), (vec![None], None, None));
    let branches = format!(r#"{connect}{{ "parallel": [[{wait}], [{retry}]] }}"#);
    assert_eq!(of(&branches), (vec![None, retried], retried, Some(2)));
    let around = format!(
        r#"{connect}{{ "retry": [{{ "parallel": [[{{ "wait": "1ms" }}], [{{ "expect": "yes" }}]] }}], "within": "9ms" }}"#
    );
    assert_eq!(of(&around).1, None, "a branch is a block of its own");
}

#[test]
fn no_round_begins_when_the_time_would_be_over() {
    let mut bench = Bench::connected(
        "",
        r#"{ "connect": true }, { "retry": [{ "expect": "a" }], "every": "60ms", "within": "100ms" }"#,
    );
    bench.receive(b"b").pass(60).receive(b"c");
    let failure = bench.failure();
    assert_eq!(
        (failure.retries[0].rounds, failure.retries[0].time),
        (2, 60 * MS)
    );
}

#[test]
fn a_step_in_it_waits_no_longer_than_all_of_it() {
    let mut bench = Bench::connected(
        "",
        r#"{ "connect": true }, { "retry": [{ "expect": "a" }], "within": "200ms" }"#,
    );
    bench.pass(199);
    assert_eq!(bench.verdict(), None);
    bench.pass(1);
    let failure = bench.failure();
    assert!(matches!(failure.kind, FailureKind::TimedOut { .. }));
    assert_eq!((failure.waited, failure.patience), (200 * MS, 200 * MS));
    assert_eq!(failure.retries[0].rounds, 1);
}

#[test]
fn waits_and_silences_in_it_take_their_time() {
    let mut bench = Bench::connected(
        "",
        r#"{ "connect": true },
           { "retry": [{ "wait": "300ms" }, { "expect_silence": "300ms" }], "within": "200ms" }"#,
    );
    bench.pass(600);
    bench.passed();
}

#[test]
fn unreachable_is_not_proved_by_the_end_of_a_retry() {
    let mut bench = Bench::new(
        "",
        r#"{ "retry": [{ "connect": "unreachable", "within": "1s" }], "within": "200ms" }"#,
    );
    assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
    bench.pass(200);
    assert_eq!(bench.fails(), FailureKind::ConnectTimedOut);
}

#[test]
fn a_step_that_begins_after_its_retry_is_over_has_no_time_left_and_not_less() {
    let mut bench = Bench::new(
        "",
        r#"{ "retry": [{ "repeat": [{ "wait": "200ms" }, { "wait": "200ms" }], "times": 1 }, { "connect": true }], "within": "300ms" }"#,
    );
    assert_eq!(bench.action(), None);
    bench.pass(200);
    assert_eq!(bench.action(), None);
    bench.pass(200);
    assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
    let by = bench.player.connect_deadline(FIRST);
    assert_eq!(by, Some(bench.now));
    bench.pass(0);
    assert_eq!(bench.fails(), FailureKind::ConnectTimedOut);
}

#[test]
fn rounds_of_other_blocks_are_left_and_begun_as_if_for_the_first_time() {
    let mut bench = Bench::connected(
        r#""vars": { "tries": 0 },"#,
        r#"{ "connect": true },
           { "repeat": [
               { "retry": [
                   { "set": { "tries": "{{ tries + 1 }}" } },
                   { "repeat": [{ "send": "{{ index }}" }, { "expect": { "length": 1, "capture": "reply" } },
                                { "assert": "{{ reply == 'y' }}" }], "times": 2 }
                 ], "every": "1ms" },
               { "send": "{{ index }}/{{ tries }}" }
             ], "times": 2 }"#,
    );
    for (sent, reply) in [("0", "y"), ("1", "n"), ("0", "n"), ("0", "y"), ("1", "y")] {
        assert_eq!(bench.written(), sent.as_bytes());
        bench.receive(reply.as_bytes()).pass(1);
    }
    assert_eq!(bench.written(), b"0/3");
    for reply in ["y", "y"] {
        bench.written();
        bench.receive(reply.as_bytes());
    }
    assert_eq!(bench.written(), b"1/4");
    bench.passed();
}

#[test]
fn one_in_another_gives_up_first() {
    let mut bench = Bench::connected(
        r#""framing": "line","#,
        r#"{ "connect": true },
           { "retry": [
               { "send": "hello" },
               { "retry": [{ "expect": "x" }], "every": "10ms", "within": "15ms" }
             ], "every": "50ms", "within": "100ms" }"#,
    );
    for _ in 0..2 {
        assert_eq!(bench.written(), b"hello\n");
        bench.receive(b"a\n").pass(10).receive(b"b\n").pass(50);
    }
    let failure = bench.failure();
    let rounds: Vec<u64> = failure
        .retries
        .iter()
        .map(|retried| retried.rounds)
        .collect();
    assert_eq!(rounds, [2, 2]);
}

#[test]
fn the_limit_of_steps_counts_every_round() {
    let setting = Setting {
        max_steps: 10,
        ..Setting::default()
    };
    let mut bench = Bench::with(
        "",
        r#"{ "retry": [{ "note": "x" }, { "assert": "{{ 1 > 2 }}" }], "every": "1us", "within": "1440m" }"#,
        setting,
    );
    assert_eq!(bench.action(), None);
    bench.pass(1);
    let failure = bench.failure();
    assert_eq!(failure.kind, FailureKind::TooManySteps { limit: 10 });
    assert_eq!(failure.retries[0].rounds, 5);
}

#[test]
fn half_a_send_cannot_be_taken_back() {
    let mut bench = Bench::connected(
        "",
        r#"{ "connect": true }, { "retry": [{ "send": "hello", "within": "10ms" }], "every": "1ms" }"#,
    );
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    bench.pass(10);
    let failure = bench.failure();
    assert_eq!(failure.kind, FailureKind::SendTimedOut { len: 5 });
    assert_eq!(failure.retries[0].rounds, 1);
}

#[test]
fn a_send_of_which_nothing_was_written_is_no_half_one() {
    let mut bench = Bench::connected(
        r#""vars": { "n": 0 },"#,
        r#"{ "send": "all of it" }, { "close": "write", "when": "{{ n == 0 }}" },
           { "retry": [{ "send": "too late" }], "every": "10ms", "within": "50ms" }"#,
    );
    assert_eq!(bench.written(), b"all of it");
    assert_eq!(bench.action(), Some(Action::Shutdown(FIRST)));
    bench.pass(50);
    let failure = bench.failure();
    assert_eq!(failure.kind, FailureKind::HalfClosed);
    assert_eq!(failure.retries[0].rounds, 5);
}

#[test]
fn a_send_of_another_branch_comes_to_its_end_before_the_steps_are_played_again() {
    let mut bench = Bench::connected(
        r#""clients": { "a": { "framing": "raw" } },"#,
        r#"{ "connect": true },
           { "retry": [{ "parallel": [[{ "send": "hello", "split": 2 }], [{ "expect": "yes" }]] }], "every": "1ms", "within": "1s" }"#,
    );
    for reply in [&b"no!"[..], b"yes"] {
        assert_eq!(bench.written(), b"he");
        // While it is cut: in other pieces the failure would come before the send, or after it.
        bench.receive(reply);
        assert_eq!(
            (bench.written(), bench.written()),
            (b"ll".into(), b"o".into())
        );
        bench.pass(1);
    }
    bench.passed();
}

#[test]
fn a_send_that_is_not_taken_ends_the_retry_when_its_own_time_is_over() {
    let mut bench = Bench::connected(
        r#""framing": "raw","#,
        r#"{ "connect": true },
           { "retry": [{ "parallel": [[{ "send": "hello", "within": "10ms" }], [{ "expect": "yes" }]] }], "every": "1ms", "within": "1s" }"#,
    );
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    bench.receive(b"no!");
    bench.pass(9);
    assert_eq!(bench.verdict(), None);
    bench.pass(1);
    assert!(matches!(bench.fails(), FailureKind::Mismatch { .. }));
}

#[test]
fn a_connection_of_its_own_is_given_back_with_its_send() {
    let mut bench = Bench::new(
        "",
        r#"{ "retry": [{ "send": "hello", "within": "10ms" }], "every": "1ms" }"#,
    );
    bench.connect();
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    bench.pass(10);
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    bench.pass(1).connect();
    assert_eq!(bench.written(), b"hello");
    bench.passed();
}

#[test]
fn in_finally_a_name_that_was_never_set_is_left_out_not_waited_for() {
    let mut bench = Bench::connected(
        r#""finally": [{ "retry": [{ "send": "{{ id }}" }, { "send": "x" }] }],"#,
        r#"{ "expect": "a", "capture": "id" }"#,
    );
    bench.receive(b"b");
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    bench.connect();
    assert_eq!(bench.written(), b"x");
    assert!(matches!(bench.verdict(), Some(Verdict::Failed(failure)) if failure.finally.is_none()));
}

#[test]
fn cancelled_while_it_rests_it_stops() {
    let mut bench = Bench::new("", r#"{ "retry": [{ "assert": "{{ 1 > 2 }}" }] }"#);
    assert_eq!(bench.action(), None);
    bench.player.cancel(bench.now);
    assert_eq!(bench.verdict(), Some(&Verdict::Cancelled));
}
