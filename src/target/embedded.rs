//! The reference server in this process.

use std::sync::Arc;
use std::time::Duration;

use super::Transport;
use crate::drive::Cancel;
use crate::net::{Address, BindError};
use crate::scenario::{EvalError, Scenario};
use crate::server::{Config, DEFAULT_MAX_CONNECTIONS, Server};
use crate::session;
use crate::time::TimeScale;

/// How long the embedded server waits for its connections when it is stopped. Its clients are in this process, and done.
const DRAIN_DEADLINE: Duration = Duration::from_secs(1);

/// A server that listens until this is dropped, or the run is over.
#[derive(Debug)]
pub(super) struct Embedded {
    pub(super) address: Address,
    stop: Cancel,
}

impl Embedded {
    /// Starts a server that stops at the latest when `over` is asked for. The future is what runs it, to be spawned.
    pub(super) async fn start(
        at: &Address,
        config: Config,
        over: Cancel,
    ) -> Result<(Self, impl Future<Output = ()> + Send + 'static), BindError> {
        let server = Server::bind(at, config).await?;
        let stop = Cancel::default();
        let embedded = Self {
            address: server.address().clone(),
            stop: stop.clone(),
        };
        let run = async move {
            let stopped = async {
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = over.cancelled() => {}
                }
            };
            server.run(stopped).await;
        };
        Ok((embedded, run))
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The server that a scenario asks for: its own, or the one it shares with others of its framing.
pub(super) fn config_of(
    scenario: &Scenario,
    over: Transport,
    scale: TimeScale,
) -> Result<Config, EvalError> {
    let limit = (scenario.server.as_ref()).and_then(|settings| settings.max_connections);
    let session = session::Config::for_scenario_over(scenario, over.carries())?;
    Ok(Config {
        session: Arc::new(session.scaled(scale)),
        max_connections: limit.unwrap_or(DEFAULT_MAX_CONNECTIONS),
        drain_deadline: DRAIN_DEADLINE,
        ..Config::default()
    })
}
