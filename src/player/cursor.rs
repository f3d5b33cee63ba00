//! One thread of a conversation: where it stands in the steps, what it waits for, and until when.
//!
//! A cursor looks at the links; it is not told what happened, it sees how things are. So the order in which a driver
//! reports two things of the same moment does not matter.

use std::time::Duration;

use super::core::Core;
use super::link::{Phase, Writing};
use super::matching::{Hold, Matching};
use super::verdict::FailureKind;
use super::{Action, Ending};
use crate::scenario::{
    Block, BlockId, ClientId, CloseHow, CloseKinds, ConnectAs, Matcher, Script, SlotId, Step,
    Value, Verb,
};
use crate::time::Time;

/// What came of looking at a cursor.
#[derive(Debug)]
pub(super) enum Flow {
    /// It waits.
    Waits,
    /// It has played all its steps.
    Over,
    /// A step has failed.
    Failed(FailureKind),
}

/// One thread of a conversation.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    frames: Vec<Frame>,
    doing: Doing,
    /// When the step began.
    began: Time,
    /// When the step has waited for too long, or when its time is over.
    deadline: Option<Time>,
    matching: Matching,
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
}

/// What a cursor does with its step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Doing {
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
        self.frames.pop();
        if self.frames.is_empty() {
            return false;
        }
        self.skip_step();
        true
    }

    /// Does the next thing of a step. `Ok(false)`: there is nothing to do yet.
    fn look(
        &mut self,
        script: &Script,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, FailureKind> {
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

    fn is_due(&self, now: Time) -> bool {
        self.deadline.is_some_and(|deadline| now >= deadline)
    }

    fn done(&mut self) -> bool {
        self.skip_step();
        true
    }

    fn begin(
        &mut self,
        script: &Script,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, FailureKind> {
        core.count_step()?;
        self.began = now;
        self.deadline = Some(now.after(core.patience(script, step)));
        match &step.verb {
            Verb::Note => Ok(self.done()),
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
                core.values.set(*index, Value::from(0));
                let rounds = Some(Rounds {
                    index: *index,
                    round: 0,
                    times,
                });
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

    /// `connect`: only a client without a connection can.
    fn join(&mut self, step: &Step, core: &mut Core) -> Result<bool, FailureKind> {
        let link = core.link(step.client)?;
        if link.is_held() {
            return Err(FailureKind::AlreadyConnected);
        }
        let action = link.connect();
        core.ask(action);
        self.doing = Doing::Join;
        Ok(true)
    }

    fn look_at_join(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, FailureKind> {
        let Verb::Connect(wanted) = &step.verb else {
            return Ok(self.done());
        };
        let due = self.is_due(now);
        let link = core.link(step.client)?;
        match (&link.phase, wanted) {
            (Phase::Open, ConnectAs::Open) => Ok(self.done()),
            (Phase::Open, _) => Err(FailureKind::Connected(link.peer.clone())),
            (Phase::Refused(why), ConnectAs::Open) => Err(FailureKind::NotConnected(why.clone())),
            (Phase::Refused(why), wanted) if why.refused == (*wanted == ConnectAs::Refused) => {
                Ok(self.done())
            }
            (Phase::Refused(why), _) => Err(FailureKind::OtherRefusal(why.clone())),
            (_, ConnectAs::Unreachable) if due => {
                core.give_back(step.client, CloseHow::Clean, now);
                Ok(self.done())
            }
            _ if due => Err(FailureKind::ConnectTimedOut),
            _ => Ok(false),
        }
    }

    /// All other steps: the first of a client that needs a connection opens it.
    fn begin_connected(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, FailureKind> {
        let link = core.link(step.client)?;
        match &link.phase {
            Phase::Open => {}
            Phase::Closed => return Err(FailureKind::NoConnection),
            Phase::Refused(why) => return Err(FailureKind::NotConnected(why.clone())),
            Phase::Connecting => {
                self.doing = Doing::Connect;
                return Ok(true);
            }
            Phase::Fresh => {
                let action = link.connect();
                core.ask(action);
                self.doing = Doing::Connect;
                return Ok(true);
            }
        }
        self.enter(step, core, now)
    }

    fn look_at_connect(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, FailureKind> {
        let due = self.is_due(now);
        match &core.link(step.client)?.phase {
            Phase::Open => self.enter(step, core, now),
            Phase::Refused(why) => Err(FailureKind::NotConnected(why.clone())),
            _ if due => Err(FailureKind::ConnectTimedOut),
            _ => Ok(false),
        }
    }

    /// Begins a step whose client is connected.
    fn enter(&mut self, step: &Step, core: &mut Core, now: Time) -> Result<bool, FailureKind> {
        match &step.verb {
            Verb::Send {
                payload, framed, ..
            } => {
                core.load(step.client, payload, *framed)
                    .map_err(FailureKind::NoValue)?;
                self.write_piece(step, core)
            }
            Verb::Expect { matcher, .. } => {
                let limit = core.setting.max_payload;
                self.matching
                    .begin(matcher, &core.values, limit)
                    .map_err(FailureKind::NoValue)?;
                let needed = self.matching.exact(matcher).map_or(0, <[u8]>::len);
                core.link(step.client)?.make_window(needed);
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
            Verb::Connect(_) | Verb::Wait(_) | Verb::Repeat { .. } | Verb::Note => Ok(self.done()),
        }
    }

    /// Asks for the next piece of a send to be written.
    fn write_piece(&mut self, step: &Step, core: &mut Core) -> Result<bool, FailureKind> {
        let Verb::Send { split, .. } = &step.verb else {
            return Ok(self.done());
        };
        if !core.cut(step.client, split.as_ref())? {
            return Ok(self.done());
        }
        core.ask(Action::Write(step.client));
        self.doing = Doing::Write;
        Ok(true)
    }

    fn look_at_write(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, FailureKind> {
        let Verb::Send { pace, may_fail, .. } = &step.verb else {
            return Ok(self.done());
        };
        let pace = core.pace(step.client, *pace);
        let forgiven = *may_fail || core.setting.segment.is_some();
        let due = self.is_due(now);
        let link = core.link(step.client)?;
        match link.writing {
            Writing::Done if link.piece.end >= link.outbox.len() => Ok(self.done()),
            Writing::Done => match pace {
                Some(pace) => {
                    // The pauses are the step's own doing: they do not use up its time.
                    self.deadline = self.deadline.map(|deadline| deadline.after(pace));
                    self.doing = Doing::Pause(now.after(pace));
                    Ok(true)
                }
                None => self.write_piece(step, core),
            },
            Writing::Failed(_) if forgiven => Ok(self.done()),
            Writing::Failed(how) => Err(FailureKind::Unwritable(how)),
            Writing::Idle | Writing::Asked if due => Err(FailureKind::SendTimedOut {
                len: link.outbox.len(),
            }),
            Writing::Idle | Writing::Asked => Ok(false),
        }
    }

    fn look_at_expect(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, FailureKind> {
        let Verb::Expect { matcher, framed } = &step.verb else {
            return Ok(self.done());
        };
        let decided = if *framed && core.is_framed(step.client) {
            self.judge_message(step.client, matcher, core)?
        } else {
            self.judge_bytes(step.client, matcher, core)?
        };
        if decided {
            return Ok(self.done());
        }
        let expected = |matching: &Matching| {
            matching.expected(matcher, *framed && core.is_framed(step.client))
        };
        let link = core.link_ref(step.client)?;
        let (received, received_len) = (
            super::explain::head(link.decoder.unread()),
            link.decoder.unread().len() + link.passed,
        );
        if let Some(how) = link.ended {
            return Err(FailureKind::Ended {
                expected: expected(&self.matching),
                how,
                received,
                received_len,
            });
        }
        if self.is_due(now) {
            return Err(FailureKind::TimedOut {
                expected: expected(&self.matching),
                received,
                received_len,
            });
        }
        Ok(false)
    }

    /// Judges the next message. `Ok(false)`: it is not there yet.
    fn judge_message(
        &mut self,
        client: ClientId,
        matcher: &Matcher,
        core: &mut Core,
    ) -> Result<bool, FailureKind> {
        let cut = match core.next_message(client)? {
            Ok(Some(cut)) => cut,
            Ok(None) => return Ok(false),
            Err(error) => {
                let received = super::explain::head(core.link_ref(client)?.decoder.unread());
                let expected = self.matching.expected(matcher, true);
                return Err(FailureKind::BadFrame {
                    expected,
                    error,
                    received,
                });
            }
        };
        let (link, values) = core.link_and_values(client)?;
        let message = link
            .decoder
            .unread()
            .get(cut.message.clone())
            .unwrap_or_default();
        if !self.matching.holds(matcher, message) {
            return Err(self.mismatch(matcher, message, true));
        }
        self.matching.capture(matcher, message, values);
        link.decoder.skip(cut.len);
        Ok(true)
    }

    /// Judges the unread bytes. `Ok(false)`: they do not decide it yet.
    fn judge_bytes(
        &mut self,
        client: ClientId,
        matcher: &Matcher,
        core: &mut Core,
    ) -> Result<bool, FailureKind> {
        let (link, values) = core.link_and_values(client)?;
        let unread = link.decoder.unread();
        match self.matching.on_stream(matcher, unread) {
            Hold::At(len) => {
                let run = unread.get(..len).unwrap_or_default();
                self.matching.capture(matcher, run, values);
                link.decoder.skip(len);
                Ok(true)
            }
            Hold::Never => Err(self.mismatch(matcher, unread, false)),
            Hold::Later => {
                let exact = self.matching.exact(matcher).map_or(0, <[u8]>::len);
                let limit = link.max_message();
                if unread.len() <= limit.max(exact) {
                    return Ok(false);
                }
                // What the matcher has passed does not count, and need not be kept.
                let passed = self.matching.passed(matcher);
                if unread.len() - passed.min(unread.len()) <= limit {
                    self.matching.forget(matcher, passed);
                    link.decoder.skip(passed);
                    link.passed += passed;
                    return Ok(false);
                }
                let received = super::explain::head(unread);
                Err(FailureKind::TooLong {
                    expected: self.matching.expected(matcher, false),
                    limit,
                    received,
                })
            }
        }
    }

    fn mismatch(&self, matcher: &Matcher, received: &[u8], framed: bool) -> FailureKind {
        FailureKind::Mismatch {
            expected: self.matching.expected(matcher, framed),
            received: super::explain::head(received),
            received_len: received.len(),
            at: self.matching.wrong_at(matcher, received),
            because: self.matching.because(matcher, received),
        }
    }

    fn look_at_end(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, FailureKind> {
        let Verb::ExpectClose { kinds, stay_open } = &step.verb else {
            return Ok(self.done());
        };
        core.drop_ignored(step.client)?;
        let due = self.is_due(now);
        let link = core.link_ref(step.client)?;
        let unread = link.decoder.unread();
        if !unread.is_empty() {
            let (received, received_len) = (super::explain::head(unread), unread.len());
            return Err(FailureKind::Unexpected {
                instead: end_words(*kinds),
                received,
                received_len,
            });
        }
        match link.ended {
            Some(how) if is_right_end(*kinds, how) => {
                if !stay_open {
                    core.give_back(step.client, CloseHow::Clean, now);
                }
                Ok(self.done())
            }
            Some(how) => Err(FailureKind::WrongEnding { kinds: *kinds, how }),
            None if due => Err(FailureKind::StillOpen { kinds: *kinds }),
            None => Ok(false),
        }
    }

    fn look_at_silence(
        &mut self,
        step: &Step,
        core: &mut Core,
        now: Time,
    ) -> Result<bool, FailureKind> {
        let Verb::ExpectSilence(time) = &step.verb else {
            return Ok(self.done());
        };
        core.drop_ignored(step.client)?;
        let link = core.link_ref(step.client)?;
        let unread = link.decoder.unread();
        if !unread.is_empty() {
            let (received, received_len) = (super::explain::head(unread), unread.len());
            let instead = silence_words(*time);
            return Err(FailureKind::Unexpected {
                instead,
                received,
                received_len,
            });
        }
        match link.ended {
            Some(how) => Err(FailureKind::EndedInSilence(how)),
            None if self.is_due(now) => Ok(self.done()),
            None => Ok(false),
        }
    }
}

fn block(script: &Script, id: BlockId) -> Option<&Block> {
    script.blocks.get(id.0 as usize)
}

fn is_right_end(kinds: CloseKinds, how: Ending) -> bool {
    match how {
        Ending::Clean => kinds.clean,
        Ending::Reset => kinds.reset,
        // `any` takes what no kind names.
        Ending::Lost => kinds.clean && kinds.reset,
    }
}

fn end_words(kinds: CloseKinds) -> String {
    match (kinds.clean, kinds.reset) {
        (true, true) => "the end of the connection",
        (false, true) => "a reset",
        _ => "a clean close",
    }
    .into()
}

fn silence_words(time: Duration) -> String {
    format!("silence for {time:?}")
}
