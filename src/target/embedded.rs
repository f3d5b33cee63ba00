//! The reference server in this process.

use std::sync::Arc;
use std::time::Duration;

use crate::drive::Cancel;
use crate::net::{Address, BindError, Endpoint};
use crate::scenario::{EvalError, Scenario, ServerSettings, Values};
use crate::server::{Config, Server};
use crate::session;
use crate::wire::Framing;

/// How long the embedded server waits for its connections when it is stopped. Its clients are in this process, and done.
const DRAIN_DEADLINE: Duration = Duration::from_secs(1);

/// Where it listens: the system chooses the port, and nobody outside this machine can connect.
const HOST: &str = "127.0.0.1";

/// A server that listens, until it is stopped or dropped.
#[derive(Debug)]
pub(super) struct Embedded {
    pub(super) address: Address,
    stop: Cancel,
}

impl Embedded {
    /// Starts a server; `run` is what keeps it running, to be spawned.
    pub(super) async fn start(
        config: Config,
    ) -> Result<(Self, impl Future<Output = ()> + Send + 'static), BindError> {
        let any = Address::Tcp {
            host: HOST.to_owned(),
            port: 0,
        };
        let server = Server::bind(&any, config).await?;
        let stop = Cancel::default();
        let embedded = Self {
            address: address_of(server.local()),
            stop: stop.clone(),
        };
        let run = async move { server.run(stop.cancelled()).await };
        Ok((embedded, run))
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// How the messages of a scenario are cut: as its first client says.
pub(super) fn framing_of(scenario: &Scenario) -> Framing {
    let client = scenario.script.clients.first();
    client.map_or_else(Framing::default, |client| client.framing)
}

/// The server that scenarios without settings of their own share.
pub(super) fn default_config(framing: Framing) -> Config {
    Config {
        session: Arc::new(session::Config {
            framing,
            ..session::Config::default()
        }),
        drain_deadline: DRAIN_DEADLINE,
        ..Config::default()
    }
}

/// The server that a scenario asks for.
pub(super) fn config_of(framing: Framing, settings: &ServerSettings) -> Result<Config, EvalError> {
    let mut config = default_config(settings.framing.unwrap_or(framing));
    let session = Arc::make_mut(&mut config.session);
    if let Some(greeting) = &settings.greeting {
        session.greeting = match greeting {
            None => None,
            Some(payload) => {
                let mut bytes = Vec::new();
                payload.render(&Values::default(), MAX_GREETING, &mut bytes)?;
                Some(bytes)
            }
        };
    }
    if let Some(reply) = settings.reply {
        session.reply = reply;
    }
    if let Some(time) = settings.think_time {
        session.think_time = time;
    }
    if let Some(time) = settings.idle_timeout {
        session.idle_timeout = time;
    }
    if let Some(limit) = settings.max_message {
        session.max_message = limit;
    }
    if let Some(max) = settings.max_connections {
        config.max_connections = max;
    }
    Ok(config)
}

fn address_of(local: Endpoint) -> Address {
    let Endpoint::Ip(addr) = local;
    Address::Tcp {
        host: addr.ip().to_string(),
        port: addr.port(),
    }
}

/// How many bytes a greeting may have: 1 MiB.
const MAX_GREETING: usize = 1 << 20;
