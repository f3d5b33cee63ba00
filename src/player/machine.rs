//! The player itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::core::Core;
use super::cursor::{Cursor, Flow};
use super::link::{Phase, Securing, Writing};
use super::verdict::{Failure, FailureKind};
use super::{Action, Ending, EventKind, Refusal, Setting, Transcript, Verdict, Waiting, Wanted};
use crate::scenario::{Address, BlockId, ClientId, EvalError, Script, Template, TlsOptions, Value};
use crate::time::Time;
use crate::wire::KEPT_CAPACITY;

/// A script being played.
///
/// ```text
///              poll_action            last step passed, a step failed, cancel
///   Fresh ───────────────▶ Playing ─────────────────────────────────────────▶ Finally ──────▶ Over
///                             │                 no `finally`                     (all connections
///                             └───────────────────────────────────────────────▶   given back)
/// ```
///
/// A driver calls [`poll_action`](Self::poll_action) until it is `None` and does what it says; then it looks at
/// [`verdict`](Self::verdict); where there is none it waits for bytes, where [`wants_bytes`](Self::wants_bytes), for its own
/// writes and connects, and for [`poll_timeout`](Self::poll_timeout), tells what happened with one of the `handle_*`, and
/// begins again. What can be read is delivered before a timeout that is due.
#[derive(Debug)]
pub struct Player {
    script: Arc<Script>,
    core: Core,
    cursor: Cursor,
    stage: Stage,
    verdict: Option<Verdict>,
    /// What the steps waited for when it was cancelled.
    interrupted: Vec<Waiting>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Fresh,
    Playing,
    Finally,
    Over,
}

impl Player {
    /// How many bytes a text to be shown may have.
    pub const MAX_SHOWN: usize = 4 << 10;

    /// How much of a buffer that has grown is kept for another script: 64 KiB.
    pub const KEPT_BUFFER: usize = KEPT_CAPACITY;

    /// Makes a player that has not begun.
    pub fn new(script: Arc<Script>, setting: Setting) -> Self {
        Self {
            core: Core::new(Arc::clone(&script), setting),
            script,
            cursor: Cursor::default(),
            stage: Stage::Fresh,
            verdict: None,
            interrupted: Vec::new(),
        }
    }

    /// Begins again, in another setting, with the same buffers.
    pub fn reset(&mut self, setting: Setting) {
        let seed = setting.seed;
        self.core.set(setting);
        self.replay(seed);
    }

    /// Begins a play of another script, in another setting. Of the buffers of the play before, each is kept up to
    /// [`KEPT_BUFFER`](Self::KEPT_BUFFER).
    pub fn turn_to(&mut self, script: Arc<Script>, setting: Setting) {
        if Arc::ptr_eq(&self.script, &script) {
            return self.reset(setting);
        }
        let seed = setting.seed;
        self.core.turn_to(Arc::clone(&script), setting);
        self.script = script;
        self.cursor.turn_to();
        self.replay(seed);
    }

    /// Begins the same play again, with another seed and the same buffers.
    pub fn replay(&mut self, seed: u64) {
        self.core.replay(seed);
        self.stage = Stage::Fresh;
        self.verdict = None;
        self.interrupted.clear();
    }

    /// The script.
    pub fn script(&self) -> &Arc<Script> {
        &self.script
    }

    /// The next thing the driver has to do, if there is one.
    pub fn poll_action(&mut self, now: Time) -> Option<Action> {
        if self.stage == Stage::Fresh {
            self.begin(now);
        }
        self.core.next_action()
    }

    /// The bytes of the write that was asked for.
    pub fn outbox(&self, client: ClientId) -> &[u8] {
        self.core
            .link_ref(client)
            .map_or(&[], |link| link.to_write())
    }

    /// Whether the driver should read from this client's connection.
    pub fn wants_bytes(&self, client: ClientId) -> bool {
        self.core
            .link_ref(client)
            .is_ok_and(|link| link.wants_bytes())
    }

    /// When to call [`handle_timeout`](Self::handle_timeout), if nothing happens before.
    pub fn poll_timeout(&self) -> Option<Time> {
        match self.stage {
            Stage::Fresh | Stage::Over => None,
            Stage::Playing | Stage::Finally => self.cursor.deadline(),
        }
    }

