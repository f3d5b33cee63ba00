//! One case: its setting, its peer, its player, and what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::yield_now;

use super::fit::{misfit, packets};
use super::held::Played;
use super::open_suite::OpenSuite;
use super::program::watched;
use super::suite::News;
use super::threads::at_home;
use super::unplayed::{cut_short, skipped, with_fault, without_peer};
use super::{CaseRef, CaseResult, Outcome, RunOptions, case_seed};
use crate::drive::{Alarm, Asked, Cancel, Lingering, PlayStats, play_with};
use crate::net::Address;
use crate::player::{DEFAULT_BEGAN, Player, Setting, Transcript, Verdict};
use crate::scenario::{Script, Value};
use crate::session;
use crate::simulation::{Simulation, Unsupported};
use crate::target::{Peer, Unavailable};
use crate::time::Time;

/// The host of a target that is simulated.
const SIMULATED: &str = "simulated";

/// How many turns of a simulation are played before others have theirs: less than a millisecond.
const TURNS: usize = 256;

/// What the cases of a run share.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) options: RunOptions,
    /// Different for each run: the built-in `run_id`.
    pub(super) run_id: String,
    /// At least those that cases belong to.
    pub(super) suites: Vec<OpenSuite>,
    pub(super) lingering: Lingering,
    /// Whether at most one case is played at a time.
    pub(super) one_worker: bool,
    pub(super) cancel: Cancel,
    /// Where what outlives a case belongs.
    pub(super) home: Handle,
    /// How many cases have failed.
    pub(super) failures: AtomicUsize,
}

/// What a worker keeps from one case to the next.
#[derive(Debug)]
pub(super) struct Seat {
    /// What closes its connections.
    lingering: Lingering,
    alarm: Alarm,
    /// What played the case before, for its buffers.
    player: Option<Player>,
}

impl Seat {
    /// What plays a script next.
    fn player(&mut self, script: &Arc<Script>, setting: Setting) -> Player {
        match self.player.take() {
            Some(mut player) => {
                player.turn_to(Arc::clone(script), setting);
                player
            }
            None => Player::new(Arc::clone(script), setting),
        }
    }
}

/// A case that is over.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) outcome: Box<Outcome>,
    /// Whether it was played as written although the run asks for other pieces.
    pub(super) as_written: bool,
    /// What is kept of it, where it was played with a program that others are played with too.
    pub(super) played: Option<Box<Played>>,
}

impl Run {
    /// A place for a worker, on the thread where it plays.
    pub(super) fn seat(&self) -> Seat {
        Seat {
            lingering: self.lingering.elsewhere(),
            alarm: Alarm::default(),
            player: None,
        }
    }

    /// Counts a failed case; says whether no further one is to be begun.
    pub(super) fn is_enough(&self) -> bool {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        (self.options.max_fail).is_some_and(|max| failures >= max.get())
    }

    /// Why a case is not to be played, where that is known before anything is connected.
    pub(super) fn skip_reason(&self, case: &CaseRef) -> Option<String> {
        let said = case.scenario.skip.clone();
        let of_suite = self.suite(case);
        let missing = |required: &[_]| of_suite.capabilities.missing(required);
        said.or_else(|| missing(&of_suite.suite.requires))
            .or_else(|| missing(&case.scenario.requires))
    }

    /// The suite that a case belongs to.
    pub(super) fn suite(&self, case: &CaseRef) -> &OpenSuite {
        &self.suites[case.suite]
    }

    /// Takes down that a case is over, and says whether it was the last one of its suite.
    pub(super) fn over(&self, case: &CaseRef) -> bool {
        self.suite(case).undone.fetch_sub(1, Ordering::SeqCst) == 1
    }

    /// Takes down that a case is not over after all.
    pub(super) fn again(&self, case: &CaseRef) {
        self.suite(case).undone.fetch_add(1, Ordering::SeqCst);
    }

