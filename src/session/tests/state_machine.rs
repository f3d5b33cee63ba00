//! A session and the naive model of it, walked side by side from state to state.
//!
//! Here a test case is a list of transitions, each a whole thing that happens: the peer sends, some of it arrives, time
//! passes, the connection is lost. What proptest takes away when it looks for the smallest failure are transitions.
//! In `props::session`, which the fuzzer drives, a case is bytes; the model is the same.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config as Runs, RngAlgorithm, TestError, TestRng, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use super::*;
use crate::props::session_model::Model;
use crate::scenario::Reply;
use crate::session::MAX_OUTBOX;
use crate::wire::{Delimiter, Endian, LengthPrefix, LengthWidth, LineEnding};

/// How many transitions a walk has at most.
const STEPS: usize = 64;

/// How long a session waits for its peer, where it does not wait for ever.
const IDLE: Duration = Duration::from_millis(50);

/// How long it thinks, where it does.
const THINK: Duration = Duration::from_millis(7);

/// Something that happens to a session.
#[derive(Debug, Clone)]
enum Transition {
    /// The peer writes a message, framed; it is on its way. One that the framing cannot carry goes as it is.
    Sends(Vec<u8>),
    /// The peer writes bytes that may be anything; they are on their way.
    SendsNoise(Vec<u8>),
    /// The first of the bytes on their way arrive, at most so many; also when the session wants none.
    Arrive(usize),
    /// All that is on its way arrives, if the session wants bytes.
    ArriveIfWanted,
    /// So much of the outbox is written.
    Write(usize),
    /// All of the outbox is written.
    WriteAll,
    /// Time passes, and nobody tells.
    Pass(Duration),
    /// The session is told of the time, which may be too early or late for what it waits for.
    TimeOut,
    /// The next timeout comes, in time.
    WaitForTimeout,
    /// The peer's input ends; what is on its way is cut off at this byte.
    End,
    /// The server stops.
    Stop,
    /// The connection is lost, whatever is on its way; the session begins again.
    Abort,
}

/// What a transition comes to for a machine: one call, or none.
enum Call {
    Received(Vec<u8>),
    Written(usize),
    TimedOut,
    Finished(Closing),
    Reset,
    Nothing,
}

/// What is outside of a session: the clock, and bytes on their way to it.
#[derive(Debug, Clone, Default)]
struct World {
    now: Time,
    coming: Vec<u8>,
}

impl World {
    /// Lets it happen, to a machine that has so much to write, waits for that time and wants bytes or not.
    fn lets(
        &mut self,
        transition: &Transition,
        framing: &Framing,
        (outbox, due, wants): (usize, Option<Time>, bool),
    ) -> Call {
        match transition {
            Transition::Sends(message) => {
                if framing.encode(message, &mut self.coming).is_err() {
                    self.coming.extend_from_slice(message);
                }
            }
            Transition::SendsNoise(bytes) => self.coming.extend_from_slice(bytes),
            Transition::Arrive(n) => {
                let n = (*n).min(self.coming.len());
                return Call::Received(self.coming.drain(..n).collect());
            }
            Transition::ArriveIfWanted if wants => {
                return Call::Received(std::mem::take(&mut self.coming));
            }
            Transition::ArriveIfWanted => {}
            // More than there is, too: the session must bear that.
            Transition::Write(n) => return Call::Written(*n),
            Transition::WriteAll => return Call::Written(outbox),
            Transition::Pass(duration) => self.now = self.now.after(*duration),
            Transition::TimeOut => return Call::TimedOut,
            Transition::WaitForTimeout => {
                self.now = self.now.max(due.unwrap_or_default());
                return Call::TimedOut;
            }
            Transition::End => {
                self.coming.clear();
                return Call::Finished(Closing::EndOfInput);
            }
            Transition::Stop => return Call::Finished(Closing::Stopping),
            Transition::Abort => {
                self.coming.clear();
                return Call::Reset;
            }
        }
        Call::Nothing
    }
}

/// The model and what is around it.
#[derive(Debug, Clone)]
struct Reference {
    model: Model,
    world: World,
}

impl Reference {
    fn new(config: Config) -> Self {
        Self {
            model: Model::new(Arc::new(config), Time::ZERO),
            world: World::default(),
        }
    }
}

impl ReferenceStateMachine for Reference {
    type State = Self;
    type Transition = Transition;

    fn init_state() -> BoxedStrategy<Self> {
        config().prop_map(Self::new).boxed()
    }

    fn transitions(state: &Self) -> BoxedStrategy<Transition> {
        // What is over goes on only by beginning again.
        let over = if state.model.closed().is_some() {
            20
        } else {
            1
        };
        let coming = state.world.coming.len();
        let waiting = state.model.outbox().len();
        prop_oneof![
            10 => message(state.model.config().max_message).prop_map(Transition::Sends),
            1 => noise().prop_map(Transition::SendsNoise),
            6 => any::<Index>().prop_map(move |at| Transition::Arrive(at.index(coming + 1))),
            4 => Just(Transition::Arrive(usize::MAX)),
            4 => Just(Transition::ArriveIfWanted),
            3 => any::<Index>().prop_map(move |at| Transition::Write(at.index(waiting + 2))),
            5 => Just(Transition::WriteAll),
            3 => (0..20_u64).prop_map(|millis| Transition::Pass(Duration::from_millis(millis))),
            2 => Just(Transition::TimeOut),
            4 => Just(Transition::WaitForTimeout),
            1 => Just(Transition::End),
            1 => Just(Transition::Stop),
            over => Just(Transition::Abort),
        ]
        .boxed()
    }

