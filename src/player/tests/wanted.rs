//! What a peer would have to do for the step that waits to pass.

use super::bench::{Bench, FIRST};
use crate::player::{Action, Deed, Ending, RefusalKind, Setting, TlsFault, Wanted};
use crate::scenario::{Alert, ClientId};

const LINE: &str = r#""framing": "line","#;

/// What the peer of the only client would have to do now.
fn wanted(bench: &mut Bench) -> Option<Deed> {
    while bench.action().is_some() {}
    let mut all = bench.player.wanted();
    assert!(all.len() < 2, "{all:?}");
    all.pop().map(|wanted| wanted.deed)
}

fn say(bytes: &[u8]) -> Option<Deed> {
    Some(Deed::Say(bytes.to_vec()))
}

#[test]
fn an_expectation_wants_something_for_which_it_holds_framed_as_it_is_expected() {
    for (head, step, expected) in [
        (LINE, r#"{ "expect": "a" }"#, &b"a\n"[..]),
        (LINE, r#"{ "expect_bytes": "a" }"#, b"a"),
        ("", r#"{ "expect": "a" }"#, b"a"),
        ("", r#"{ "skip_until": "a" }"#, b"a"),
        (LINE, r#"{ "skip_until": "a" }"#, b"a\n"),
        (LINE, r#"{ "expect_any_order": ["a", "b"] }"#, b"a\n"),
    ] {
        let mut bench = Bench::connected(head, step);
        assert_eq!(wanted(&mut bench), say(expected), "{head} {step}");
    }
}

#[test]
fn of_several_what_has_not_come_is_wanted() {
    let mut bench = Bench::connected(LINE, r#"{ "expect_any_order": ["a", "b", "c"] }"#);
    bench.receive(b"a\n");
    assert_eq!(wanted(&mut bench), say(b"b\n"));
    bench.receive(b"c\n");
    assert_eq!(wanted(&mut bench), say(b"b\n"));
}

#[test]
fn a_probe_wants_its_reply_once_it_is_sent() {
    let step = r#"{ "expect_silence": { "probe": { "send": "a", "expect": "b" } } }"#;
    let mut bench = Bench::connected(LINE, step);
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    assert_eq!(wanted(&mut bench), None);
    bench.player.handle_written(FIRST, bench.now);
    assert_eq!(wanted(&mut bench), say(b"b\n"));
}

#[test]
fn an_end_is_wanted_in_one_of_the_ways_that_are_right() {
    for (kinds, expected) in [
        (r#""clean""#, Ending::Clean),
        (r#""any""#, Ending::Clean),
        (r#""reset""#, Ending::Reset),
        (r#"["reset", "truncated"]"#, Ending::Reset),
        (r#""truncated""#, Ending::Truncated),
        (r#"["truncated", "alert"]"#, Ending::Truncated),
        (
            r#"{ "alert": "handshake_failure" }"#,
            Ending::Alert(Alert(40)),
        ),
    ] {
        let mut bench = Bench::connected("", &format!(r#"{{ "expect_close": {kinds} }}"#));
        assert_eq!(wanted(&mut bench), Some(Deed::End(expected)), "{kinds}");
    }
    let refused = r#"{ "expect_close": "refused" }"#;
    let mut bench = Bench::connected(r#""framing": "datagram","#, refused);
    assert_eq!(wanted(&mut bench), Some(Deed::End(Ending::Refused)));
}

#[test]
fn a_connection_or_tls_that_must_not_come_about_is_to_be_refused() {
    let refused = |bench: &mut Bench| match wanted(bench) {
        Some(Deed::Refuse(why)) => Some(why.kind),
        None => None,
        other => panic!("{other:?}"),
    };
    const NO_TLS: RefusalKind = RefusalKind::Tls(TlsFault::NotTls);
    for (must, expected) in [
        ("true", None),
        (r#""refused""#, Some(RefusalKind::Refused)),
        (r#""unreachable""#, Some(RefusalKind::Unreachable)),
        (r#""tls-refused""#, Some(NO_TLS)),
    ] {
        let mut bench = Bench::new("", &format!(r#"{{ "connect": {must} }}"#));
        assert_eq!(refused(&mut bench), expected, "{must}");
    }
    for (must, expected) in [("true", None), (r#""refused""#, Some(NO_TLS))] {
        let mut bench = Bench::connected("", &format!(r#"{{ "start_tls": {must} }}"#));
        assert_eq!(refused(&mut bench), expected, "{must}");
    }
}

#[test]
fn nothing_is_wanted_where_time_is_all_that_is_waited_for() {
    for step in [
        r#"{ "wait": "1s" }"#,
        r#"{ "expect_silence": "1s" }"#,
        r#"{ "send": "a" }"#,
    ] {
        let mut bench = Bench::connected(LINE, &format!(r#"{{ "connect": true }}, {step}"#));
        assert_eq!(wanted(&mut bench), None, "{step}");
    }
}

#[test]
fn each_branch_wants_what_is_its_own_and_each_step_has_its_number() {
    let mut bench = Bench::new(
        r#""clients": ["ann", "bob"], "framing": "line","#,
        r#"{ "parallel": [[{ "as": "ann", "expect": "a" }, { "as": "ann", "expect": "c" }], [{ "as": "bob", "expect": "b" }]] }"#,
    );
    let bob = ClientId(1);
    for client in [FIRST, bob] {
        assert_eq!(bench.action(), Some(Action::Connect(client)));
    }
    for client in [FIRST, bob] {
        bench.player.handle_connected(client, "peer", bench.now);
    }
    let of = |step, client, bytes: &[u8]| Wanted {
        step,
        client,
        deed: Deed::Say(bytes.to_vec()),
    };
    // The `parallel` is the first step that begins.
    let both = [of(2, FIRST, b"a\n"), of(3, bob, b"b\n")];
    assert_eq!(bench.player.wanted(), both);
    bench.receive(b"a\n");
    let both = [of(4, FIRST, b"c\n"), of(3, bob, b"b\n")];
    assert_eq!(bench.player.wanted(), both);
}

#[test]
fn what_is_said_has_the_values_of_now_in_it() {
    let steps = r#"{ "expect": { "length": 3, "capture": "x" } }, { "expect": "<{{ x }}>" }"#;
    let mut bench = Bench::with(LINE, steps, Setting::default());
    bench.connect();
    bench.receive(b"abc\n");
    assert_eq!(wanted(&mut bench), say(b"<abc>\n"));
}
