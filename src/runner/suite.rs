//! A whole run: many cases at a time, their results in order.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::by_suite::{BySuite, count};
use super::conversation::{Finished, Run};
use super::held::Worker;
use super::inquiry::{Inquiry, ask};
use super::open_suite::OpenSuite;
use super::order::InOrder;
use super::program::untold;
use super::queue::{Queue, Turn};
use super::rush::Rush;
use super::threads::Workers;
use super::tries::{Gone, HeldBack, Tries};
use super::unplayed::{cut_short, skipped};
use super::{CaseRef, Event, Outcome, RunOptions, Suite, Summary, case_seed};
use crate::drive::{Asked, Cancel, Lingering};
use crate::player::Waiting;
use crate::target::Killed;

/// What is under test where nothing is connected to.
const SIMULATION: &str = "reference server, simulated in memory";

/// Results that may wait to be reported before no further case is begun.
const MAX_UNREPORTED: usize = 256;

/// Plays the cases of suites, at most [`RunOptions::jobs`] at a time, and tells `events` what happens; results in the order of
/// `cases`.
///
/// Once `cancel` is asked for, no further case is begun, and those that are being played play their `finally` and end.
/// Asked to stop at once, it drops them instead. The count is right also then.
///
/// # Panics
///
/// Panics when a case is of none of the suites, or when playing it does: both are mistakes of this program.
pub async fn run_suites(
    cases: Vec<CaseRef>,
    suites: Vec<Suite>,
    options: RunOptions,
    cancel: &Cancel,
    mut events: impl FnMut(Event),
) -> Summary {
    let began = Instant::now();
    let jobs = options.jobs.max(1);
    events(Event::RunStarted {
        scenarios: count_scenarios(&cases),
        cases: cases.len(),
        target: match options.simulate {
            true => SIMULATION.to_owned(),
            false => in_words(&suites),
        },
        jobs,
        seed: options.seed,
        shard: options.shard,
    });
    let all = cases.len();
    let workers = jobs.min(all);
    let of_suite = |n| cases.iter().filter(|case| case.suite == n).count();
    let by_suite = BySuite::new(&suites, &cases);
    let suites = suites.into_iter().enumerate();
    let suites: Vec<_> = suites
        .map(|(n, suite)| OpenSuite::new(suite, of_suite(n)))
        .collect();
    let queue = Arc::new(Queue::new(cases, options.overlap));
    let (told, news) = mpsc::channel(MAX_UNREPORTED);
    let mut listener = Listener {
        summary: Summary::default(),
        by_suite,
        in_order: InOrder::new(),
        playing: BTreeMap::new(),
        held: BTreeMap::new(),
        flaky_fails: options.flaky_fails,
        slow: VecDeque::new(),
        slow_timeout: options.slow_timeout,
        inquiry: options.inquiry.clone(),
        tell: told.downgrade(),
        queue: &queue,
        events: &mut events,
    };
    let run = Arc::new(Run {
        run_id: run_id(options.seed),
        home: options.home.clone().unwrap_or_else(Handle::current),
        options,
        suites,
        lingering: Lingering::default(),
        one_worker: workers == 1,
        cancel: cancel.clone(),
        failures: AtomicUsize::new(0),
    });

    let mut players = Workers::start(workers, run.options.threads, cancel, || {
        work(Arc::clone(&run), Arc::clone(&queue), told.clone())
    });
    drop(told);
    listener.listen(news, cancel).await;
    if cancel.is_at_once() {
        listener.report_the_rest();
    }
    if let Some(panic) = players.over(cancel).await {
        resume_unwind(panic);
    }

    let (mut summary, by_suite) = (listener.summary, listener.by_suite);
    summary.not_started = queue.left();
    // Also those that were dropped in the middle.
    summary.cancelled = all.saturating_sub(summary.run + summary.skipped);
    tokio::select! {
        biased;
        () = cancel.wanted_at_once() => {}
        closed = end(run) => {
            summary.killed = closed.killed;
            summary.crashed = closed.crashed;
            closed.told.into_iter().for_each(&mut events);
        }
    }
    events(Event::RunFinished {
        summary,
        suites: by_suite.counts(),
        elapsed: began.elapsed(),
    });
    summary
}

