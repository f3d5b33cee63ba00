//! What becomes of each connection, and how many there are.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, watch};
use tracing::debug;

use super::Config;
use super::config::{MAX_DRAINED, MAX_LINGERING};
use crate::drive::{Served, linger, serve};
use crate::net::Connection;
use crate::session::Session;

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
    fn enter(&self, max: usize) -> Option<Ticket> {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |open| {
                (open < max).then_some(open + 1)
            })
            .ok()
            .map(|_| Ticket(self.clone()))
    }
}

/// One connection, for as long as it is served.
struct Ticket(Open);

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

    /// Serves a connection to its end, or tells it that there are too many.
    ///
    /// The connection is counted when this is called, not when the future first runs: in the order of arrival.
    pub(super) fn handle(
        self: Arc<Self>,
        connection: Connection,
    ) -> impl Future<Output = ()> + Send + 'static {
        let ticket = self.open.enter(self.config.max_connections);
        async move {
            let peer = connection.peer();
            match ticket {
                Some(ticket) => {
                    debug!(%peer, "connected");
                    self.serve(connection, ticket).await;
                }
                None => {
                    debug!(%peer, "refused: too many connections");
                    self.refuse(connection).await;
                }
            }
        }
    }

    async fn serve(&self, connection: Connection, ticket: Ticket) {
        let peer = connection.peer();
        let mut stopping = self.stopping.subscribe();
        let session = Arc::clone(&self.config.session);
        let served = serve(
            |now| Session::new(session, now),
            connection,
            self.config.write_timeout,
            async move {
                // Should the sender be gone, the server is too.
                let _ = stopping.wait_for(|stopping| *stopping).await;
            },
        );
        match served.await {
            Served::Closed(why, connection) => {
                debug!(%peer, ?why, "session over");
                // The peer sees the end now and may connect again at once: there is room for it.
                drop(ticket);
                self.close(connection).await;
            }
            Served::Lost(how) => debug!(%peer, ?how, "connection lost"),
            Served::Stuck => debug!(%peer, "reset: it does not read"),
        }
    }

    /// Says that there are too many connections, and closes.
    async fn refuse(&self, mut connection: Connection) {
        let mut reply = Vec::with_capacity(TOO_MANY.len() + 2);
        if self
            .config
            .session
            .framing
            .encode(TOO_MANY, &mut reply)
            .is_ok()
        {
            // The system's buffer of a new connection is empty and takes these few bytes at once; a peer that is gone
            // already need not be told.
            let _ = poll_fn(|cx| connection.poll_write(cx, &reply)).await;
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
