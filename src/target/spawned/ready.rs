//! Waiting until a program is ready, without an interval that shows: the pauses grow with the time gone by.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::listening::is_listening;
use super::output::Output;
use super::unready::{Endpoint, Missed};
use super::{Ready, Spawn};
use crate::drive::{Asked, Cancel, Lingering, Peers, play};
use crate::net::{Address, AllowedHosts, connect_within};
use crate::player::{Failure, Player, Setting, Verdict};
use crate::scenario::{Scenario, Value};
use crate::wire::Carries;

/// The shortest pause between two looks: what a timer can do.
const SHORTEST: Duration = Duration::from_millis(1);

/// The longest pause between two looks.
const LONGEST: Duration = Duration::from_millis(20);

/// A pause is this part of the time gone by: what a program took to be ready grows by an eighth at most.
const PART: u32 = 8;

/// Each so many looks one is thorough.
const THOROUGH: u32 = 4;

/// After how long a connection is tried too, where the system shows nobody who listens: what listens may be in another
/// network, as a container's.
const TRY_CONNECTING: Duration = Duration::from_millis(500);

/// How long such a connection may take.
const CONNECTING: Duration = Duration::from_millis(500);

/// Waits until the program is ready; in the given time.
///
/// # Errors
///
/// Fails with what was waited for in vain.
pub(super) async fn until_ready<'a>(
    spawn: &Spawn,
    file: Option<&str>,
    endpoints: &[Endpoint<'a>],
    output: &Output,
) -> Result<(), Missed<'a>> {
    let began = Instant::now();
    let within = spawn.ready_timeout;
    match &spawn.ready {
        Ready::Listening => until_listening(endpoints, began, within)
            .await
            .map_err(Missed::nobody),
        Ready::File(path) => {
            let file = Path::new(file.unwrap_or(path));
            timeout(within, until(began, || std::future::ready(file.exists())))
                .await
                .map_err(|_| format!("there was no file {}", file.display()).into())
        }
        Ready::Output { pattern, .. } => {
            let mut grown = output.grown();
            let seen = async {
                while !output.has_come() {
                    if grown.changed().await.is_err() {
                        // Nothing comes any more. Its end is seen by who waits for that.
                        std::future::pending::<()>().await;
                    }
                }
            };
            timeout(within, seen)
                .await
                .map_err(|_| format!("it printed nothing that matches {pattern}").into())
        }
        Ready::Scenario {
            scenario,
            file,
            words,
        } => {
            let Some(main) = endpoints.first() else {
                return Ok(());
            };
            let last = Mutex::new(LastTry::default());
            let passes = || async {
                let lock = || last.lock().unwrap_or_else(PoisonError::into_inner);
                lock().began = Some(Instant::now());
                let failure = failure_of(scenario, main.address).await;
                *lock() = LastTry {
                    began: None,
                    why: failure.as_ref().map(words),
                };
                failure.is_none()
            };
            let in_time = timeout(within, until(began, passes)).await;
            in_time.map_err(|_| {
                let last = last.into_inner().unwrap_or_else(PoisonError::into_inner);
                format!("{file} did not pass: {}", last.words(within)).into()
            })
        }
    }
}

/// How a scenario was played last that says whether a program is ready.
#[derive(Debug, Default)]
struct LastTry {
    /// Since when it is being played, where it is.
    began: Option<Instant>,
    /// Why it failed before.
    why: Option<String>,
}

impl LastTry {
    /// Why it has not passed; one that has been played for a good part of the time says more than those before.
    fn words(self, within: Duration) -> String {
        let goes_on = |began: Instant| began.elapsed() >= within / PART;
        match (self.began, self.why) {
            (Some(began), _) if goes_on(began) => "it was still waiting for the program".to_owned(),
            (_, Some(why)) => why,
            (_, None) => "it was not played to its end".to_owned(),
        }
    }
}

/// Waits until somebody listens on all of them.
///
/// # Errors
///
/// Fails with those where nobody did in the given time.
async fn until_listening<'a>(
    endpoints: &[Endpoint<'a>],
    began: Instant,
    within: Duration,
) -> Result<(), Vec<Endpoint<'a>>> {
    let mut looks = 0_u32;
    let are_open = || {
        looks = looks.wrapping_add(1);
        let thorough = looks.is_multiple_of(THOROUGH);
        async move {
            // The main one last: whoever connects to it finds the others, too.
            for one in endpoints.iter().rev() {
                if !is_open(one.address, began, thorough).await {
                    return false;
                }
            }
            true
        }
    };
    if timeout(within, until(began, are_open)).await.is_ok() {
        return Ok(());
    }
    let mut missing = Vec::new();
    for one in endpoints {
        if !is_open(one.address, began, true).await {
            missing.push(*one);
        }
    }
    match missing.is_empty() {
        true => Ok(()),
        false => Err(missing),
    }
}

/// Looks again and again until it is so.
async fn until<F: Future<Output = bool>>(began: Instant, mut is_so: impl FnMut() -> F) {
    while !is_so().await {
        sleep((began.elapsed() / PART).clamp(SHORTEST, LONGEST)).await;
    }
}

/// Whether somebody listens.
async fn is_open(address: &Address, began: Instant, thorough: bool) -> bool {
    match is_listening(address, thorough) {
        Some(true) => true,
        // Where there are no connections, trying to make one tells nothing.
        Some(false) if address.carries() == Carries::Packets => false,
        // Nor is it made where a quick look may have missed who listens: a server takes it for a client that says nothing.
        Some(false) if began.elapsed() < TRY_CONNECTING || !thorough => false,
        _ => connect_within(address, CONNECTING).await.is_ok(),
    }
}

/// Why a scenario fails; `None`: it passes.
async fn failure_of(scenario: &Scenario, address: &Address) -> Option<Failure> {
    let target = [
        ("host", Value::from(address.host())),
        ("port", Value::from(address.port())),
    ];
    let builtins = [
        (
            "target",
            Value::from(std::collections::BTreeMap::from(target)),
        ),
        ("scenario", Value::from("ready")),
        ("case", Value::from("")),
        ("index", Value::from(0_u64)),
        ("run_id", Value::from("ready")),
        ("seed", Value::from(0_u64)),
    ];
    let setting = Setting {
        builtins: builtins.into(),
        packets: vec![address.carries().are_packets(); scenario.script.clients.len()],
        ..Setting::default()
    };
    let mut player = Player::new(Arc::clone(&scenario.script), setting);
    let mut allowed = AllowedHosts::default();
    allowed.address(address);
    let peers = Peers {
        asked: Asked::default(),
        addresses: vec![address.clone(); scenario.script.clients.len()],
        allowed: Arc::new(allowed),
        tls: Arc::default(),
    };
    let lingering = Lingering::default();
    play(&mut player, &peers, &lingering, &Cancel::default()).await;
    match player.verdict() {
        Some(Verdict::Failed(failure)) => Some((**failure).clone()),
        // Nobody cancels it.
        _ => None,
    }
}
