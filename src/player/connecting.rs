//! Steps that open connections: `connect`, and the first step of a client that needs one.

use super::core::Core;
use super::cursor::{Cursor, Doing};
use super::link::{Dial, Phase};
use super::verdict::{FailureKind, Fault, fail};
use super::{Refusal, RefusalKind};
use crate::scenario::{
    Address, AddressError, Client, ClientId, CloseHow, ConnectAs, EvalError, Step, Template,
    TlsOptions, Verb,
};
use crate::time::Time;
use crate::wire::Framing;

impl Core {
    /// How a connection of a client is to be made: as the step says, else as the client's settings do.
    fn dial(
        &self,
        client: ClientId,
        address: Option<&Template>,
        tls: Option<&TlsOptions<Template>>,
    ) -> Result<Dial, EvalError> {
        let tls = self.tls_from_the_beginning(client, tls)?;
        let n = usize::from(client.0);
        let of_client = self.script.clients.get(n);
        let own = address.or_else(|| of_client.and_then(|client| client.address.as_deref()));
        let at_target = self.setting.is_on_packets(client);
        let is_datagram = |client: &Client| client.framing == Framing::Datagram;
        let (Some(template), Some(of_client)) = (own, of_client) else {
            return Ok(Dial {
                address: None,
                on_packets: at_target || of_client.is_some_and(is_datagram),
                tls,
            });
        };
        let mut text = Vec::new();
        template.render(&self.values, MAX_ADDRESS, &mut text)?;
        let text = String::from_utf8_lossy(&text);
        let fault = |message: String| EvalError::new(message, template.span());
        let address: Address = text
            .parse()
            .and_then(Address::reachable)
            .map_err(|error: AddressError| fault(error.to_string()))?;
        let on_packets = address.carries().are_packets();
        let why = match (on_packets, is_datagram(of_client)) {
            (false, true) => Some("the framing `datagram` is of packets"),
            (true, false) if of_client.framing_given => Some("the framing is of byte streams"),
            (true, _) if tls.is_some() => Some("TLS is for byte streams"),
            (true, _) => of_client.streams_only,
            (false, false) => None,
        };
        match why {
            Some(why) => Err(fault(format!("{address} does not fit: {why}"))),
            None => Ok(Dial {
                address: Some(address),
                on_packets,
                tls,
            }),
        }
    }
}

/// How many bytes an address may have.
const MAX_ADDRESS: usize = 4 << 10;

impl Cursor {
    /// `connect`: only a client without a connection can.
    pub(super) fn join(&mut self, step: &Step, core: &mut Core) -> Result<bool, Fault> {
        if core.link(step.client)?.is_held() {
            return fail(FailureKind::AlreadyConnected);
        }
        let (address, tls) = match &step.verb {
            Verb::Connect { address, tls, .. } => (address.as_deref(), tls.as_deref()),
            _ => (None, None),
        };
        let dial = core
            .dial(step.client, address, tls)
            .map_err(FailureKind::NoValue)?;
        let action = core.link(step.client)?.connect(dial, self.deadline);
        core.ask(action);
        self.doing = Doing::Join;
        Ok(true)
    }

    pub(super) fn look_at_join(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        let Verb::Connect { must: wanted, .. } = &step.verb else {
            return Ok(self.done());
        };
        let due = self.is_due(now);
        let link = core.link(step.client)?;
        match (&link.phase, wanted) {
            (Phase::Open, ConnectAs::Open) => Ok(self.done()),
            (Phase::Open, _) => fail(FailureKind::Connected(link.peer.clone())),
            (Phase::Refused(why), _) if why.kind == RefusalKind::NotAllowed => {
                fail(not_connected(why))
            }
            (Phase::Refused(why), ConnectAs::Open) => fail(not_connected(why)),
            (Phase::Refused(why), wanted) if is_as_wanted(why.kind, *wanted) => Ok(self.done()),
            (Phase::Refused(why), _) => fail(FailureKind::OtherRefusal(why.clone())),
            (_, ConnectAs::Unreachable) if due && !self.is_cut => {
                core.give_back(step.client, CloseHow::Clean, now);
                Ok(self.done())
            }
            _ if due => fail(FailureKind::ConnectTimedOut),
            _ => Ok(false),
        }
    }

    /// All other steps: the first of a client that needs a connection opens it.
    pub(super) fn begin_connected(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        let link = core.link(step.client)?;
        match &link.phase {
            Phase::Open => {}
            Phase::Closed => return fail(FailureKind::NoConnection),
            Phase::Refused(why) => return fail(not_connected(why)),
            Phase::Connecting => {
                self.doing = Doing::Connect;
                return Ok(true);
            }
            Phase::Fresh => {
                let dial = core
                    .dial(step.client, None, None)
                    .map_err(FailureKind::NoValue)?;
                let action = core.link(step.client)?.connect(dial, self.deadline);
                core.ask(action);
                self.doing = Doing::Connect;
                return Ok(true);
            }
        }
        self.enter(step, core, now)
    }

    pub(super) fn look_at_connect(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        let due = self.is_due(now);
        match &core.link(step.client)?.phase {
            Phase::Open => self.enter(step, core, now),
            Phase::Refused(why) => fail(not_connected(why)),
            _ if due => fail(FailureKind::ConnectTimedOut),
            _ => Ok(false),
        }
    }
}

/// How a step fails whose connection did not come about.
fn not_connected(why: &Refusal) -> FailureKind {
    match why.kind {
        RefusalKind::Tls(_) => FailureKind::NoTls(why.clone()),
        RefusalKind::NotAllowed => FailureKind::NotAllowed(why.clone()),
        _ => FailureKind::NotConnected(why.clone()),
    }
}

/// Whether a connection failed to come about as it should.
fn is_as_wanted(kind: RefusalKind, wanted: ConnectAs) -> bool {
    match kind {
        RefusalKind::Refused => wanted == ConnectAs::Refused,
        RefusalKind::Unreachable => wanted == ConnectAs::Unreachable,
        RefusalKind::Tls(_) => wanted == ConnectAs::TlsRefused,
        RefusalKind::NotAllowed | RefusalKind::NotStarted | RefusalKind::NoFolder => false,
    }
}
