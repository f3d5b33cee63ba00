//! The clean end of a connection.
//!
//! A plain close with unread bytes makes the system send RST, and the peer then never sees what was said last. So FIN
//! is sent, and what still arrives is read and dropped until the peer's end, within bounds.

use std::future::{Future, poll_fn};
use std::time::Duration;

use tokio::sync::watch;

use crate::net::Connection;

/// For how long what still arrives is dropped, at most: 1 s.
pub const LINGER: Duration = Duration::from_secs(1);

/// Bytes dropped at a time.
const SCRATCH: usize = 16 << 10;

/// Sends FIN at once; the future drops what still arrives until the peer's end, up to `most` bytes and for [`LINGER`] at most,
/// then closes.
pub fn linger(
    mut connection: Connection,
    most: Option<usize>,
) -> impl Future<Output = ()> + Send + 'static {
    let sent = connection.shutdown_write();
    async move {
        // Where FIN cannot be sent the connection has ended: there is no peer to wait for.
        if sent.is_ok() {
            let drained = drain(&mut connection, most);
            // Whether the peer's end came first or that of the time: the connection is closed.
            let _ = tokio::time::timeout(LINGER, drained).await;
        }
    }
}

/// Connections that are being closed beside what goes on. Clones are handles to the same ones.
#[derive(Debug, Clone, Default)]
pub struct Lingering {
    open: watch::Sender<usize>,
}

impl Lingering {
    /// How many there may be before [`room`](Self::room) waits.
    pub const ROOM: usize = 128;

    /// Closes a connection cleanly, in a task of its own: FIN is sent before this returns.
    pub fn close(&self, connection: Connection) {
        let closing = linger(connection, None);
        let counted = self.count();
        tokio::spawn(async move {
            let _counted = counted;
            closing.await;
        });
    }

    /// Counts one more, until what is returned is dropped.
    fn count(&self) -> Counted {
        self.open.send_modify(|open| *open += 1);
        Counted(self.open.clone())
    }

    /// Waits until fewer than [`ROOM`](Self::ROOM) of them are left.
    ///
    /// Whoever goes on to open connections waits for it first: with peers that never end, each of them lingers for the
    /// whole time, and the system has files for so many only.
    pub async fn room(&self) {
        self.at_most(Self::ROOM - 1).await;
    }

    /// Waits until all of them are closed: for [`LINGER`] at most, counted from the last one.
    pub async fn wait(&self) {
        self.at_most(0).await;
    }

    async fn at_most(&self, left: usize) {
        if *self.open.borrow() > left {
            // The sender is held by `self`, so the wait cannot fail.
            let _ = self.open.subscribe().wait_for(|open| *open <= left).await;
        }
    }
}

/// One that is being closed. It is given back however that ends: whoever waits for it must not wait for ever.
struct Counted(watch::Sender<usize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|open| *open -= 1);
    }
}

/// Reads and drops until the peer's end, or until more than `most` bytes came.
async fn drain(connection: &mut Connection, most: Option<usize>) {
    let mut dropped: usize = 0;
    while most.is_none_or(|most| dropped <= most) {
        let read = poll_fn(|cx| {
            let mut scratch = [0; SCRATCH];
            connection.poll_read(cx, &mut scratch)
        });
        match read.await {
            Ok(0) | Err(_) => return,
            Ok(n) => dropped = dropped.saturating_add(n),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_that_ends_in_a_panic_is_not_waited_for() {
        let lingering = Lingering::default();
        let counted = lingering.count();
        let ended = tokio::spawn(async move {
            let _counted = counted;
            panic!("on purpose");
        });
        assert!(ended.await.is_err());
        lingering.wait().await;
        assert_eq!(*lingering.open.borrow(), 0);
    }
}
