//! What can be typed after `run`, with the help text beside each flag.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::super::values::{
    allowed_host, duration, env_name, feature, jobs, max_message, retries, seed, some_number,
    some_time, target, time_scale, variable,
};
use super::shard::{ShardArg, shard};
use super::{
    DEFAULT_TARGET, DetailArgs, ProjectArgs, ReportingArgs, SecretArgs, SpawnArgs, TlsArgs,
};
use crate::target::Transport;
use crate::time::TimeScale;

/// `backchat run`
#[derive(Debug, Args)]
pub(in crate::cli) struct RunArgs {
    /// Scenario files, and folders to look for them in [default: what backchat.json names, else scenarios/reference, else scenarios]
    #[arg(value_name = "PATH")]
    pub(in crate::cli) paths: Vec<PathBuf>,
    /// What to connect to: `embedded` (a fresh reference server), tcp://HOST:PORT, HOST:PORT, tls://HOST:PORT, unix:/PATH, udp://HOST:PORT,
    /// unix-datagram:/PATH, unix-seqpacket:/PATH, icmp://HOST; NAME=ADDRESS: what clients with `"target": "NAME"` connect to,
    /// repeatable [default: embedded]
    #[arg(short, long, value_name = "[NAME=]TARGET", value_parser = target)]
    #[arg(env = "BACKCHAT_TARGET", hide_env = true)]
    pub(in crate::cli) target: Vec<TargetArg>,
    /// Play against the built-in server over each of these: tcp4, tcp6, tls, unix, unix-seqpacket, unix-datagram, udp4, udp6. A case's
    /// id ends with `@` and its transport
    #[arg(long, value_name = "LIST", value_delimiter = ',', conflicts_with_all = ["target", "spawn", "simulate"])]
    #[arg(env = "BACKCHAT_TRANSPORTS", hide_env = true)]
    pub(in crate::cli) transports: Vec<Transport>,
    /// Let scenarios connect to this host, or to unix:PATH, beside those of the targets; repeatable
    #[arg(long, value_name = "HOST|unix:PATH", value_parser = allowed_host, env = "BACKCHAT_ALLOW_HOST", hide_env = true)]
    pub(in crate::cli) allow_host: Vec<String>,
    /// Play again whenever a scenario has changed, until Ctrl-C
    #[arg(short, long, conflicts_with = "list")]
    pub(in crate::cli) watch: bool,
    /// Rewrite exact expectations that differ from what came, and nothing else; not where CI is set
    #[arg(long, conflicts_with_all = ["list", "watch"])]
    pub(in crate::cli) update: bool,
    /// What the project's file says.
    #[command(flatten)]
    pub(in crate::cli) project: ProjectArgs,
    /// What is started.
    #[command(flatten)]
    pub(in crate::cli) spawn: SpawnArgs,
    /// Which scenarios.
    #[command(flatten)]
    pub(in crate::cli) select: SelectArgs,
    /// How they are played.
    #[command(flatten)]
    pub(in crate::cli) play: PlayArgs,
    /// What is left behind.
    #[command(flatten)]
    pub(in crate::cli) reporting: ReportingArgs,
    /// What nobody may see.
    #[command(flatten)]
    pub(in crate::cli) secrets: SecretArgs,
    /// How TLS is used.
    #[command(flatten)]
    pub(in crate::cli) tls: TlsArgs,
    /// How much is shown.
    #[command(flatten)]
    pub(in crate::cli) detail: DetailArgs,
}

/// What is connected to, as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct TargetArg {
    /// The name by which clients know it; `None`: all that name none.
    pub(in crate::cli) name: Option<String>,
    /// Its address.
    pub(in crate::cli) at: String,
}

impl RunArgs {
    /// What clients connect to that name no target.
    pub(in crate::cli) fn target(&self) -> &str {
        let unnamed = self.target.iter().rfind(|target| target.name.is_none());
        unnamed.map_or(DEFAULT_TARGET, |target| &target.at)
    }

