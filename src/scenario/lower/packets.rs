//! What packets are not: there is no byte stream that could be cut, half-closed or read by bytes.
//!
//! A client whose framing is `datagram` cannot do it; of one without a framing it is noted, for a run that takes it to a
//! datagram socket.

use super::super::{Client, ClientId, CloseKinds, Diagnostic, Span, code};
use super::fields::Given;
use super::reader::Reader;
use crate::wire::Framing;

/// A key, as [`Client::streams_only`] names it.
pub(super) const SPLIT: &str = "`split`";
pub(super) const SEND_BYTES: &str = "`send_bytes`";
pub(super) const EXPECT_BYTES: &str = "`expect_bytes`";
pub(super) const HALF_CLOSE: &str = "`close: \"write\"`";
pub(super) const TLS: &str = "TLS";
const ENDS: &str = "`expect_close` of another kind than \"refused\"";

impl<'a> Reader<'a> {
    /// Notes that a step needs a byte stream, and reports it where its client has packets.
    pub(super) fn of_streams(&mut self, client: Option<ClientId>, span: Span, what: &'static str) {
        let client = client.and_then(|id| self.clients.get_mut(usize::from(id.0)));
        if let Some(found) = client.and_then(|client| on_streams(client, span, what)) {
            self.report(found);
        }
    }

    /// Checks which ends a step's client can see.
    pub(super) fn check_ends(
        &mut self,
        client: Option<ClientId>,
        given: Given<'_, 'a>,
        kinds: CloseKinds,
    ) {
        if !kinds.refused {
            self.of_streams(client, given.span(), ENDS);
            return;
        }
        let of = client.and_then(|id| self.clients.get(usize::from(id.0)));
        let only_refused = CloseKinds {
            refused: true,
            ..CloseKinds::NONE
        } == kinds;
        if only_refused
            && of.is_some_and(|client| client.framing_given && client.framing != Framing::Datagram)
        {
            self.report(
                Diagnostic::error(
                    code::ONLY_ON_PACKETS,
                    given.span(),
                    "a connection that is there is not \"refused\" any more",
                )
                .label("an end that only datagram sockets see")
                .help("expect \"reset\" of a byte stream, or \"connect\": \"refused\" before there is one"),
            );
        }
    }
}

/// Notes that a client needs a byte stream; what to report where it has packets.
pub(super) fn on_streams(
    client: &mut Client,
    span: Span,
    what: &'static str,
) -> Option<Diagnostic> {
    match what {
        ENDS | HALF_CLOSE => client.ends_only.get_or_insert(what),
        _ => client.streams_only.get_or_insert(what),
    };
    if client.framing != Framing::Datagram {
        return None;
    }
    let message = format!("{what} is for byte streams, and the framing `datagram` has packets");
    let found = Diagnostic::error(code::NOT_ON_PACKETS, span, message);
    Some(
        found
            .label("there is no byte stream here")
            .help(match what {
                SPLIT => "leave it out: several `send` steps are several packets",
                SEND_BYTES => "use `send`: it sends exactly these bytes as one packet",
                EXPECT_BYTES => "use `expect`: it takes the next packet whole",
                TLS => "leave it out: TLS is for byte streams",
                HALF_CLOSE => "use \"close\": \"clean\", or leave the socket open",
                _ => "use \"refused\" or \"any\": nobody is told of the end of a datagram socket",
            }),
    )
}
