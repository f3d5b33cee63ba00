//! What the cursors of a player share: its links, its values, what it wants done, and its limits.

use std::sync::Arc;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use super::link::{Link, Writer, Writing};
use super::matching::Matching;
use super::sending::Cutting;
use super::setting::{MAX_PACED, Setting};
use super::verdict::{Failure, FailureKind, Fault, fail};
use super::{Action, EndedBy, Ending, EventKind, Player, Transcript};
use crate::canary::{Bug, sings};
use crate::scenario::{
    Client, ClientId, CloseHow, EvalError, Payload, Script, Split, Step, Values,
};
use crate::time::Time;
use crate::wire::Framing;

/// What the cursors of a player share.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) script: Arc<Script>,
    pub(super) setting: Setting,
    pub(super) values: Values,
    pub(super) links: Vec<Link>,
    pub(super) transcript: Transcript,
    /// What the driver has not been told yet, oldest first.
    actions: std::collections::VecDeque<Action>,
    rng: ChaCha8Rng,
    /// How many steps have begun.
    steps: u64,
    /// As many again, those before `finally` included.
    pub(super) begun: u64,
    /// Whether `finally` is played.
    pub(super) in_finally: bool,
    /// How many messages (framed) or runs of bytes (raw) no step has taken, of connections given back.
    pub(super) leftovers: u64,
    /// The first of those, and whose it was, where they are denied.
    pub(super) left_over: Option<LeftOver>,
    /// The match of an `ignore`.
    pub(super) ignoring: Matching,
    /// The bytes of a send before they are framed.
    pub(super) computed: Vec<u8>,
}

/// What arrived and no step took.
#[derive(Debug)]
pub(super) struct LeftOver {
    /// Whose.
    pub(super) client: ClientId,
    /// The unread bytes; at most [`Failure::MAX_BYTES`].
    pub(super) received: Vec<u8>,
    /// How many they are.
    pub(super) received_len: usize,
}

/// What is unread where nothing should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    Nothing,
    /// The beginning of a message that, once it is whole, may be one to be ignored.
    Half,
    Something,
}

impl Core {
    pub(super) fn new(script: Arc<Script>, setting: Setting) -> Self {
        let links = Self::links(&script, &setting);
        let mut core = Self {
            values: Values::new(script.names.len()),
            rng: ChaCha8Rng::seed_from_u64(setting.seed),
            script,
            setting,
            links,
            transcript: Transcript::default(),
            actions: std::collections::VecDeque::new(),
            steps: 0,
            begun: 0,
            in_finally: false,
            leftovers: 0,
            left_over: None,
            ignoring: Matching::default(),
            computed: Vec::new(),
        };
        let environment = Arc::clone(&core.setting.environment);
        core.values.set_environment(environment);
        core.set_given_values();
        core
    }

    /// The connections of a play, none of them there.
    fn links(script: &Script, setting: &Setting) -> Vec<Link> {
        let clients = script.clients.iter().zip(0..);
        clients
            .map(|(client, n)| (client, ClientId(n)))
            .map(|(client, id)| Link::new(id, client, setting.is_on_packets(id)))
            .collect()
    }

    /// Takes another script for the next play, and its setting, with the same buffers.
    pub(super) fn turn_to(&mut self, script: Arc<Script>, setting: Setting) {
        let shared = Arc::ptr_eq(&self.setting.environment, &setting.environment);
        if shared {
            self.values.make_room(script.names.len());
        } else {
            // What templates know of the environment is set once.
            self.values = Values::new(script.names.len());
            let environment = Arc::clone(&setting.environment);
            self.values.set_environment(environment);
        }
        self.links.truncate(script.clients.len());
        for (n, client) in (0..).zip(&script.clients) {
            let on_packets = setting.is_on_packets(ClientId(n));
            match self.links.get_mut(usize::from(n)) {
                Some(link) => link.turn_to(client, on_packets),
                None => self.links.push(Link::new(ClientId(n), client, on_packets)),
            }
        }
        self.ignoring.give_back(Player::KEPT_BUFFER);
        self.computed.clear();
        self.computed.shrink_to(Player::KEPT_BUFFER);
        self.script = script;
        self.setting = setting;
    }

    /// Takes another setting for the next play.
    pub(super) fn set(&mut self, setting: Setting) {
        self.setting = setting;
    }

    /// Begins anew, with the same buffers.
    pub(super) fn replay(&mut self, seed: u64) {
        self.setting.seed = seed;
        self.rng = ChaCha8Rng::seed_from_u64(seed);
        self.links.iter_mut().for_each(Link::reset);
        self.transcript.clear();
        self.actions.clear();
        self.steps = 0;
        self.begun = 0;
        self.in_finally = false;
        self.leftovers = 0;
        self.left_over = None;
        self.set_given_values();
    }

