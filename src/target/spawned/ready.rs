//! Waiting until a program is ready, without an interval that shows: the pauses grow with the time gone by.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::listening::{is_listening, of_group};
use super::output::Output;
use super::{Ready, Spawn};
use crate::drive::{Asked, Cancel, Lingering, Peers, play};
use crate::net::{Address, AllowedHosts, connect_within};
use crate::player::{Player, Setting, Verdict};
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
pub(super) async fn until_ready(
    spawn: &Spawn,
    file: Option<&str>,
    address: &Address,
    named: &[(String, Address)],
    output: &Output,
) -> Result<(), String> {
    let began = Instant::now();
    let within = spawn.ready_timeout;
    let mut looks = 0_u32;
    let is_open = || {
        looks = looks.wrapping_add(1);
        let thorough = looks.is_multiple_of(THOROUGH);
        async move {
            for (_, address) in named {
                if !is_open(address, began, thorough).await {
                    return false;
                }
            }
            is_open(address, began, thorough).await
        }
    };
    match &spawn.ready {
        Ready::Listening => timeout(within, until(began, is_open))
            .await
            .map_err(|_| format!("nobody listened on {address}")),
        Ready::File(path) => {
            let file = Path::new(file.unwrap_or(path));
            timeout(within, until(began, || std::future::ready(file.exists())))
                .await
                .map_err(|_| format!("there was no file {}", file.display()))
        }
        Ready::Output(_) => {
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
                .map_err(|_| "it printed nothing that matches".to_owned())
        }
        Ready::Scenario(scenario) => {
            let passes = || passes(scenario, address);
            timeout(within, until(began, passes))
                .await
                .map_err(|_| "the scenario that says so did not pass".to_owned())
        }
    }
}

/// What is not there yet, in words.
pub(super) fn missing(spawn: &Spawn, file: Option<&str>, address: &Address) -> String {
    match &spawn.ready {
        Ready::Listening => format!("nobody listens on {address}"),
        Ready::File(path) => format!("there is no file {}", file.unwrap_or(path)),
        Ready::Output(_) => "it has printed nothing that matches".to_owned(),
        Ready::Scenario(_) => "the scenario that says that it is ready does not pass".to_owned(),
    }
}

/// Where a program listens instead, in words; nothing where it does not.
pub(super) fn listens_instead(group: i32) -> Option<String> {
    let places = of_group(group);
    let words: Vec<String> = places.iter().take(4).map(ToString::to_string).collect();
    (!words.is_empty()).then(|| words.join(", "))
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

/// Whether a scenario passes.
async fn passes(scenario: &Scenario, address: &Address) -> bool {
    let names = &scenario.script.names;
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
        builtins: (builtins.into_iter())
            .filter(|(name, _)| names.find(name).is_some())
            .collect(),
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
    player.verdict() == Some(&Verdict::Passed)
}
