//! One thread of a conversation: where it stands in the steps, what it waits for, and until when.
//!
//! A cursor looks at the links; it is not told what happened, it sees how things are. So the order in which a driver
//! reports two things of the same moment does not matter.

use std::time::Duration;

use super::Player;
use super::core::Core;
use super::matching::Matching;
use super::parallel::Stopping;
use super::retrying::Retrying;
use super::verdict::{Failure, FailureKind, Fault, Inside};
use crate::scenario::{Block, BlockId, Script, SlotId, Span, Step, Value, Verb};
use crate::time::Time;

/// What came of looking at a cursor.
#[derive(Debug)]
pub(super) enum Flow {
    /// It waits.
    Waits,
    /// It has played all its steps.
    Over,
    /// A step has failed.
    Failed(Box<Failure>),
}

/// One thread of a conversation.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    pub(super) frames: Vec<Frame>,
    pub(super) doing: Doing,
    /// When the step began.
    began: Time,
    /// How many bytes its client had received when it began, and how many of them no step had taken.
    had: (u64, usize),
    /// How long it waits.
    patience: Duration,
    /// When the step has waited for too long, or when its time is over.
    pub(super) deadline: Option<Time>,
    /// Whether the deadline is that of a `retry` around the step, before the step's own.
    pub(super) is_cut: bool,
    pub(super) matching: Matching,
    /// Which expectations of an `expect_any_order` have been met.
    pub(super) met: Vec<bool>,
    /// How many messages a `skip_until` has dropped.
    pub(super) dropped: u64,
    /// The number of the step being played, of all that have begun.
    pub(super) serial: u64,
    /// Whether it came further when it was last looked at.
    pub(super) moved: bool,
    /// Its number as a branch of a `parallel`, from 1.
    pub(super) branch: Option<u32>,
    /// When the `retry` around the `parallel` whose branch it is will be over.
    pub(super) outer_cap: Option<Time>,
    /// The branches of a `parallel`; kept for the next one, for their buffers.
    pub(super) branches: Vec<Self>,
    /// How many of them are played.
    pub(super) running: usize,
    /// The failure of one of them, while sends of others are brought to their end.
    pub(super) stopping: Option<Stopping>,
}

/// A block being played.
#[derive(Debug)]
pub(super) struct Frame {
    block: BlockId,
    /// The step being played, or to be played next.
    at: usize,
    pub(super) around: Around,
}

/// How often a block is played.
#[derive(Debug)]
pub(super) enum Around {
    /// Once.
    Once,
    /// The rounds of a `repeat`.
    Repeat(Rounds),
    /// Until it passes.
    Retry(Box<Retrying>),
}

/// A `repeat` being played.
#[derive(Debug)]
pub(super) struct Rounds {
    pub(super) index: SlotId,
    pub(super) round: u64,
    times: u64,
    /// What the index was outside: a `repeat` in a `repeat` may use the same name.
    pub(super) outside: Option<Value>,
}

/// What a cursor does with its step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Doing {
    /// It begins the step.
    #[default]
    Begin,
    /// The step needs a connection, which has been asked for; then it begins again.
    Connect,
    /// The step sends or closes, and answers to ignored messages are being written before it.
    Answer,
    /// A piece of the send is being written.
    Write,
    /// The next piece of the send is due at the deadline of the pause.
    Pause(Time),
    /// A `connect` has been asked for.
    Join,
    /// A `start_tls` has been asked for.
    Secure,
    /// It waits for bytes.
    Expect,
    /// It waits for the end.
    ExpectClose,
    /// It waits for nothing, until the deadline.
    ExpectSilence,
    /// It waits for the reply to its probe.
    Probe,
    /// It waits, until the deadline.
    Wait,
    /// The next round of a `retry` is due at the deadline.
    Rest,
    /// Its branches are played.
    Parallel,
}

impl Cursor {
    /// Begins a block.
    pub(super) fn start(&mut self, block: BlockId) {
        self.frames.clear();
        self.deadline = None;
        self.stopping = None;
        self.enter_block(block, Around::Once);
    }

    /// Another script is played next: what is known of the steps of this one is forgotten.
    pub(super) fn turn_to(&mut self) {
        self.matching.give_back(Player::KEPT_BUFFER);
        self.met.clear();
        self.met.shrink_to(Player::KEPT_BUFFER);
        self.branches.clear();
        self.running = 0;
    }

    /// Begins a block in the step being played.
    pub(super) fn enter_block(&mut self, block: BlockId, around: Around) {
        self.frames.push(Frame {
            block,
            at: 0,
            around,
        });
        self.doing = Doing::Begin;
    }

    /// When something has to be done though nothing happens.
    pub(super) fn deadline(&self) -> Option<Time> {
        match (self.doing, self.deadline) {
            (Doing::Pause(until), Some(deadline)) => Some(until.min(deadline)),
            (Doing::Pause(until), None) => Some(until),
            (Doing::Parallel, _) => self.awaited_branches().filter_map(Self::deadline).min(),
            (_, deadline) => deadline,
        }
    }

