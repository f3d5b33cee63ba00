//! Steps that send, and into which writes a send is cut.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

use super::core::Core;
use super::cursor::{Cursor, Doing};
use super::link::{Writer, Writing};
use super::verdict::{FailureKind, Fault, fail};
use super::{Action, Segment};
use crate::scenario::{Split, Step, Verb};
use crate::time::Time;

/// How much of a send `--segment` cuts finely; what comes after is cut into pieces of [`COARSE`]: 4 KiB.
const FINE: usize = 4 << 10;

/// How many bytes a coarse piece has: 1 KiB.
const COARSE: usize = 1 << 10;

/// How many bytes a random piece has at most, in the fine part.
const RANDOM_FINE: usize = 16;

impl Cursor {
    /// Asks for the next piece of a send to be written.
    pub(super) fn write_piece(&mut self, step: &Step, core: &mut Core) -> Result<bool, Fault> {
        let (split, may_fail) = match &step.verb {
            Verb::Send {
                split, may_fail, ..
            } => (split.as_ref(), *may_fail),
            Verb::Probe { .. } => (None, false),
            _ => return Ok(self.done()),
        };
        let link = core.link(step.client)?;
        if link.half_closed {
            link.writer = Writer::Shut;
            // In other pieces it cannot be sent either: only its author forgives it.
            return match may_fail {
                true => Ok(self.sent(step)),
                false => fail(FailureKind::HalfClosed),
            };
        }
        if !core.cut(step.client, split)? {
            core.end_send(step.client)?;
            return Ok(self.sent(step));
        }
        core.ask(Action::Write(step.client));
        self.doing = Doing::Write;
        Ok(true)
    }

    pub(super) fn look_at_write(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        let (pace, may_fail) = match &step.verb {
            Verb::Send { pace, may_fail, .. } => (*pace, *may_fail),
            Verb::Probe { .. } => (None, false),
            _ => return Ok(self.done()),
        };
        let pace = core.pace(step.client, pace);
        let forgiven = may_fail || core.setting.segment.is_some();
        let due = self.is_due(now);
        let link = core.link(step.client)?;
        match link.writing {
            Writing::Done if link.piece.end >= link.outbox.len() => {
                core.end_send(step.client)?;
                Ok(self.sent(step))
            }
            Writing::Done => match pace {
                Some(pace) => {
                    // The pauses are the step's own doing: they do not use up its time.
                    self.deadline = self.deadline.map(|deadline| deadline.after(pace));
                    self.doing = Doing::Pause(now.after(pace));
                    Ok(true)
                }
                None => self.write_piece(step, core),
            },
            Writing::TooLarge => fail(FailureKind::PacketTooLarge {
                len: link.outbox.len(),
            }),
            Writing::Failed(_) if forgiven => Ok(self.sent(step)),
            Writing::Failed(how) => fail(FailureKind::Unwritable(how)),
            Writing::Idle | Writing::Asked if due => fail(FailureKind::SendTimedOut {
                len: link.outbox.len(),
            }),
            Writing::Idle | Writing::Asked => Ok(false),
        }
    }

    /// All is sent: the step is over, but for a probe, whose reply is waited for.
    fn sent(&mut self, step: &Step) -> bool {
        if let Verb::Probe { .. } = step.verb {
            self.doing = Doing::Probe;
            return true;
        }
        self.done()
    }
}

/// How a send is cut, decided when it begins.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cutting<'a> {
    Whole,
    Split(&'a Split),
    Segment(Segment),
}

impl Cutting<'_> {
    /// The piece that begins at `start` of a send of `len` bytes.
    pub(super) fn piece(self, start: usize, len: usize, rng: &mut ChaCha8Rng) -> Range<usize> {
        let size = match self {
            Self::Whole => len,
            Self::Split(Split::Every(size)) => (*size).max(1),
            Self::Split(Split::At(cuts)) => cuts
                .get(cuts.partition_point(|cut| *cut <= start))
                .map_or(len, |cut| cut.saturating_sub(start)),
            Self::Split(Split::Random) | Self::Segment(Segment::Random) => random_size(start, rng),
            Self::Segment(Segment::Byte) if start < FINE => 1,
            Self::Segment(Segment::Byte) => COARSE,
        };
        start..start.saturating_add(size).min(len)
    }
}

fn random_size(start: usize, rng: &mut ChaCha8Rng) -> usize {
    let most = if start < FINE { RANDOM_FINE } else { COARSE };
    // The bias of a remainder does not matter here.
    1 + rng.next_u32() as usize % most
}