/// What came of the programs of a run.
#[derive(Default)]
struct Closed {
    killed: Killed,
    /// How many ended by themselves, or crashed, of which no case tells.
    crashed: usize,
    /// What is told of them, and of those that were killed.
    told: Vec<Event>,
}

/// Waits for what goes on beside the cases: connections that are being closed, servers that are being stopped.
async fn end(run: Arc<Run>) -> Closed {
    let lingering = run.lingering.clone();
    // The workers are gone, so this is the last one.
    let Ok(run) = Arc::try_unwrap(run) else {
        return Closed::default();
    };
    let mut closed = Closed::default();
    for suite in &run.suites {
        let of_suite = suite.target.close_program().await;
        let killed = suite.was_killed(of_suite.killed);
        if !killed.is_none() {
            closed.killed |= killed;
            closed.told.push(Event::ProgramKilled {
                killed,
                command: suite.target.target().to_string(),
                suite: suite.suite.name.clone(),
            });
        }
        closed.crashed += of_suite.deaths.len() + of_suite.more_deaths;
        let command = suite.target.target().to_string();
        let deaths = of_suite.deaths.into_iter();
        let untold = deaths.map(|death| untold(death, &command, &run.options.secrets));
        closed.told.extend(untold);
    }
    lingering.wait().await;
    for suite in run.suites {
        suite.target.close().await;
    }
    closed
}

/// What a worker tells.
pub(super) enum News {
    Started(usize, CaseRef, Asked),
    /// What is to be played with is not ready yet: what is waited for.
    Preparing(String),
    /// What a case waits for, because it is slow or because somebody wants to know.
    Waiting {
        n: usize,
        slow: bool,
        waiting: Vec<Waiting>,
    },
    /// A case is over and has passed, but its verdict may change.
    Held(usize, HeldBack),
    /// An attempt has failed, and another one follows.
    Tried(usize, Arc<Outcome>),
    Finished(usize, Finished),
}

/// Plays one case after the other until there is none left, or nobody listens any more.
async fn work(run: Arc<Run>, queue: Arc<Queue>, tell: mpsc::Sender<News>) {
    let mut worker = Worker::new(&run, &queue, &tell);
    while let Ok(Some(turn)) = worker.meanwhile(next(&run, &queue)).await {
        let played = play(&run, &mut worker, &tell, turn).await;
        if played.is_err() || worker.retry().await.is_err() {
            return;
        }
    }
    // Where nobody listens any more, nobody wants to know.
    let _ = worker.end().await;
}

/// Plays a case, unless it is to be skipped.
async fn play(
    run: &Run,
    worker: &mut Worker<'_>,
    tell: &mpsc::Sender<News>,
    turn: Turn,
) -> Result<(), Gone> {
    let Turn {
        number: n,
        case,
        // Held until its verdict is known. Whoever waits for them does not wait for the report of it.
        locks,
    } = turn;
    if let Some(reason) = run.skip_reason(&case) {
        run.over(&case);
        drop(locks);
        return worker.report(n, skipped(case, reason)).await;
    }
    let asked = Asked::default();
    let started = News::Started(n, case.clone(), asked.clone());
    tell.send(started).await.map_err(|_| Gone)?;
    worker.play(Tries::new(n, case, asked), locks).await
}

/// The next case to be played, if there is one and it may be begun.
async fn next(run: &Run, queue: &Arc<Queue>) -> Option<Turn> {
    run.lingering.room().await;
    queue.next(&run.cancel).await
}

