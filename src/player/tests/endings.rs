//! How connections come about and end.

use super::bench::{Bench, FIRST};
use crate::player::{
    Action, EndedBy, Ending, EventKind, FailureKind, FirstEnd, Instead, RefusalKind,
};
use crate::scenario::{CloseHow, CloseKinds};

#[test]
fn each_kind_of_end_is_told_apart() {
    for (kinds, how, passes) in [
        (r#""clean""#, Ending::Clean, true),
        (r#""clean""#, Ending::Reset, false),
        (r#""reset""#, Ending::Reset, true),
        (r#""reset""#, Ending::Clean, false),
        (r#"["clean", "reset"]"#, Ending::Reset, true),
        (r#""any""#, Ending::Lost, true),
        (r#""clean""#, Ending::Lost, false),
    ] {
        let mut bench = Bench::connected("", &format!(r#"{{ "expect_close": {kinds} }}"#));
        bench.end(how);
        if passes {
            bench.passed();
        } else {
            assert!(
                matches!(bench.fails(), FailureKind::WrongEnding { how: seen, .. } if seen == how)
            );
        }
    }
}

#[test]
fn a_reset_that_a_send_has_seen_is_no_clean_end() {
    let mut bench = Bench::connected(
        "",
        r#"{ "send": "x", "may_fail": true }, { "expect_close": "reset" }"#,
    );
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    bench
        .player
        .handle_unwritable(FIRST, Ending::Reset, bench.now);
    bench.end(Ending::Clean);
    bench.passed();
}

#[test]
fn who_ended_a_connection_first_is_kept_and_when() {
    for (close, how) in [("write", CloseHow::Write), ("reset", CloseHow::Reset)] {
        let steps = format!(
            r#"{{ "connect": true }}, {{ "wait": "7ms" }}, {{ "close": "{close}" }}, {{ "assert": "{{{{ 1 == 2 }}}}" }}"#
        );
        let mut bench = Bench::connected("", &steps);
        bench.pass(7);
        let first = FirstEnd {
            by: EndedBy::Us(how),
            at: bench.now,
        };
        assert_eq!(bench.failure().links[0].first_end, Some(first), "{close}");
    }
    // Whoever comes second changes nothing.
    let mut bench = Bench::connected("", r#"{ "close": "write" }, { "expect": "x" }"#);
    bench.pass(3).end(Ending::Clean);
    let first = bench.failure().links[0].first_end;
    assert_eq!(
        first.map(|first| first.by),
        Some(EndedBy::Us(CloseHow::Write))
    );
    let mut bench = Bench::connected("", r#"{ "expect": "x" }"#);
    bench.end(Ending::Reset);
    let first = bench.failure().links[0].first_end;
    assert_eq!(
        first.map(|first| first.by),
        Some(EndedBy::Peer(Ending::Reset))
    );
}

#[test]
fn where_there_is_no_reset_the_connection_is_dropped() {
    for (has_reset, event, by) in [
        (true, EventKind::Aborted, EndedBy::Us(CloseHow::Reset)),
        (false, EventKind::Dropped, EndedBy::UsWithoutReset),
    ] {
        let mut bench = Bench::new("", r#"{ "close": "reset" }, { "assert": "{{ 1 == 2 }}" }"#);
        assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
        bench.player.handle_kind(FIRST, has_reset);
        bench.player.handle_connected(FIRST, "peer", bench.now);
        assert_eq!(bench.action(), Some(Action::Reset(FIRST)));
        assert!(bench.saw(&event), "{event:?}");
        let first = bench.failure().links[0].first_end;
        assert_eq!(first.map(|first| first.by), Some(by));
    }
    // Other ends are what they are.
    let mut bench = Bench::new("", r#"{ "close": "clean" }, { "connect": true }"#);
    assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
    bench.player.handle_kind(FIRST, false);
    bench.player.handle_connected(FIRST, "peer", bench.now);
    assert!(bench.saw(&EventKind::Closed));
}

#[test]
fn unread_bytes_before_an_end_are_unexpected() {
    let kinds = CloseKinds {
        clean: true,
        ..CloseKinds::NONE
    };
    let mut bench = Bench::connected("", r#"{ "expect_close": "clean" }"#);
    bench.receive(b"bye").end(Ending::Clean);
    match bench.fails() {
        FailureKind::Unexpected {
            instead, received, ..
        } => {
            assert_eq!(
                (instead, received.as_slice()),
                (Instead::End(kinds), &b"bye"[..])
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_end_that_does_not_come_is_waited_for_in_time() {
    let mut bench = Bench::connected("", r#"{ "expect_close": "clean", "within": "20ms" }"#);
    bench.pass(20);
    assert_eq!(
        bench.fails(),
        FailureKind::StillOpen {
            kinds: CloseKinds {
                clean: true,
                ..CloseKinds::NONE
            }
        }
    );
}

#[test]
fn after_a_close_only_connect_opens_again() {
    let mut bench = Bench::connected(
        "",
        r#"{ "close": "clean" }, { "connect": true }, { "expect": "again" }"#,
    );
    // Nothing had to be said, and still the first step opened the connection.
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    bench.connect();
    bench.receive(b"again");
    bench.passed();
}

#[test]
fn half_a_close_goes_on_reading() {
    let mut bench = Bench::connected(
        "",
        r#"{ "close": "write" }, { "expect": "last" }, { "expect_close": "clean" }"#,
    );
    assert_eq!(bench.action(), Some(Action::Shutdown(FIRST)));
    bench.receive(b"last").end(Ending::Clean);
    bench.passed();
}

#[test]
fn a_reset_is_asked_for_as_such() {
    let mut bench = Bench::connected("", r#"{ "close": "reset" }"#);
    assert_eq!(bench.action(), Some(Action::Reset(FIRST)));
    bench.passed();
}

#[test]
fn connections_open_at_the_end_are_closed_cleanly() {
    let mut bench = Bench::connected("", r#"{ "expect": "x" }"#);
    bench.receive(b"x");
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    bench.passed();
}

#[test]
fn a_connection_that_is_refused_fails_its_first_step_or_passes_as_asked() {
    let mut bench = Bench::new("", r#"{ "expect": "x" }"#);
    assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
    bench.refuse(true);
    assert!(
        matches!(bench.fails(), FailureKind::NotConnected(why) if why.kind == RefusalKind::Refused)
    );

    for (wanted, refused, passes) in [
        ("refused", true, true),
        ("refused", false, false),
        ("unreachable", false, true),
        ("unreachable", true, false),
    ] {
        let mut bench = Bench::new("", &format!(r#"{{ "connect": "{wanted}" }}"#));
        assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
        bench.refuse(refused);
        if passes {
            bench.passed();
        } else {
            assert!(matches!(bench.fails(), FailureKind::OtherRefusal(_)));
        }
    }
}

#[test]
fn a_connection_that_should_not_have_come_about_fails() {
    let mut bench = Bench::new("", r#"{ "connect": "refused" }"#);
    bench.connect();
    assert_eq!(bench.fails(), FailureKind::Connected("peer".into()));
}

#[test]
fn no_answer_in_time_is_unreachable() {
    let mut bench = Bench::new("", r#"{ "connect": "unreachable", "within": "30ms" }"#);
    assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
    bench.pass(30);
    assert_eq!(
        bench.action(),
        Some(Action::Close(FIRST)),
        "the attempt is given up"
    );
    bench.passed();
    let mut bench = Bench::new("", r#"{ "connect": true, "within": "30ms" }"#);
    assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
    bench.pass(30);
    assert_eq!(bench.fails(), FailureKind::ConnectTimedOut);
}
