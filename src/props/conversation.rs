//! Properties of whole conversations: player and session in memory, with the bytes that travel cut anywhere.

use std::mem::discriminant;
use std::sync::Arc;

use crate::corpus::{ConversationInput, Random};
use crate::player::{FailureKind, Player, Segment, Setting, Verdict};
use crate::scenario::{BlockId, ReadOptions, Scenario, Script, Verb, read};
use crate::session::Config;
use crate::simulation::{Simulation, Unsupported};
use crate::time::Time;

/// How many steps a conversation of these properties has at most.
const MAX_STEPS: u64 = 500;

/// Input: `ConversationInput`.
///
/// In raw, the server takes what arrives at once as one message: there cuts do matter, so it is never raw here. Before each round a
/// `retry` drops what has been read: less of it where a limit has stopped the reading, and only a part where a reply comes at the very
/// moment at which the round begins. So where steps are retried, no limit of the reading can be reached, and the server does not think.
///
/// How far one branch of a `parallel` gets before another fails is a matter of cuts. With a `retry` around it or in it, what it had sent
/// by then is answered in the next round, and its steps count. So of a conversation with one in the other, only one that ended before a
/// second round could begin is compared, and not where steps ran out.
///
/// # Panics
///
/// When the verdict, or the time it took, is another one when what travels is cut: on the way, or by the player itself.
pub fn conversation(data: &[u8]) {
    let Some(mut input) = ConversationInput::parse(data) else {
        return;
    };
    let cuts = input.cuts;
    let mut text = input.scenario();
    let is_retried = text.contains(r#"{"retry":["#);
    if is_retried {
        input = input.at_once();
        text = input.scenario();
    }
    let Ok((scenario, _)) = read(
        "conversation.json",
        text.as_bytes(),
        &ReadOptions::default(),
    ) else {
        return;
    };
    if Unsupported::in_scenario(&scenario).is_some() {
        return;
    }
    let config = Arc::new(input.config());
    let are_nested = are_nested(&scenario.script);

    let whole = play(&scenario, &config, None, |len| len);
    let segment = [None, Some(Segment::Byte), Some(Segment::Random)][usize::from(cuts % 3)];
    let mut random = Random::new(cuts);
    let cut = play(&scenario, &config, segment, |_| random.piece_len());
    let bytewise = play(&scenario, &config, None, |_| 1);
    for (cut, how) in [
        (cut, format!("cut at random, {segment:?}")),
        (bytewise, "byte by byte".to_owned()),
    ] {
        if are_nested && (cut.may_begin_again() || whole.may_begin_again()) {
            continue;
        }
        check_same(&cut, &whole, &format!("{how}:\n{text}"));
    }
}

/// Whether a `retry` is in a `parallel`, or the other way round, through whatever else plays steps.
pub(super) fn are_nested(script: &Script) -> bool {
    let mut open = vec![(BlockId(0), false, false)];
    open.extend(script.finally.map(|block| (block, false, false)));
    while let Some((block, retried, branch)) = open.pop() {
        let steps = script.blocks.get(block.0 as usize);
        for step in steps.iter().flat_map(|block| &block.steps) {
            let (retried, branch) = match step.verb {
                Verb::Retry { .. } => (true, branch),
                Verb::Parallel(_) => (retried, true),
                _ => (retried, branch),
            };
            if retried && branch {
                return true;
            }
            let inner = step.verb.blocks().iter();
            open.extend(inner.map(|block| (*block, retried, branch)));
        }
    }
    false
}

/// What came of a conversation, and when.
#[derive(Debug, PartialEq)]
struct Came {
    shape: String,
    at: Time,
    /// Why a branch of a `parallel` failed, where it was not what the peer said or did.
    by_itself: Option<ByItself>,
    /// Whether the number of steps was what ended it, in a branch or outside.
    is_out_of_steps: bool,
}

impl Came {
    /// Whether what it came to can be that of a second round, or of none because there were no steps left.
    fn may_begin_again(&self) -> bool {
        self.at >= Time::ZERO.after(ConversationInput::ROUND) || self.is_out_of_steps
    }
}

/// Why a branch fails though the peer did nothing wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ByItself {
    /// What it was to send or to connect, or what is to be true.
    Says,
    /// The number of steps that all branches have together.
    Steps,
}

impl ByItself {
    fn of(verdict: &Verdict) -> Option<Self> {
        match verdict {
            Verdict::Failed(failure) if failure.branch.is_some() => match failure.kind {
                FailureKind::HalfClosed
                | FailureKind::AlreadyConnected
                | FailureKind::NoConnection
                | FailureKind::NotTrue { .. }
                | FailureKind::NoValue(_)
                | FailureKind::Unframed { .. } => Some(Self::Says),
                FailureKind::TooManySteps { .. } => Some(Self::Steps),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Fails unless the same came of both.
///
/// Of two branches that fail at the same moment, the first that is looked at is told of. One that fails by itself does so before
/// bytes have arrived that fail another: there the moment is what must be the same. How the steps that are too many fall to the
/// branches is by which of them is looked at first: there only neither may pass.
fn check_same(cut: &Came, whole: &Came, how: &str) {
    let are_steps = [cut, whole]
        .iter()
        .any(|one| one.by_itself == Some(ByItself::Steps));
    if cut.by_itself != whole.by_itself || are_steps {
        if !are_steps {
            assert_eq!(cut.at, whole.at, "{how}");
        }
        assert!(
            cut.shape != PASSED && whole.shape != PASSED,
            "{how}\n{cut:?}\n{whole:?}"
        );
        return;
    }
    assert_eq!(cut, whole, "{how}");
}

/// Plays the scenario; says what came of it and when.
fn play(
    scenario: &Scenario,
    config: &Arc<Config>,
    segment: Option<Segment>,
    mut cut: impl FnMut(usize) -> usize,
) -> Came {
    let setting = Setting {
        max_steps: MAX_STEPS,
        max_payload: 1 << 12,
        segment,
        ..Setting::default()
    };
    let mut player = Player::new(Arc::clone(&scenario.script), setting);
    let mut simulation = Simulation::new(Arc::clone(config));
    let at = simulation.play_in_pieces(&mut player, |_, len| cut(len));
    let verdict = player.verdict();
    Came {
        shape: verdict.map_or_else(String::new, shape),
        at,
        by_itself: verdict.and_then(ByItself::of),
        is_out_of_steps: verdict.is_some_and(is_out_of_steps),
    }
}

/// Whether the conversation ended because it had more steps than it may.
const fn is_out_of_steps(verdict: &Verdict) -> bool {
    matches!(verdict, Verdict::Failed(failure) if matches!(failure.kind, FailureKind::TooManySteps { .. }))
}

/// The shape of the verdict that all is well.
const PASSED: &str = "Passed";

/// A verdict without what depends on how much had arrived when it was reached.
fn shape(verdict: &Verdict) -> String {
    let Verdict::Failed(failure) = verdict else {
        return format!("{verdict:?}");
    };
    let at = match &failure.kind {
        FailureKind::Mismatch { at, .. } => *at,
        _ => None,
    };
    format!(
        "{:?} at {at:?} in step {} of {}, {:?} {:?}",
        discriminant(&failure.kind),
        failure.step,
        failure.steps,
        failure.rounds,
        failure.waited,
    )
}
