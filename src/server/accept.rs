//! Accepts connections until told to stop.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tracing::debug;

use super::connections::Shared;
use super::{Config, Open};
use crate::net::{Address, BindError, Connection, Listener};

/// How long to wait after the system had no room for a connection, the first time. Doubled each time after that.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// How long to wait at most: 1 s.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The reference server, listening.
///
/// Connections that come before [`run`](Self::run) wait.
#[derive(Debug)]
pub struct Server {
    listener: Listener,
    shared: Arc<Shared>,
}

impl Server {
    /// Listens at an address; with port 0 the system chooses one, which [`address`](Self::address) tells.
    ///
    /// # Errors
    ///
    /// Fails when one cannot listen there.
    pub async fn bind(address: &Address, config: Config) -> Result<Self, BindError> {
        Ok(Self {
            listener: Listener::bind(address).await?,
            shared: Arc::new(Shared::new(config)),
        })
    }

    /// Where it listens: what one connects to.
    pub fn address(&self) -> &Address {
        self.listener.address()
    }

    /// Tells how many connections are served, while the server runs.
    pub fn open(&self) -> Open {
        self.shared.open()
    }

    /// Serves until `stop` is ready: then no more connections are accepted, sessions answer what they have received
    /// and end, and what is not over by the [deadline](Config::drain_deadline) is dropped.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        self.run_for(usize::MAX, stop).await;
    }

    /// Serves one connection to its end, or until `stop` is ready as [`run`](Self::run) does. Others are not accepted.
    pub async fn run_once(self, stop: impl Future<Output = ()>) {
        self.run_for(1, stop).await;
    }

    /// Accepts so many connections at most, and serves them to their ends, unless `stop` is ready before.
    async fn run_for(self, most: usize, stop: impl Future<Output = ()>) {
        let Self { listener, shared } = self;
        let mut stop = pin!(stop);
        let mut tasks = JoinSet::new();
        let mut pause = FIRST_PAUSE;
        let mut accepted = 0;
        while accepted < most {
            tokio::select! {
                // A server that is stopping takes no more connections, however many are waiting.
                biased;
                () = &mut stop => break,
                Some(_) = tasks.join_next() => {}
                connection = listener.accept() => match accept(connection, &shared, &mut tasks) {
                    Accepted::Served => {
                        pause = FIRST_PAUSE;
                        accepted = accepted.saturating_add(1);
                    }
                    Accepted::Gone => pause = FIRST_PAUSE,
                    Accepted::NoRoom => {
                        tokio::select! {
                            () = &mut stop => break,
                            () = sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
                        }
                    }
                },
            }
        }
        drop(listener);
        if accepted == most {
            tokio::select! {
                () = &mut stop => {}
                () = all_over(&mut tasks) => {}
            }
        }
        shared.stop();
        debug!(open = shared.open().count(), "stopping");
        if timeout(shared.config().drain_deadline, all_over(&mut tasks))
            .await
            .is_err()
        {
            debug!(open = shared.open().count(), "dropped at the deadline");
            tasks.shutdown().await;
        }
    }
}

/// Waits until all connections are over.
async fn all_over(tasks: &mut JoinSet<()>) {
    while tasks.join_next().await.is_some() {}
}

/// What came of an attempt to accept a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Accepted {
    /// There is one, and it is served.
    Served,
    /// There was one, which is gone already: the next can be accepted at once.
    Gone,
    /// The system has no room for any.
    NoRoom,
}

/// Begins to serve a connection, if there is one.
fn accept(
    accepted: io::Result<Connection>,
    shared: &Arc<Shared>,
    tasks: &mut JoinSet<()>,
) -> Accepted {
    match accepted {
        Ok(connection) => {
            debug!(peer = %connection.peer(), "accepted");
            shared.handle(connection, tasks);
            Accepted::Served
        }
        Err(error) => {
            debug!(%error, "accept failed");
            if is_of_one_connection(&error) {
                Accepted::Gone
            } else {
                Accepted::NoRoom
            }
        }
    }
}

/// Whether an error of `accept` says that one connection was gone already; others say that the system has no room for any,
/// and trying again at once would only burn time.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::NotConnected
            | io::ErrorKind::InvalidInput
            | io::ErrorKind::Interrupted
            | io::ErrorKind::TimedOut
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_errors_of_one_connection_let_the_next_be_accepted_at_once() {
        // EMFILE, ENFILE, ENOBUFS, ENOMEM on Linux.
        for (error, at_once) in [
            (io::Error::from_raw_os_error(24), false),
            (io::Error::from_raw_os_error(23), false),
            (io::Error::from_raw_os_error(105), false),
            (io::Error::from_raw_os_error(12), false),
            (io::ErrorKind::ConnectionAborted.into(), true),
            (io::ErrorKind::ConnectionReset.into(), true),
            (io::ErrorKind::NotConnected.into(), true),
        ] {
            assert_eq!(is_of_one_connection(&error), at_once, "{error}");
        }
    }
}
