//! Properties of the player alone: whatever its peers and the system do, it keeps to its protocol and comes to a verdict.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::mutate::mutate_scenario;
use crate::corpus::{Condition, Cuts, PlayerInput, Turn};
use crate::player::{
    Action, DEFAULT_SEGMENT_PACE, Deed, Ending, Event, Log, Player, Refusal, RefusalKind, Setting,
    Verdict,
};
use crate::scenario::{Client, ClientId, ReadOptions, Scenario, Script, Value, read};
use crate::time::Time;
use crate::wire::Framing;

/// How many steps a conversation of these has at most, and bytes a payload: a fuzzer has no time for more.
const MAX_STEPS: u64 = 200;
const MAX_PAYLOAD: usize = 1 << 10;

/// How many things happen to a conversation at most: more would mean that it goes on for ever.
const MAX_HAPPENINGS: usize = 200_000;

/// How many bytes steps are given so that they pass; they may come one by one.
const MAX_GIVEN: usize = 1 << 16;

/// Input: `PlayerInput`.
///
/// # Panics
///
/// When the player asks for what cannot be done (a write before the last one is answered, a second connection of a client),
/// waits for nothing, gives not all connections back, keeps more of a conversation than it may, listens to what cannot be,
/// or does something else when the same happens again.
pub fn player(data: &[u8]) {
    let Some(input) = PlayerInput::parse(data) else {
        return;
    };
    let options = ReadOptions {
        vars: vec!["given".to_owned(), "of_the_suite".to_owned()],
        ..ReadOptions::default()
    };
    let Ok((scenario, _)) = read("player.json", input.file, &options) else {
        return;
    };
    let on_packets = input.always(Condition::OnPackets);
    let setting = Setting {
        builtins: vec![("seed", Value::from(7)), ("run_id", Value::from("0"))],
        vars: vec![("given".to_owned(), Value::from("7"))],
        defaults: vec![("of_the_suite".to_owned(), Value::from("2"))],
        deny_leftover: input.always(Condition::DeniesLeftovers),
        packets: (scenario.script.clients.iter())
            .map(|client| is_of_packets(client) || on_packets && may_be_of_packets(client))
            .collect(),
        case: scenario
            .cases
            .first()
            .map_or_else(Vec::new, |case| case.values.clone()),
        max_steps: MAX_STEPS,
        max_payload: MAX_PAYLOAD,
        segment: input.segment,
        segment_pace: match input.always(Condition::Paces) {
            true => DEFAULT_SEGMENT_PACE,
            false => Duration::ZERO,
        },
        ..Setting::default()
    };
    let mut player = Player::new(Arc::clone(&scenario.script), setting.clone());
    let first = Played::of(&mut player, &input, &scenario, &setting.packets);
    player.reset(setting.clone());
    let again = Played::of(&mut player, &input, &scenario, &setting.packets);
    assert_eq!(first, again, "the second time");
    assert!(OTHER.is_some(), "what it turns to is a scenario");
    if let Some(other) = &*OTHER {
        player.turn_to(Arc::clone(other), Setting::default());
        player.turn_to(Arc::clone(&scenario.script), setting.clone());
        let back = Played::of(&mut player, &input, &scenario, &setting.packets);
        assert_eq!(first, back, "after another script");
    }
}

/// What a player turns to meanwhile.
static OTHER: LazyLock<Option<Arc<Script>>> = LazyLock::new(|| {
    let text = br#"{ "clients": ["one", "two"], "framing": { "delimited": { "by": "::" } }, "vars": { "given": "of this file" },
      "steps": [{ "as": "two", "expect": { "regex": "(?<what>a+)" } }, { "as": "one", "send": "{{what}}{{given}}" }] }"#;
    let read = read("other.json", text, &ReadOptions::default());
    read.ok().map(|(scenario, _)| scenario.script)
});