    /// What clients connect to that name it.
    pub(in crate::cli) fn named_targets(&self) -> BTreeMap<&str, &str> {
        let named = self.target.iter();
        named
            .filter_map(|target| Some((&**target.name.as_ref()?, &*target.at)))
            .collect()
    }
}

/// Which scenarios are played.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selection")]
pub(in crate::cli) struct SelectArgs {
    /// Only cases whose id contains TEXT, or matches it when it has a `*`; repeatable: any of them
    #[arg(
        short,
        long,
        value_name = "TEXT",
        env = "BACKCHAT_FILTER",
        hide_env = true
    )]
    pub(in crate::cli) filter: Vec<String>,
    /// Only scenarios with this tag; repeatable: any of them
    #[arg(long, value_name = "TAG", env = "BACKCHAT_TAG", hide_env = true)]
    pub(in crate::cli) tag: Vec<String>,
    /// No scenarios with this tag; repeatable
    #[arg(long, value_name = "TAG", env = "BACKCHAT_SKIP", hide_env = true)]
    pub(in crate::cli) skip: Vec<String>,
    /// Only one of several equal parts of what is selected, such as 2/5; `hash:2/5`: cases stay in their part when others are added;
    /// `auto`, `auto/5`, `hash:auto`: which part, the CI's environment says
    #[arg(long, value_name = "M/N", value_parser = shard, env = "BACKCHAT_SHARD", hide_env = true)]
    pub(in crate::cli) shard: Option<ShardArg>,
    /// Play in another order, which the seed decides
    #[arg(long, env = "BACKCHAT_SHUFFLE", hide_env = true)]
    pub(in crate::cli) shuffle: bool,
    /// Print the ids that would be played, one per line, and play nothing
    #[arg(long)]
    pub(in crate::cli) list: bool,
}

