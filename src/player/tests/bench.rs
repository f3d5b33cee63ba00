//! A player on the workbench: the test is its driver.

use std::sync::Arc;
use std::time::Duration;

use crate::player::{
    Action, Ending, EventKind, Failure, FailureKind, Player, Refusal, RefusalKind, Setting, Verdict,
};
use crate::scenario::{ClientId, ReadOptions, Scenario, Script, read};
use crate::time::Time;

/// The first client of a script.
pub(super) const FIRST: ClientId = ClientId(0);

/// Reads a scenario that must be right.
pub(super) fn scenario(json: &str) -> Scenario {
    // Some are longer than the player will have it.
    let options = ReadOptions {
        max_steps: Some(u64::MAX),
        ..ReadOptions::default()
    };
    match read("test.json", json.as_bytes(), &options) {
        Ok((scenario, _warnings)) => scenario,
        Err(diagnostics) => panic!("{:#?}\n{json}", diagnostics.list),
    }
}

/// A player and the time it thinks it is.
pub(super) struct Bench {
    pub(super) player: Player,
    pub(super) now: Time,
}

impl Bench {
    /// Puts a raw conversation of these steps on the bench; `head` is other keys of the file, each with a comma.
    pub(super) fn new(head: &str, steps: &str) -> Self {
        Self::with(head, steps, Setting::default())
    }

    pub(super) fn with(head: &str, steps: &str, setting: Setting) -> Self {
        let framing = if head.contains("\"framing\"") {
            ""
        } else {
            "\"framing\": \"raw\","
        };
        let scenario = scenario(&format!("{{ {framing} {head} \"steps\": [{steps}] }}"));
        let case = scenario.cases[0].values.clone();
        Self::of(scenario.script, Setting { case, ..setting })
    }

    /// Puts a whole script on the bench, as it was read.
    pub(super) fn of(script: Arc<Script>, setting: Setting) -> Self {
        Self {
            player: Player::new(script, setting),
            now: Time::ZERO,
        }
    }

    /// Puts it on the bench and connects its first client.
    pub(super) fn connected(head: &str, steps: &str) -> Self {
        let mut bench = Self::new(head, steps);
        bench.connect();
        bench
    }

    pub(super) fn connect(&mut self) {
        assert_eq!(self.action(), Some(Action::Connect(FIRST)));
        self.player.handle_connected(FIRST, "peer", self.now);
    }

    pub(super) fn action(&mut self) -> Option<Action> {
        self.player.poll_action(self.now)
    }

    /// The write that the player asks for now.
    pub(super) fn written(&mut self) -> Vec<u8> {
        assert_eq!(self.action(), Some(Action::Write(FIRST)));
        let bytes = self.player.outbox(FIRST).to_vec();
        self.player.handle_written(FIRST, self.now);
        bytes
    }

    /// Whether something like this has happened.
    pub(super) fn saw(&self, kind: &EventKind) -> bool {
        let mut events = self.player.transcript().events();
        events.any(|event| event.kind == *kind)
    }

    /// What is waiting to be written.
    pub(super) fn outbox(&self) -> &[u8] {
        self.player.outbox(FIRST)
    }

    pub(super) fn receive(&mut self, bytes: &[u8]) -> &mut Self {
        self.player.handle_received(FIRST, bytes, self.now);
        self
    }

    pub(super) fn end(&mut self, how: Ending) -> &mut Self {
        self.player.handle_ended(FIRST, how, self.now);
        self
    }

    pub(super) fn refuse(&mut self, refused: bool) -> &mut Self {
        let message = if refused { "refused" } else { "no way" }.to_owned();
        let kind = match refused {
            true => RefusalKind::Refused,
            false => RefusalKind::Unreachable,
        };
        self.player
            .handle_refused(FIRST, Refusal { kind, message }, self.now);
        self
    }

    /// Lets so many milliseconds pass; deadlines on the way are kept to the nanosecond.
    pub(super) fn pass(&mut self, millis: u64) -> &mut Self {
        let end = self.now.after(Duration::from_millis(millis));
        while let Some(deadline) = self
            .player
            .poll_timeout()
            .filter(|deadline| *deadline <= end)
        {
            self.now = self.now.max(deadline);
            self.player.handle_timeout(self.now);
            if self.player.poll_timeout() == Some(deadline) {
                panic!("the player does not heed its own deadline");
            }
        }
        self.now = end;
        self
    }

    /// The actions from now to the end, and the verdict.
    pub(super) fn verdict(&mut self) -> Option<&Verdict> {
        while self.action().is_some() {}
        self.player.verdict()
    }

    #[track_caller]
    pub(super) fn passed(&mut self) {
        assert_eq!(self.verdict(), Some(&Verdict::Passed));
    }

    #[track_caller]
    pub(super) fn failure(&mut self) -> Failure {
        match self.verdict() {
            Some(Verdict::Failed(failure)) => (**failure).clone(),
            other => panic!("not failed but {other:?}"),
        }
    }

    #[track_caller]
    pub(super) fn fails(&mut self) -> FailureKind {
        self.failure().kind
    }
}