    fn apply(mut state: Self, transition: &Transition) -> Self {
        let Self { model, world } = &mut state;
        let config = Arc::clone(model.config());
        let stands = (model.outbox().len(), model.timeout(), model.wants_bytes());
        let call = world.lets(transition, &config.framing, stands);
        let now = world.now;
        match call {
            Call::Received(bytes) => model.receive(&bytes, now),
            Call::Written(n) => model.written(n, now),
            Call::TimedOut => model.time_out(now),
            Call::Finished(why) => model.finish(why, now),
            Call::Reset => *model = Model::new(config, now),
            Call::Nothing => {}
        }
        state
    }
}

/// The session and what is around it.
struct Tested {
    session: Session,
    framing: Framing,
    world: World,
}

impl Tested {
    fn new(config: Config) -> Self {
        Self {
            framing: config.framing.clone(),
            session: Session::new(Arc::new(config), Time::ZERO),
            world: World::default(),
        }
    }

    fn apply(&mut self, transition: &Transition) {
        let Self { session, world, .. } = self;
        let stands = (
            session.outbox().len(),
            session.poll_timeout(),
            session.wants_bytes(),
        );
        let call = world.lets(transition, &self.framing, stands);
        let now = world.now;
        match call {
            Call::Received(bytes) => session.handle_received(&bytes, now),
            Call::Written(n) => session.handle_written(n, now),
            Call::TimedOut => session.handle_timeout(now),
            Call::Finished(Closing::Stopping) => session.stop(now),
            Call::Finished(_) => session.handle_ended(now),
            Call::Reset => session.reset(now),
            Call::Nothing => {}
        }
    }

    /// It is just as the model is, and it is never stuck: whoever is not over writes, or waits for bytes or a time.
    #[track_caller]
    fn compare(&self, model: &Model) {
        let session = &self.session;
        assert_eq!(session.outbox(), model.outbox(), "outbox");
        assert_eq!(session.wants_to_write(), model.has_to_write(), "writes");
        assert_eq!(session.poll_timeout(), model.timeout(), "timeout");
        assert_eq!(session.poll_close(), model.closed(), "close");
        assert_eq!(session.wants_bytes(), model.wants_bytes(), "wants bytes");
        assert!(
            session.poll_close().is_some()
                || session.wants_to_write()
                || session.wants_bytes()
                || session.poll_timeout().is_some(),
            "it is stuck"
        );
    }
}

/// The session against its model.
struct AgainstModel;

impl StateMachineTest for AgainstModel {
    type SystemUnderTest = Tested;
    type Reference = Reference;

    fn init_test(reference: &Reference) -> Tested {
        Tested::new(Config::clone(reference.model.config()))
    }

    fn apply(mut tested: Tested, _: &Reference, transition: Transition) -> Tested {
        tested.apply(&transition);
        tested
    }

    fn check_invariants(tested: &Tested, reference: &Reference) {
        tested.compare(&reference.model);
    }

    /// Once the input has ended, a driver that writes and waits comes to an end.
    fn teardown(mut tested: Tested, mut reference: Reference) {
        let rest = [Transition::WriteAll, Transition::WaitForTimeout];
        let mut transition = &Transition::End;
        // Far more than the messages that can wait: each two rounds answer one at least.
        for round in 0..1 << 20 {
            tested.apply(transition);
            reference = Reference::apply(reference, transition);
            tested.compare(&reference.model);
            if tested.session.poll_close().is_some() {
                return;
            }
            transition = &rest[round % 2];
        }
        panic!("it does not end");
    }
}

prop_state_machine! {
    #[test]
    fn a_session_goes_from_state_to_state_as_its_model_does(sequential 1..STEPS => AgainstModel);
}

/// The session against a model that was told of a lower limit: it differs, and must be caught.
struct AgainstLowerLimit;

impl StateMachineTest for AgainstLowerLimit {
    type SystemUnderTest = Tested;
    type Reference = Reference;

    fn init_test(reference: &Reference) -> Tested {
        let config = Config::clone(reference.model.config());
        Tested::new(Config {
            max_message: config.max_message + 1,
            ..config
        })
    }

    fn apply(tested: Tested, reference: &Reference, transition: Transition) -> Tested {
        AgainstModel::apply(tested, reference, transition)
    }

    fn check_invariants(tested: &Tested, reference: &Reference) {
        tested.compare(&reference.model);
    }
}

/// So many walks, the same ones each time, and nothing written down when one fails.
fn runner(cases: u32) -> TestRunner {
    let runs = Runs {
        cases,
        failure_persistence: None,
        ..Runs::default()
    };
    TestRunner::new_with_rng(runs, TestRng::deterministic_rng(RngAlgorithm::default()))
}