    /// What came of it, once all is over: every step played, those of `finally` too, every connection given back.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.verdict.as_ref().filter(|_| self.stage == Stage::Over)
    }

    /// What happened last.
    pub fn transcript(&self) -> &Transcript {
        &self.core.transcript
    }

    /// Messages (framed) or runs of bytes (raw) that arrived on connections since given back, and that no step took.
    pub fn leftovers(&self) -> u64 {
        self.core.leftovers
    }

    /// Whether the client's target has said anything to it: not those whom the script has named by their address.
    pub fn has_heard(&self, client: ClientId) -> bool {
        self.core
            .link_ref(client)
            .is_ok_and(|link| link.has_heard_target)
    }

    /// Until when the step waits that has asked for this client's connection, or for TLS on it.
    pub fn connect_deadline(&self, client: ClientId) -> Option<Time> {
        self.core.link_ref(client).ok()?.connect_by
    }

    /// Where a client's connection goes to, where the script says so; else it is its target.
    pub fn address(&self, client: ClientId) -> Option<&Address> {
        self.core.link_ref(client).ok()?.address.as_ref()
    }

    /// How a client's connection uses TLS, where that is not just what its address says: from its beginning, or from now on.
    pub fn tls(&self, client: ClientId) -> Option<&TlsOptions> {
        self.core.link_ref(client).ok()?.tls.as_deref()
    }

    /// How many steps have begun, those of `finally` and of each round too.
    pub fn steps_begun(&self) -> u64 {
        self.core.begun
    }

    /// What its cursors share.
    pub(super) const fn core(&self) -> &Core {
        &self.core
    }

    /// Where it stands: one place, or one a branch.
    pub(super) fn cursors(&self) -> impl Iterator<Item = &Cursor> {
        let branches = self.cursor.branches();
        let alone = branches.is_empty().then_some(&self.cursor);
        alone.into_iter().chain(branches)
    }

    /// What a peer would have to do for the steps that wait to pass, where there is something; a guess.
    pub(crate) fn wanted(&self) -> Vec<Wanted> {
        let branches = self.cursor.branches().iter();
        std::iter::once(&self.cursor)
            .chain(branches)
            .filter_map(|cursor| cursor.wanted(&self.script, &self.core))
            .collect()
    }

    /// A text of the scenario, such as its name, with the values there are now; `None` where one is missing.
    pub fn show(&self, text: &Template) -> Option<String> {
        let mut shown = Vec::new();
        text.render(&self.core.values, Self::MAX_SHOWN, &mut shown)
            .ok()
            .map(|()| String::from_utf8_lossy(&shown).into_owned())
    }

    /// The connection of a client came about; the peer's address, to be shown.
    pub fn handle_connected(&mut self, client: ClientId, peer: &str, now: Time) {
        if let Ok(link) = self.core.link(client)
            && link.phase == Phase::Connecting
        {
            link.phase = Phase::Open;
            link.peer.push_str(peer);
            self.core.transcript.connected(client, peer, now);
            self.advance(now);
        }
    }

    /// Whether RST can be sent on a client's connection, before it is [told](Self::handle_connected) that there is one; it can where
    /// nothing is said of it.
    pub fn handle_kind(&mut self, client: ClientId, has_reset: bool) {
        if let Ok(link) = self.core.link(client) {
            link.has_reset = has_reset;
        }
    }

    /// The port of this side of a client's connection, before it is [told](Self::handle_connected) that there is one: the
    /// value `local_port` of the client. `None` where there are no ports.
    pub fn handle_local_port(&mut self, client: ClientId, port: Option<u16>) {
        let core = &mut self.core;
        if !core.script.reads_clients {
            return;
        }
        let script = Arc::clone(&core.script);
        let name = script.clients.get(usize::from(client.0));
        if let Some(slot) = name.and_then(|client| script.names.find(&client.name)) {
            let value = BTreeMap::from([("local_port", Value::from(port))]);
            core.values.set(slot, Value::from(value));
        }
    }

    /// The connection of a client did not come about.
    pub fn handle_refused(&mut self, client: ClientId, why: Refusal, now: Time) {
        if let Ok(link) = self.core.link(client)
            && link.phase == Phase::Connecting
        {
            link.phase = Phase::Refused(why.clone());
            self.core
                .transcript
                .note(client, EventKind::Refused(why), now);
            self.advance(now);
        }
    }

    /// TLS has begun on the connection of a client: how, to be shown.
    pub fn handle_secured(&mut self, client: ClientId, how: &str, now: Time) {
        if let Ok(link) = self.core.link(client)
            && link.is_open()
            && link.securing == Securing::Asked
        {
            link.securing = Securing::Done(how.to_owned());
            let event = EventKind::Secured(how.to_owned());
            self.core.transcript.note(client, event, now);
            self.advance(now);
        }
    }

    /// TLS could not begin on the connection of a client, and the connection is gone.
    pub fn handle_not_secured(&mut self, client: ClientId, why: Refusal, now: Time) {
        if let Ok(link) = self.core.link(client)
            && link.is_open()
            && link.securing == Securing::Asked
        {
            link.close();
            link.securing = Securing::Failed(why.clone());
            self.core
                .transcript
                .note(client, EventKind::NoTls(why), now);
            self.advance(now);
        }
    }

    /// Bytes of a client's peer arrived; on packets, one packet.
    pub fn handle_received(&mut self, client: ClientId, bytes: &[u8], now: Time) {
        if self.hear(client, bytes, now) {
            self.advance(now);
        }
    }

    /// Packets of a client's peer arrived, and were read together: all of them are there before a step looks at the first, as all the
    /// bytes of one read are. So what has come with the last reply is known when the scenario ends.
    pub fn handle_packets(&mut self, client: ClientId, packets: &[Vec<u8>], now: Time) {
        let mut heard = false;
        for packet in packets {
            heard |= self.hear(client, packet, now);
        }
        if heard {
            self.advance(now);
        }
    }

    /// Keeps what arrived, where there is a connection that it can come from.
    fn hear(&mut self, client: ClientId, bytes: &[u8], now: Time) -> bool {
        let Ok(link) = self.core.link(client) else {
            return false;
        };
        if !link.is_open() || (bytes.is_empty() && !link.is_of_packets()) {
            return false;
        }
        link.decoder.push(bytes);
        link.received += bytes.len() as u64;
        link.heard = Some(now);
        link.has_heard_target |= link.address.is_none();
        link.securing = Securing::No;
        match link.is_of_packets() {
            true => self.core.transcript.received_packet(client, bytes, now),
            false => self.core.transcript.received(client, bytes, now),
        }
        true
    }

    /// A client's connection ended; no bytes come after.
    pub fn handle_ended(&mut self, client: ClientId, how: Ending, now: Time) {
        if let Ok(link) = self.core.link(client)
            && link.is_open()
            && link.ended.is_none()
        {
            link.end(how, now);
            link.securing = Securing::No;
            let how = link.ended.unwrap_or(how);
            self.core
                .transcript
                .note(client, EventKind::Ended(how), now);
            self.advance(now);
        }
    }

    /// The write that was asked for is done.
    pub fn handle_written(&mut self, client: ClientId, now: Time) {
        let Core {
            links, transcript, ..
        } = &mut self.core;
        if let Some(link) = links.get_mut(usize::from(client.0))
            && link.writing == Writing::Asked
        {
            match link.is_of_packets() {
                true => transcript.sent_packet(client, link.to_write(), now),
                false => transcript.sent(client, link.to_write(), link.piece.start == 0, now),
            }
            link.writing = Writing::Done;
            self.core.go_on_answering(client);
            self.advance(now);
        }
    }

    /// The write that was asked for cannot be done; reading goes on.
    pub fn handle_unwritable(&mut self, client: ClientId, how: Ending, now: Time) {
        if let Ok(link) = self.core.link(client)
            && link.writing == Writing::Asked
        {
            link.unwritable(how);
            self.core
                .transcript
                .note(client, EventKind::Unwritable(how), now);
            self.core.go_on_answering(client);
            self.advance(now);
        }
    }

    /// The write that was asked for is a packet larger than the system sends: nothing was sent, and the socket is as it was.
    pub fn handle_too_large(&mut self, client: ClientId, now: Time) {
        if let Ok(link) = self.core.link(client)
            && link.writing == Writing::Asked
        {
            link.writing = Writing::TooLarge;
            self.core.transcript.note(client, EventKind::TooLarge, now);
            self.core.go_on_answering(client);
            self.advance(now);
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Time) {
        self.advance(now);
    }

    /// What the steps waited for that were being played when it was [cancelled](Self::cancel).
    pub fn interrupted(&self) -> &[Waiting] {
        &self.interrupted
    }

    /// Stops: all connections are given back, `finally` is played, and the verdict is [`Verdict::Cancelled`].
    /// Called again, it stops `finally` too.
    pub fn cancel(&mut self, now: Time) {
        if self.interrupted.is_empty() {
            self.interrupted = self.waiting(now);
        }
        match self.stage {
            Stage::Fresh => {
                self.verdict = Some(Verdict::Cancelled);
                self.stage = Stage::Over;
            }
            Stage::Playing => {
                self.verdict = Some(Verdict::Cancelled);
                self.close_and_go_on(now);
                self.advance(now);
            }
            Stage::Finally => {
                self.verdict = Some(Verdict::Cancelled);
                self.close_and_go_on(now);
            }
            Stage::Over => {}
        }
    }

    fn begin(&mut self, now: Time) {
        self.stage = Stage::Playing;
        self.core.tell_time(now);
        self.cursor.start(BlockId(0));
        match self.core.set_file_values() {
            Ok(()) => self.advance(now),
            Err(error) => {
                let failure = self.failure_before_the_first_step(error);
                self.settle(Verdict::Failed(failure));
                self.close_and_go_on(now);
                self.advance(now);
            }
        }
    }

    /// Plays on until everything waits.
    fn advance(&mut self, now: Time) {
        self.core.tell_time(now);
        while matches!(self.stage, Stage::Playing | Stage::Finally) {
            let Self {
                script,
                core,
                cursor,
                ..
            } = self;
            match cursor.advance(script, core, now) {
                Flow::Waits => return,
                Flow::Over => self.settle(Verdict::Passed),
                Flow::Failed(failure) => {
                    self.settle(Verdict::Failed(failure));
                    self.core.transcript.end();
                }
            }
            self.close_and_go_on(now);
        }
    }

    /// Keeps the first verdict; what fails in `finally` stands beside it.
    fn settle(&mut self, verdict: Verdict) {
        match (&mut self.verdict, verdict) {
            (None | Some(Verdict::Passed), verdict) => self.verdict = Some(verdict),
            (Some(Verdict::Failed(first)), Verdict::Failed(second)) => first.finally = Some(second),
            (Some(_), _) => {}
        }
    }

    /// Gives all connections back, and begins `finally` or ends.
    fn close_and_go_on(&mut self, now: Time) {
        self.core.give_all_back(now);
        self.stage = match (self.stage, self.script.finally) {
            (Stage::Playing, Some(block)) => {
                self.core.begin_finally();
                self.cursor.start(block);
                self.core.transcript.begin_finally();
                Stage::Finally
            }
            _ => Stage::Over,
        };
        if self.stage == Stage::Over {
            self.judge_leftovers(now);
        }
    }

    /// Fails what has passed, if there is more that no step took and the run denies that.
    fn judge_leftovers(&mut self, now: Time) {
        let passed = matches!(self.verdict, Some(Verdict::Passed));
        let Some(left) = self.core.left_over.take().filter(|_| passed) else {
            return;
        };
        // Whoever reads it looks for the step that is missing behind the last one.
        let steps = self
            .script
            .blocks
            .first()
            .map_or(&[][..], |block| &block.steps);
        let kind = FailureKind::LeftOver {
            replies: self.core.leftovers,
            received: left.received,
            received_len: left.received_len,
        };
        let mut failure =
            Failure::outside(steps.last().map(|step| step.span).unwrap_or_default(), kind);
        failure.steps = u32::try_from(steps.len()).unwrap_or(u32::MAX);
        failure.step = failure.steps;
        failure.client = Some(left.client);
        failure.client_name = self.core.client_name(left.client).to_owned();
        failure.at = now;
        failure.links = self.core.link_states();
        self.verdict = Some(Verdict::Failed(Box::new(failure)));
        self.core.transcript.end();
    }

    fn failure_before_the_first_step(&self, error: EvalError) -> Box<Failure> {
        let steps = self
            .script
            .blocks
            .first()
            .map_or(0, |block| block.steps.len());
        Box::new(Failure {
            span: error.span,
            step: 0,
            steps: u32::try_from(steps).unwrap_or(u32::MAX),
            inside: None,
            in_finally: false,
            client: None,
            client_name: String::new(),
            included: Vec::new(),
            rounds: Vec::new(),
            retries: Vec::new(),
            branch: None,
            meanwhile: Vec::new(),
            at: Time::ZERO,
            waited: std::time::Duration::ZERO,
            patience: std::time::Duration::ZERO,
            kind: FailureKind::NoValue(error),
            note: None,
            links: self.core.link_states(),
            finally: None,
        })
    }
}