    /// Plays a case.
    pub(super) async fn play(
        &self,
        case: CaseRef,
        asked: &Asked,
        tell: &mpsc::Sender<News>,
        seat: &mut Seat,
    ) -> Finished {
        if self.options.simulate {
            self.over(&case);
            return self.simulate(case).await;
        }
        let peer = match self.peer_of(&case, tell).await {
            Some(Ok(peer)) => peer,
            Some(Err(unavailable)) => {
                self.over(&case);
                return without_peer(case, unavailable);
            }
            None => {
                self.over(&case);
                return cut_short(case);
            }
        };
        let script = &case.scenario.script;
        let peers = self
            .suite(&case)
            .peers(&peer, script, asked)
            .and_then(|peers| {
                let misfit = misfit(&case.scenario, &peers.addresses);
                misfit.map_or(Ok(peers), Err)
            });
        let peers = match peers {
            Ok(peers) => peers,
            Err(why) => {
                self.over(&case);
                return skipped(case, why);
            }
        };
        let setting = Setting {
            packets: packets(&peers.addresses),
            ..self.setting(&case, Some(&peer.address))
        };
        let mut player = seat.player(script, setting);
        let mark = (peer.program.as_ref()).map(|program| program.mark());
        let mark = mark.unwrap_or_default();
        let lingering = match peer.fresh {
            // So that its program's are waited for, and nobody else's.
            true => Lingering::default(),
            false => seat.lingering.clone(),
        };
        let alarm = &mut seat.alarm;
        let playing = play_with(&mut player, &peers, &lingering, &self.cancel, alarm);
        let mut stats = match &peer.program {
            None => playing.await,
            Some(program) => watched(program, playing).await,
        };
        self.hang_up(&peer, &lingering);
        let heard = self.has_heard(&case, &peer, script, &player);
        // A driver returns when there is a verdict; a conversation that was cut short has none.
        let verdict = player.verdict().cloned().unwrap_or(Verdict::Cancelled);
        let mut after = self
            .after(&peer, mark, (&verdict, heard), &case, &lingering)
            .await;
        let verdict = with_fault(after.fault.take(), verdict, &player, stats.elapsed);
        stats.connected &= !after.never_begun;
        let heard = heard || after.health_heard;
        let mut finished = self.finished(case, &player, stats, verdict);
        finished.outcome.program = after
            .news
            .filter(|_| self.is_kept(&finished.outcome.result));
        finished.outcome.health = after.health;
        match peer.program.as_ref().filter(|_| !peer.fresh) {
            Some(program) => {
                finished.played = Some(Box::new(Played {
                    program: Arc::clone(program.program()),
                    others: program.others(),
                    begun: program.begun(),
                    answers: program.answers(),
                    heard,
                    player,
                    mark,
                }));
            }
            None => seat.player = Some(player),
        }
        finished
    }

    /// Sends FIN at the end of a conversation. Where there is one worker, that is left to the next connection: a server often wakes once for
    /// both then. Otherwise another worker may wait for this case to be over, or a program end because its clients hang up.
    fn hang_up(&self, peer: &Peer, lingering: &Lingering) {
        if !self.one_worker || peer.program.is_some() {
            lingering.flush();
        }
    }

    /// Whom a case talks to; `None`: it was cancelled before that was known.
    async fn peer_of(
        &self,
        case: &CaseRef,
        tell: &mpsc::Sender<News>,
    ) -> Option<Result<Peer, Unavailable>> {
        let preparing = |waiting| {
            // Where so much else is to be told, it is not what a person waits for.
            let _ = tell.try_send(News::Preparing(waiting));
        };
        let (target, scale) = (&self.suite(case).target, self.options.time_scale);
        let peer_of = target.peer_of(&case.scenario, scale, &preparing);
        tokio::select! {
            biased;
            peer = at_home(&self.home, peer_of) => Some(peer),
            () = self.cancel.cancelled() => None,
        }
    }

    /// The command of the program under test, for a report.
    pub(super) fn command(&self, case: &CaseRef) -> String {
        self.suite(case).target.target().to_string()
    }

    /// Whether all there is to tell of a case is kept.
    fn is_kept(&self, result: &CaseResult) -> bool {
        let passed = matches!(result, CaseResult::Played(Verdict::Passed));
        !passed || self.options.keep_transcripts
    }

    /// Plays a case in memory. Its time is that of the virtual clock.
    ///
    /// Nothing in it waits, so it lets others have their turn again and again: whoever wants to stop would not be heard.
    async fn simulate(&self, case: CaseRef) -> Finished {
        if let Some(unsupported) = Unsupported::in_scenario(&case.scenario) {
            return skipped(case, unsupported.to_string());
        }
        let config = match session::Config::for_scenario(&case.scenario) {
            Ok(config) => Arc::new(config.scaled(self.options.time_scale)),
            Err(error) => return without_peer(case, Unavailable::Greeting(error)),
        };
        let setting = self.setting(&case, None);
        let mut player = Player::new(Arc::clone(&case.scenario.script), setting);
        let mut network = Simulation::new(config);
        network.begin(&player);
        let mut cancelled = false;
        while !network.go_on(&mut player, TURNS) {
            yield_now().await;
            if self.cancel.is_cancelled() && !cancelled {
                cancelled = true;
                player.cancel(network.now());
            }
        }
        let stats = PlayStats {
            connected: true,
            elapsed: network.now().since(Time::ZERO),
        };
        let verdict = player.verdict().cloned().unwrap_or(Verdict::Cancelled);
        self.finished(case, &player, stats, verdict)
    }

