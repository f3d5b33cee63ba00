//! Steps that govern the flow of a conversation, and say nothing to the peer.

use super::core::Core;
use super::cursor::Cursor;
use super::verdict::{FailureKind, Fault, fail};
use crate::scenario::{Condition, SlotId, Template};

impl Cursor {
    /// `set`: one name after the other.
    pub(super) fn set(
        &mut self,
        vars: &[(SlotId, Template)],
        core: &mut Core,
    ) -> Result<bool, Fault> {
        for (slot, template) in vars {
            let value = template.eval(&core.values).map_err(FailureKind::NoValue)?;
            core.values.set(*slot, value);
        }
        Ok(self.done())
    }

    /// `assert`.
    pub(super) fn assert(&mut self, condition: &Condition, core: &Core) -> Result<bool, Fault> {
        if condition
            .holds(&core.values)
            .map_err(FailureKind::NoValue)?
        {
            return Ok(self.done());
        }
        fail(FailureKind::NotTrue {
            values: condition.shown_values(&core.values, &core.script.names),
        })
    }
}
