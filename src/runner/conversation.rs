//! One case: its setting, its peer, its player, and what came of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{CaseRef, CaseResult, Outcome, RunOptions, case_seed};
use crate::drive::{Cancel, Lingering, PlayStats, play};
use crate::net::Address;
use crate::player::{
    DEFAULT_BEGAN, Failure, FailureKind, Player, Refusal, Setting, Transcript, Verdict,
};
use crate::scenario::{Span, Value};
use crate::session;
use crate::simulation::{self, Unsupported};
use crate::target::{Capabilities, OpenTarget, Unavailable};
use crate::time::Time;

/// The host of a target that is simulated.
const SIMULATED: &str = "simulated";

/// What the cases of a run share.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) options: RunOptions,
    /// Different for each run: the built-in `run_id`.
    pub(super) run_id: String,
    pub(super) target: OpenTarget,
    /// What there is of what scenarios require.
    pub(super) capabilities: Capabilities,
    pub(super) lingering: Lingering,
    pub(super) cancel: Cancel,
}

/// A case that is over.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) outcome: Box<Outcome>,
    /// Whether it was played as written although the run asks for other pieces.
    pub(super) as_written: bool,
}

impl Run {
    /// Why a case is not to be played, where that is known before anything is connected.
    pub(super) fn skip_reason(&self, case: &CaseRef) -> Option<String> {
        let said = case.scenario.skip.clone();
        said.or_else(|| self.capabilities.missing(&case.scenario.requires))
    }

    /// Plays a case.
    pub(super) async fn play(&self, case: CaseRef) -> Finished {
        if self.options.simulate {
            return self.simulate(case);
        }
        let peer = match self.target.peer_of(&case.scenario).await {
            Ok(peer) => peer,
            Err(unavailable) => return finish(case, without_peer(unavailable)),
        };
        let script = &case.scenario.script;
        let mut player = Player::new(Arc::clone(script), self.setting(&case, Some(&peer.address)));
        let addresses = vec![peer.address.clone(); script.clients.len()];
        let stats = play(&mut player, &addresses, &self.lingering, &self.cancel).await;
        self.finished(case, &player, stats)
    }

    /// Plays a case in memory. Its time is that of the virtual clock.
    fn simulate(&self, case: CaseRef) -> Finished {
        if let Some(unsupported) = Unsupported::in_scenario(&case.scenario) {
            return skipped(case, unsupported.to_string());
        }
        let config = match session::Config::for_scenario(&case.scenario) {
            Ok(config) => Arc::new(config),
            Err(error) => return finish(case, without_peer(Unavailable::Greeting(error))),
        };
        let setting = self.setting(&case, None);
        let mut player = Player::new(Arc::clone(&case.scenario.script), setting);
        let end = simulation::play(&mut player, &config);
        let stats = PlayStats {
            connected: true,
            elapsed: end.since(Time::ZERO),
        };
        self.finished(case, &player, stats)
    }

    fn finished(&self, case: CaseRef, player: &Player, stats: PlayStats) -> Finished {
        // A driver returns when there is a verdict.
        let verdict = player.verdict().cloned().unwrap_or(Verdict::Cancelled);
        let shown = verdict != Verdict::Passed || self.options.keep_transcripts;
        let name = case.scenario.name.as_ref();
        Finished {
            as_written: case.scenario.as_written && self.options.segment.is_some(),
            outcome: Box::new(Outcome {
                name: name.and_then(|name| player.show(name)),
                result: CaseResult::Played(verdict),
                connected: stats.connected,
                elapsed: stats.elapsed,
                leftovers: player.leftovers(),
                transcript: if shown {
                    player.transcript().clone()
                } else {
                    Transcript::default()
                },
                id: case.id,
                scenario: case.scenario,
            }),
        }
    }

    fn setting(&self, case: &CaseRef, address: Option<&Address>) -> Setting {
        let options = &self.options;
        Setting {
            builtins: self.builtins(case, address),
            vars: options.vars.clone(),
            case: (case.scenario.cases.get(case.case))
                .map(|row| row.values.clone())
                .unwrap_or_default(),
            seed: case_seed(options.seed, &case.id),
            began: match address {
                Some(_) => nanos_since_1970(),
                // What is simulated is the same each time.
                None => DEFAULT_BEGAN,
            },
            timeout: options.timeout,
            max_steps: options.max_steps,
            segment: options.segment.filter(|_| !case.scenario.as_written),
            ..Setting::default()
        }
    }

    /// The built-in names that the script has a use for.
    fn builtins(&self, case: &CaseRef, address: Option<&Address>) -> Vec<(&'static str, Value)> {
        let label = (case.scenario.cases.get(case.case))
            .and_then(|row| row.label.as_deref())
            .unwrap_or_default();
        let target = || {
            Value::from(BTreeMap::from([
                (
                    "host",
                    Value::from(address.map_or(Some(SIMULATED), Address::host)),
                ),
                ("port", Value::from(address.and_then(Address::port))),
                (
                    "path",
                    Value::from(
                        address
                            .and_then(Address::path)
                            .map(|path| path.to_string_lossy().into_owned()),
                    ),
                ),
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
        let names = &case.scenario.script.names;
        all.into_iter()
            .filter(|(name, _)| names.find(name).is_some())
            .map(|(name, value)| (name, value()))
            .collect()
    }
}

fn nanos_since_1970() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    // Until the year 2554.
    now.map_or(0, |now| u64::try_from(now.as_nanos()).unwrap_or(u64::MAX))
}

/// A case that is not played.
pub(super) fn skipped(case: CaseRef, reason: String) -> Finished {
    finish(case, CaseResult::Skipped(reason))
}

fn finish(case: CaseRef, result: CaseResult) -> Finished {
    let name = case.scenario.name.as_ref().and_then(|name| name.plain());
    Finished {
        as_written: false,
        outcome: Box::new(Outcome {
            name: name.map(str::to_owned),
            result,
            connected: false,
            elapsed: Duration::ZERO,
            leftovers: 0,
            transcript: Transcript::default(),
            id: case.id,
            scenario: case.scenario,
        }),
    }
}

/// What it comes to when there is nobody to talk to.
fn without_peer(unavailable: Unavailable) -> CaseResult {
    let message = unavailable.to_string();
    let (span, kind) = match unavailable {
        Unavailable::NotEmbedded => return CaseResult::Skipped(message),
        Unavailable::Greeting(error) => (error.span, FailureKind::NoValue(error)),
        Unavailable::NotStarted(_) => (
            Span::default(),
            FailureKind::NotConnected(Refusal {
                refused: false,
                message,
            }),
        ),
    };
    CaseResult::Played(Verdict::Failed(Box::new(Failure {
        span,
        step: 0,
        steps: 0,
        in_finally: false,
        client: None,
        client_name: String::new(),
        rounds: Vec::new(),
        retries: Vec::new(),
        branch: None,
        meanwhile: Vec::new(),
        at: Time::ZERO,
        waited: Duration::ZERO,
        patience: Duration::ZERO,
        kind,
        note: None,
        links: Vec::new(),
        finally: None,
    })))
}
