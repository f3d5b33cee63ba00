//! Session ↔ socket.

use std::future::{Future, poll_fn};
use std::mem::MaybeUninit;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::ReadBuf;

use super::alarm::Alarm;
use crate::net::{Clock, Connection, ending_of};
use crate::player::Ending;
use crate::session::{Closing, Session};
use crate::time::Time;

/// How many bytes are read at a time: 64 KiB. In raw, no message is longer.
pub const READ_SIZE: usize = 64 << 10;

/// How a session came to its end.
#[derive(Debug)]
pub enum Served {
    /// The session ended it: the connection is to be closed cleanly.
    Closed(Closing, Connection),
    /// The connection had ended before.
    Lost(Ending),
    /// The peer took nothing of what it was sent for the whole write timeout; it was reset, since FIN would not get
    /// through to it either.
    Stuck,
}

/// Serves one connection: `begin` makes its session, `stop` tells it that the server is stopping.
///
/// `write_timeout` is how long the peer may take nothing of what it is sent; zero: for ever.
pub async fn serve(
    begin: impl FnOnce(Time) -> Session,
    connection: Connection,
    write_timeout: Duration,
    stop: impl Future<Output = ()>,
) -> Served {
    let clock = Clock::start();
    let mut serving = Serving {
        session: begin(clock.now()),
        connection,
        clock,
        write_timeout,
        stuck_since: None,
        alarm: Alarm::default(),
    };
    let mut stop = pin!(stop);
    let mut stopped = false;
    let end = poll_fn(|cx| {
        if !stopped && stop.as_mut().poll(cx).is_ready() {
            stopped = true;
            serving.session.stop(serving.clock.now());
        }
        serving.poll(cx)
    });
    match end.await {
        End::Closed(why) => Served::Closed(why, serving.connection),
        End::Lost(how) => Served::Lost(how),
        End::Stuck => {
            // If it cannot be reset, it is closed all the same.
            let _ = serving.connection.reset();
            Served::Stuck
        }
    }
}

/// One session and all that belongs to it.
struct Serving {
    session: Session,
    connection: Connection,
    clock: Clock,
    write_timeout: Duration,
    /// Since when the peer has taken nothing although there is something to be taken.
    stuck_since: Option<Time>,
    alarm: Alarm,
}

enum End {
    Closed(Closing),
    Lost(Ending),
    Stuck,
}

impl Serving {
    /// Writes, reads and lets time pass until the session is over or there is nothing to do.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        loop {
            if let Err(how) = self.write(cx) {
                return Poll::Ready(End::Lost(how));
            }
            if let Some(why) = self.session.poll_close() {
                return Poll::Ready(End::Closed(why));
            }
            // What can be read comes before a timeout that is due.
            match self.read(cx) {
                Poll::Ready(Ok(())) => continue,
                Poll::Ready(Err(how)) => return Poll::Ready(End::Lost(how)),
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
                return Poll::Ready(End::Stuck);
            }
            self.session.handle_timeout(now);
        }
    }

    /// Writes what the peer takes of the outbox.
    fn write(&mut self, cx: &mut Context<'_>) -> Result<(), Ending> {
        while !self.session.outbox().is_empty() {
            match self.connection.poll_write(cx, self.session.outbox()) {
                Poll::Ready(Ok(n)) => {
                    self.stuck_since = None;
                    self.session.handle_written(n, self.clock.now());
                }
                Poll::Ready(Err(error)) => return Err(ending_of(&error)),
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
        let mut scratch = [const { MaybeUninit::uninit() }; READ_SIZE];
        let mut buffer = ReadBuf::uninit(&mut scratch);
        match self.connection.poll_read_buf(cx, &mut buffer) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(ending_of(&error))),
            Poll::Ready(Ok(())) => {}
        }
        let now = self.clock.now();
        match buffer.filled() {
            [] => self.session.handle_ended(now),
            bytes => self.session.handle_received(bytes, now),
        }
        Poll::Ready(Ok(()))
    }
}
