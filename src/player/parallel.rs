//! `parallel`: several cursors over the one core. The first failure stops them all.
//!
//! A branch sets no name that another one sets or reads, and what it does with a client no other one does: so the order
//! in which branches are looked at decides nothing but the order of what happens at the same moment.

use std::time::Duration;

use super::core::Core;
use super::cursor::{Around, Cursor, Doing, Flow};
use super::link::Writing;
use super::verdict::{Awaited, Failure, FailureKind, Fault, Meanwhile, fail};
use crate::scenario::{BlockId, Script, Step, Value, Verb};
use crate::time::Time;

/// A branch has failed, in a `retry` that may begin again: sends of other branches are brought to their end before, because half a
/// send cannot be taken back.
#[derive(Debug)]
pub(super) struct Stopping {
    failure: Box<Failure>,
    /// The branch that has failed, from 0.
    failed: usize,
}

impl Cursor {
    /// Begins a `parallel`.
    pub(super) fn part(&mut self, blocks: &[BlockId]) -> bool {
        let cap = self.cap();
        self.running = blocks.len();
        let most = self.branches.len().max(blocks.len());
        self.branches.resize_with(most, Self::default);
        for ((branch, block), number) in self.branches.iter_mut().zip(blocks).zip(1..) {
            branch.start(*block);
            branch.outer_cap = cap;
            branch.branch = Some(number);
        }
        self.doing = Doing::Parallel;
        self.deadline = None;
        self.stopping = None;
        true
    }

    /// The branches that are being played.
    pub(super) fn branches(&self) -> &[Self] {
        match self.doing {
            Doing::Parallel => self.branches.get(..self.running).unwrap_or_default(),
            _ => &[],
        }
    }

    /// The branches whose time counts: where one has failed, those whose sends are not over.
    pub(super) fn awaited_branches(&self) -> impl Iterator<Item = &Self> {
        let failed = self.stopping.as_ref().map(|stopping| stopping.failed);
        let branches = self.branches().iter().enumerate();
        branches
            .filter(move |(n, branch)| {
                failed.is_none_or(|failed| failed != *n && branch.is_sending())
            })
            .map(|(_, branch)| branch)
    }

    /// Whether a branch is in the middle of a send; no `parallel` stands in one.
    fn is_sending(&self) -> bool {
        matches!(self.doing, Doing::Write | Doing::Pause(_))
    }

    /// Brings a send to its end, and begins no other step. What becomes of it is of no interest any more.
    fn finish_send(&mut self, script: &Script, core: &mut Core, now: Time) {
        while self.is_sending() {
            let looked = match self.step(script) {
                Some((step, _)) => self.look(script, step, core, now),
                None => return,
            };
            match looked {
                Ok(true) => {}
                Ok(false) => return,
                Err(_) => {
                    self.doing = Doing::Begin;
                    self.deadline = None;
                }
            }
        }
    }

    /// Goes on with the sends that are not over; the failure, once they are.
    fn stop(&mut self, script: &Script, core: &mut Core, now: Time) -> Flow {
        let Some(Stopping { failure, failed }) = self.stopping.take() else {
            return Flow::Waits;
        };
        let branches = self.branches.iter_mut().take(self.running).enumerate();
        for (_, branch) in branches.filter(|(n, _)| *n != failed) {
            branch.finish_send(script, core, now);
        }
        self.stopping = Some(Stopping { failure, failed });
        if self.awaited_branches().next().is_some() {
            return Flow::Waits;
        }
        match self.stopping.take() {
            Some(stopping) => Flow::Failed(stopping.failure),
            None => Flow::Waits,
        }
    }

    /// Plays all branches on until each of them waits. Over: they all are.
    pub(super) fn advance_branches(&mut self, script: &Script, core: &mut Core, now: Time) -> Flow {
        if self.stopping.is_some() {
            return self.stop(script, core, now);
        }
        loop {
            let (mut moved, mut waits) = (false, false);
            for (n, branch) in self.branches.iter_mut().take(self.running).enumerate() {
                if branch.is_over() {
                    continue;
                }
                branch.show_rounds(core);
                let flow = branch.advance(script, core, now);
                branch.hide_rounds(core);
                moved |= branch.moved;
                match flow {
                    Flow::Waits => waits = true,
                    Flow::Over => {}
                    Flow::Failed(failure) => {
                        self.is_cut = branch.is_cut;
                        let failure = self.all_stopped(n, failure, script, core, now);
                        if self.cap().is_none() {
                            return Flow::Failed(failure);
                        }
                        self.stopping = Some(Stopping { failure, failed: n });
                        return self.stop(script, core, now);
                    }
                }
            }
            if !waits {
                return Flow::Over;
            }
            // What one has done may be what another waits for: the end of the connection they share.
            if !moved {
                return Flow::Waits;
            }
        }
    }