#[test]
fn a_difference_is_found_and_shrunk_to_what_shows_it() {
    let walks = Reference::sequential_strategy(1..STEPS);
    let found = runner(2048).run(&walks, |(state, steps, seen)| {
        AgainstLowerLimit::test_sequential(Runs::default(), state, steps, seen);
        Ok(())
    });
    let Err(TestError::Fail(_, (_, steps, _))) = found else {
        panic!("not found: {found:?}");
    };
    // What is too long for one of them is sent, and arrives.
    assert!(steps.len() <= 2, "{steps:?}");
}

#[test]
fn the_walks_come_to_every_state() {
    let mut runner = runner(1);
    let mut seen = BTreeSet::new();
    for _ in 0..512 {
        let walk = Reference::sequential_strategy(1..STEPS);
        let (mut state, steps, _) = walk.new_tree(&mut runner).unwrap().current();
        for step in &steps {
            state = Reference::apply(state, step);
            seen.insert(state_of(&state.model));
        }
    }
    let expected = [
        "closed: BadInput",
        "closed: EndOfInput",
        "closed: Exit",
        "closed: Idle",
        "closed: Stopping",
        "closed: Unsayable",
        "listens",
        "listens for ever",
        "says its last words",
        "says so much that it answers no more",
        "speaks",
        "thinks",
        "thinks while bytes wait",
    ];
    assert_eq!(seen, expected.map(String::from).into());
}

/// How a model stands, in words.
fn state_of(model: &Model) -> String {
    let state = match (model.closed(), model.outbox().len()) {
        (Some(why), _) => return format!("closed: {why:?}"),
        _ if model.is_thinking() && model.wants_bytes() => "thinks",
        _ if model.is_thinking() => "thinks while bytes wait",
        _ if model.is_full() => "says so much that it answers no more",
        (_, 1..) if model.wants_bytes() => "speaks",
        (_, 1..) => "says its last words",
        _ if model.timeout().is_some() => "listens",
        _ => "listens for ever",
    };
    state.into()
}

/// What sessions are told.
fn config() -> impl Strategy<Value = Config> {
    let greeting = prop_oneof![
        1 => Just(None),
        1 => Just(Some(Vec::new())),
        3 => Just(Some(b"Welcome!".to_vec())),
        1 => Just(Some(vec![b'W'; MAX_OUTBOX])),
    ];
    let limit = prop_oneof![Just(2 * MAX_OUTBOX), 0..64_usize];
    let max_outbox = prop_oneof![2 => Just(MAX_OUTBOX), 1 => 0..64_usize];
    let of = |values: [Duration; 2]| select(values.to_vec());
    (
        select(framings()),
        greeting,
        select(vec![Reply::Hello, Reply::Echo]),
        of([Duration::ZERO, THINK]),
        of([Duration::ZERO, IDLE]),
        limit,
        max_outbox,
    )
        .prop_map(
            |(framing, greeting, reply, think_time, idle_timeout, max_message, max_outbox)| {
                Config {
                    framing,
                    greeting,
                    reply,
                    think_time,
                    idle_timeout,
                    max_message,
                    max_outbox,
                }
            },
        )
}

/// One framing of each kind.
fn framings() -> Vec<Framing> {
    let prefix = |width, offset, adjust| {
        Framing::LengthPrefixed(LengthPrefix {
            offset,
            width,
            endian: Endian::Big,
            adjust,
        })
    };
    vec![
        Framing::LINE,
        Framing::Raw,
        Framing::Line(LineEnding::CrLf),
        Framing::Line(LineEnding::Either),
        Framing::Delimited(Delimiter::new(b"aab").unwrap()),
        prefix(LengthWidth::One, 0, 0),
        prefix(LengthWidth::Four, 0, -4),
        prefix(LengthWidth::Varint, 0, 0),
        Framing::Fixed(8.try_into().unwrap()),
        Framing::Netstring,
        Framing::Datagram,
    ]
}

/// Messages that a session answers, refuses or ends with, and now and then one as long as the limit or just longer.
fn message(limit: usize) -> impl Strategy<Value = Vec<u8>> {
    let answered: Vec<&[u8]> = vec![b"", b"Rose", b"Zo\xc3\xab", b"eightest", b"a\r"];
    let last: Vec<&[u8]> = vec![b"exit", b"Zo\xc3", b"\xff"];
    prop_oneof![
        20 => select(answered).prop_map(<[u8]>::to_vec),
        2 => select(last).prop_map(<[u8]>::to_vec),
        1 => Just(vec![b'a'; limit]),
        1 => Just(vec![b'a'; limit + 1]),
        1 => Just(vec![b'a'; MAX_OUTBOX / 2]),
    ]
}

/// Bytes of which framings are made.
fn noise() -> impl Strategy<Value = Vec<u8>> {
    let byte = select(b"\n\raab:,0129\x00\x01\x05\x80\xff".to_vec());
    proptest::collection::vec(byte, 1..8)
}
