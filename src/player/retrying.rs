//! `retry`: steps that are played again until they pass, or until their time is over.
//!
//! Each round begins as the first one did, as far as that can be had: a client that was not connected then is closed
//! before a further round, and connects again; of the others what has arrived meanwhile is dropped.

use std::time::Duration;

use super::core::Core;
use super::cursor::{Around, Cursor, Doing};
use super::link::{Link, Phase};
use super::verdict::{Failure, FailureKind, Fault, Retried};
use crate::scenario::{ClientId, CloseHow, Step, Verb};
use crate::time::Time;

/// A `retry` being played.
#[derive(Debug)]
pub(super) struct Retrying {
    /// When its first round began.
    began: Time,
    /// How long it may go on, as the file or the run says.
    within: Duration,
    /// After that no round begins, and no step waits.
    deadline: Time,
    /// From the end of a round to the beginning of the next.
    every: Duration,
    /// The round being played, from 1.
    round: u64,
    /// Its clients, and how each stood when it began.
    clients: Vec<(ClientId, Before)>,
    /// What the last round failed with.
    last: Option<Box<Failure>>,
}

/// How a client stood when a `retry` began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// It had not been connected: it connects by itself.
    Fresh,
    /// It had a connection, or was about to.
    Held,
    /// It had none any more.
    Gone,
}

impl Cursor {
    /// Begins a `retry`.
    pub(super) fn retry(&mut self, step: &Step, core: &Core, now: Time) -> Result<bool, Fault> {
        let Verb::Retry {
            block,
            every,
            clients,
        } = &step.verb
        else {
            return Ok(self.done());
        };
        let before = |client: &ClientId| {
            let link = core.link_ref(*client).ok()?;
            Some((*client, Before::of(link)))
        };
        let deadline = now.after(self.patience());
        let retrying = Retrying {
            began: now,
            within: self.patience(),
            // One in another ends with that one.
            deadline: self.cap().map_or(deadline, |cap| cap.min(deadline)),
            every: core.scaled(*every),
            round: 1,
            clients: clients.iter().filter_map(before).collect(),
            last: None,
        };
        self.enter_block(*block, Around::Retry(Box::new(retrying)));
        Ok(true)
    }

    /// When the innermost `retry` around the step is over: nothing in it waits longer.
    pub(super) fn cap(&self) -> Option<Time> {
        let innermost = self.retries().last().map(|retrying| retrying.deadline);
        innermost.or(self.outer_cap)
    }

    /// After a failure: begins the innermost `retry` again that still has time. Otherwise, what is to be reported.
    pub(super) fn begin_again(
        &mut self,
        mut failure: Box<Failure>,
        core: &mut Core,
        now: Time,
    ) -> Option<Box<Failure>> {
        let final_kind = matches!(failure.kind, FailureKind::TooManySteps { .. });
        let is_cut = self.is_cut;
        while let Some(retrying) = self.leave_to_retry(core) {
            if now >= retrying.deadline && is_cut {
                // A round that was cut short says less than one that came to its own end.
                match retrying.last.take() {
                    Some(last) => failure = last,
                    None => failure.patience = retrying.within,
                }
            }
            let next = now.after(retrying.every);
            if !final_kind && next < retrying.deadline && retrying.can_begin_again(core) {
                retrying.round += 1;
                retrying.last = Some(failure);
                retrying.close_what_was_opened(core, now);
                self.rest_until(next);
                return None;
            }
            failure.retries.push(Retried {
                rounds: retrying.round,
                time: now.since(retrying.began),
                within: retrying.within,
            });
            self.drop_block();
        }
        Some(failure)
    }

    /// The next round of a `retry` is due.
    pub(super) fn begin_round(&mut self, core: &mut Core) -> bool {
        if let Some(retrying) = self.retries().last() {
            for (client, before) in &retrying.clients {
                if *before == Before::Held {
                    core.drop_unread(*client);
                }
            }
        }
        self.doing = Doing::Begin;
        self.deadline = None;
        true
    }
}

impl Before {
    fn of(link: &Link) -> Self {
        match link.phase {
            Phase::Fresh => Self::Fresh,
            Phase::Connecting | Phase::Open => Self::Held,
            Phase::Refused(_) | Phase::Closed => Self::Gone,
        }
    }
}

impl Retrying {
    /// Whether a further round can begin as the first did. Half a message that is already on its way cannot be taken back.
    fn can_begin_again(&self, core: &Core) -> bool {
        let mut held = self
            .clients
            .iter()
            .filter(|(_, before)| *before == Before::Held);
        held.all(|(client, _)| {
            core.link_ref(*client)
                .is_ok_and(|link| !link.is_open() || !link.is_half_sent())
        })
    }

    /// Gives back the connections that came about in a round.
    fn close_what_was_opened(&self, core: &mut Core, now: Time) {
        for (client, before) in &self.clients {
            if *before == Before::Held {
                continue;
            }
            if core.link_ref(*client).is_ok_and(Link::is_held) {
                // What is dropped is no reply that nobody expected.
                if let Ok(link) = core.link(*client) {
                    link.drop_all();
                }
                core.give_back(*client, CloseHow::Clean, now);
            }
            if *before == Before::Fresh
                && let Ok(link) = core.link(*client)
            {
                link.reset();
            }
        }
    }
}

impl Core {
    /// Drops what a client has unread. Of framed messages only whole ones: the rest of half a message is still to come,
    /// and would be taken for the beginning of the next.
    fn drop_unread(&mut self, client: ClientId) {
        let is_framed = self.is_framed(client);
        let Ok(link) = self.link(client) else {
            return;
        };
        if !is_framed {
            return link.drop_all();
        }
        while let Ok(Some(cut)) = link.decoder.peek_message() {
            link.decoder.skip_message(&cut);
        }
    }
}
