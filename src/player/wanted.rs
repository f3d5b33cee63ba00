//! What a peer would have to do for the step that waits to pass: for whoever plays a script without a server.

use super::core::Core;
use super::cursor::{Cursor, Doing};
use super::{Ending, Refusal, RefusalKind, TlsFault};
use crate::scenario::{ClientId, CloseKinds, ConnectAs, Matcher, Script, Step, TlsAs, Verb};
use crate::wire::Framing;

/// What a peer would have to do for a step to pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The number of the step, of all that have begun: what did not help need not be done again.
    pub(crate) step: u64,
    /// Whose peer.
    pub(crate) client: ClientId,
    /// What.
    pub(crate) deed: Deed,
}

/// What a peer does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Deed {
    /// It says these bytes, framing included.
    Say(Vec<u8>),
    /// It ends the connection.
    End(Ending),
    /// It does not let the client connect, or begin TLS.
    Refuse(Refusal),
}

impl Cursor {
    /// What would let its step pass, where that can be said.
    pub(super) fn wanted(&self, script: &Script, core: &Core) -> Option<Wanted> {
        let (step, _) = self.step(script)?;
        let deed = match (self.doing, &step.verb) {
            (Doing::Expect, Verb::Expect { .. } | Verb::SkipUntil(_)) => {
                Deed::Say(said(step, None, script, core)?)
            }
            (Doing::Expect, Verb::ExpectAnyOrder(all)) => {
                let missing = self.met.iter().position(|met| !met)?;
                Deed::Say(said(step, all.parts().get(missing), script, core)?)
            }
            (Doing::Probe, Verb::Probe { .. }) => Deed::Say(said(step, None, script, core)?),
            (Doing::ExpectClose, Verb::ExpectClose { kinds, .. }) => Deed::End(an_end(*kinds)),
            (Doing::Join, Verb::Connect { must, .. }) => Deed::Refuse(refused(match must {
                ConnectAs::Open => return None,
                ConnectAs::Refused => RefusalKind::Refused,
                ConnectAs::Unreachable => RefusalKind::Unreachable,
                ConnectAs::TlsRefused => RefusalKind::Tls(TlsFault::NotTls),
            })),
            (Doing::Secure, Verb::StartTls { must, .. }) => match must {
                TlsAs::Open => return None,
                TlsAs::Refused => Deed::Refuse(refused(RefusalKind::Tls(TlsFault::NotTls))),
            },
            _ => return None,
        };
        Some(Wanted {
            step: self.serial,
            client: step.client,
            deed,
        })
    }
}

fn refused(kind: RefusalKind) -> Refusal {
    let message = String::new();
    Refusal { kind, message }
}

/// One of the ends that are right.
fn an_end(kinds: CloseKinds) -> Ending {
    match kinds.alerts.iter().next() {
        _ if kinds.clean => Ending::Clean,
        _ if kinds.reset => Ending::Reset,
        _ if kinds.truncated => Ending::Truncated,
        _ if kinds.refused => Ending::Refused,
        Some(alert) => Ending::Alert(alert),
        None => Ending::Lost,
    }
}

/// What the peer would say, framed as the step expects it; `wanted` is what has not come yet, of several.
fn said(step: &Step, wanted: Option<&Matcher>, script: &Script, core: &Core) -> Option<Vec<u8>> {
    let (matcher, framed) = match (&step.verb, wanted) {
        (
            Verb::Expect {
                matcher, framed, ..
            },
            _,
        ) => (matcher, *framed),
        (Verb::SkipUntil(matcher) | Verb::Probe { matcher, .. }, _)
        | (Verb::ExpectAnyOrder(_), Some(matcher)) => (matcher, true),
        _ => return None,
    };
    let client = script.clients.get(usize::from(step.client.0))?;
    let limit = core.setting.max_payload.min(client.max_message);
    let message = matcher.sample(&core.values, limit)?;
    if !framed || client.framing == Framing::Raw {
        return Some(message);
    }
    let mut bytes = Vec::new();
    client.framing.encode(&message, &mut bytes).ok()?;
    Some(bytes)
}
