//! A target that is ready for a run.

use std::collections::HashMap;
use std::sync::Arc;

use thiserror::Error;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::embedded::{Embedded, config_of};
use super::programs::{Closed, Programs};
use super::{NotReady, Program, Target};
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
    programs: Programs,
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
    /// The program under test, where there is one.
    pub program: Option<Arc<Program>>,
    /// Whether the program is this case's alone, to be stopped after it.
    pub fresh: bool,
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
    /// The program under test cannot be made ready.
    #[error("{0}")]
    NotReady(#[from] Box<NotReady>),
}

impl OpenTarget {
    pub(super) fn new(target: Target) -> Self {
        Self {
            target,
            servers: Mutex::default(),
            programs: Programs::default(),
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
            (Target::Address(_) | Target::Spawned(_), Some(_)) => Err(Unavailable::NotEmbedded),
            (Target::Spawned(spawn), None) => {
                let program = self.programs.of(spawn).await?;
                Ok(Peer {
                    address: program.address.clone(),
                    program: Some(program),
                    fresh: spawn.fresh,
                    _own: None,
                })
            }
            (Target::Address(address), None) => Ok(Peer::at(address.clone(), None)),
            (Target::Embedded, settings) => {
                let config = config_of(scenario).map_err(Unavailable::Greeting)?;
                let mut servers = self.servers.lock().await;
                if settings.is_none() {
                    let address = servers.shared(config).await?;
                    return Ok(Peer::at(address, None));
                }
                let own = servers.start(config).await?;
                Ok(Peer::at(own.address.clone(), Some(own)))
            }
        }
    }

    /// Stops the program under test that the cases share, if it runs, and tells what became of it.
    pub async fn close_program(&self) -> Closed {
        self.programs.close().await
    }

    /// Stops all servers and waits for them, not longer than their own deadline.
    pub async fn close(self) {
        self.close_program().await;
        let Servers {
            over, mut tasks, ..
        } = self.servers.into_inner();
        over.cancel();
        while tasks.join_next().await.is_some() {}
    }
}

impl Peer {
    fn at(address: Address, own: Option<Embedded>) -> Self {
        Self {
            address,
            program: None,
            fresh: false,
            _own: own,
        }
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
