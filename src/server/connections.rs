//! What becomes of each connection, and how many there are.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tracing::debug;

use super::Config;
use super::config::{HANDSHAKE_TIMEOUT, MAX_DRAINED, MAX_LINGERING};
use crate::drive::{Served, Serving, linger};
use crate::net::{Connection, TlsServer};

/// What the one connection too many is told, as one message.
const TOO_MANY: &[u8] = b"error: too many connections";

/// Tells how many connections a server serves at the moment. Clones tell the same.
#[derive(Debug, Clone, Default)]
pub struct Open(Arc<AtomicUsize>);

impl Open {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// Counts one more, until the ticket is dropped; `None` when there are `max` already.
    pub(super) fn enter(&self, max: usize) -> Option<Ticket> {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |open| {
                (open < max).then_some(open + 1)
            })
            .ok()
            .map(|_| Ticket(self.clone()))
    }
}

/// One connection, for as long as it is served.
#[derive(Debug)]
pub(super) struct Ticket(Open);

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What all connections of a server share.
#[derive(Debug)]
pub(super) struct Shared {
    config: Config,
    open: Open,
    /// One for each connection that may wait for its peer's end.
    lingering: Semaphore,
    stopping: watch::Sender<bool>,
}

impl Shared {
    pub(super) fn new(config: Config) -> Self {
        Self {
            config,
            open: Open::default(),
            lingering: Semaphore::new(MAX_LINGERING),
            stopping: watch::Sender::new(false),
        }
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn open(&self) -> Open {
        self.open.clone()
    }

    /// Tells all sessions that the server is stopping.
    pub(super) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Begins to serve a connection, or to tell it that there are too many, as one of `tasks`.
    pub(super) fn handle(self: &Arc<Self>, connection: Connection, tasks: &mut JoinSet<()>) {
        let shared = Arc::clone(self);
        let ticket = self.open.enter(self.config.max_connections);
        match (&self.config.tls, ticket) {
            (None, Some(ticket)) => tasks.spawn(shared.serve(connection, ticket)),
            (None, None) => tasks.spawn(shared.refuse(connection)),
            (Some(tls), ticket) => tasks.spawn(shared.secure(tls.clone(), connection, ticket)),
        };
    }

    /// Begins TLS on a connection, then serves it, or says under TLS that there are too many.
    async fn secure(
        self: Arc<Self>,
        tls: TlsServer,
        connection: Connection,
        ticket: Option<Ticket>,
    ) {
        let deadline = Instant::now().checked_add(HANDSHAKE_TIMEOUT);
        let mut stopping = self.stopping.subscribe();
        let secured = tokio::select! {
            secured = Box::pin(tls.accept(connection, deadline)) => secured,
            // Nothing has been said yet that would be owed an answer.
            _ = stopping.wait_for(|stopping| *stopping) => return,
        };
        drop(stopping);
        match (secured, ticket) {
            (Ok(connection), Some(ticket)) => self.serve(connection, ticket).await,
            (Ok(connection), None) => self.refuse(connection).await,
            (Err((why, left)), _) => {
                debug!(why, "no TLS");
                // So that the alert that says why is not lost.
                if let Some(left) = left {
                    self.close(left).await;
                }
            }
        }
    }

    /// Serves a connection to its end.
    ///
    /// An idle one costs little more than its session: that is never moved, and what comes at the end is boxed.
    pub(super) fn serve(
        self: Arc<Self>,
        connection: Connection,
        ticket: Ticket,
    ) -> impl Future<Output = ()> + Send + 'static {
        let Config {
            session,
            write_timeout,
            ..
        } = &self.config;
        let mut serving = Serving::new(Arc::clone(session), connection, *write_timeout);
        async move {
            let served = self.converse(&mut serving).await;
            // The peer sees the end now and may connect again at once: there is room for it.
            drop(ticket);
            Box::pin(self.end(serving.into_connection(), served)).await;
        }
    }

    async fn converse(&self, serving: &mut Serving) -> Served {
        let mut stopping = self.stopping.subscribe();
        let stop = pin!(async move {
            // Should the sender be gone, the server is too.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        });
        serving.run(stop).await
    }

    /// Ends a connection whose session is over.
    async fn end(&self, connection: Connection, served: Served) {
        debug!(peer = %connection.peer(), ?served, "session over");
        match served {
            Served::Closed(_) => self.close(connection).await,
            // If it cannot be reset, it is closed all the same.
            Served::Stuck => drop(connection.reset()),
            Served::Lost(_) => {}
        }
    }

    /// Says that there are too many connections, and closes.
    async fn refuse(self: Arc<Self>, mut connection: Connection) {
        debug!(peer = %connection.peer(), "too many connections");
        let mut reply = Vec::with_capacity(TOO_MANY.len() + 2);
        if self
            .config
            .session
            .framing
            .encode(TOO_MANY, &mut reply)
            .is_ok()
        {
            // The system's buffer of a new connection is empty and takes these few bytes at once. Where it does not, or the
            // peer is gone already, nobody is told: this connection is one of too many, and waits for nothing.
            let _ = connection.write_now(&reply);
        }
        self.close(connection).await;
    }

    /// Closes cleanly: FIN, then what still arrives is dropped for a while.
    async fn close(&self, connection: Connection) {
        let closing = linger(connection, Some(MAX_DRAINED));
        // With too many of them waiting, this one is closed when `closing` is dropped: FIN has been sent.
        if let Ok(_permit) = self.lingering.try_acquire() {
            closing.await;
        }
    }
}
