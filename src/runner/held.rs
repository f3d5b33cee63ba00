//! The case that a worker played last, where it has passed and a program may yet die of it: a connection ends before the process
//! that held it, and a server may fail a moment after it has answered.
//!
//! Nobody waits for that. The worker goes on with the next case, and the verdict on the one before is final as soon as the
//! program has said something to it, or a moment has gone by. Where the program has ended by then, and had said nothing to
//! the next case, it was not that case which it died of: the one before has failed, and that one is played again, with a
//! new program. That can be told only where no other worker's case talked with the program: a case that had company is not held.
//!
//! A case that is held has given its locks back. Where it is to be tried again it waits for them as it did the first time, after the
//! case that is being played: who held one lock while waiting for another could wait for ever.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::conversation::{Finished, Run, Seat};
use super::hiding::hide;
use super::program::{news, rest, suspects};
use super::queue::{Locks, Queue};
use super::schedule::LockSet;
use super::suite::News;
use super::tries::{Gone, HeldBack, Tries};
use super::unplayed::failed;
use super::{CaseRef, CaseResult, ProgramNews, Replayed};
use crate::player::{Event, EventKind, Log, Player, ProgramFault, Verdict};
use crate::target::{Crash, Mark, Program};

/// For how long a verdict may change after its case is over, at most; nobody waits for it, but its report.
const HOLD: Duration = Duration::from_secs(1);

/// What is kept of a case that was played with a program which others are played with too.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) program: Arc<Program>,
    pub(super) player: Player,
    /// Where the program's output was when the case began.
    pub(super) mark: Mark,
    /// How many other cases were being played with it when this one was over, or it ended.
    pub(super) others: usize,
    /// How many cases had begun to be played with it when this one was over.
    pub(super) begun: u64,
    /// How many conversations had heard from it by then.
    pub(super) answers: u64,
    /// Whether this one had, or its health check.
    pub(super) heard: bool,
}

/// A worker's side of the cases that it plays.
pub(super) struct Worker<'a> {
    run: &'a Run,
    queue: &'a Arc<Queue>,
    tell: &'a mpsc::Sender<News>,
    held: Option<Held>,
    /// A case that was held and is to be tried again, with the locks that it had.
    again: Option<(Tries, Option<LockSet>)>,
    /// What it plays with; away while it plays.
    seat: Option<Seat>,
}

/// A case whose verdict may change.
struct Held {
    case: HeldBack,
    locks: Option<LockSet>,
    played: Box<Played>,
    until: Instant,
}

impl Played {
    /// Whether the program has ended by itself.
    fn has_died(&self) -> bool {
        matches!(self.program.crash_since(self.mark), Some(Crash::Ended(_)))
    }

    /// Whether anybody has heard from the program since this case was over: it was alive then.
    fn is_outlived(&self) -> bool {
        self.program.answers() > self.answers
    }

    /// Whether its program may end because of it, and of nothing else: nobody beside it talked with the program when it was over,
    /// and at most one case, the next of its worker, has begun to since.
    fn is_suspect(&self) -> bool {
        self.others == 0 && self.program.begun() <= self.begun + 1
    }
}

impl<'a> Worker<'a> {
    pub(super) const fn new(
        run: &'a Run,
        queue: &'a Arc<Queue>,
        tell: &'a mpsc::Sender<News>,
    ) -> Self {
        Self {
            run,
            queue,
            tell,
            held: None,
            again: None,
            seat: None,
        }
    }

    /// Plays a case to its verdict, lets go of its locks, and takes care that it is reported.
    pub(super) async fn play(&mut self, mut tries: Tries, locks: Locks) -> Result<(), Gone> {
        loop {
            let mut seat = self.seat.take().unwrap_or_else(|| self.run.seat());
            let attempt = tries.attempt(self.run, self.tell, &mut seat);
            let finished = self.meanwhile(attempt).await?;
            self.seat = Some(seat);
            let mut finished = self.beside_the_held(&tries, finished).await?;
            if let Some(played) = self.suspect(&mut finished) {
                let number = tries.number;
                let case = HeldBack::new(tries, finished);
                self.held = Some(Held {
                    case: case.clone(),
                    locks: locks.set(),
                    played,
                    until: Instant::now() + HOLD,
                });
                drop(locks);
                let held = News::Held(number, case);
                return self.tell.send(held).await.map_err(|_| Gone);
            }
            told(&mut finished);
            if let Some(finished) = tries.after(self.run, self.tell, finished).await? {
                drop(locks);
                return self.report(tries.number, finished).await;
            }
        }
    }

    /// Waits for something, and reports the case that is held as soon as its verdict is final.
    pub(super) async fn meanwhile<T>(
        &mut self,
        future: impl Future<Output = T>,
    ) -> Result<T, Gone> {
        let Some(held) = &self.held else {
            return Ok(future.await);
        };
        let mut future = pin!(future);
        tokio::select! {
            biased;
            done = &mut future => return Ok(done),
            () = sleep_until(held.until) => {}
        }
        if held.played.program.ended().is_none() {
            self.settle(true).await?;
        }
        Ok(future.await)
    }

