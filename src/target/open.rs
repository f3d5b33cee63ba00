//! A target that is ready for a run.

use std::collections::HashMap;

use thiserror::Error;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::Target;
use super::embedded::{Embedded, config_of};
use crate::drive::Cancel;
use crate::net::{Address, BindError};
use crate::scenario::{EvalError, Scenario};
use crate::server::Config;
use crate::wire::Framing;

/// A target that is ready for a run.
///
/// Of the embedded server there is one for each framing, shared by the scenarios that say nothing about the server, and a
/// fresh one for each case of a scenario with `server` settings.
#[derive(Debug)]
pub struct OpenTarget {
    target: Target,
    servers: Mutex<Servers>,
}

/// The embedded servers of a run.
#[derive(Debug, Default)]
struct Servers {
    shared: HashMap<Framing, Embedded>,
    /// All that run, or are being stopped.
    tasks: JoinSet<()>,
    /// Stops them all.
    over: Cancel,
}

/// What one case talks to. Dropped at the end of the case, a server that is its own is stopped, beside what comes next.
#[derive(Debug)]
pub struct Peer {
    /// Where it listens.
    pub address: Address,
    /// The case's own server.
    _own: Option<Embedded>,
}

/// Why a case cannot be given what it is to talk to.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unavailable {
    /// The target is not what the scenario is about: it is to be skipped.
    #[error("its `server` settings are for the embedded reference server")]
    NotEmbedded,
    /// The scenario's greeting has no value. The author is at fault.
    #[error("the greeting of `server`: {0}")]
    Greeting(EvalError),
    /// The embedded server cannot be started. The system is at fault.
    #[error("the embedded server cannot be started: {0}")]
    NotStarted(#[from] BindError),
}

impl OpenTarget {
    pub(super) fn new(target: Target) -> Self {
        Self {
            target,
            servers: Mutex::default(),
        }
    }

    /// What is under test.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// What a case of this scenario talks to.
    ///
    /// # Errors
    ///
    /// Fails when the target is not what the scenario needs, or the embedded server cannot be started.
    pub async fn peer_of(&self, scenario: &Scenario) -> Result<Peer, Unavailable> {
        match (&self.target, &scenario.server) {
            (Target::Address(_), Some(_)) => Err(Unavailable::NotEmbedded),
            (Target::Address(address), None) => Ok(Peer {
                address: address.clone(),
                _own: None,
            }),
            (Target::Embedded, settings) => {
                let config = config_of(scenario).map_err(Unavailable::Greeting)?;
                let mut servers = self.servers.lock().await;
                if settings.is_none() {
                    let address = servers.shared(config).await?;
                    return Ok(Peer {
                        address,
                        _own: None,
                    });
                }
                let own = servers.start(config).await?;
                Ok(Peer {
                    address: own.address.clone(),
                    _own: Some(own),
                })
            }
        }
    }

    /// Stops all servers and waits for them, not longer than their own deadline.
    pub async fn close(self) {
        let Servers {
            over, mut tasks, ..
        } = self.servers.into_inner();
        over.cancel();
        while tasks.join_next().await.is_some() {}
    }
}

impl Servers {
    /// Where the server of this framing listens. It is started when it is first asked for.
    async fn shared(&mut self, config: Config) -> Result<Address, BindError> {
        let framing = config.session.framing.clone();
        if let Some(server) = self.shared.get(&framing) {
            return Ok(server.address.clone());
        }
        let server = self.start(config).await?;
        let address = server.address.clone();
        self.shared.insert(framing, server);
        Ok(address)
    }

    async fn start(&mut self, config: Config) -> Result<Embedded, BindError> {
        let (server, run) = Embedded::start(config, self.over.clone()).await?;
        self.tasks.spawn(run);
        // What has stopped by now is forgotten, so that the set does not grow with the number of cases.
        while self.tasks.try_join_next().is_some() {}
        Ok(server)
    }
}
