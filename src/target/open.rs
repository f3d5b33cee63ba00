//! A target that is ready for a run.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use thiserror::Error;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::embedded::{Embedded, config_of};
use super::folder::{NoFolder, folder};
use super::programs::{Closed, Programs};
use super::{NotReady, Talking, Target, Transport};
use crate::drive::Cancel;
use crate::net::{Address, BindError, SelfSigned, TlsClient, TlsError, TlsServer};
use crate::scenario::{EvalError, Scenario, TlsOptions};
use crate::server::Config;
use crate::time::TimeScale;
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
    /// By how they cut messages and what they say first.
    shared: HashMap<(Framing, Option<Vec<u8>>), Embedded>,
    /// Over what they are reached.
    transport: Transport,
    /// Where their sockets are, where those are files: made when the first is needed.
    folder: Option<TempDir>,
    /// How many sockets have been made in it.
    files: u64,
    /// With what TLS begins, and what makes TLS of connections to it: made when it is first needed.
    tls: Option<(TlsServer, Arc<TlsClient>)>,
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
    /// Where else the program under test listens, by names.
    pub named: Vec<(String, Address)>,
    /// What makes TLS of connections to it, where it has a certificate that nobody else knows.
    pub tls: Option<Arc<TlsClient>>,
    /// The program under test, where there is one.
    pub program: Option<Talking>,
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
    /// There is no folder for the embedded server's socket. The system is at fault.
    #[error("the embedded server cannot be started: {0}")]
    NoFolder(#[from] NoFolder),
    /// The embedded server has no certificate. The system is at fault.
    #[error("the embedded server cannot have a certificate: {0}")]
    NoCertificate(#[from] TlsError),
    /// The program under test cannot be made ready.
    #[error("{0}")]
    NotReady(#[from] Box<NotReady>),
}

impl OpenTarget {
    pub(super) fn new(target: Target) -> Self {
        Self {
            servers: Mutex::new(Servers {
                transport: target.transport(),
                ..Servers::default()
            }),
            target,
            programs: Programs::default(),
        }
    }

    /// What is under test.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// What a case of this scenario talks to; the embedded server with its times multiplied by `scale`. `slow` is told what is
    /// waited for where a program takes long to be ready.
    ///
    /// # Errors
    ///
    /// Fails when the target is not what the scenario needs, or the embedded server cannot be started.
    pub async fn peer_of(
        &self,
        scenario: &Scenario,
        scale: TimeScale,
        slow: &(dyn Fn(String) + Sync),
    ) -> Result<Peer, Unavailable> {
        match (&self.target, &scenario.server) {
            (Target::Address(_) | Target::Spawned(_), Some(_)) => Err(Unavailable::NotEmbedded),
            (Target::Spawned(spawn), None) => {
                // In a box, as most cases have none to start: without, each would have to make room for it.
                let program = Box::pin(self.programs.of(spawn, slow)).await?;
                Ok(Peer {
                    address: program.address.clone(),
                    named: program.named.clone(),
                    tls: None,
                    program: Some(Talking::with(program)),
                    fresh: spawn.fresh,
                    _own: None,
                })
            }
            (Target::Address(address), None) => Ok(Peer::at(address.clone(), None)),
            (Target::Embedded | Target::Over(_), settings) => {
                let transport = self.target.transport();
                let mut config =
                    config_of(scenario, transport, scale).map_err(Unavailable::Greeting)?;
                let mut servers = self.servers.lock().await;
                let tls = servers.tls()?;
                let (server, client) = tls.unzip();
                config.tls = server;
                let mut peer = match settings {
                    None => Peer::at(servers.shared(config).await?, None),
                    Some(_) => {
                        let own = servers.start(config).await?;
                        Peer::at(own.address.clone(), Some(own))
                    }
                };
                peer.tls = client;
                Ok(peer)
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
            named: Vec::new(),
            tls: None,
            program: None,
            fresh: false,
            _own: own,
        }
    }
}

impl Servers {
    /// With what the servers begin TLS, and their clients too; `None`: without.
    fn tls(&mut self) -> Result<Option<(TlsServer, Arc<TlsClient>)>, TlsError> {
        if self.transport == Transport::Tls && self.tls.is_none() {
            let SelfSigned {
                server,
                certificate,
            } = TlsServer::self_signed(NAMES)?;
            let client = TlsClient::new(TlsOptions {
                ca: Some(certificate),
                ..TlsOptions::default()
            })?;
            self.tls = Some((server, Arc::new(client)));
        }
        Ok(self.tls.clone())
    }

    /// An address that is free.
    fn free(&mut self) -> Result<Address, NoFolder> {
        let mut file = PathBuf::new();
        if self.transport.has_files() {
            if self.folder.is_none() {
                self.folder = Some(folder()?);
            }
            let folder = self.folder.as_ref().map(TempDir::path);
            self.files += 1;
            file = folder.unwrap_or(&file).join(self.files.to_string());
        }
        Ok(self.transport.address(&file))
    }

    /// Where the server of this framing listens. It is started when it is first asked for.
    async fn shared(&mut self, config: Config) -> Result<Address, Unavailable> {
        let Config { session, .. } = &config;
        let says = (session.framing.clone(), session.greeting.clone());
        if let Some(server) = self.shared.get(&says) {
            return Ok(server.address.clone());
        }
        let server = self.start(config).await?;
        let address = server.address.clone();
        self.shared.insert(says, server);
        Ok(address)
    }

    async fn start(&mut self, config: Config) -> Result<Embedded, Unavailable> {
        let at = self.free()?;
        let (server, run) = Embedded::start(&at, config, self.over.clone()).await?;
        self.tasks.spawn(run);
        // What has stopped by now is forgotten, so that the set does not grow with the number of cases.
        while self.tasks.try_join_next().is_some() {}
        Ok(server)
    }
}

/// Whom the certificate of the embedded server is for.
const NAMES: &[&str] = &["localhost", "127.0.0.1", "::1"];