    /// Whether all steps have been played.
    pub(super) fn is_over(&self) -> bool {
        self.frames.is_empty()
    }

    /// When the step began.
    pub(super) fn began(&self) -> Time {
        self.began
    }

    /// How many bytes its client had received when the step began, and how many of them no step had taken.
    pub(super) fn had(&self) -> (u64, usize) {
        self.had
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

    /// Which step plays the block of its step, where one does.
    pub(super) fn inside(&self, script: &Script) -> Option<Inside> {
        let around = self.frames.iter().rev().nth(1)?;
        match block(script, around.block)?.steps.get(around.at)?.verb {
            Verb::Include { .. } => Some(Inside::Include),
            Verb::Repeat { .. } => Some(Inside::Repeat),
            Verb::Retry { .. } => Some(Inside::Retry),
            _ => None,
        }
    }

    /// The `include` steps around its step, the nearest first.
    pub(super) fn included(&self, script: &Script) -> Vec<Span> {
        let around = self.frames.iter().rev().skip(1);
        let steps = around.filter_map(|frame| block(script, frame.block)?.steps.get(frame.at));
        steps
            .filter(|step| matches!(step.verb, Verb::Include { .. }))
            .map(|step| step.span)
            .collect()
    }

    /// The rounds it is in, outermost first.
    pub(super) fn rounds(&self) -> Vec<u64> {
        self.frames
            .iter()
            .filter_map(|frame| match &frame.around {
                Around::Repeat(rounds) => Some(rounds.round),
                Around::Once | Around::Retry(_) => None,
            })
            .collect()
    }

    /// Each `retry` around the step, outermost first.
    pub(super) fn retries(&self) -> impl DoubleEndedIterator<Item = &Retrying> {
        self.frames.iter().filter_map(|frame| match &frame.around {
            Around::Retry(retrying) => Some(&**retrying),
            Around::Once | Around::Repeat(_) => None,
        })
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
        self.moved = false;
        loop {
            let Some((step, _)) = self.step(script) else {
                self.moved = true;
                if self.leave_block(core) {
                    continue;
                } else {
                    return Flow::Over;
                }
            };
            if self.doing == Doing::Parallel {
                match self.advance_branches(script, core, now) {
                    Flow::Waits => return Flow::Waits,
                    Flow::Over => self.skip_step(),
                    Flow::Failed(failure) => {
                        if let Some(failure) = self.begin_again(failure, core, now) {
                            return Flow::Failed(failure);
                        }
                    }
                }
                continue;
            }
            match self.look(script, step, core, now) {
                Ok(true) => self.moved = true,
                Ok(false) => return Flow::Waits,
                Err(kind) => {
                    self.moved = true;
                    if let Some(failure) = self.fail(*kind, script, core, now) {
                        return Flow::Failed(failure);
                    }
                }
            }
        }
    }

    /// Goes to the next round of a `repeat`, or to the step after it. False at the end of all steps.
    fn leave_block(&mut self, core: &mut Core) -> bool {
        let Some(frame) = self.frames.last_mut() else {
            return false;
        };
        if let Around::Repeat(rounds) = &mut frame.around {
            rounds.round += 1;
            if rounds.round < rounds.times {
                core.values.set(rounds.index, Value::from(rounds.round));
                frame.at = 0;
                return true;
            }
        }
        self.pop_frame(core);
        self.skip_step();
        !self.frames.is_empty()
    }

    /// Leaves a block, and gives its index back.
    fn pop_frame(&mut self, core: &mut Core) {
        if let Some(Frame {
            around: Around::Repeat(rounds),
            ..
        }) = self.frames.pop()
        {
            match rounds.outside {
                Some(value) => core.values.set(rounds.index, value),
                None => core.values.unset(rounds.index),
            }
        }
    }

    /// Leaves all blocks inside of the innermost `retry`, which is then what is played. `None`: there is none, and
    /// nothing is left.
    pub(super) fn leave_to_retry(&mut self, core: &mut Core) -> Option<&mut Retrying> {
        let is_retry = |frame: &Frame| matches!(frame.around, Around::Retry(_));
        let at = self.frames.iter().rposition(is_retry)?;
        while self.frames.len() > at + 1 {
            self.pop_frame(core);
        }
        match self.frames.last_mut() {
            Some(Frame {
                at,
                around: Around::Retry(retrying),
                ..
            }) => {
                *at = 0;
                Some(retrying)
            }
            _ => None,
        }
    }

    /// Leaves the innermost block for good.
    pub(super) fn drop_block(&mut self) {
        self.frames.pop();
    }

    /// Waits for the next round of a `retry`.
    pub(super) fn rest_until(&mut self, next: Time) {
        self.doing = Doing::Rest;
        self.deadline = Some(next);
    }

    /// Does the next thing of a step. `Ok(false)`: there is nothing to do yet.
    pub(super) fn look(
        &mut self,
        script: &Script,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, Fault> {
        if self.has_lost_its_link(step, core)? {
            return self.lose_link(step);
        }
        match self.doing {
            Doing::Begin => self.begin(script, step, core, now),
            Doing::Connect => self.look_at_connect(step, core, now),
            Doing::Join => self.look_at_join(step, core, now),
            Doing::Secure => self.look_at_tls(step, core, now),
            Doing::Answer => self.look_at_answer(step, core, now),
            Doing::Write => self.look_at_write(step, core, now),
            Doing::Pause(until) if now >= until => self.write_piece(step, core),
            Doing::Pause(_) => Ok(false),
            Doing::Expect => self.look_at_expect(step, core, now),
            Doing::ExpectClose => self.look_at_end(step, core, now),
            Doing::ExpectSilence => self.look_at_silence(step, core, now),
            Doing::Probe => self.look_at_probe(step, core, now),
            Doing::Rest if self.is_due(now) => Ok(self.begin_round(core)),
            Doing::Wait if self.is_due(now) => Ok(self.done()),
            Doing::Wait | Doing::Rest | Doing::Parallel => Ok(false),
        }
    }

    pub(super) fn is_due(&self, now: Time) -> bool {
        self.deadline.is_some_and(|deadline| now >= deadline)
    }

    /// The step takes its own time, whatever is around it.
    fn wait_until(&mut self, time: Time) {
        self.deadline = Some(time);
        self.is_cut = false;
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
        self.began = now;
        let had = core.link_ref(step.client);
        self.had = had.map_or((0, 0), |link| (link.received, link.decoder.unread().len()));
        self.serial = core.count_step()?;
        self.patience = core.patience(script, step);
        let own = now.after(self.patience);
        let cap = self.cap();
        self.is_cut = cap.is_some_and(|cap| cap < own);
        // The time of a `retry` may have been over before: a step has none left then, and not less than none.
        self.deadline = Some(cap.map_or(own, |cap| cap.min(own)).max(now));
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
                self.wait_until(now.after(core.scaled(*time)));
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
                let rounds = Rounds {
                    index: *index,
                    round: 0,
                    times,
                    outside: core.values.get(*index).cloned(),
                };
                core.values.set(*index, Value::from(0));
                self.enter_block(*block, Around::Repeat(rounds));
                Ok(true)
            }
            Verb::Retry { .. } => self.retry(step, core, now),
            Verb::Include { block, with } => {
                for (slot, template) in with {
                    let value = template.eval(&core.values).map_err(FailureKind::NoValue)?;
                    core.values.set(*slot, value);
                }
                self.enter_block(*block, Around::Once);
                Ok(true)
            }
            Verb::Parallel(blocks) => Ok(self.part(blocks)),
            Verb::Connect { .. } => self.join(step, core),
            _ => self.begin_connected(step, core, now),
        }
    }

