//! Steps that open connections: `connect`, and the first step of a client that needs one.

use super::core::Core;
use super::cursor::{Cursor, Doing};
use super::link::Phase;
use super::verdict::{FailureKind, Fault, fail};
use crate::scenario::{CloseHow, ConnectAs, Step, Verb};
use crate::time::Time;

impl Cursor {
    /// `connect`: only a client without a connection can.
    pub(super) fn join(&mut self, step: &Step, core: &mut Core) -> Result<bool, Fault> {
        let link = core.link(step.client)?;
        if link.is_held() {
            return fail(FailureKind::AlreadyConnected);
        }
        let action = link.connect(self.deadline);
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
        let Verb::Connect(wanted) = &step.verb else {
            return Ok(self.done());
        };
        let due = self.is_due(now);
        let link = core.link(step.client)?;
        match (&link.phase, wanted) {
            (Phase::Open, ConnectAs::Open) => Ok(self.done()),
            (Phase::Open, _) => fail(FailureKind::Connected(link.peer.clone())),
            (Phase::Refused(why), ConnectAs::Open) => fail(FailureKind::NotConnected(why.clone())),
            (Phase::Refused(why), wanted) if why.refused == (*wanted == ConnectAs::Refused) => {
                Ok(self.done())
            }
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
            Phase::Refused(why) => return fail(FailureKind::NotConnected(why.clone())),
            Phase::Connecting => {
                self.doing = Doing::Connect;
                return Ok(true);
            }
            Phase::Fresh => {
                let action = link.connect(self.deadline);
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
            Phase::Refused(why) => fail(FailureKind::NotConnected(why.clone())),
            _ if due => fail(FailureKind::ConnectTimedOut),
            _ => Ok(false),
        }
    }
}