/// How scenarios are played.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Playing")]
pub(in crate::cli) struct PlayArgs {
    /// How many conversations are played at a time
    #[arg(
        short,
        long,
        value_name = "N",
        default_value = "8",
        value_parser = jobs,
        env = "BACKCHAT_JOBS",
        hide_env = true
    )]
    pub(in crate::cli) jobs: NonZeroUsize,
    /// How long a step waits where its file does not say
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = some_time)]
    #[arg(env = "BACKCHAT_TIMEOUT", hide_env = true)]
    pub(in crate::cli) timeout: Duration,
    /// Report a case that runs longer than this, and what it waits for; SIGUSR1, or `t` on a terminal, shows it at any time
    #[arg(long, value_name = "TIME", default_value = "5s", value_parser = some_time)]
    #[arg(env = "BACKCHAT_SLOW_TIMEOUT", hide_env = true)]
    pub(in crate::cli) slow_timeout: Duration,
    /// Stop at the first failure: the default, unless CI is set in the environment
    #[arg(long, overrides_with = "no_fail_fast")]
    pub(in crate::cli) fail_fast: bool,
    /// Play on after a failure
    #[arg(long, overrides_with = "fail_fast")]
    pub(in crate::cli) no_fail_fast: bool,
    /// Stop at the Nth failure
    #[arg(long, value_name = "N", value_parser = some_number::<NonZeroUsize>, conflicts_with_all = ["fail_fast", "no_fail_fast"])]
    #[arg(env = "BACKCHAT_MAX_FAIL", hide_env = true)]
    pub(in crate::cli) max_fail: Option<NonZeroUsize>,
    /// Try a case that has failed again, up to N times; what passes then is shown as flaky
    #[arg(long, value_name = "N", default_value = "0", value_parser = retries)]
    #[arg(env = "BACKCHAT_RETRIES", hide_env = true)]
    pub(in crate::cli) retries: u32,
    /// What a case comes to that passes only when tried again: `pass` or `fail`
    #[arg(
        long,
        value_name = "RESULT",
        default_value = "pass",
        hide_possible_values = true
    )]
    #[arg(env = "BACKCHAT_FLAKY_RESULT", hide_env = true)]
    pub(in crate::cli) flaky_result: FlakyArg,
    /// Play each case N times, one after the other, other cases beside it
    #[arg(
        long,
        value_name = "N",
        default_value = "1",
        value_parser = some_number::<NonZeroU32>,
        env = "BACKCHAT_REPEAT",
        hide_env = true
    )]
    pub(in crate::cli) repeat: NonZeroU32,
    /// With --repeat: let the N times of one case be played at the same time too, up to --jobs of them, unless its `locks` forbid it
    #[arg(long, env = "BACKCHAT_OVERLAP", hide_env = true)]
    pub(in crate::cli) overlap: bool,
    /// Set a name for all scenarios; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    #[arg(env = "BACKCHAT_VAR", hide_env = true)]
    pub(in crate::cli) var: Vec<(String, String)>,
    /// Let templates read this variable of the environment, `{{ env("NAME") }}`; its value is a secret; repeatable
    #[arg(long, value_name = "NAME", value_parser = env_name, value_delimiter = ',')]
    #[arg(env = "BACKCHAT_ALLOW_ENV", hide_env = true)]
    pub(in crate::cli) allow_env: Vec<String>,
    /// Decide what is random by this seed, as the first line of a run shows it
    #[arg(long, value_name = "HEX", value_parser = seed, env = "BACKCHAT_SEED", hide_env = true)]
    pub(in crate::cli) seed: Option<u64>,
    /// Cut every send into pieces: `whole` as written, `byte` byte by byte, `random` anywhere
    #[arg(
        long,
        value_name = "HOW",
        default_value = "whole",
        hide_possible_values = true
    )]
    #[arg(env = "BACKCHAT_SEGMENT", hide_env = true)]
    pub(in crate::cli) segment: SegmentArg,
    /// With --segment, pause so long between the first pieces of a send (64 bytes), so that the server can read each by itself; 0s: never
    #[arg(long, value_name = "TIME", default_value = "1ms", value_parser = duration)]
    #[arg(env = "BACKCHAT_SEGMENT_PACE", hide_env = true)]
    pub(in crate::cli) segment_pace: Duration,
    /// Play against the reference server in memory, without sockets and without waiting
    #[arg(long)]
    pub(in crate::cli) simulate: bool,
    /// Declare a feature, for scenarios that require `feature:NAME`; repeatable
    #[arg(long, value_name = "NAME", value_parser = feature, value_delimiter = ',', env = "BACKCHAT_FEATURE", hide_env = true)]
    pub(in crate::cli) feature: Vec<String>,
    /// Fail when a scenario is skipped, for whatever reason
    #[arg(long)]
    pub(in crate::cli) deny_skips: bool,
    /// Multiply all times of scenarios, and --timeout, by this factor
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = time_scale)]
    #[arg(env = "BACKCHAT_TIME_SCALE", hide_env = true)]
    pub(in crate::cli) time_scale: TimeScale,
    /// Fail a scenario in which something arrives that no step takes
    #[arg(long)]
    pub(in crate::cli) deny_leftover: bool,
    /// How many bytes a message of a scenario may have
    #[arg(
        long,
        value_name = "BYTES",
        default_value = "67108864",
        value_parser = max_message,
        env = "BACKCHAT_MAX_MESSAGE",
        hide_env = true
    )]
    pub(in crate::cli) max_message: usize,
    /// How many steps one conversation may have
    #[arg(
        long,
        value_name = "N",
        default_value = "1000000",
        env = "BACKCHAT_MAX_STEPS",
        hide_env = true
    )]
    pub(in crate::cli) max_steps: u64,
}

/// What a flaky case comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FlakyArg {
    /// It has passed, and is shown.
    Pass,
    /// The run fails.
    Fail,
}

/// How sends are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SegmentArg {
    /// As the scenario says.
    Whole,
    /// Byte by byte.
    Byte,
    /// Anywhere, by the seed.
    Random,
}
