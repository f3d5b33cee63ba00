//! `parallel`: branches go on by themselves, the first failure stops all, and drivers are asked for one thing at a time.

use std::time::Duration;

use super::bench::{Bench, FIRST};
use crate::player::{Action, Awaited, Ending, FailureKind, Setting};
use crate::scenario::ClientId;

const SECOND: ClientId = ClientId(1);
const MS: Duration = Duration::from_millis(1);

impl Bench {
    fn written_by(&mut self, client: ClientId) -> Vec<u8> {
        assert_eq!(self.action(), Some(Action::Write(client)));
        let bytes = self.player.outbox(client).to_vec();
        self.player.handle_written(client, self.now);
        bytes
    }

    fn connect_both(&mut self) {
        for client in [FIRST, SECOND] {
            assert_eq!(self.action(), Some(Action::Connect(client)));
        }
        for client in [FIRST, SECOND] {
            self.player.handle_connected(client, "peer", self.now);
        }
    }
}

#[test]
fn branches_do_not_wait_for_each_other() {
    let mut bench = Bench::new(
        r#""clients": ["ann", "bob"],"#,
        r#"{ "parallel": [
               [{ "as": "ann", "expect": "a" }, { "as": "ann", "send": "A" }],
               [{ "as": "bob", "expect": "b" }, { "as": "bob", "send": "B" }]
             ] }, { "as": "ann", "send": "both" }"#,
    );
    bench.connect_both();
    bench.player.handle_received(SECOND, b"b", bench.now);
    assert_eq!(bench.written_by(SECOND), b"B");
    assert_eq!(bench.action(), None, "the other branch is not over");
    bench.receive(b"a");
    assert_eq!(bench.written(), b"A");
    assert_eq!(bench.written(), b"both");
    bench.passed();
}

#[test]
fn one_client_sends_in_one_branch_and_reads_in_another() {
    let mut bench = Bench::connected(
        "",
        r#"{ "connect": true }, { "parallel": [
               [{ "send": "aaaa", "split": 2 }, { "send": "b" }],
               [{ "expect": "1" }, { "expect": "2" }]
             ] }"#,
    );
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    bench.receive(b"1");
    assert_eq!(bench.action(), None, "one write at a time");
    bench.player.handle_written(FIRST, bench.now);
    bench.receive(b"2");
    assert_eq!(bench.written(), b"aa");
    assert_eq!(bench.written(), b"b");
    bench.passed();
}

#[test]
fn one_connection_is_asked_for_once() {
    let mut bench = Bench::new(
        "",
        r#"{ "parallel": [[{ "expect": "1" }], [{ "send": "a" }]] }"#,
    );
    bench.connect();
    assert_eq!(bench.written(), b"a");
    bench.receive(b"1");
    bench.passed();
}

#[test]
fn a_connection_may_take_as_long_as_the_step_that_needs_it() {
    let mut bench = Bench::new(
        r#""timeout": "3s","#,
        r#"{ "parallel": [[{ "send": "a" }], [{ "wait": "10ms" }]] }"#,
    );
    assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
    let by = bench.player.connect_deadline(FIRST).expect("a deadline");
    assert_eq!(by.since(bench.now), 3000 * MS);
    let wake = bench.player.poll_timeout().expect("a deadline");
    assert_eq!(wake.since(bench.now), 10 * MS, "the earliest of all");
}

#[test]
fn the_first_failure_stops_all_and_tells_what_the_others_waited_for() {
    let mut bench = Bench::new(
        r#""framing": "line", "clients": ["ann", "bob"],"#,
        r#"{ "parallel": [
               [{ "as": "ann", "expect": "a" }],
               [{ "as": "bob", "expect": "b" }, { "as": "bob", "expect": "c" }],
               [{ "note": "x" }],
               [{ "wait": "1s" }],
               [{ "retry": [{ "assert": "{{ 1 > 2 }}" }], "every": "1s", "within": "3s" }]
             ] }"#,
    );
    bench.connect_both();
    bench.pass(5);
    bench.player.handle_received(SECOND, b"b\n", bench.now);
    bench.pass(7).receive(b"x\n");
    let failure = bench.failure();
    assert_eq!(
        (failure.branch, failure.step, failure.steps),
        (Some(1), 1, 1)
    );
    assert_eq!(failure.client_name, "ann");
    let others: Vec<_> = failure
        .meanwhile
        .iter()
        .map(|other| (other.branch, other.step, other.steps, other.waited))
        .collect();
    assert_eq!(
        others,
        [
            (2, 2, 2, 7 * MS),
            (3, 0, 0, 12 * MS),
            (4, 1, 1, 12 * MS),
            (5, 1, 1, 12 * MS)
        ]
    );
    let awaited: Vec<_> = failure
        .meanwhile
        .into_iter()
        .map(|other| other.awaited)
        .collect();
    assert!(matches!(&awaited[0], Awaited::Reply(expected) if expected.words.contains("\"c\"")));
    assert_eq!(
        awaited[1..],
        [Awaited::Nothing, Awaited::Time, Awaited::Round]
    );
}

