//! One thread of a conversation: where it stands in the steps, what it waits for, and until when.
//!
//! A cursor looks at the links; it is not told what happened, it sees how things are. So the order in which a driver
//! reports two things of the same moment does not matter.

use std::time::Duration;

use super::core::Core;
use super::matching::Matching;
use super::verdict::{FailureKind, Fault};
use crate::scenario::{Block, BlockId, Script, SlotId, Step, Value, Verb};
use crate::time::Time;

/// What came of looking at a cursor.
#[derive(Debug)]
pub(super) enum Flow {
    /// It waits.
    Waits,
    /// It has played all its steps.
    Over,
    /// A step has failed.
    Failed(Fault),
}

/// One thread of a conversation.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    frames: Vec<Frame>,
    pub(super) doing: Doing,
    /// When the step began.
    began: Time,
    /// How long it waits.
    patience: Duration,
    /// When the step has waited for too long, or when its time is over.
    pub(super) deadline: Option<Time>,
    pub(super) matching: Matching,
}

/// A block being played.
#[derive(Debug)]
struct Frame {
    block: BlockId,
    /// The step being played, or to be played next.
    at: usize,
    /// The rounds of a `repeat`.
    rounds: Option<Rounds>,
}

#[derive(Debug)]
struct Rounds {
    index: SlotId,
    round: u64,
    times: u64,
    /// What the index was outside: a `repeat` in a `repeat` may use the same name.
    outside: Option<Value>,
}

/// What a cursor does with its step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Doing {
    /// It begins the step.
    #[default]
    Begin,
    /// The step needs a connection, which has been asked for; then it begins again.
    Connect,
    /// A piece of the send is being written.
    Write,
    /// The next piece of the send is due at the deadline of the pause.
    Pause(Time),
    /// A `connect` has been asked for.
    Join,
    /// It waits for bytes.
    Expect,
    /// It waits for the end.
    ExpectClose,
    /// It waits for nothing, until the deadline.
    ExpectSilence,
    /// It waits, until the deadline.
    Wait,
}

impl Cursor {
    /// Begins a block.
    pub(super) fn start(&mut self, block: BlockId) {
        self.frames.clear();
        self.frames.push(Frame {
            block,
            at: 0,
            rounds: None,
        });
        self.doing = Doing::Begin;
        self.deadline = None;
    }

    /// When something has to be done though nothing happens.
    pub(super) fn deadline(&self) -> Option<Time> {
        match (self.doing, self.deadline) {
            (Doing::Pause(until), Some(deadline)) => Some(until.min(deadline)),
            (Doing::Pause(until), None) => Some(until),
            (_, deadline) => deadline,
        }
    }

    /// When the step began.
    pub(super) fn began(&self) -> Time {
        self.began
    }

    /// How long the step waits, as the file or the run says.
    pub(super) fn patience(&self) -> Duration {
        self.patience
    }

