//! The clean end of a connection.
//!
//! A plain close with unread bytes makes the system send RST, and the peer then never sees what was said last. So FIN
//! is sent, and what still arrives is read and dropped until the peer's end, within bounds.

use std::future::{Future, poll_fn};
use std::mem::MaybeUninit;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::ReadBuf;
use tokio::sync::watch;
use tokio::task::unconstrained;
use tokio::time::Instant;

use super::alarm::Alarm;
use crate::net::Connection;

/// For how long what still arrives is dropped, at most: 1 s.
pub const LINGER: Duration = Duration::from_secs(1);

/// How often a connection is read in a row, before the others have their turn.
const IN_A_ROW: usize = 4;

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
///
/// One task closes them all, with one timer: a task and a timer for each would cost more than the close.
#[derive(Debug, Clone, Default)]
pub struct Lingering {
    /// How many there are, wherever they are closed.
    open: watch::Sender<usize>,
    closer: Arc<Owner>,
}

impl Lingering {
    /// How many there may be before [`room`](Self::room) waits.
    pub const ROOM: usize = 128;

    /// Another handle, whose connections are counted with those of this one, and closed by a task of their own: for whoever is on
    /// another thread.
    #[must_use]
    pub fn elsewhere(&self) -> Self {
        Self {
            open: self.open.clone(),
            closer: Arc::default(),
        }
    }

    /// Closes a connection cleanly, beside what goes on: FIN is sent before this returns.
    pub fn close(&self, mut connection: Connection) {
        // Where FIN cannot be sent the connection has ended: there is no peer to wait for.
        if connection.shutdown_write().is_ok() {
            let closing = Closing::new(connection, self.count());
            (self.closer.0).change(|state| state.given.push(closing));
        }
    }

    /// Closes a connection cleanly, where nobody waits for its FIN yet: that is sent when the task that closes has its turn, so on a runtime of
    /// one thread as soon as that has nothing else to do, or by [`flush`](Self::flush).
    pub fn close_soon(&self, connection: Connection) {
        let counted = self.count();
        (self.closer.0).change(|state| state.unsent.push((connection, counted)));
    }