#[test]
fn rounds_are_each_branchs_own() {
    let mut bench = Bench::new(
        r#""clients": ["ann", "bob"],"#,
        r#"{ "repeat": [
             { "parallel": [
               [{ "repeat": [{ "as": "ann", "expect": { "length": 1 } }, { "as": "ann", "send": "{{ index }}" }], "times": 2 }],
               [{ "as": "bob", "expect": { "length": 1 } }, { "as": "bob", "send": "{{ index }}" }]
             ] }, { "as": "bob", "send": "after {{ index }}" }], "times": 2, "index": "index" }"#,
    );
    bench.connect_both();
    bench.receive(b"x");
    assert_eq!(bench.written(), b"0");
    bench.receive(b"x");
    assert_eq!(bench.written(), b"1");
    bench.player.handle_received(SECOND, b"x", bench.now);
    assert_eq!(bench.written_by(SECOND), b"0");
    assert_eq!(bench.written_by(SECOND), b"after 0");
    bench.receive(b"x");
    assert_eq!(bench.written(), b"0");
    bench.player.handle_received(SECOND, b"x", bench.now);
    assert_eq!(bench.written_by(SECOND), b"1");
    bench.receive(b"x");
    assert_eq!(bench.written(), b"1");
    assert_eq!(bench.written_by(SECOND), b"after 1");
    bench.passed();
}

#[test]
fn our_side_is_closed_only_after_the_write_of_another_branch() {
    let mut bench = Bench::connected(
        "",
        r#"{ "connect": true },
           { "parallel": [[{ "send": "a" }], [{ "expect_close": "clean", "within": "20ms" }]] }"#,
    );
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    bench.end(Ending::Clean);
    assert_eq!(bench.action(), None);
    bench.pass(30);
    assert_eq!(bench.verdict(), None, "the end was seen in time");
    bench.player.handle_written(FIRST, bench.now);
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    bench.passed();
}

#[test]
fn a_send_into_what_another_branch_has_closed_fails_or_is_forgiven() {
    for (more, passes) in [("", false), (r#", "may_fail": true"#, true)] {
        let mut bench = Bench::connected(
            "",
            &format!(
                r#"{{ "connect": true }}, {{ "parallel": [
                     [{{ "send": "abcd", "split": 1, "pace": "10ms"{more} }}], [{{ "expect_close": "clean" }}]
                   ] }}"#
            ),
        );
        assert_eq!(bench.written(), b"a");
        bench.end(Ending::Clean);
        assert_eq!(bench.action(), Some(Action::Close(FIRST)));
        if passes {
            bench.passed();
        } else {
            assert_eq!(bench.fails(), FailureKind::NoConnection);
        }
    }
}

#[test]
fn a_retry_around_begins_all_branches_again() {
    let mut bench = Bench::connected(
        r#""framing": "line","#,
        r#"{ "connect": true },
           { "retry": [{ "parallel": [[{ "send": "a" }], [{ "expect": "yes" }]] }], "every": "10ms", "within": "100ms" }"#,
    );
    for _ in 0..2 {
        assert_eq!(bench.written(), b"a\n");
        bench.receive(b"no\n").pass(10);
    }
    assert_eq!(bench.written(), b"a\n");
    bench.receive(b"yes\n");
    bench.passed();
}

#[test]
fn a_retry_around_ends_the_waiting_of_branches() {
    let mut bench = Bench::connected(
        "",
        r#"{ "connect": true }, { "retry": [{ "parallel": [[{ "wait": "10ms" }], [{ "expect": "yes" }]] }], "within": "50ms" }"#,
    );
    bench.pass(50);
    let failure = bench.failure();
    assert!(matches!(failure.kind, FailureKind::TimedOut { .. }));
    assert_eq!((failure.patience, failure.retries.len()), (50 * MS, 1));
    assert_eq!(failure.meanwhile[0].awaited, Awaited::Nothing);
}

#[test]
fn in_finally_a_branch_leaves_out_what_needs_a_name_never_set() {
    let mut bench = Bench::connected(
        r#""finally": [{ "parallel": [[{ "send": "{{ id }}" }, { "send": "x" }], [{ "wait": "1ms" }]] }],"#,
        r#"{ "expect": "a", "capture": "id" }"#,
    );
    bench.receive(b"b");
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    bench.connect();
    assert_eq!(bench.written(), b"x");
    bench.pass(1);
    assert!(bench.failure().finally.is_none());
}

#[test]
fn the_limit_of_steps_counts_all_branches() {
    let setting = Setting {
        max_steps: 20,
        ..Setting::default()
    };
    let mut bench = Bench::with(
        "",
        r#"{ "parallel": [
             [{ "repeat": [{ "note": "a" }, { "wait": "1ms" }], "times": 1000 }],
             [{ "repeat": [{ "note": "b" }, { "wait": "1ms" }], "times": 1000 }]
           ] }"#,
        setting,
    );
    assert_eq!(bench.action(), None);
    bench.pass(100);
    let failure = bench.failure();
    assert_eq!(failure.kind, FailureKind::TooManySteps { limit: 20 });
    assert_eq!(failure.waited, Duration::ZERO);
}