    /// Sets the names that come from outside: built in, of the suite, of the run, of the case.
    fn set_given_values(&mut self) {
        self.values.begin(self.setting.seed);
        for (name, slot) in &self.script.built_in {
            let mut given = self.setting.builtins.iter();
            if let Some((_, value)) = given.find(|(given, _)| given == name) {
                self.values.set(*slot, value.clone());
            }
        }
        let names = &self.script.names;
        for (name, value) in &self.setting.defaults {
            let slot = names.find(name);
            if let Some(slot) = slot.filter(|slot| !self.script.gives(*slot)) {
                self.values.set(slot, value.clone());
            }
        }
        for (name, value) in &self.setting.vars {
            if let Some(slot) = names.find(name) {
                self.values.set(slot, value.clone());
            }
        }
        for (slot, value) in &self.setting.case {
            self.values.set(*slot, value.clone());
        }
    }

    /// Sets the file's own names, but for those that come from outside.
    pub(super) fn set_file_values(&mut self) -> Result<(), EvalError> {
        for (slot, template) in &self.script.vars {
            if self.values.get(*slot).is_none() {
                let value = template.eval(&self.values)?;
                self.values.set(*slot, value);
            }
        }
        Ok(())
    }

    /// Tells expressions what time it is.
    pub(super) fn tell_time(&mut self, now: Time) {
        let now = self.setting.began.saturating_add(now.as_nanos());
        self.values.set_now(now);
    }

    pub(super) fn ask(&mut self, action: Action) {
        self.actions.push_back(action);
    }

    pub(super) fn next_action(&mut self) -> Option<Action> {
        self.actions.pop_front()
    }

    /// Counts a step that begins; its number, of all of the play.
    pub(super) fn count_step(&mut self) -> Result<u64, Fault> {
        self.steps += 1;
        self.begun += 1;
        if self.steps > self.setting.max_steps {
            return fail(FailureKind::TooManySteps {
                limit: self.setting.max_steps,
            });
        }
        Ok(self.begun)
    }

    /// How long a step waits.
    pub(super) fn patience(&self, script: &Script, step: &Step) -> Duration {
        let written = step.within.or(script.timeout);
        self.scaled(written.unwrap_or(self.setting.timeout))
    }

    /// A time of the file, as long as the run makes it.
    pub(super) fn scaled(&self, time: Duration) -> Duration {
        self.setting.time_scale.scale(time)
    }

    pub(super) fn link(&mut self, client: ClientId) -> Result<&mut Link, Fault> {
        self.links
            .get_mut(usize::from(client.0))
            .ok_or_else(|| Box::new(FailureKind::NoConnection))
    }

    pub(super) fn link_ref(&self, client: ClientId) -> Result<&Link, Fault> {
        self.links
            .get(usize::from(client.0))
            .ok_or_else(|| Box::new(FailureKind::NoConnection))
    }

    pub(super) fn link_and_values(
        &mut self,
        client: ClientId,
    ) -> Result<(&mut Link, &mut Values), Fault> {
        match self.links.get_mut(usize::from(client.0)) {
            Some(link) => Ok((link, &mut self.values)),
            None => fail(FailureKind::NoConnection),
        }
    }

    fn client(&self, client: ClientId) -> Option<&Client> {
        self.script.clients.get(usize::from(client.0))
    }

    pub(super) fn client_name(&self, client: ClientId) -> &str {
        self.client(client).map_or("", |client| &client.name)
    }

    /// Whether there are messages that a client ignores.
    pub(super) fn ignores_any(&self, client: ClientId) -> bool {
        self.client(client)
            .is_some_and(|client| !client.ignore.is_empty())
    }

    /// Whether a client's messages are cut by more than reads.
    pub(super) fn is_framed(&self, client: ClientId) -> bool {
        self.link_ref(client)
            .is_ok_and(|link| link.framing != Framing::Raw)
    }

    /// Fills a client's outbox with a send.
    pub(super) fn load(
        &mut self,
        client: ClientId,
        payload: &Payload,
        framed: bool,
    ) -> Result<(), Fault> {
        let Some(link) = self.links.get_mut(usize::from(client.0)) else {
            return Ok(());
        };
        let framing = match framed {
            true => &link.framing,
            false => &Framing::Raw,
        };
        link.outbox.clear();
        link.piece = 0..0;
        // What was written before is no part of this send.
        if link.writing == Writing::Done {
            link.writing = Writing::Idle;
        }
        link.writer = Writer::Step;
        let computed;
        let message = match payload.known() {
            Some(known) => known,
            None => {
                self.computed.clear();
                payload
                    .render(&self.values, self.setting.max_payload, &mut self.computed)
                    .map_err(FailureKind::NoValue)?;
                computed = &self.computed;
                computed
            }
        };
        let span = payload.span;
        framing
            .encode(message, &mut link.outbox)
            .map_err(|error| Box::new(FailureKind::Unframed { error, span }))?;
        // A packet may find somebody where the one before found nobody: one that does go out.
        if link.is_of_packets() && link.ended == Some(Ending::Refused) {
            link.ended = None;
        }
        Ok(())
    }