    /// Begins a step whose client is connected.
    pub(super) fn enter(&mut self, step: &Step, core: &mut Core, now: Time) -> Result<bool, Fault> {
        if Self::must_wait(step, core) {
            self.doing = Doing::Answer;
            return Ok(true);
        }
        match &step.verb {
            Verb::Send {
                payload, framed, ..
            } => {
                core.load(step.client, payload, *framed)?;
                self.write_piece(step, core)
            }
            Verb::Expect {
                matcher, framed, ..
            } => {
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
            Verb::ExpectAnyOrder(all) => self.begin_any_order(step, all, core),
            Verb::SkipUntil(matcher) => self.begin_skip(step, matcher, core),
            Verb::ExpectClose { .. } => {
                core.link(step.client)?.make_window(0);
                self.doing = Doing::ExpectClose;
                Ok(true)
            }
            Verb::ExpectSilence(time) => {
                core.link(step.client)?.make_window(0);
                self.wait_until(now.after(core.scaled(*time)));
                self.doing = Doing::ExpectSilence;
                Ok(true)
            }
            Verb::Probe { payload, matcher } => self.begin_probe(step, payload, matcher, core),
            Verb::Close(how) => {
                core.give_back(step.client, *how, now);
                Ok(self.done())
            }
            Verb::StartTls { options, .. } => self.begin_tls(step, options, core),
            Verb::Connect { .. }
            | Verb::Wait(_)
            | Verb::Set(_)
            | Verb::Assert(_)
            | Verb::Repeat { .. }
            | Verb::Retry { .. }
            | Verb::Include { .. }
            | Verb::Parallel(_)
            | Verb::Note => Ok(self.done()),
        }
    }
}

fn block(script: &Script, id: BlockId) -> Option<&Block> {
    script.blocks.get(id.0 as usize)
}
