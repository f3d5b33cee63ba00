//! How connections come about, where they go, and how they do not come about.

use super::bench::{Bench, FIRST};
use crate::player::{Action, FailureKind, Refusal, RefusalKind, Setting, TlsFault};

/// The kind of a failure, without what is in it.
fn kind(failure: &FailureKind) -> &'static str {
    match failure {
        FailureKind::NotConnected(_) => "not connected",
        FailureKind::NotAllowed(_) => "not allowed",
        FailureKind::NoTls(_) => "no TLS",
        FailureKind::OtherRefusal(_) => "another refusal",
        FailureKind::Connected(_) => "connected",
        FailureKind::ConnectTimedOut => "timed out",
        other => panic!("{other:?}"),
    }
}

fn refuse(bench: &mut Bench, kind: RefusalKind) {
    let message = "why".to_owned();
    let why = Refusal { kind, message };
    bench.player.handle_refused(FIRST, why, bench.now);
}

#[test]
fn a_connect_passes_only_where_it_fails_as_it_must() {
    const TLS: RefusalKind = RefusalKind::Tls(TlsFault::NotTls);
    for (must, refusal, fails) in [
        ("true", RefusalKind::Refused, Some("not connected")),
        ("true", RefusalKind::Unreachable, Some("not connected")),
        ("true", TLS, Some("no TLS")),
        ("true", RefusalKind::NotAllowed, Some("not allowed")),
        (r#""refused""#, RefusalKind::Refused, None),
        (
            r#""refused""#,
            RefusalKind::Unreachable,
            Some("another refusal"),
        ),
        (r#""refused""#, TLS, Some("another refusal")),
        (r#""refused""#, RefusalKind::NotAllowed, Some("not allowed")),
        (r#""unreachable""#, RefusalKind::Unreachable, None),
        (
            r#""unreachable""#,
            RefusalKind::Refused,
            Some("another refusal"),
        ),
        (
            r#""unreachable""#,
            RefusalKind::NotAllowed,
            Some("not allowed"),
        ),
        (r#""tls-refused""#, TLS, None),
        (
            r#""tls-refused""#,
            RefusalKind::Refused,
            Some("another refusal"),
        ),
        (
            r#""tls-refused""#,
            RefusalKind::NotAllowed,
            Some("not allowed"),
        ),
    ] {
        let mut bench = Bench::new("", &format!(r#"{{ "connect": {must} }}"#));
        assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
        refuse(&mut bench, refusal);
        match fails {
            Some(expected) => assert_eq!(kind(&bench.fails()), expected, "{must} {refusal:?}"),
            None => bench.passed(),
        }
    }
}

#[test]
fn a_connection_that_should_not_be_is_a_failure() {
    for must in ["refused", "unreachable", "tls-refused"] {
        let mut bench = Bench::connected("", &format!(r#"{{ "connect": "{must}" }}"#));
        assert_eq!(kind(&bench.fails()), "connected", "{must}");
    }
}

#[test]
fn a_step_that_needs_a_connection_says_why_there_is_none() {
    for (refusal, expected) in [
        (RefusalKind::Refused, "not connected"),
        (RefusalKind::NotAllowed, "not allowed"),
        (RefusalKind::Tls(TlsFault::Expired), "no TLS"),
    ] {
        let mut bench = Bench::new("", r#"{ "send": "x" }"#);
        assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
        refuse(&mut bench, refusal);
        assert_eq!(kind(&bench.fails()), expected);
    }
}

#[test]
fn a_connection_that_takes_too_long_fails_the_step_that_needs_it() {
    for step in [
        r#"{ "expect": "x", "within": "50ms" }"#,
        r#"{ "connect": true, "within": "50ms" }"#,
    ] {
        let mut bench = Bench::new("", step);
        assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
        assert_eq!(
            bench.player.connect_deadline(FIRST),
            Some(bench.now.after(std::time::Duration::from_millis(50)))
        );
        bench.pass(50);
        assert_eq!(kind(&bench.fails()), "timed out", "{step}");
    }
}

#[test]
fn a_client_connects_where_the_step_says_else_where_its_settings_say() {
    let clients = r#""clients": { "ann": { "address": "tcp://a.example:{{ port }}" } }, "vars": { "port": 7 },"#;
    let steps = r#"{ "expect": "a" }, { "close": "clean" }, { "connect": { "address": "tcp://b.example:{{ port + 1 }}" } }"#;
    let mut bench = Bench::new(clients, steps);
    let address = |bench: &Bench| bench.player.address(FIRST).map(ToString::to_string);
    assert_eq!(address(&bench), None);
    assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
    assert_eq!(address(&bench).as_deref(), Some("tcp://a.example:7"));
    bench.player.handle_connected(FIRST, "peer", bench.now);
    bench.receive(b"a");
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    assert_eq!(bench.action(), Some(Action::Connect(FIRST)));
    assert_eq!(address(&bench).as_deref(), Some("tcp://b.example:8"));
    bench.player.handle_connected(FIRST, "peer", bench.now);
    bench.passed();
}

#[test]
fn an_address_must_fit_what_the_client_is() {
    let at = |settings: &str, address: &str| {
        let head = format!(
            r#""clients": {{ "ann": {{ {settings} "address": "{{{{ to }}}}" }} }}, "vars": {{ "to": "{address}" }},"#
        );
        let json = format!(r#"{{ {head} "steps": [{{ "connect": true }}] }}"#);
        let script = super::bench::scenario(&json).script;
        let mut bench = Bench::of(script, Setting::default());
        match bench.action() {
            Some(Action::Connect(FIRST)) => String::new(),
            _ => match bench.fails() {
                FailureKind::NoValue(error) => error.message,
                other => panic!("{other:?}"),
            },
        }
    };
    const UDP: &str = "udp://a.example:7";
    for (settings, address, expected) in [
        ("", "tcp://a.example:7", ""),
        ("", UDP, ""),
        (r#""framing": "datagram","#, UDP, ""),
        (
            r#""framing": "datagram","#,
            "tcp://a.example:7",
            "the framing `datagram` is of packets",
        ),
        (
            r#""framing": "line","#,
            UDP,
            "the framing is of byte streams",
        ),
        (
            r#""framing": "raw","#,
            UDP,
            "the framing is of byte streams",
        ),
        (r#""tls": {},"#, UDP, "TLS is for byte streams"),
    ] {
        let said = at(settings, address);
        assert!(said.ends_with(expected), "{settings} {address}: {said}");
        assert_eq!(
            said.is_empty(),
            expected.is_empty(),
            "{settings} {address}: {said}"
        );
    }
}

#[test]
fn a_client_that_names_no_framing_has_messages_as_its_address_carries_them() {
    let json = r#"{ "clients": { "ann": { "address": "{{ to }}" } }, "vars": { "to": "udp://a.example:7" },
        "steps": [{ "expect": "ab" }, { "close": "clean" },
                  { "connect": { "address": "tcp://a.example:7" } }, { "expect": "cd" }, { "expect": "ef" }, { "close": "clean" },
                  { "connect": true }, { "expect": "gh" }] }"#;
    let mut bench = Bench::of(super::bench::scenario(json).script, Setting::default());
    bench.connect();
    bench.receive(b"ab");
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    bench.connect();
    // Bytes, which are lines, and not a packet.
    bench.receive(b"cd\nef\n");
    assert_eq!(bench.action(), Some(Action::Close(FIRST)));
    bench.connect();
    bench.receive(b"gh\n");
    assert!(matches!(
        bench.fails(),
        FailureKind::Mismatch {
            received_len: 3,
            ..
        }
    ));
}

#[test]
fn another_setting_may_carry_packets_where_the_last_one_carried_bytes() {
    let json = r#"{ "steps": [{ "expect": "ab" }, { "expect": "c" }] }"#;
    let mut bench = Bench::of(super::bench::scenario(json).script, Setting::default());
    let packets = |packets| Setting {
        packets,
        ..Setting::default()
    };
    for (of_packets, passes) in [
        (vec![], true),
        (vec![true], false),
        (vec![true], false),
        (vec![], true),
    ] {
        bench.player.reset(packets(of_packets));
        bench.connect();
        bench.receive(b"ab\nc\n");
        match passes {
            true => bench.passed(),
            false => assert!(matches!(bench.fails(), FailureKind::Mismatch { .. })),
        }
    }
}
