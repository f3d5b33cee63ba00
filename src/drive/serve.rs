//! Session ↔ socket.

use std::future::{Future, poll_fn};
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::ReadBuf;
use tracing::debug;

use super::alarm::Alarm;
use crate::net::{Clock, Connection, is_too_large};
use crate::player::Ending;
use crate::session::{Closing, Config, Session};
use crate::time::Time;

/// How many bytes are read at a time: 64 KiB. In raw, no message is longer.
pub const READ_SIZE: usize = 64 << 10;

/// How serving a connection came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Served {
    /// The session ended it: the [connection](Serving::into_connection) is to be closed cleanly.
    Closed(Closing),
    /// The connection had ended before.
    Lost(Ending),
    /// The peer took nothing of what it was sent for the whole write timeout. FIN would not get through to it either: the
    /// connection is to be reset.
    Stuck,
}

/// One session, its connection, and all that belongs to them.
#[derive(Debug)]
pub struct Serving {
    session: Session,
    connection: Connection,
    clock: Clock,
    write_timeout: Duration,
    /// Since when the peer has taken nothing although there is something to be taken.
    stuck_since: Option<Time>,
    alarm: Alarm,
}

impl Serving {
    /// Begins a session on a connection.
    ///
    /// `write_timeout` is how long the peer may take nothing of what it is sent; zero: for ever.
    pub fn new(config: Arc<Config>, connection: Connection, write_timeout: Duration) -> Self {
        let clock = Clock::start();
        Self {
            session: Session::new(config, clock.now()),
            connection,
            clock,
            write_timeout,
            stuck_since: None,
            alarm: Alarm::default(),
        }
    }

    /// Serves until the end; once `stop` is ready, the session is told that the server is stopping.
    ///
    /// By reference, like `stop`, so that thousands of idle connections are held once each and not in several places of
    /// nested futures.
    pub async fn run(&mut self, mut stop: Pin<&mut impl Future<Output = ()>>) -> Served {
        let mut stopped = false;
        poll_fn(|cx| {
            if !stopped && stop.as_mut().poll(cx).is_ready() {
                stopped = true;
                self.session.stop(self.clock.now());
            }
            self.poll(cx)
        })
        .await
    }

    /// The connection, in whatever state it is.
    pub fn into_connection(self) -> Connection {
        self.connection
    }

    /// Writes, reads and lets time pass until the session is over or there is nothing to do.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Served> {
        loop {
            if let Err(how) = self.write(cx) {
                return Poll::Ready(Served::Lost(how));
            }
            if let Some(why) = self.session.poll_close() {
                return Poll::Ready(Served::Closed(why));
            }
            // What can be read comes before a timeout that is due.
            match self.read(cx) {
                Poll::Ready(Ok(())) => continue,
                Poll::Ready(Err(how)) => return Poll::Ready(Served::Lost(how)),
                Poll::Pending => {}
            }
            let stuck = self
                .stuck_since
                .filter(|_| !self.write_timeout.is_zero())
                .map(|at| at.after(self.write_timeout));
            let deadline = [self.session.poll_timeout(), stuck]
                .into_iter()
                .flatten()
                .min();
            let deadline = deadline.and_then(|at| self.clock.instant(at));
            if self.alarm.poll(cx, deadline).is_pending() {
                return Poll::Pending;
            }
            let now = self.clock.now();
            if stuck.is_some_and(|at| at <= now) {
                return Poll::Ready(Served::Stuck);
            }
            self.session.handle_timeout(now);
        }
    }

    /// Writes what the peer takes of the outbox.
    fn write(&mut self, cx: &mut Context<'_>) -> Result<(), Ending> {
        while self.session.wants_to_write() {
            match self.connection.poll_write(cx, self.session.outbox()) {
                Poll::Ready(Ok(n)) => {
                    self.stuck_since = None;
                    self.session.handle_written(n, self.clock.now());
                }
                // On datagrams, what cannot go is lost, as it may be anywhere on its way.
                Poll::Ready(Err(error)) if is_too_large(&error) => {
                    let len = self.session.outbox().len();
                    debug!(len, "a reply is larger than a packet may be");
                    self.session.handle_written(len, self.clock.now());
                }
                Poll::Ready(Err(error)) => return Err(self.connection.ending_of(&error)),
                Poll::Pending => {
                    self.stuck_since.get_or_insert_with(|| self.clock.now());
                    break;
                }
            }
        }
        Ok(())
    }

    /// Reads once, if the session wants bytes.
    ///
    /// The scratch buffer lives for this call only, so an idle connection has none.
    fn read(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Ending>> {
        if !self.session.wants_bytes() {
            return Poll::Pending;
        }
        if self.connection.carries().are_packets() {
            return self.read_packet(cx);
        }
        let mut scratch = [const { MaybeUninit::uninit() }; READ_SIZE];
        let mut buffer = ReadBuf::uninit(&mut scratch);
        match self.connection.poll_read_buf(cx, &mut buffer) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(self.connection.ending_of(&error))),
            Poll::Ready(Ok(())) => {}
        }
        let now = self.clock.now();
        match buffer.filled() {
            [] => self.session.handle_ended(now),
            bytes => self.session.handle_received(bytes, now),
        }
        Poll::Ready(Ok(()))
    }

    /// Reads one packet.
    fn read_packet(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Ending>> {
        let mut packet = Vec::new();
        match ready!(self.connection.poll_packet(cx, &mut packet)) {
            Ok(true) => self.session.handle_received(&packet, self.clock.now()),
            Ok(false) => self.session.handle_ended(self.clock.now()),
            Err(error) => return Poll::Ready(Err(self.connection.ending_of(&error))),
        }
        Poll::Ready(Ok(()))
    }
}