    /// What an attempt comes to that was made while another case was held, which is settled with it.
    async fn beside_the_held(
        &mut self,
        tries: &Tries,
        finished: Finished,
    ) -> Result<Finished, Gone> {
        let Some(held) = &self.held else {
            return Ok(finished);
        };
        let next = finished.played.as_ref();
        let same = next.filter(|next| Arc::ptr_eq(&next.program, &held.played.program));
        let cancelled = self.run.cancel.is_cancelled();
        let outlived = held.played.is_outlived();
        let Some(first) = same.filter(|same| same.has_died() && !outlived && !cancelled) else {
            // Where it has died since it said something, it was alive until then.
            self.settle(outlived || cancelled).await?;
            return Ok(finished);
        };
        let replayed = Replayed {
            ended: (first.program.ended()).map_or_else(String::new, |exit| exit.to_string()),
            sent: has_sent(&first.player),
        };
        let dead = Arc::clone(&first.program);
        self.run.again(&tries.case);
        let mut seat = self.seat.take().unwrap_or_else(|| self.run.seat());
        let mut finished = tries.attempt(self.run, self.tell, &mut seat).await;
        self.seat = Some(seat);
        let again = finished.played.as_ref();
        let dies_again = again.is_some_and(|again| again.has_died() && !again.heard);
        if dies_again {
            // What is told of the second is told of the first, too.
            dead.tell();
        }
        let command = self.run.command(&tries.case);
        let news = &mut finished.outcome.program;
        let news = news.get_or_insert_with(|| ProgramNews::of(command));
        news.replayed = Some(replayed);
        if let Some(suspects) = &mut news.suspects {
            suspects.twice = dies_again && suspects.beside == 0;
        }
        self.settle(dies_again).await?;
        Ok(finished)
    }

    /// Reports the case that is held, which has failed if its program has ended by now, unless it is `spared`.
    async fn settle(&mut self, spared: bool) -> Result<(), Gone> {
        let Some(held) = self.held.take() else {
            return Ok(());
        };
        let Held {
            case,
            locks,
            played,
            ..
        } = held;
        // Who reports what is left when nothing is to be waited for has been faster.
        let (mut tries, mut finished) = case.take().ok_or(Gone)?;
        if !spared {
            self.judge(&tries.case, &mut finished, &played);
        }
        let number = tries.number;
        match tries.after(self.run, self.tell, finished).await? {
            Some(finished) => self.report(number, finished).await,
            None => {
                self.again = Some((tries, locks));
                Ok(())
            }
        }
    }

    /// Tries a case again that was held and has failed, with the locks that it had. For when no case is being played.
    pub(super) async fn retry(&mut self) -> Result<(), Gone> {
        while let Some((tries, locks)) = self.again.take() {
            let (queue, cancel) = (self.queue, &self.run.cancel);
            let locks = async {
                match locks {
                    Some(locks) => queue.again(locks, cancel).await,
                    None => queue.without_locks(),
                }
            };
            let locks = self.meanwhile(locks).await?;
            self.play(tries, locks).await?;
        }
        Ok(())
    }

    /// A case has failed whose program has ended by itself.
    fn judge(&self, case: &CaseRef, finished: &mut Finished, played: &Played) {
        let Some(Crash::Ended(exit)) = played.program.crash_since(played.mark) else {
            return;
        };
        if !played.is_suspect() {
            return;
        }
        let outcome = &mut finished.outcome;
        outcome.result = CaseResult::Played(failed(ProgramFault::Ended {
            how: exit.to_string(),
            passed: true,
            heard: true,
        }));
        outcome.transcript = played.player.transcript().clone();
        let command = self.run.command(case);
        let suspects = suspects(&played.program, played.others, played.begun);
        outcome.program = Some(news(&played.program, &command, played.mark, suspects));
        played.program.tell();
        hide(outcome, &self.run.options.secrets);
    }

    /// What is kept of a case that has passed, where its program may yet die of it.
    fn suspect(&self, finished: &mut Finished) -> Option<Box<Played>> {
        let passed = matches!(finished.outcome.result, CaseResult::Played(Verdict::Passed));
        let is_held =
            |played: &mut Box<Played>| passed && played.is_suspect() && !played.program.was_asked();
        if self.run.cancel.is_cancelled() {
            return None;
        }
        finished.played.take_if(is_held)
    }

    /// Reports a case that is over.
    pub(super) async fn report(&self, number: usize, finished: Finished) -> Result<(), Gone> {
        if finished.outcome.has_failed() && self.run.is_enough() {
            self.queue.stop();
        }
        let finished = News::Finished(number, finished);
        self.tell.send(finished).await.map_err(|_| Gone)
    }

    /// Reports what is held when there are no more cases.
    pub(super) async fn end(mut self) -> Result<(), Gone> {
        while let Some(held) = &self.held {
            rest(&held.played.program, &self.run.lingering).await;
            self.settle(false).await?;
            // What is tried again may be held again.
            self.retry().await?;
        }
        Ok(())
    }
}

/// Whether a case has sent anything, as far as that is kept.
fn has_sent(player: &Player) -> bool {
    let transcript = player.transcript();
    let events = transcript.conversation().events();
    let mut finally = transcript.finally().into_iter().flat_map(Log::events);
    let is_sent = |event: &Event| matches!(event.kind, EventKind::Sent { .. });
    events.into_iter().any(is_sent) || finally.any(is_sent)
}

/// Takes down of a program that a case which failed tells how it ended. What was kept of the case is not needed any more.
fn told(finished: &mut Finished) {
    let failed = finished.outcome.has_failed();
    let news = finished.outcome.program.as_ref();
    let tells = failed && news.is_some_and(|news| news.ended.is_some());
    if let Some(played) = finished.played.take()
        && tells
    {
        played.program.tell();
    }
}
