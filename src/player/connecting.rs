//! Steps that open connections: `connect`, and the first step of a client that needs one.

use super::core::Core;
use super::cursor::{Cursor, Doing};
use super::link::Phase;
use super::verdict::{FailureKind, Fault, fail};
use super::{Refusal, RefusalKind};
use crate::scenario::{CloseHow, ConnectAs, Step, Verb};
use crate::time::Time;

impl Cursor {
    /// `connect`: only a client without a connection can.
    pub(super) fn join(&mut self, step: &Step, core: &mut Core) -> Result<bool, Fault> {
        if core.link(step.client)?.is_held() {
            return fail(FailureKind::AlreadyConnected);
        }
        let own = match &step.verb {
            Verb::Connect { tls, .. } => tls.as_deref(),
            _ => None,
        };
        let tls = core
            .tls_from_the_beginning(step.client, own)
            .map_err(FailureKind::NoValue)?;
        let action = core.link(step.client)?.connect(tls, self.deadline);
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
                let tls = core
                    .tls_from_the_beginning(step.client, None)
                    .map_err(FailureKind::NoValue)?;
                let action = core.link(step.client)?.connect(tls, self.deadline);
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
        _ => FailureKind::NotConnected(why.clone()),
    }
}

/// Whether a connection failed to come about as it should.
fn is_as_wanted(kind: RefusalKind, wanted: ConnectAs) -> bool {
    match kind {
        RefusalKind::Refused => wanted == ConnectAs::Refused,
        RefusalKind::Unreachable => wanted == ConnectAs::Unreachable,
        RefusalKind::Tls(_) => wanted == ConnectAs::TlsRefused,
    }
}
