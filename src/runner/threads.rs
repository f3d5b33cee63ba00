//! The threads that play cases, each with a runtime of its own: what a conversation waits for wakes the thread that plays it, and no other.
//!
//! What outlives a case (servers, programs, their readers) belongs to the runtime that the run was begun in, its home: see [`at_home`].

use std::any::Any;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::thread;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

use crate::drive::Cancel;

/// How many times a thread goes on with a conversation before it looks whether others have heard something: eight times.
const LOOK_AFTER: u32 = 8;

/// Why a worker did not come to its end.
type Panic = Box<dyn Any + Send>;

/// The workers of a run, on threads or as tasks of its home.
///
/// Dropped, it lets go of the threads: they drop what still goes on there.
#[derive(Debug)]
pub(super) struct Workers {
    /// Those that play on threads: each tells when its workers are over.
    threads: Vec<oneshot::Receiver<Option<Panic>>>,
    /// Those that play at home.
    tasks: JoinSet<()>,
    /// What the threads stay for: connections that are being closed there.
    _stay: watch::Sender<()>,
}

impl Workers {
    /// Starts so many workers, on so many threads at most; on none, or where the system gives none, they are tasks at home.
    pub(super) fn start<F>(
        workers: usize,
        threads: usize,
        cancel: &Cancel,
        work: impl Fn() -> F,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (stay, stays) = watch::channel(());
        let mut all = Self {
            threads: Vec::new(),
            tasks: JoinSet::new(),
            _stay: stay,
        };
        let threads = threads.min(workers);
        for n in 0..threads {
            // As many on each, one more on the first.
            let here = workers / threads + usize::from(n < workers % threads);
            let mut builder = Builder::new_current_thread();
            builder.enable_all().event_interval(LOOK_AFTER);
            let Ok(runtime) = builder.build() else {
                all.at_home(here, &work);
                continue;
            };
            let works: Vec<F> = (0..here).map(|_| work()).collect();
            let seats = Seats {
                runtime,
                cancel: cancel.clone(),
                stays: stays.clone(),
            };
            match seats.play(works) {
                Ok(over) => all.threads.push(over),
                Err(_) => all.at_home(here, &work),
            }
        }
        if threads == 0 {
            all.at_home(workers, &work);
        }
        all
    }

    fn at_home<F>(&mut self, workers: usize, work: impl Fn() -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        for _ in 0..workers {
            self.tasks.spawn(work());
        }
    }

    /// Waits until all workers are over, or dropped where nothing is to be waited for; the first panic of one of them.
    pub(super) async fn over(&mut self, cancel: &Cancel) -> Option<Panic> {
        if cancel.is_at_once() {
            self.tasks.abort_all();
        }
        while let Some(worked) = self.tasks.join_next().await {
            if let Err(error) = worked
                && let Ok(panic) = error.try_into_panic()
            {
                return Some(panic);
            }
        }
        for over in self.threads.drain(..) {
            if let Ok(Some(panic)) = over.await {
                return Some(panic);
            }
        }
        None
    }
}

/// The workers of one thread, before it is begun.
struct Seats {
    runtime: Runtime,
    cancel: Cancel,
    stays: watch::Receiver<()>,
}

impl Seats {
    /// Begins the thread; what is returned tells when its workers are over.
    fn play<F>(self, works: Vec<F>) -> io::Result<oneshot::Receiver<Option<Panic>>>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (tell, over) = oneshot::channel();
        let Self {
            runtime,
            cancel,
            mut stays,
        } = self;
        thread::Builder::new()
            .name("player".into())
            .spawn(move || {
                let panic = runtime.block_on(worked(works, &cancel, &mut stays));
                // Who waits for it may be gone.
                let _ = tell.send(panic);
                runtime.block_on(async { while stays.changed().await.is_ok() {} });
                // A name that is being resolved is not waited for.
                runtime.shutdown_background();
            })?;
        Ok(over)
    }
}

/// Waits for these workers; drops them where nothing is to be waited for, or nobody waits for them any more.
async fn worked<F>(works: Vec<F>, cancel: &Cancel, stays: &mut watch::Receiver<()>) -> Option<Panic>
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for work in works {
        tasks.spawn(work);
    }
    loop {
        tokio::select! {
            worked = tasks.join_next() => match worked {
                None => return None,
                Some(Ok(())) => {}
                Some(Err(error)) => if let Ok(panic) = error.try_into_panic() {
                    tasks.shutdown().await;
                    return Some(panic);
                },
            },
            () = cancel.wanted_at_once() => {
                tasks.shutdown().await;
                return None;
            }
            // Nothing is ever said: it ends when the run does.
            _ = stays.changed() => {
                tasks.shutdown().await;
                return None;
            }
        }
    }
}

/// Lets a future run where it is, and what it starts or opens at `home`.
pub(super) async fn at_home<T>(home: &Handle, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let _home = home.enter();
        future.as_mut().poll(cx)
    })
    .await
}
