//! What is shown where TLS did not begin, or ended in a way of its own.

use super::stage::{CLEAN, check, check_one, event, failure};
use crate::player::{Ending, EventKind, FailureKind, Instead, Refusal, RefusalKind, TlsFault};
use crate::scenario::Alert;

#[test]
fn tls_that_did_not_begin_and_tls_that_should_not_have() {
    let refusal = Refusal {
        kind: RefusalKind::Tls(TlsFault::WrongName),
        message: "127.0.0.1:4444: the server's certificate is not for \"localhost\" but for a.test"
            .into(),
    };
    let events = [event(90, 0, EventKind::NoTls(refusal.clone()))];
    check(
        "no-tls",
        &failure(FailureKind::NoTls(refusal)),
        &events,
        &["client"],
    );
    let how = || "TLS 1.3, ALPN h2".to_owned();
    let events = [event(90, 0, EventKind::Secured(how()))];
    check(
        "secured",
        &failure(FailureKind::Secured(how())),
        &events,
        &["client"],
    );
    check_one(
        "in-clear",
        FailureKind::Unexpected {
            instead: Instead::Tls,
            received: b"INJECTED\r\n".to_vec(),
            received_len: 10,
        },
        Vec::new(),
    );
}

#[test]
fn every_end_of_tls_has_its_words() {
    for (name, how) in [
        ("truncated", Ending::Truncated),
        ("alert", Ending::Alert(Alert(116))),
        ("garbled", Ending::Garbled),
    ] {
        let kind = FailureKind::WrongEnding { kinds: CLEAN, how };
        check_one(name, kind, vec![event(2800, 0, EventKind::Ended(how))]);
    }
}
