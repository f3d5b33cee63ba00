//! The order of steps: rounds, waits, several clients, teardown, cancelling, limits.

use std::path::Path;
use std::sync::Arc;

use super::bench::{Bench, FIRST};
use crate::player::{Action, EventKind, FailureKind, Setting, Verdict};
use crate::scenario::{ClientId, FileError, Files, OtherFile, ReadOptions, Script, read_with};

#[test]
fn rounds_count_from_zero_and_names_set_inside_stay() {
    let mut bench = Bench::connected(
        r#""framing": "line", "vars": { "n": "2" },"#,
        r#"{ "repeat": [{ "send": "{{index}}/{{ n }}" }, { "expect": { "any": true }, "capture": "last" }], "times": "{{ n | int }}" },
           { "send": "{{last}}" }"#,
    );
    assert_eq!(bench.written(), b"0/2\n");
    bench.receive(b"a\n");
    assert_eq!(bench.written(), b"1/2\n");
    bench.receive(b"b\n");
    assert_eq!(bench.written(), b"b\n");
    bench.passed();
}

#[test]
fn a_round_in_a_round_gives_the_outer_index_back() {
    let mut bench = Bench::connected(
        "",
        r#"{ "repeat": [
               { "repeat": [{ "send": "{{index}}" }], "times": 2 },
               { "send": "after {{index}}" }
             ], "times": 2 }"#,
    );
    for expected in ["0", "1", "after 0", "0", "1", "after 1"] {
        assert_eq!(bench.written(), expected.as_bytes());
    }
    bench.passed();
}