/// Changes the scenario of an input as `mutate_scenario` does; `None`: it is the turn of changes to bytes.
#[must_use]
pub fn mutate_player(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> Option<usize> {
    // What happens is worth as many changes as the file.
    if seed.is_multiple_of(2) {
        return None;
    }
    let at = PlayerInput::file_at(data.get(..size)?)?;
    let file = data.get_mut(at..)?;
    let len = mutate_scenario(file, size - at, max_size.checked_sub(at)?, seed / 2)?;
    Some(at + len)
}

/// All that can be seen of a conversation.
#[derive(Debug, PartialEq)]
struct Played {
    /// What the player asked for, and what it wanted written.
    asked: Vec<(Time, Action, Vec<u8>)>,
    over: Time,
    verdict: Option<Verdict>,
    conversation: (Vec<Event>, u64),
    finally: Option<(Vec<Event>, u64)>,
    leftovers: u64,
    shown: Option<String>,
}

impl Played {
    fn of(
        player: &mut Player,
        input: &PlayerInput<'_>,
        scenario: &Scenario,
        targets: &[bool],
    ) -> Self {
        let mut world = World {
            player,
            now: Time::ZERO,
            cuts: input.cuts,
            turns: input.turns().collect(),
            links: Vec::new(),
            targets,
            packets: targets.to_vec(),
            has_reset: !input.always(Condition::NoReset),
            about: ClientId(0),
            asked: Vec::new(),
            helped: HashSet::new(),
            given: 0,
        };
        world
            .links
            .resize_with(scenario.script.clients.len(), Link::default);
        world.play();
        let (asked, over) = (world.asked, world.now);
        let transcript = player.transcript();
        Self {
            asked,
            over,
            verdict: player.verdict().cloned(),
            conversation: kept(transcript.conversation()),
            finally: transcript.finally().map(kept),
            leftovers: player.leftovers(),
            shown: scenario.name.as_ref().and_then(|name| player.show(name)),
        }
    }
}

fn is_of_packets(client: &Client) -> bool {
    client.framing == Framing::Datagram
}

/// Whether a client's target may carry packets though it does not say so: it names no framing, and has nothing that only streams have.
fn may_be_of_packets(client: &Client) -> bool {
    !client.framing_given && client.streams_only.is_none()
}

/// What a log has; it is no more than may be.
fn kept(log: &Log) -> (Vec<Event>, u64) {
    let events: Vec<Event> = log.events().cloned().collect();
    assert!(events.len() <= Log::MAX_EVENTS, "{} events", events.len());
    assert!(events.is_sorted_by_key(|event| event.at), "in their order");
    (events, log.dropped())
}

/// What is around the player: its connections, and what will happen to them.
struct World<'a, 'i> {
    player: &'a mut Player,
    now: Time,
    cuts: Cuts,
    turns: VecDeque<Turn<'i>>,
    links: Vec<Link>,
    /// Of which clients the targets carry packets.
    targets: &'a [bool],
    /// Of which clients the connections do.
    packets: Vec<bool>,
    /// Whether there is RST on them.
    has_reset: bool,
    /// The client that turns are about.
    about: ClientId,
    asked: Vec<(Time, Action, Vec<u8>)>,
    /// The steps that were helped to pass.
    helped: HashSet<u64>,
    /// How many bytes they were given.
    given: usize,
}

/// A connection, as the system sees it.
#[derive(Debug, Default)]
struct Link {
    /// It was asked for, and is not given back.
    held: bool,
    connecting: bool,
    open: bool,
    /// TLS was asked for, and has not come about.
    securing: bool,
    /// A write was asked for just before the connection is given back: nothing is left of it.
    stale: bool,
    /// Bytes are wanted after a packet was refused: the next thing to happen is that another goes out.
    owes_packet: bool,
    /// A write is under way.
    writing: bool,
    /// FIN has been sent: nothing more may be.
    shut: bool,
    /// What has arrived, in the pieces in which it is read.
    pieces: VecDeque<Vec<u8>>,
    /// How it ended, after all that.
    end: Option<Ending>,
}

impl World<'_, '_> {
    fn play(&mut self) {
        if self.turns.front() == Some(&Turn::Cancelled) {
            self.player.cancel(self.now);
        }
        for _ in 0..MAX_HAPPENINGS {
            while let Some(action) = self.player.poll_action(self.now) {
                self.act(action);
            }
            assert!(
                !self.links.iter().any(|link| link.stale),
                "a write of nothing"
            );
            assert!(
                !self.links.iter().any(|link| link.owes_packet),
                "bytes after the end, and no packet that may find somebody"
            );
            if self.player.verdict().is_some() {
                let held = self.links.iter().any(|link| link.connecting || link.open);
                assert!(!held, "a connection is not given back");
                assert_eq!(self.player.poll_timeout(), None, "it is over");
                return self.cancel_what_is_over();
            }
            if self.deliver() {
                continue;
            }
            match self.turns.pop_front() {
                Some(turn) => self.take(turn),
                None if self.help() => {}
                None => self.pass_time(),
            }
        }
        panic!("no verdict after {MAX_HAPPENINGS} happenings");
    }

    /// Whoever cancels too late changes nothing.
    fn cancel_what_is_over(&mut self) {
        let verdict = self.player.verdict().cloned();
        self.player.cancel(self.now);
        assert_eq!(self.player.verdict(), verdict.as_ref(), "it was over");
    }

    /// Time goes on to when the player wants to be told.
    fn pass_time(&mut self) {
        let Some(due) = self.player.poll_timeout() else {
            panic!("it waits for nothing");
        };
        self.now = due.max(self.now);
        self.player.handle_timeout(self.now);
    }

    fn link(&mut self, client: ClientId) -> &mut Link {
        &mut self.links[usize::from(client.0)]
    }

    fn act(&mut self, action: Action) {
        let (Action::Connect(client)
        | Action::Upgrade(client)
        | Action::Write(client)
        | Action::Shutdown(client)
        | Action::Reset(client)
        | Action::Close(client)) = action;
        let bytes = self.player.outbox(client).to_vec();
        let next = self.turns.front().copied();
        let n = usize::from(client.0);
        if action == Action::Connect(client) {
            let address = self.player.address(client);
            self.packets[n] = address.map_or(self.targets[n], |at| at.carries().are_packets());
        }
        let on_packets = self.packets[n];
        let link = self.link(client);
        match action {
            Action::Connect(_) => {
                assert!(
                    !link.held || !link.open && !link.connecting,
                    "a second connection"
                );
                *link = Link {
                    held: true,
                    connecting: true,
                    ..Link::default()
                };
                let by = self.player.connect_deadline(client);
                assert!(by.is_some_and(|by| by >= self.now), "{by:?}");
                let turn = next.filter(|next| {
                    matches!(next, Turn::Connected | Turn::Refused(_) | Turn::Hangs)
                });
                let mostly = self.wanted_of_a_connection(client);
                self.answer(client, turn, mostly);
            }
            Action::Upgrade(_) => {
                assert!(link.held && link.open && !link.writing, "TLS in a write");
                assert!(self.player.tls(client).is_some(), "no way to use TLS");
                self.upgrade(client);
            }
            Action::Write(_) => {
                assert!(link.held && !link.writing, "a write in a write");
                assert!(!link.shut, "a write after a FIN");
                link.owes_packet = false;
                // A packet may be one of nothing.
                if bytes.is_empty() && !on_packets {
                    link.stale = true;
                    return;
                }
                link.writing = true;
                let turn = next.filter(|next| {
                    let too_large = *next == Turn::TooLarge && on_packets;
                    let answers = matches!(next, Turn::Written | Turn::Unwritable(_) | Turn::Hangs);
                    too_large || answers
                });
                self.answer(client, turn, Turn::Written);
            }
            Action::Shutdown(_) => {
                assert!(link.held && !link.writing, "a FIN in a write");
                link.shut = true;
            }
            Action::Reset(_) | Action::Close(_) => {
                assert!(link.held, "nothing to give back");
                *link = Link::default();
            }
        }
        self.asked.push((self.now, action, bytes));
    }

    /// TLS begins where the step wants that, unless something is there that was said in clear.
    fn upgrade(&mut self, client: ClientId) {
        let link = &mut self.links[usize::from(client.0)];
        if let Some(piece) = link.pieces.pop_front() {
            return self.player.handle_received(client, &piece, self.now);
        }
        if let Some(how) = link.end {
            return self.player.handle_ended(client, how, self.now);
        }
        link.securing = true;
        let turn = self.turns.front().copied().filter(|next| {
            matches!(next, Turn::Secured | Turn::Hangs)
                || matches!(next, Turn::Refused(RefusalKind::Tls(_)))
        });
        let mostly = match self.wanted_of_a_connection(client) {
            refused @ Turn::Refused(_) => refused,
            _ => Turn::Secured,
        };
        self.answer(client, turn, mostly);
    }

    /// What becomes of a connection that nothing is said about: what lets its step pass.
    fn wanted_of_a_connection(&self, client: ClientId) -> Turn<'static> {
        let wanted = self.player.wanted();
        let deed = wanted.iter().find(|wanted| wanted.client == client);
        match deed.map(|wanted| &wanted.deed) {
            Some(Deed::Refuse(why)) => Turn::Refused(why.kind),
            _ => Turn::Connected,
        }
    }

    /// What becomes of what the player asked for: the turn that says so, else what mostly happens.
    fn answer(&mut self, client: ClientId, turn: Option<Turn<'_>>, mostly: Turn<'_>) {
        if turn.is_some() {
            self.turns.pop_front();
        }
        match turn.unwrap_or(mostly) {
            Turn::Hangs => {}
            turn => self.tell(client, turn),
        }
    }

    /// Tells the player what came of a connection or a write, where it waits for that.
    fn tell(&mut self, client: ClientId, turn: Turn<'_>) {
        let (now, link) = (self.now, &mut self.links[usize::from(client.0)]);
        match turn {
            Turn::Connected if link.connecting => {
                (link.connecting, link.open) = (false, true);
                self.player.handle_local_port(client, Some(1024));
                self.player.handle_kind(client, self.has_reset);
                self.player.handle_connected(client, "peer", now);
            }
            Turn::Refused(kind) if link.connecting => {
                link.connecting = false;
                self.player.handle_refused(client, refusal(kind), now);
            }
            Turn::Secured if link.securing => {
                link.securing = false;
                self.player.handle_secured(client, "TLS", now);
            }
            Turn::Refused(kind) if link.securing => {
                *link = Link::default();
                self.player.handle_not_secured(client, refusal(kind), now);
            }
            Turn::Written if link.writing => {
                link.writing = false;
                self.player.handle_written(client, now);
            }
            Turn::Unwritable(how) if link.writing => {
                link.writing = false;
                self.player.handle_unwritable(client, how, now);
            }
            Turn::TooLarge if link.writing && self.packets[usize::from(client.0)] => {
                link.writing = false;
                self.player.handle_too_large(client, now);
            }
            _ => {}
        }
    }

    /// The next thing happens that the input says.
    fn take(&mut self, turn: Turn<'_>) {
        let about = self.about;
        match turn {
            Turn::Client(n) => {
                let clients = u16::try_from(self.links.len()).unwrap_or(u16::MAX);
                self.about = ClientId(n % clients.max(1));
            }
            Turn::Arrives(bytes) => {
                let bytes: Vec<u8> = (bytes.iter())
                    .map(|byte| if *byte == b'|' { b'\n' } else { *byte })
                    .collect();
                self.arrive(about, &bytes);
            }
            Turn::Ends(how) => self.end(about, how),
            Turn::Wanted => _ = self.help(),
            Turn::TimePasses => self.pass_time(),
            Turn::Cancelled => self.player.cancel(self.now),
            Turn::Nonsense => self.say_what_cannot_be(),
            Turn::Asks => self.ask(),
            Turn::Hangs => {}
            turn => self.tell(about, turn),
        }
    }

    /// Somebody wants to know what is waited for: it has steps, and asking changes nothing.
    fn ask(&self) {
        let before = self.player.poll_timeout();
        for waiting in self.player.waiting(self.now) {
            assert!(
                waiting.step.step > 0 && waiting.step.step <= waiting.step.steps,
                "{waiting:?}"
            );
            let most = self.now.since(Time::ZERO);
            assert!(
                waiting.heard.is_none_or(|heard| heard <= most),
                "{waiting:?}"
            );
        }
        assert_eq!(self.player.poll_timeout(), before, "asking is not waiting");
    }

    fn arrive(&mut self, client: ClientId, bytes: &[u8]) {
        let cuts = self.cuts;
        let link = self.link(client);
        if link.open && link.end.is_none() {
            let pieces = cuts.pieces(bytes).filter(|piece| !piece.is_empty());
            link.pieces.extend(pieces.map(<[u8]>::to_vec));
        }
    }

    fn end(&mut self, client: ClientId, how: Ending) {
        let link = self.link(client);
        if link.open {
            link.end.get_or_insert(how);
        }
    }

    /// Hands on what has arrived, where the player wants it. False: nothing has, or it does not.
    fn deliver(&mut self) -> bool {
        for (link, n) in self.links.iter_mut().zip(0..) {
            let client = ClientId(n);
            if !link.open || !self.player.wants_bytes(client) {
                continue;
            }
            if let Some(piece) = link.pieces.pop_front() {
                self.player.handle_received(client, &piece, self.now);
                return true;
            }
            if let Some(how) = link.end {
                link.end = link.end.filter(|how| *how != Ending::Refused);
                self.player.handle_ended(client, how, self.now);
                if self.player.wants_bytes(client) {
                    // Of packets, one that a later step sends may find somebody: that step has begun.
                    let is_refused = how == Ending::Refused && self.packets[usize::from(n)];
                    assert!(is_refused, "bytes after the end");
                    self.link(client).owes_packet = true;
                }
                return true;
            }
        }
        false
    }

    /// Does what lets the step pass that waits. False: there is nothing, or it did not help.
    fn help(&mut self) -> bool {
        let mut wanted = self.player.wanted().into_iter();
        let Some(wanted) = wanted.find(|wanted| !self.helped.contains(&wanted.step)) else {
            return false;
        };
        self.helped.insert(wanted.step);
        match wanted.deed {
            Deed::Say(bytes) => {
                self.given += bytes.len();
                if self.given > MAX_GIVEN {
                    return false;
                }
                self.arrive(wanted.client, &bytes);
            }
            Deed::End(how) => self.end(wanted.client, how),
            Deed::Refuse(why) => self.tell(wanted.client, Turn::Refused(why.kind)),
        }
        true
    }

    /// Says all that cannot be at this moment, to each client and to one that is not there: nothing comes of it.
    fn say_what_cannot_be(&mut self) {
        let now = self.now;
        let before = (
            kept(self.player.transcript().conversation()),
            self.player.verdict().cloned(),
        );
        let nobody = Link::default();
        let links = self.links.iter().chain([&nobody]);
        let of_packets = self.packets.iter().copied().chain([false]);
        for ((link, of_packets), n) in links.zip(of_packets).zip(0..) {
            let (client, player) = (ClientId(n), &mut *self.player);
            if !link.connecting {
                player.handle_connected(client, "nonsense", now);
                player.handle_refused(client, refusal(RefusalKind::Refused), now);
            }
            if !link.securing {
                player.handle_secured(client, "nonsense", now);
                player.handle_not_secured(client, refusal(RefusalKind::Refused), now);
            }
            // Of packets, one may be empty.
            if !link.open || !of_packets {
                player.handle_received(client, b"", now);
            }
            if !link.open {
                player.handle_received(client, b"nonsense", now);
                player.handle_ended(client, Ending::Reset, now);
                assert!(
                    !player.wants_bytes(client),
                    "bytes of a peer that is not there"
                );
            }
            if !link.writing {
                player.handle_written(client, now);
                player.handle_unwritable(client, Ending::Reset, now);
                player.handle_too_large(client, now);
                assert!(player.outbox(client).is_empty(), "bytes to be written");
            }
        }
        let after = (
            kept(self.player.transcript().conversation()),
            self.player.verdict().cloned(),
        );
        assert_eq!(before, after, "it listens to what cannot be");
        assert_eq!(
            self.player.poll_action(now),
            None,
            "it acts on what cannot be"
        );
    }
}

/// That a connection, or TLS on it, did not come about.
fn refusal(kind: RefusalKind) -> Refusal {
    let message = "nobody".to_owned();
    Refusal { kind, message }
}
