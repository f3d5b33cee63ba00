//! The programs under test of a run: one that its cases share, or a fresh one for each.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Mutex;

use super::deaths::{Death, Deaths};
use super::{Killed, NotReady, Program, Spawn};

/// The programs under test of a run.
#[derive(Debug, Default)]
pub(super) struct Programs {
    state: Mutex<State>,
    /// Whether somebody has been told what is waited for: once is enough, however many there are.
    told: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    /// The one that the cases share.
    shared: Option<Arc<Program>>,
    /// Why the first could not be made ready: the others could not either, and each would take its time.
    refused: Option<Box<NotReady>>,
    /// What had to be killed of those that were not well.
    killed: Killed,
    /// Those that have ended by themselves.
    deaths: Deaths,
    /// Whether one has been ready.
    has_been_ready: bool,
}

/// What became of the programs that the cases shared, once the last has been stopped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Closed {
    /// What they did that they should not, where no case has told of it; at most [`MAX_DEATHS`](super::MAX_DEATHS).
    pub deaths: Vec<Death>,
    /// How many more there were.
    pub more_deaths: usize,
    /// What had to be killed of them.
    pub killed: Killed,
}

impl Programs {
    /// The program that a case talks to. The shared one is started when it is first asked for, and again when it has ended.
    /// `slow` is told what is waited for where it takes long to be ready.
    pub(super) async fn of(
        &self,
        spawn: &Spawn,
        slow: &(dyn Fn(String) + Sync),
    ) -> Result<Arc<Program>, Box<NotReady>> {
        let slow = &|waiting| {
            if !self.told.swap(true, Ordering::Relaxed) {
                slow(waiting);
            }
        };
        if spawn.fresh {
            if let Some(refused) = &self.state.lock().await.refused {
                return Err(refused.clone());
            }
            let started = Program::start(spawn, slow).await;
            let mut state = self.state.lock().await;
            return state.started(started);
        }
        // Held while it starts, so that the others wait for it.
        let mut state = self.state.lock().await;
        if let Some(refused) = &state.refused {
            return Err(refused.clone());
        }
        if let Some(program) = state.shared.as_ref().filter(|shared| shared.is_well()) {
            return Ok(Arc::clone(program));
        }
        match state.shared.take() {
            Some(ailing) if ailing.ended().is_none() => {
                // Its port may be the one that the next is to have.
                ailing.until_alone().await;
                // It may be about to end by itself, and whoever asks it to would hide why.
                ailing.until_at_rest().await;
                let mark = ailing.mark();
                ailing.stop().await;
                state.killed |= ailing.killed();
                state.deaths.add(&ailing, mark);
            }
            // Those that were played with it may still find out, and tell.
            Some(dead) => state.deaths.add(&dead, dead.mark()),
            None => {}
        }
        let started = Program::start(spawn, slow).await;
        let program = state.started(started)?;
        state.shared = Some(Arc::clone(&program));
        Ok(program)
    }

    /// Stops the shared one, if it runs.
    pub(super) async fn close(&self) -> Closed {
        let State {
            shared,
            killed,
            mut deaths,
            ..
        } = std::mem::take(&mut *self.state.lock().await);
        let mut closed = Closed {
            killed,
            ..Closed::default()
        };
        if let Some(program) = shared {
            let mark = program.mark();
            program.stop().await;
            closed.killed |= program.killed();
            deaths.add(&program, mark);
        }
        (closed.deaths, closed.more_deaths) = deaths.untold();
        closed
    }
}

impl State {
    fn started(
        &mut self,
        started: Result<Program, Box<NotReady>>,
    ) -> Result<Arc<Program>, Box<NotReady>> {
        match started {
            Ok(program) => {
                self.has_been_ready = true;
                Ok(Arc::new(program))
            }
            Err(why) => {
                if !self.has_been_ready {
                    self.refused = Some(why.clone());
                }
                Err(why)
            }
        }
    }
}