    /// Whether the connection is gone that a branch sends on: another one has seen its end, and given it back.
    pub(super) fn has_lost_its_link(&self, step: &Step, core: &Core) -> Result<bool, Fault> {
        let on_link = matches!(self.doing, Doing::Write | Doing::Pause(_));
        Ok(self.branch.is_some() && on_link && !core.link_ref(step.client)?.is_open())
    }

    /// The connection is gone.
    pub(super) fn lose_link(&mut self, step: &Step) -> Result<bool, Fault> {
        match &step.verb {
            Verb::Send { may_fail: true, .. } => Ok(self.done()),
            _ => fail(FailureKind::NoConnection),
        }
    }

    /// Whether another branch is just writing on the step's connection: it can be given back only after that.
    pub(super) fn waits_for_a_write(&mut self, step: &Step, core: &Core) -> Result<bool, Fault> {
        let writes = core.link_ref(step.client)?.writing == Writing::Asked;
        if writes {
            // The write has a deadline of its own.
            self.deadline = None;
        }
        Ok(writes)
    }

    /// Gives the names of the rounds the values that they have in this branch: in another one they have others.
    fn show_rounds(&self, core: &mut Core) {
        for frame in &self.frames {
            if let Around::Repeat(rounds) = &frame.around {
                core.values.set(rounds.index, Value::from(rounds.round));
            }
        }
    }

    /// Gives them the values back that they have outside of the branch.
    fn hide_rounds(&self, core: &mut Core) {
        for frame in self.frames.iter().rev() {
            if let Around::Repeat(rounds) = &frame.around {
                match &rounds.outside {
                    Some(value) => core.values.set(rounds.index, value.clone()),
                    None => core.values.unset(rounds.index),
                }
            }
        }
    }

    /// The failure of a branch, with what the others were doing.
    fn all_stopped(
        &self,
        failed: usize,
        mut failure: Box<Failure>,
        script: &Script,
        core: &Core,
        now: Time,
    ) -> Box<Failure> {
        let mut rounds = self.rounds();
        rounds.append(&mut failure.rounds);
        failure.rounds = rounds;
        failure.included.append(&mut self.included(script));
        let branches = self.branches.iter().take(self.running).enumerate();
        failure.meanwhile = branches
            .filter(|(n, _)| *n != failed)
            .map(|(_, branch)| branch.meanwhile(script, core, now))
            .collect();
        failure.branch = self.branches.get(failed).and_then(|branch| branch.branch);
        failure
    }

    /// What a branch is doing.
    pub(super) fn meanwhile(&self, script: &Script, core: &Core, now: Time) -> Meanwhile {
        let step = self.step(script);
        let client = step.filter(|(step, _)| step.needs_client());
        Meanwhile {
            branch: self.branch.unwrap_or_default(),
            step: step.map_or(0, |(step, _)| step.number),
            steps: step.map_or(0, |(_, steps)| u32::try_from(steps).unwrap_or(u32::MAX)),
            inside: self.inside(script),
            client_name: client.map(|(step, _)| core.client_name(step.client).to_owned()),
            // What has not begun has not waited; when it began is that of the step before, or of another round.
            waited: match self.doing {
                Doing::Begin if !self.is_over() => Duration::ZERO,
                _ => now.since(self.began()),
            },
            awaited: step.map_or(Awaited::Nothing, |(step, _)| self.awaited(step, core)),
        }
    }

    /// What it waits for.
    fn awaited(&self, step: &Step, core: &Core) -> Awaited {
        match (self.doing, &step.verb) {
            (Doing::Begin, _) => Awaited::Turn,
            (Doing::Connect | Doing::Join, _) => Awaited::Connection,
            (Doing::Secure, _) => Awaited::Tls,
            (Doing::Write | Doing::Pause(_), _) => {
                let len = core
                    .link_ref(step.client)
                    .map_or(0, |link| link.outbox.len());
                Awaited::Taken(len)
            }
            (
                Doing::Expect,
                Verb::Expect {
                    matcher, framed, ..
                },
            ) => {
                let framed = *framed && core.is_framed(step.client);
                Awaited::Reply(self.matching.expected(matcher, framed))
            }
            (Doing::Expect, Verb::SkipUntil(matcher)) => {
                let framed = core.is_framed(step.client);
                Awaited::Reply(self.matching.expected(matcher, framed))
            }
            (Doing::Expect, Verb::ExpectAnyOrder(all)) => {
                Awaited::Reply(self.still_expected(all, core.is_framed(step.client)))
            }
            (Doing::Probe, Verb::Probe { matcher, .. }) => {
                let framed = core.is_framed(step.client);
                Awaited::Reply(self.matching.expected(matcher, framed))
            }
            (Doing::ExpectClose, Verb::ExpectClose { kinds, .. }) => Awaited::End(*kinds),
            (Doing::ExpectSilence, Verb::ExpectSilence(time)) => {
                Awaited::Silence(core.scaled(*time))
            }
            (Doing::Rest, _) => Awaited::Round,
            _ => Awaited::Time,
        }
    }
}