/// A case that is being played.
struct Playing {
    case: CaseRef,
    since: Instant,
    asked: Asked,
}

/// The side of a run that listens and reports.
struct Listener<'a, F> {
    summary: Summary,
    by_suite: BySuite,
    in_order: InOrder<Arc<Outcome>>,
    /// What is being played, by number.
    playing: BTreeMap<usize, Playing>,
    /// What has been played and is held, by number.
    held: BTreeMap<usize, (Playing, HeldBack)>,
    /// When which of them is slow; all wait equally long, so the earliest is in front.
    slow: VecDeque<(Instant, usize)>,
    slow_timeout: Duration,
    flaky_fails: bool,
    inquiry: Inquiry,
    /// For answers of conversations.
    tell: mpsc::WeakSender<News>,
    queue: &'a Queue,
    events: &'a mut F,
}

impl<F: FnMut(Event)> Listener<'_, F> {
    /// Listens until all workers are gone, or nothing is to be waited for.
    async fn listen(&mut self, mut news: mpsc::Receiver<News>, cancel: &Cancel) {
        let mut is_told = false;
        let inquiry = self.inquiry.clone();
        let mut rush = Rush::default();
        loop {
            let slow = self.next_slow();
            let rest = rush.rest();
            tokio::select! {
                // The wish to stop is told before what it brings about, and a case that is over is not called slow.
                biased;
                () = cancel.cancelled(), if !is_told => {
                    is_told = true;
                    let playing = self.playing.len();
                    (self.events)(Event::Stopping { playing });
                }
                () = at(rest), if rest.is_some() => rush.go_on(),
                first = news.recv(), if rest.is_none() => {
                    let Some(first) = first else {
                        return;
                    };
                    self.hear(first);
                    let is_full = news.len() >= MAX_UNREPORTED / 2;
                    // No more than may wait: workers that are as fast as this would keep it from hearing anybody else.
                    for _ in 1..MAX_UNREPORTED {
                        if cancel.is_cancelled() && !is_told {
                            break;
                        }
                        let Ok(next) = news.try_recv() else {
                            break;
                        };
                        self.hear(next);
                    }
                    (self.events)(Event::Idle);
                    // Near its end nobody waits for the run longer than needed, and workers that are so fast that they would have
                    // to wait are heard sooner.
                    rush.heard(!is_full && self.queue.left() >= MAX_UNREPORTED);
                }
                () = cancel.wanted_at_once() => {
                    // What is over by now is over.
                    while let Ok(next) = news.try_recv() {
                        self.hear(next);
                    }
                    return;
                }
                () = at(slow) => self.call_slow(),
                () = inquiry.asked() => self.ask_all(),
            }
        }
    }

    fn hear(&mut self, news: News) {
        match news {
            News::Started(n, case, asked) => self.started(n, case, asked),
            News::Preparing(waiting) => (self.events)(Event::Preparing { waiting }),
            News::Waiting { n, slow, waiting } => self.waits(n, slow, waiting),
            News::Held(n, case) => {
                let playing = self.playing.remove(&n);
                self.held
                    .extend(playing.map(|playing| (n, (playing, case))));
            }
            News::Tried(number, outcome) => {
                // What was held is played again.
                if let Some((playing, _)) = self.held.remove(&number) {
                    self.playing.insert(number, playing);
                    self.mark(Instant::now(), number);
                }
                (self.events)(Event::CaseEnded { number, outcome });
            }
            News::Finished(n, finished) => self.finished(n, finished),
        }
    }

    fn started(&mut self, n: usize, case: CaseRef, asked: Asked) {
        let since = Instant::now();
        let id = Arc::clone(&case.id);
        self.playing.insert(n, Playing { case, since, asked });
        self.mark(since, n);
        (self.events)(Event::CaseStarted { number: n, id });
    }

    fn finished(&mut self, n: usize, finished: Finished) {
        self.playing.remove(&n);
        self.held.remove(&n);
        count(&mut self.summary, &finished);
        if let Some(summary) = self.by_suite.of(n) {
            count(summary, &finished);
        }
        let events = &mut *self.events;
        let outcome = Arc::from(finished.outcome);
        events(Event::CaseEnded {
            number: n,
            outcome: Arc::clone(&outcome),
        });
        self.in_order.put(n, outcome, |outcome| {
            events(Event::CaseFinished(outcome));
        });
    }

    /// Reports what was dropped in the middle, and what is over and would wait for it.
    fn report_the_rest(&mut self) {
        for (n, (playing, case)) in std::mem::take(&mut self.held) {
            match case.take() {
                Some((tries, mut finished)) => {
                    tries.last(&mut finished, self.flaky_fails);
                    self.finished(n, finished);
                }
                // Its worker was about to play it again, or to tell of it.
                None => {
                    self.playing.insert(n, playing);
                }
            }
        }
        for (n, dropped) in std::mem::take(&mut self.playing) {
            let mut finished = cut_short(dropped.case);
            finished.outcome.elapsed = dropped.since.elapsed();
            self.finished(n, finished);
        }
        let events = &mut *self.events;
        self.in_order
            .rest(|outcome| events(Event::CaseFinished(outcome)));
    }

    /// When the next case is slow. Cases that are over by now are forgotten.
    fn next_slow(&mut self) -> Option<Instant> {
        while let Some((at, n)) = self.slow.front() {
            if self.playing.contains_key(n) {
                return Some(*at);
            }
            self.slow.pop_front();
        }
        None
    }

    /// Asks the first case in the line, which is slow by now.
    fn call_slow(&mut self) {
        let Some((at, n)) = self.slow.pop_front() else {
            return;
        };
        if let Some(playing) = self.playing.get(&n) {
            ask(&self.tell, n, playing.asked.clone(), true);
            self.mark(at, n);
        }
    }

    /// Asks all that are being played what they wait for.
    fn ask_all(&mut self) {
        let playing = self.playing.len();
        (self.events)(Event::Asked { playing });
        for (n, playing) in &self.playing {
            ask(&self.tell, *n, playing.asked.clone(), false);
        }
    }

    /// Says what a case waits for, unless it is over by now.
    fn waits(&mut self, n: usize, slow: bool, waiting: Vec<Waiting>) {
        let Some(playing) = self.playing.get(&n) else {
            return;
        };
        let (id, round) = (Arc::clone(&playing.case.id), playing.case.round);
        let elapsed = playing.since.elapsed();
        (self.events)(match slow {
            true => Event::CaseSlow {
                id,
                round,
                elapsed,
                waiting,
            },
            false => Event::CaseWaits {
                id,
                round,
                elapsed,
                waiting,
            },
        });
    }

    /// Puts a case into the line of those that will be slow, counted from `since`.
    fn mark(&mut self, since: Instant, n: usize) {
        if !self.slow_timeout.is_zero()
            && let Some(at) = since.checked_add(self.slow_timeout)
        {
            self.slow.push_back((at, n));
        }
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// What is under test, in words.
pub fn in_words(suites: &[Suite]) -> String {
    match suites {
        [one] => one.target.to_string(),
        many => {
            let names = many.iter().filter_map(|suite| suite.name.as_deref());
            let names: Vec<&str> = names.collect();
            format!("suites {}", names.join(", "))
        }
    }
}

/// How many files the cases are from, however often each is played: as many as the log of the run names.
fn count_scenarios(cases: &[CaseRef]) -> usize {
    let files = cases.iter().map(|case| case.scenario.file());
    files.collect::<HashSet<_>>().len()
}

/// A name for this run that no other run has.
fn run_id(seed: u64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = now.map_or(0, |now| now.as_nanos());
    let mixed = case_seed(seed, &format!("{nanos} {}", std::process::id()));
    format!("{mixed:016x}")
}