    /// Sends each FIN that is not yet sent, of this handle and its clones, not of those [elsewhere](Self::elsewhere). When it returns they
    /// are sent.
    pub fn flush(&self) {
        let (ended, is_left) = self.closer.0.lock().send();
        drop(ended);
        if is_left {
            self.closer.0.change(|_| {});
        }
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
#[derive(Debug)]
struct Counted(watch::Sender<usize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.send_modify(|open| *open -= 1);
    }
}

/// A connection that is being closed.
#[derive(Debug)]
struct Closing {
    connection: Connection,
    until: Instant,
    _counted: Counted,
}

impl Closing {
    /// One whose FIN has just been sent.
    fn new(connection: Connection, counted: Counted) -> Self {
        Self {
            connection,
            until: Instant::now() + LINGER,
            _counted: counted,
        }
    }
}

/// Those whose handle it is; with the last of them the task ends, once it has closed what it was given.
#[derive(Debug, Default)]
struct Owner(Arc<Closer>);

impl Drop for Owner {
    fn drop(&mut self) {
        let waker = {
            let mut state = self.0.lock();
            state.over = true;
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// What the task is given.
#[derive(Debug, Default)]
struct Closer(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// Those whose FIN is not sent.
    unsent: Vec<(Connection, Counted)>,
    given: Vec<Closing>,
    /// Wakes the task.
    waker: Option<Waker>,
    /// Whether there is one.
    runs: bool,
    /// Whether nothing more is given.
    over: bool,
}

impl State {
    /// Sends each FIN that is not sent, in order. It is done under the lock: whoever finds none to be sent relies on all being so. Returns
    /// those that have ended, to be dropped without it, and whether there are others for the task.
    fn send(&mut self) -> (Vec<(Connection, Counted)>, bool) {
        let mut ended = Vec::new();
        for (mut connection, counted) in self.unsent.drain(..) {
            match connection.shutdown_write() {
                Ok(()) => self.given.push(Closing::new(connection, counted)),
                // There is no peer to wait for.
                Err(_) => ended.push((connection, counted)),
            }
        }
        (ended, !self.given.is_empty())
    }
}

impl Closer {
    /// Gives it something to do, and begins the task with the first.
    fn change(self: &Arc<Self>, give: impl FnOnce(&mut State)) {
        let (waker, runs) = {
            let mut state = self.lock();
            give(&mut state);
            (state.waker.take(), std::mem::replace(&mut state.runs, true))
        };
        if !runs {
            tokio::spawn(close_all(Closes {
                closer: Arc::clone(self),
                open: Vec::new(),
                alarm: Alarm::default(),
            }));
        } else if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that closes connections.
struct Closes {
    closer: Arc<Closer>,
    /// In the order in which they were given: all linger equally long, so the first is over first.
    open: Vec<Closing>,
    alarm: Alarm,
}

async fn close_all(mut closes: Closes) {
    poll_fn(|cx| closes.poll(cx)).await;
}

impl Closes {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let (ended, over) = {
            let mut state = self.closer.lock();
            let (ended, _) = state.send();
            self.open.append(&mut state.given);
            if !(state.waker.as_ref()).is_some_and(|waker| waker.will_wake(cx.waker())) {
                state.waker = Some(cx.waker().clone());
            }
            (ended, state.over)
        };
        drop(ended);
        loop {
            // A peer that floods leaves the alarm no turn, so the time is looked at too.
            let now = Instant::now();
            self.open.retain_mut(|closing| {
                // What the runtime lets a task read at a time is one for all of them: those that flood would use it up.
                let drained = poll_fn(|cx| poll_drained(cx, &mut closing.connection));
                now < closing.until && pin!(unconstrained(drained)).poll(cx).is_pending()
            });
            let until = self.open.first().map(|first| first.until);
            if self.alarm.poll(cx, until).is_pending() {
                break;
            }
        }
        match over && self.open.is_empty() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}

impl Drop for Closes {
    /// Where the task is dropped in the middle: nobody waits for what it would have closed, and the next begins another.
    fn drop(&mut self) {
        let mut state = self.closer.lock();
        state.runs = false;
        let (given, unsent) = (
            std::mem::take(&mut state.given),
            std::mem::take(&mut state.unsent),
        );
        drop(state);
        drop((given, unsent));
    }
}

/// Is ready once the peer's end has been seen; what arrives before is dropped. Where there is more than a turn's worth, the task is
/// woken again.
fn poll_drained(cx: &mut Context<'_>, connection: &mut Connection) -> Poll<()> {
    let mut scratch = [MaybeUninit::uninit(); SCRATCH];
    for _ in 0..IN_A_ROW {
        let mut dropped = ReadBuf::uninit(&mut scratch);
        match connection.poll_read_buf(cx, &mut dropped) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Ok(())) if !dropped.filled().is_empty() => {}
            Poll::Ready(_) => return Poll::Ready(()),
        }
    }
    cx.waker().wake_by_ref();
    Poll::Pending
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
    use tokio::net::{TcpListener, TcpStream};
    use tokio::task::yield_now;

    use super::*;
    use crate::net::connect;

    /// How many peers flood.
    const FLOODS: usize = 64;

    /// A connection that is being closed, and its peer.
    async fn pair(lingering: &Lingering) -> (Closing, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string().parse().unwrap();
        let (connection, accepted) = tokio::join!(connect(&address), listener.accept());
        let closing = Closing::new(connection.unwrap(), lingering.count());
        (closing, accepted.unwrap().0)
    }

    #[tokio::test(start_paused = true)]
    async fn peers_that_flood_leave_the_others_their_turn_and_end_at_their_deadline() {
        let lingering = Lingering::default();
        let mut closes = Closes {
            closer: Arc::default(),
            open: Vec::new(),
            alarm: Alarm::default(),
        };
        let mut floods = Vec::new();
        for _ in 0..FLOODS {
            let (closing, peer) = pair(&lingering).await;
            closes.open.push(closing);
            floods.push(peer);
        }
        let (quiet, peer) = pair(&lingering).await;
        closes.open.push(quiet);
        drop(peer);
        let chunk = vec![b'x'; 256 << 10];
        let mut turn = async || {
            for flood in &floods {
                // As much as it takes.
                while flood.try_write(&chunk).is_ok() {}
            }
            poll_fn(|cx| Poll::Ready(closes.poll(cx).is_ready())).await;
            yield_now().await;
            closes.open.len()
        };
        for _ in 0..20 {
            if turn().await == FLOODS {
                break;
            }
        }
        assert_eq!(
            turn().await,
            FLOODS,
            "the one whose peer has ended is closed"
        );
        tokio::time::advance(LINGER).await;
        assert_eq!(turn().await, 0);
    }

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