    pub(super) fn finished(
        &self,
        case: CaseRef,
        player: &Player,
        stats: PlayStats,
        verdict: Verdict,
    ) -> Finished {
        let shown = verdict != Verdict::Passed || self.options.keep_transcripts;
        let name = case.scenario.name.as_ref();
        Finished {
            as_written: case.scenario.as_written && self.options.segment.is_some(),
            played: None,
            outcome: Box::new(Outcome {
                name: name.and_then(|name| player.show(name)),
                interrupted: match verdict {
                    Verdict::Cancelled => player.interrupted().to_vec(),
                    _ => Vec::new(),
                },
                result: CaseResult::Played(verdict),
                connected: stats.connected,
                elapsed: stats.elapsed,
                leftovers: player.leftovers(),
                attempt: 1,
                earlier: Vec::new(),
                transcript: if shown {
                    player.transcript().clone()
                } else {
                    Transcript::default()
                },
                program: None,
                hidden: false,
                health: None,
                id: case.id,
                case: case.case,
                round: case.round,
                scenario: case.scenario,
            }),
        }
    }

    pub(super) fn setting(&self, case: &CaseRef, address: Option<&Address>) -> Setting {
        let options = &self.options;
        Setting {
            builtins: self.builtins(case, address),
            defaults: self.suite(case).suite.vars.clone(),
            vars: options.vars.clone(),
            environment: Arc::clone(&options.environment),
            case: (case.scenario.cases.get(case.case))
                .map(|row| row.values.clone())
                .unwrap_or_default(),
            seed: seed_of(options.seed, case),
            began: match address {
                Some(_) => nanos_since_1970(),
                // What is simulated is the same each time.
                None => DEFAULT_BEGAN,
            },
            timeout: options.timeout,
            time_scale: options.time_scale,
            deny_leftover: options.deny_leftover,
            max_steps: options.max_steps,
            max_payload: options.max_message,
            segment: options.segment.filter(|_| !case.scenario.as_written),
            segment_pace: options.segment_pace,
            ..Setting::default()
        }
    }

    /// The built-in names that the script has a use for.
    fn builtins(&self, case: &CaseRef, address: Option<&Address>) -> Vec<(&'static str, Value)> {
        let label = (case.scenario.cases.get(case.case))
            .and_then(|row| row.label.as_deref())
            .unwrap_or_default();
        let target = || {
            let path = address.and_then(Address::path);
            let path = path.map(|path| path.to_string_lossy().into_owned());
            let host = address.map_or(Some(SIMULATED), Address::host);
            Value::from(BTreeMap::from([
                ("host", Value::from(host)),
                ("port", Value::from(address.and_then(Address::port))),
                ("path", Value::from(path)),
            ]))
        };
        let all: [(&'static str, &dyn Fn() -> Value); 6] = [
            ("scenario", &|| Value::from(&*case.file)),
            ("case", &|| Value::from(label)),
            ("index", &|| Value::from(case.case)),
            ("run_id", &|| Value::from(self.run_id.as_str())),
            ("seed", &|| Value::from(self.options.seed)),
            ("target", &target),
        ];
        let read = &case.scenario.script.built_in;
        all.into_iter()
            .filter(|(name, _)| read.iter().any(|(read, _)| read == name))
            .map(|(name, value)| (name, value()))
            .collect()
    }
}

/// The seed of a case, another one each time it is repeated; the first time, that of a case played once.
fn seed_of(run: u64, case: &CaseRef) -> u64 {
    let seed = case_seed(run, &case.id);
    match case.round {
        0 => seed,
        round => case_seed(seed, &round.to_string()),
    }
}

fn nanos_since_1970() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    // Until the year 2554.
    now.map_or(0, |now| u64::try_from(now.as_nanos()).unwrap_or(u64::MAX))
}
