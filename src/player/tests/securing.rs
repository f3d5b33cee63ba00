//! TLS: how it is asked for, how it comes about or does not, and that nothing said in clear is taken for a part of it.

use super::bench::{Bench, FIRST, scenario};
use crate::player::{
    Action, Ending, EventKind, FailureKind, Instead, Refusal, RefusalKind, Setting, TlsFault,
};

fn refusal() -> Refusal {
    Refusal {
        kind: RefusalKind::Tls(TlsFault::NotTls),
        message: "no TLS".into(),
    }
}

/// A conversation that has asked for TLS.
fn asking(steps: &str) -> Bench {
    let mut bench = Bench::connected("", steps);
    assert_eq!(bench.action(), Some(Action::Upgrade(FIRST)));
    assert_eq!(bench.action(), None, "until that is answered");
    bench
}

#[test]
fn tls_begins_and_the_conversation_goes_on_in_it() {
    let mut bench = asking(
        r#"{ "start_tls": { "server_name": "{{ 'a' }}.example" } }, { "send": "x" }, { "expect": "y" }"#,
    );
    assert!(
        !bench.player.wants_bytes(FIRST),
        "these would be of the handshake"
    );
    let name = bench
        .player
        .tls(FIRST)
        .and_then(|tls| tls.server_name.clone());
    assert_eq!(name.as_deref(), Some("a.example"));
    bench.player.handle_secured(FIRST, "TLS 1.3", bench.now);
    assert_eq!(bench.written(), b"x");
    assert!(bench.player.wants_bytes(FIRST));
    bench.receive(b"y");
    bench.passed();
    assert!(bench.saw(&EventKind::Secured("TLS 1.3".into())));
}

#[test]
fn tls_that_does_not_come_about_fails_unless_it_must_not() {
    let mut bench = asking(r#"{ "start_tls": true }"#);
    bench.player.handle_not_secured(FIRST, refusal(), bench.now);
    assert_eq!(bench.fails(), FailureKind::NoTls(refusal()));

    let mut bench = asking(r#"{ "start_tls": "refused" }"#);
    bench.player.handle_not_secured(FIRST, refusal(), bench.now);
    assert!(bench.saw(&EventKind::NoTls(refusal())));
    bench.passed();

    let mut bench = asking(r#"{ "start_tls": "refused" }"#);
    bench.player.handle_secured(FIRST, "TLS 1.3", bench.now);
    assert_eq!(bench.fails(), FailureKind::Secured("TLS 1.3".into()));
}

#[test]
fn a_handshake_has_the_time_of_its_step() {
    for must in ["true", r#""refused""#] {
        let mut bench = asking(&format!(r#"{{ "start_tls": {must}, "within": "50ms" }}"#));
        bench.pass(49);
        assert!(bench.verdict().is_none());
        bench.pass(1);
        let FailureKind::NoTls(why) = bench.fails() else {
            panic!("{must}");
        };
        assert_eq!(why.kind, RefusalKind::Tls(TlsFault::TimedOut));
    }
}

#[test]
fn what_was_said_in_clear_fails_it_whenever_it_is_found() {
    let unexpected = |bench: &mut Bench| match bench.fails() {
        FailureKind::Unexpected {
            instead: Instead::Tls,
            received,
            ..
        } => assert_eq!(received, b"more"),
        other => panic!("{other:?}"),
    };
    let mut bench = Bench::connected("", r#"{ "expect": "go" }, { "start_tls": true }"#);
    bench.receive(b"gomore");
    unexpected(&mut bench);
    // It is found when the driver looks a last time, and does not begin.
    let mut bench = asking(r#"{ "start_tls": true }"#);
    bench.receive(b"more");
    unexpected(&mut bench);
}

#[test]
fn an_end_before_tls_begins_fails_it() {
    let ended = |bench: &mut Bench| match bench.fails() {
        FailureKind::NoTls(why) => assert_eq!(why.kind, RefusalKind::Tls(TlsFault::Ended)),
        other => panic!("{other:?}"),
    };
    let mut bench = asking(r#"{ "start_tls": true }"#);
    bench.end(Ending::Clean);
    ended(&mut bench);
    let mut bench = Bench::connected("", r#"{ "send": "x" }, { "start_tls": true }"#);
    assert_eq!(bench.action(), Some(Action::Write(FIRST)));
    bench.end(Ending::Clean);
    bench.player.handle_written(FIRST, bench.now);
    ended(&mut bench);
}

#[test]
fn what_nobody_has_asked_for_is_not_heard() {
    let mut bench = Bench::connected("", r#"{ "expect": "a" }"#);
    bench.player.handle_secured(FIRST, "TLS 1.3", bench.now);
    bench.player.handle_not_secured(FIRST, refusal(), bench.now);
    bench.receive(b"a");
    bench.passed();
}

#[test]
fn options_of_a_step_come_before_those_of_its_client() {
    let json = |client: &str, connect: &str| {
        format!(
            r#"{{ "clients": {{ "ann": {{ {client} }} }}, "vars": {{ "name": "a.example" }}, "steps": [{{ "connect": {connect} }}] }}"#
        )
    };
    let own = r#""tls": { "server_name": "{{ name }}", "insecure": true }"#;
    for (client, connect, expected) in [
        ("", "true", None),
        (own, "true", Some((Some("a.example"), Some(true)))),
        (
            "",
            r#"{ "tls": { "server_name": "b.example" } }"#,
            Some((Some("b.example"), None)),
        ),
        (
            own,
            r#"{ "tls": { "server_name": "b.example" } }"#,
            Some((Some("b.example"), Some(true))),
        ),
        (
            own,
            r#"{ "tls": { "insecure": false } }"#,
            Some((Some("a.example"), Some(false))),
        ),
    ] {
        let mut bench = Bench::of(scenario(&json(client, connect)).script, Setting::default());
        assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
        let tls = bench.player.tls(FIRST);
        let told = tls.map(|tls| (tls.server_name.as_deref(), tls.insecure));
        assert_eq!(told, expected, "{client} {connect}");
    }
}
