//! What comes after a conversation: whether the program was heard in it, the health check, the end of a program that is not needed
//! any more, and how they bear on the verdict.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::conversation::Run;
use super::fit::packets;
use super::program::{fault, has_hung_up, never_begun, news, rest, suspects, told_since};
use super::{CaseRef, CaseResult, Outcome, ProgramNews};
use crate::drive::{Asked, Lingering, play};
use crate::player::{Player, ProgramFault, Setting, Verdict};
use crate::scenario::{ClientId, Scenario, Script};
use crate::target::{Mark, Peer};

/// How long the end of a program is waited for after a case that failed without a connection that is open: a program that
/// writes its memory down when it crashes has closed its connections long before.
const DYING: Duration = Duration::from_millis(250);

/// What comes after a conversation.
#[derive(Debug, Default)]
pub(super) struct After {
    /// What makes another verdict of that of the conversation.
    pub(super) fault: Option<ProgramFault>,
    /// Whether there was a socket, and nobody behind it yet.
    pub(super) never_begun: bool,
    pub(super) news: Option<ProgramNews>,
    pub(super) health: Option<Box<Outcome>>,
    /// Whether the program said something to the health check.
    pub(super) health_heard: bool,
}

impl Run {
    /// What comes after a conversation: the health check, the end of a program that is not needed any more, and how it
    /// all bears on the verdict.
    pub(super) async fn after(
        &self,
        peer: &Peer,
        mark: Mark,
        (verdict, heard): (&Verdict, bool),
        case: &CaseRef,
        lingering: &Lingering,
    ) -> After {
        let mut after = After::default();
        let dying = async || {
            // Connections end before their process has: perhaps it is about to, and whoever asks it to end would hide why.
            if let Some(program) = (peer.program.as_ref()).filter(|_| !self.cancel.is_cancelled()) {
                let _ = timeout(DYING, program.until_ended()).await;
            }
        };
        if has_hung_up(verdict) {
            // Of a program that is about to end, a health check tells nothing more.
            dying().await;
        }
        let has_ended = (peer.program.as_ref()).is_some_and(|program| program.ended().is_some());
        let of_suite = self.suite(case);
        if let Some(health) = &of_suite.suite.health
            && !has_ended
            && !self.cancel.is_cancelled()
        {
            // In a box, as few runs have one: without, each case would have to make room for a second conversation.
            let health = Box::pin(self.health(health, peer, case, lingering));
            (after.health, after.health_heard) = health.await;
            let is_well = after.health.is_none();
            let since = match &peer.program {
                Some(program) => program.ails_since(&case.id, is_well),
                None => of_suite.illness.since(&case.id, is_well),
            };
            if !is_well && *verdict == Verdict::Passed {
                let since = since.map(|since| since.to_string());
                after.fault = Some(ProgramFault::Unhealthy { since });
            }
        }
        let Some(program) = &peer.program else {
            self.over(case);
            return after;
        };
        let health = after.health.as_ref().map(|health| &health.result);
        if matches!(health, Some(CaseResult::Played(verdict)) if has_hung_up(verdict)) {
            dying().await;
        }
        // Now that it needs the program no more: the last one has it ended, and others may be here, with their health checks.
        // A case that may be tried again still needs it; what is shared is then stopped at the end of the run.
        let is_last = self.over(case) && self.options.retries == 0;
        if peer.fresh || is_last {
            // What it does when its clients hang up is part of the conversation.
            rest(program, lingering).await;
            program.stop().await;
            of_suite.was_killed(program.killed());
        }
        let crash = program.crash_since(mark);
        let cut_short = *verdict == Verdict::Cancelled && self.cancel.is_cancelled();
        if let Some(crash) = crash.filter(|_| !cut_short) {
            let fault = fault(&crash, verdict, heard).or(after.fault);
            let never_begun = (!heard)
                .then(|| never_begun(&crash, program, of_suite.target.target()))
                .flatten();
            after.never_begun = never_begun.is_some();
            after.fault = never_begun.or(fault);
        }
        let command = self.command(case);
        let since = told_since(verdict, mark, after.never_begun);
        let suspects = suspects(program, program.others(), program.begun());
        let mut news = news(program, &command, since, suspects);
        // What never began has not ended because of anybody.
        news.suspects.take_if(|_| after.never_begun);
        after.news = Some(news);
        after
    }

    /// Whether the program under test, or what is connected to in its stead, has said anything to the clients: not those who
    /// talk to others.
    pub(super) fn has_heard(
        &self,
        case: &CaseRef,
        peer: &Peer,
        script: &Script,
        player: &Player,
    ) -> bool {
        let heard = (self.own_clients(case, script)).any(|client| player.has_heard(client));
        if let Some(program) = peer.program.as_ref().filter(|_| heard) {
            program.answered();
        }
        heard
    }

    /// The clients that do not talk to one of the other targets of the suite.
    fn own_clients(&self, case: &CaseRef, script: &Script) -> impl Iterator<Item = ClientId> {
        let of_suite = &self.suite(case).suite.targets;
        let is_other = |name: &str| of_suite.iter().any(|(other, _)| other == name);
        (0..)
            .zip(&script.clients)
            .filter(move |(_, client)| !client.target.as_deref().is_some_and(is_other))
            .map(|(n, _)| ClientId(n))
    }

    /// Plays the health check; `None`: it passed. Whether the program was heard then.
    async fn health(
        &self,
        health: &Arc<Scenario>,
        peer: &Peer,
        case: &CaseRef,
        lingering: &Lingering,
    ) -> (Option<Box<Outcome>>, bool) {
        let check = CaseRef {
            round: 0,
            id: Arc::clone(&case.id),
            file: Arc::clone(&case.file),
            scenario: Arc::clone(health),
            case: 0,
            suite: case.suite,
        };
        // Where it cannot be played it tells nothing.
        let peers = self
            .suite(case)
            .peers(peer, &health.script, &Asked::default());
        let Ok(peers) = peers else {
            return (None, false);
        };
        let setting = Setting {
            packets: packets(&peers.addresses),
            ..self.setting(&check, Some(&peer.address))
        };
        let mut own = self.own_clients(case, &health.script);
        if let Some(program) = (peer.program.as_ref()).filter(|_| own.next().is_some()) {
            program.check();
        }
        let mut player = Player::new(Arc::clone(&health.script), setting);
        let stats = play(&mut player, &peers, lingering, &self.cancel).await;
        let verdict = player.verdict().cloned().unwrap_or(Verdict::Cancelled);
        let heard = self.has_heard(case, peer, &health.script, &player);
        if !matches!(verdict, Verdict::Failed(_)) {
            return (None, heard);
        }
        let outcome = self.finished(check, &player, stats, verdict).outcome;
        (Some(outcome), heard)
    }
}
