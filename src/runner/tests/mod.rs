//! Tests of runs.

mod locks;
mod misbehaving;
mod order;
mod schedule;
mod seed;
mod settings;
mod suite;
mod threads;

use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

use super::{CaseRef, CaseResult, Event, Outcome, RunOptions, Suite, Summary, run_suites};
use crate::drive::Cancel;
use crate::net::Address;
use crate::player::{FailureKind, Verdict};
use crate::scenario::{ReadOptions, read};
use crate::target::Target;

/// The cases of a scenario file.
fn cases(id: &str, text: &str) -> Vec<CaseRef> {
    let (scenario, _) = read(id, text.as_bytes(), &ReadOptions::default())
        .unwrap_or_else(|diagnostics| panic!("{id}: {diagnostics:#?}"));
    let scenario = Arc::new(scenario);
    let case = |(case, row): (usize, &crate::scenario::Case)| CaseRef {
        round: 0,
        id: match &row.label {
            Some(label) => format!("{id}#{label}").into(),
            None => id.into(),
        },
        file: id.into(),
        scenario: Arc::clone(&scenario),
        case,
        suite: 0,
    };
    scenario.cases.iter().enumerate().map(case).collect()
}

/// What came of a run.
struct Ran {
    summary: Summary,
    events: Vec<Event>,
}

impl Ran {
    fn outcomes(&self) -> Vec<&Outcome> {
        let mut outcomes = Vec::new();
        for event in &self.events {
            if let Event::CaseFinished(outcome) = event {
                outcomes.push(&**outcome);
            }
        }
        outcomes
    }

    /// How the only case of the run failed.
    fn failure(&self) -> &FailureKind {
        match &self.outcomes()[..] {
            [outcome] => failure(outcome),
            outcomes => panic!("one case, not {}", outcomes.len()),
        }
    }
}

fn failure(outcome: &Outcome) -> &FailureKind {
    match &outcome.result {
        CaseResult::Played(Verdict::Failed(failure)) => &failure.kind,
        result => panic!("{}: {result:?}", outcome.id),
    }
}

async fn run_at(target: Target, cases: Vec<CaseRef>, options: RunOptions) -> Ran {
    run_of(vec![Suite::of(target)], cases, options).await
}

/// Runs the cases of these suites.
async fn run_of(suites: Vec<Suite>, cases: Vec<CaseRef>, options: RunOptions) -> Ran {
    let mut events = Vec::new();
    let told = |event| events.push(event);
    let cancel = Cancel::default();
    let running = run_suites(cases, suites, options, &cancel, told);
    // What takes longer than this hangs; tests with a paused clock wait for minutes.
    let summary = tokio::time::timeout(Duration::from_secs(3600), running)
        .await
        .unwrap();
    Ran { summary, events }
}

/// Runs against the embedded server.
async fn run(cases: Vec<CaseRef>, options: RunOptions) -> Ran {
    run_at(Target::Embedded, cases, options).await
}

/// Starts a server that does this with each connection, for as long as the test lasts.
async fn server<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Target
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address: Address = listener.local_addr().unwrap().to_string().parse().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    Target::Address(address)
}