    /// The step being played, and how many its block has.
    pub(super) fn step<'s>(&self, script: &'s Script) -> Option<(&'s Step, usize)> {
        let frame = self.frames.last()?;
        let block = block(script, frame.block)?;
        Some((block.steps.get(frame.at)?, block.steps.len()))
    }

    /// The rounds it is in, outermost first.
    pub(super) fn rounds(&self) -> Vec<u64> {
        self.frames
            .iter()
            .filter_map(|frame| frame.rounds.as_ref().map(|rounds| rounds.round))
            .collect()
    }

    /// Leaves the step: the next one begins.
    pub(super) fn skip_step(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.at += 1;
        }
        self.doing = Doing::Begin;
        self.deadline = None;
    }

    /// Plays on until it waits, is over or has failed.
    pub(super) fn advance(&mut self, script: &Script, core: &mut Core, now: Time) -> Flow {
        loop {
            let Some((step, _)) = self.step(script) else {
                if self.leave_block(core) {
                    continue;
                } else {
                    return Flow::Over;
                }
            };
            match self.look(script, step, core, now) {
                Ok(true) => {}
                Ok(false) => return Flow::Waits,
                Err(kind) => return Flow::Failed(kind),
            }
        }
    }

    /// Goes to the next round of a `repeat`, or to the step after it. False at the end of all steps.
    fn leave_block(&mut self, core: &mut Core) -> bool {
        let Some(frame) = self.frames.last_mut() else {
            return false;
        };
        if let Some(rounds) = &mut frame.rounds {
            rounds.round += 1;
            if rounds.round < rounds.times {
                core.values.set(rounds.index, Value::from(rounds.round));
                frame.at = 0;
                return true;
            }
        }
        if let Some(Frame {
            rounds: Some(rounds),
            ..
        }) = self.frames.pop()
        {
            match rounds.outside {
                Some(value) => core.values.set(rounds.index, value),
                None => core.values.unset(rounds.index),
            }
        }
        self.skip_step();
        !self.frames.is_empty()
    }

    /// Does the next thing of a step. `Ok(false)`: there is nothing to do yet.
    fn look(
        &mut self,
        script: &Script,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        match self.doing {
            Doing::Begin => self.begin(script, step, core, now),
            Doing::Connect => self.look_at_connect(step, core, now),
            Doing::Join => self.look_at_join(step, core, now),
            Doing::Write => self.look_at_write(step, core, now),
            Doing::Pause(until) if now >= until => self.write_piece(step, core),
            Doing::Pause(_) => Ok(false),
            Doing::Expect => self.look_at_expect(step, core, now),
            Doing::ExpectClose => self.look_at_end(step, core, now),
            Doing::ExpectSilence => self.look_at_silence(step, core, now),
            Doing::Wait if self.is_due(now) => Ok(self.done()),
            Doing::Wait => Ok(false),
        }
    }

    pub(super) fn is_due(&self, now: Time) -> bool {
        self.deadline.is_some_and(|deadline| now >= deadline)
    }

    pub(super) fn done(&mut self) -> bool {
        self.skip_step();
        true
    }

    fn begin(
        &mut self,
        script: &Script,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        core.count_step()?;
        self.began = now;
        self.patience = core.patience(script, step);
        self.deadline = Some(now.after(self.patience));
        if let Some(when) = &step.when
            && !when.holds(&core.values).map_err(FailureKind::NoValue)?
        {
            return Ok(self.done());
        }
        match &step.verb {
            Verb::Note => Ok(self.done()),
            Verb::Set(vars) => self.set(vars, core),
            Verb::Assert(condition) => self.assert(condition, core),
            Verb::Wait(time) => {
                self.deadline = Some(now.after(*time));
                self.doing = Doing::Wait;
                Ok(true)
            }
            Verb::Repeat {
                block,
                times,
                index,
            } => {
                let times = times.eval(&core.values).map_err(FailureKind::NoValue)?;
                if times == 0 {
                    return Ok(self.done());
                }
                let rounds = Some(Rounds {
                    index: *index,
                    round: 0,
                    times,
                    outside: core.values.get(*index).cloned(),
                });
                core.values.set(*index, Value::from(0));
                self.frames.push(Frame {
                    block: *block,
                    at: 0,
                    rounds,
                });
                self.doing = Doing::Begin;
                Ok(true)
            }
            Verb::Connect(_) => self.join(step, core),
            _ => self.begin_connected(step, core, now),
        }
    }

    /// Begins a step whose client is connected.
    pub(super) fn enter(&mut self, step: &Step, core: &mut Core, now: Time) -> Result<bool, Fault> {
        match &step.verb {
            Verb::Send {
                payload, framed, ..
            } => {
                core.load(step.client, payload, *framed)
                    .map_err(FailureKind::NoValue)?;
                self.write_piece(step, core)
            }
            Verb::Expect { matcher, framed } => {
                let (values, limit) = (&core.values, core.setting.max_payload);
                let begun = match *framed && core.is_framed(step.client) {
                    true => self.matching.begin_on_messages(matcher, values, limit),
                    false => self.matching.begin_on_stream(matcher, values, limit),
                };
                begun.map_err(FailureKind::NoValue)?;
                let link = core.link(step.client)?;
                let most = self.matching.most_undecided(matcher, link.max_message());
                link.make_window(most);
                self.doing = Doing::Expect;
                Ok(true)
            }
            Verb::ExpectClose { .. } => {
                core.link(step.client)?.make_window(0);
                self.doing = Doing::ExpectClose;
                Ok(true)
            }
            Verb::ExpectSilence(time) => {
                core.link(step.client)?.make_window(0);
                self.deadline = Some(now.after(*time));
                self.doing = Doing::ExpectSilence;
                Ok(true)
            }
            Verb::Close(how) => {
                core.give_back(step.client, *how, now);
                Ok(self.done())
            }
            Verb::Connect(_)
            | Verb::Wait(_)
            | Verb::Set(_)
            | Verb::Assert(_)
            | Verb::Repeat { .. }
            | Verb::Note => Ok(self.done()),
        }
    }
}

fn block(script: &Script, id: BlockId) -> Option<&Block> {
    script.blocks.get(id.0 as usize)
}