/// Gives the same fragment for every name.
#[derive(Debug)]
struct Fragment(&'static str);

impl Files for Fragment {
    fn read(&self, _: Option<&Path>, path: &str, _: usize) -> Result<OtherFile, FileError> {
        Ok(OtherFile {
            name: path.to_owned(),
            place: path.into(),
            bytes: self.0.into(),
        })
    }
}

/// A scenario whose includes are all of this fragment.
fn with_fragment(json: &str, fragment: &'static str) -> Arc<Script> {
    let options = ReadOptions::default();
    match read_with("a.json", json.as_bytes(), &options, &Fragment(fragment)) {
        Ok((scenario, _)) => scenario.script,
        Err(mistakes) => panic!("{:#?}", mistakes.list),
    }
}

#[test]
fn what_fails_in_a_fragment_says_by_which_step_it_is_there() {
    const PATH: &str = r#""_f.json""#;
    let include = format!(r#"{{ "include": {PATH} }}"#);
    for steps in [
        include.clone(),
        format!(r#"{{ "repeat": [{{ "note": "n" }}, {include}], "times": 1 }}"#),
        format!(r#"{{ "parallel": [[{{ "wait": "1s" }}], [{include}]] }}"#),
    ] {
        let json = format!(r#"{{ "framing": "raw", "steps": [{steps}, {{ "send": "x" }}] }}"#);
        let fragment = r#"{ "steps": [{ "assert": "{{ 1 == 2 }}" }] }"#;
        let mut bench = Bench::of(with_fragment(&json, fragment), Setting::default());
        let failure = bench.failure();
        let [included] = failure.included[..] else {
            panic!("{failure:?}");
        };
        assert_eq!(&json[included.start as usize..included.end as usize], PATH);
        assert_ne!(failure.span.file, included.file);
    }
}

#[test]
fn the_steps_of_a_fragment_are_played_with_the_values_they_are_given() {
    let json = r#"{ "framing": "raw", "vars": { "n": 1 }, "steps": [
        { "include": "_f.json", "with": { "said": "{{ n }}!" } }, { "include": "_f.json", "with": { "said": "{{ heard }}?" } }, { "send": "end" }] }"#;
    let fragment = r#"{ "steps": [{ "send": "{{ said }}" }, { "expect": { "length": 1, "capture": "heard" } }] }"#;
    let script = with_fragment(json, fragment);
    let mut bench = Bench::of(script, Setting::default());
    bench.connect();
    assert_eq!(bench.written(), b"1!");
    bench.receive(b"x");
    assert_eq!(bench.written(), b"x?");
    bench.receive(b"y");
    assert_eq!(bench.written(), b"end");
    bench.passed();
}

#[test]
fn no_round_at_all_is_no_mistake() {
    let mut bench = Bench::new(
        "",
        r#"{ "repeat": [{ "send": "x" }], "times": 0 }, { "wait": "1ms" }"#,
    );
    assert_eq!(bench.action(), None);
    bench.pass(1);
    bench.passed();
}

#[test]
fn a_conversation_ends_at_the_limit_of_steps() {
    let setting = Setting {
        max_steps: 100,
        ..Setting::default()
    };
    let mut bench = Bench::with(
        "",
        r#"{ "repeat": [{ "note": "round and round" }], "times": 1000000000000000000 }"#,
        setting,
    );
    assert_eq!(bench.fails(), FailureKind::TooManySteps { limit: 100 });
}

#[test]
fn a_wait_ends_on_time() {
    let mut bench = Bench::new("", r#"{ "wait": "30ms" }, { "wait": "10ms" }"#);
    assert_eq!(bench.action(), None);
    bench.pass(39);
    assert_eq!(bench.verdict(), None);
    bench.pass(1);
    bench.passed();
}

#[test]
fn clients_have_connections_of_their_own() {
    let mut bench = Bench::new(
        r#""clients": ["ann", "bob"],"#,
        r#"{ "as": "ann", "expect": "for ann" }, { "as": "bob", "expect": "for bob" }"#,
    );
    let second = ClientId(1);
    assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
    bench.player.handle_connected(FIRST, "peer", bench.now);
    bench.receive(b"for ann");
    assert_eq!(bench.action(), Some(Action::Connect(second)));
    bench.player.handle_connected(second, "peer", bench.now);
    bench.player.handle_received(second, b"for bob", bench.now);
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    assert_eq!(bench.action(), Some(Action::Close(second)));
    bench.passed();
}

const TEARDOWN: &str =
    r#""framing": "line", "finally": [{ "send": "{{id}}" }, { "send": "drop" }],"#;

#[test]
fn teardown_runs_on_a_fresh_connection_after_success() {
    let mut bench = Bench::connected(
        TEARDOWN,
        r#"{ "expect": { "any": true }, "capture": "id" }"#,
    );
    bench.receive(b"7\n");
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    assert_eq!(bench.player.verdict(), None);
    bench.connect();
    assert_eq!(bench.written(), b"7\n");
    assert_eq!(bench.written(), b"drop\n");
    bench.passed();
}

#[test]
fn teardown_leaves_out_what_needs_a_name_never_set_and_keeps_the_first_failure() {
    let mut bench = Bench::connected(TEARDOWN, r#"{ "expect": "no", "capture": "id" }"#);
    bench.receive(b"7\n");
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    bench.connect();
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    assert_eq!(bench.player.outbox(FIRST), b"drop\n");
    bench
        .player
        .handle_unwritable(FIRST, crate::player::Ending::Reset, bench.now);
    let failure = bench.failure();
    assert!(matches!(failure.kind, FailureKind::Mismatch { .. }));
    let beside = failure.finally.unwrap();
    assert!(beside.in_finally && matches!(beside.kind, FailureKind::Unwritable(_)));
    let skipped = bench
        .player
        .transcript()
        .finally()
        .unwrap()
        .events()
        .any(|e| matches!(e.kind, EventKind::Skipped { step: 1, .. }));
    assert!(skipped);
}

#[test]
fn cancelled_it_still_cleans_up_and_cancelled_again_it_stops() {
    let mut bench = Bench::connected(
        TEARDOWN,
        r#"{ "expect": { "any": true }, "capture": "id" }"#,
    );
    bench.player.cancel(bench.now);
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    bench.connect();
    assert_eq!(bench.written(), b"drop\n");
    assert_eq!(bench.verdict(), Some(&Verdict::Cancelled));

    let mut bench = Bench::connected(
        TEARDOWN,
        r#"{ "expect": { "any": true }, "capture": "id" }"#,
    );
    bench.player.cancel(bench.now);
    bench.player.cancel(bench.now);
    assert_eq!(bench.verdict(), Some(&Verdict::Cancelled));
}

#[test]
fn a_name_of_the_run_beats_the_files_and_a_cases_beats_both() {
    let vars = vec![
        ("a".to_owned(), "run".into()),
        ("b".to_owned(), "run".into()),
    ];
    let setting = Setting {
        vars,
        ..Setting::default()
    };
    let mut bench = Bench::with(
        r#""vars": { "a": "file", "b": "file", "c": "{{a}}+file" }, "cases": [{ "b": "case" }],"#,
        r#"{ "send": "{{a}} {{b}} {{c}}" }"#,
        setting,
    );
    bench.connect();
    assert_eq!(bench.written(), b"run case run+file");
}

#[test]
fn reset_plays_the_same_again() {
    let mut bench = Bench::connected(
        "",
        r#"{ "expect": "x", "capture": "x" }, { "send": "{{x}}" }"#,
    );
    for _ in 0..3 {
        bench.receive(b"x");
        assert_eq!(bench.written(), b"x");
        bench.passed();
        bench.player.reset(Setting::default());
        bench.connect();
    }
}

#[test]
fn teardown_leaves_out_nothing_but_what_needs_a_name_never_set() {
    let mut bench = Bench::connected(
        r#""framing": "line", "vars": { "x": "abc" }, "finally": [{ "send": "{{ x | unhex }}" }],"#,
        r#"{ "expect": "a" }"#,
    );
    bench.receive(b"a\n");
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    bench.connect();
    assert!(matches!(bench.fails(), FailureKind::NoValue(_)));
}

#[test]
fn teardown_has_a_limit_of_steps_of_its_own() {
    let setting = Setting {
        max_steps: 5,
        ..Setting::default()
    };
    let mut bench = Bench::with(
        r#""framing": "line", "finally": [{ "send": "bye" }],"#,
        r#"{ "repeat": [{ "note": "on and on" }], "times": 100 }"#,
        setting,
    );
    bench.connect();
    assert_eq!(bench.written(), b"bye\n");
    let failure = bench.failure();
    assert_eq!(failure.kind, FailureKind::TooManySteps { limit: 5 });
    assert_eq!(failure.finally, None);
}