    /// The pause between the pieces of a send.
    pub(super) fn pace(&self, client: ClientId, pace: Option<Duration>) -> Option<Duration> {
        // Other pieces, other pauses: a pace meant for two pieces would take for ever with a thousand.
        if self.setting.segment.is_some() {
            let pace = Some(self.setting.segment_pace).filter(|pace| !pace.is_zero());
            let begins = |link: &Link| link.piece.end < MAX_PACED && !link.is_of_packets();
            return pace.filter(|_| self.link_ref(client).is_ok_and(begins));
        }
        let pace = pace.or_else(|| self.client(client)?.pace)?;
        Some(self.scaled(pace))
    }

    /// Makes the next piece of a client's send the one to be written. False when there is none.
    pub(super) fn cut(&mut self, client: ClientId, split: Option<&Split>) -> Result<bool, Fault> {
        let n = usize::from(client.0);
        let (Some(link), Some(of_client)) = (self.links.get_mut(n), self.script.clients.get(n))
        else {
            return fail(FailureKind::NoConnection);
        };
        let cutting = match (self.setting.segment, split.or(of_client.split.as_ref())) {
            (Some(segment), _) => Cutting::Segment(segment),
            (None, Some(split)) => Cutting::Split(split),
            (None, None) => Cutting::Whole,
        };
        let (start, len) = (link.piece.end, link.outbox.len());
        if link.is_of_packets() {
            // A packet is one write, also when it is empty.
            link.piece = 0..len;
            link.writing = Writing::Asked;
            return Ok(true);
        }
        if start >= len {
            return Ok(false);
        }
        link.piece = cutting.piece(start, len, &mut self.rng);
        link.writing = Writing::Asked;
        Ok(true)
    }

    /// Whether there is something unread where nothing should be, once messages to be ignored are dropped.
    pub(super) fn unexpected(&mut self, client: ClientId) -> Result<Unread, Fault> {
        let half = if self.ignores_any(client) && self.is_framed(client) {
            // What is no message is never ignored.
            matches!(self.next_message(client)?, Ok(None))
        } else {
            false
        };
        Ok(match self.link_ref(client)?.decoder.is_empty() {
            true => Unread::Nothing,
            false if half => Unread::Half,
            false => Unread::Something,
        })
    }

    /// Begins `finally`: the connections are fresh, and so is the count of steps.
    pub(super) fn begin_finally(&mut self) {
        self.links.iter_mut().for_each(Link::reset);
        self.steps = 0;
        self.in_finally = true;
    }

    /// Gives a client's connection back to the driver, to be ended so. After `close: write` it is still there.
    pub(super) fn give_back(&mut self, client: ClientId, how: CloseHow, now: Time) {
        let (action, event) = match how {
            CloseHow::Write => (Action::Shutdown(client), EventKind::Shutdown),
            CloseHow::Clean => (Action::Close(client), EventKind::Closed),
            CloseHow::Reset => (Action::Reset(client), EventKind::Aborted),
        };
        self.ask(action);
        let Some(link) = self.links.get_mut(usize::from(client.0)) else {
            return;
        };
        link.writer = Writer::Shut;
        link.half_closed = true;
        if link.is_open() {
            let (event, by) = match how {
                CloseHow::Reset if !link.has_reset => (EventKind::Dropped, EndedBy::UsWithoutReset),
                how => (event, EndedBy::Us(how)),
            };
            link.ends_first(by, now);
            self.transcript.note(client, event, now);
        }
        if how != CloseHow::Write {
            self.count_leftovers(client);
            if let Some(link) = self.links.get_mut(usize::from(client.0)) {
                link.close();
            }
        }
    }

    /// Gives all connections back.
    pub(super) fn give_all_back(&mut self, now: Time) {
        let in_finally = self.in_finally;
        for n in 0..self.links.len() {
            let link = self.links.get(n).filter(|link| link.is_held());
            if let Some(link) = link.filter(|link| !planted_loss(link, in_finally)) {
                self.give_back(link.id, CloseHow::Clean, now);
            }
        }
    }

    fn count_leftovers(&mut self, client: ClientId) {
        if self.is_framed(client) {
            while let Ok(Ok(Some(cut))) = self.next_message(client) {
                self.count_leftover(client);
                if let Ok(link) = self.link(client) {
                    link.decoder.skip_message(&cut);
                }
            }
        }
        if self
            .link_ref(client)
            .is_ok_and(|link| !link.decoder.is_empty())
        {
            self.count_leftover(client);
        }
    }

    /// Counts what is unread as one more; the first is kept where it is to be shown.
    fn count_leftover(&mut self, client: ClientId) {
        self.leftovers += 1;
        if !self.setting.deny_leftover || self.left_over.is_some() {
            return;
        }
        self.left_over = self.link_ref(client).ok().map(|link| {
            let unread = link.decoder.unread();
            LeftOver {
                client,
                received: unread[..unread.len().min(Failure::MAX_BYTES)].to_vec(),
                received_len: unread.len(),
            }
        });
    }
}

/// A planted bug: whether a client that is connecting is not given back.
fn planted_loss(link: &Link, in_finally: bool) -> bool {
    sings(Bug::HeldConnection) && in_finally && !link.is_open()
}
