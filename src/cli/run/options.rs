//! What was typed becomes what the reader of files and the runner need.

use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroUsize;

use super::super::args::{FlakyArg, PlayArgs, RunArgs, SegmentArg};
use super::super::console::{Console, is_ci};
use super::super::secrets;
use super::super::values::{environment, environment_names};
use crate::player::Segment;
use crate::report::Detail;
use crate::runner::{Inquiry, RunOptions};
use crate::scenario::{ReadOptions, Value};

/// What the reader of files must know of what was typed.
pub(super) fn read_options(args: &RunArgs) -> ReadOptions {
    ReadOptions {
        vars: names(args).map(|(name, _)| name.to_owned()).collect(),
        env: environment_names(&args.play.allow_env),
        framing: None,
        max_steps: Some(args.play.max_steps),
        max_message: Some(args.play.max_message),
    }
}

/// The names that are set for all scenarios, each with the flag that does.
pub(super) fn names(args: &RunArgs) -> impl Iterator<Item = (&str, &'static str)> {
    let vars = args.play.var.iter().map(|(name, _)| (&**name, "--var"));
    vars.chain(args.secrets.names().map(|name| (name, "--secret")))
}

/// What was typed → what the runner needs.
pub(super) fn options(args: PlayArgs, console: &Console) -> RunOptions {
    RunOptions {
        jobs: args.jobs.get(),
        threads: std::thread::available_parallelism().map_or(1, usize::from),
        home: None,
        timeout: args.timeout,
        seed: args.seed.unwrap_or_else(any_seed),
        vars: args
            .var
            .into_iter()
            .map(|(name, value)| (name, Value::from(value)))
            .chain(secrets::values().iter().cloned())
            .collect(),
        secrets: secrets::secrets(),
        segment: match args.segment {
            SegmentArg::Whole => None,
            SegmentArg::Byte => Some(Segment::Byte),
            SegmentArg::Random => Some(Segment::Random),
        },
        segment_pace: args.segment_pace,
        max_fail: match args.max_fail {
            None if args.fail_fast || !args.no_fail_fast && !is_ci() => NonZeroUsize::new(1),
            max => max,
        },
        retries: args.retries,
        flaky_fails: args.flaky_result == FlakyArg::Fail,
        slow_timeout: args.slow_timeout,
        time_scale: args.time_scale,
        deny_leftover: args.deny_leftover,
        inquiry: Inquiry::default(),
        max_steps: args.max_steps,
        max_message: args.max_message,
        environment: environment(&args.allow_env).into(),
        shard: None,
        simulate: args.simulate,
        overlap: args.overlap,
        keep_transcripts: console.detail >= Detail::Conversation,
    }
}

/// A seed that is another one each time, short enough to be typed.
fn any_seed() -> u64 {
    RandomState::new().hash_one(std::process::id()) & 0xffff_ffff
}
