//! What can be typed after `serve`, with the help text beside each flag.

use std::num::NonZeroUsize;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::super::values::duration;
use super::ServerTlsArgs;

/// `backchat serve`
#[derive(Debug, Args)]
pub(in crate::cli) struct ServeArgs {
    /// Where to listen: HOST:PORT, tls://HOST:PORT, unix:/PATH, udp://HOST:PORT, unix-datagram:/PATH, unix-seqpacket:/PATH; port 0 takes one that is free
    #[arg(short, long, value_name = "ADDRESS", default_value = "127.0.0.1:1234")]
    #[arg(env = "BACKCHAT_LISTEN", hide_env = true)]
    pub(in crate::cli) listen: String,
    /// Serve one connection to its end, then end
    #[arg(long)]
    pub(in crate::cli) once: bool,
    /// With what TLS begins.
    #[command(flatten)]
    pub(in crate::cli) tls: ServerTlsArgs,
    /// What is said.
    #[command(flatten)]
    pub(in crate::cli) protocol: ProtocolArgs,
    /// What is borne.
    #[command(flatten)]
    pub(in crate::cli) limits: LimitArgs,
}

/// What the server says.
#[derive(Debug, Args)]
#[command(next_help_heading = "Protocol")]
pub(in crate::cli) struct ProtocolArgs {
    /// What a message is: `raw` (whatever one read brings), `line` (ends with LF), `crlf` (ends with CR LF) [default: raw; on packets
    /// it is a packet]
    #[arg(long, value_name = "HOW", hide_possible_values = true)]
    #[arg(env = "BACKCHAT_FRAMING", hide_env = true)]
    pub(in crate::cli) framing: Option<FramingArg>,
    /// What is said first; empty: nothing [default: Welcome!; over udp and unix-datagram nothing, because nobody is known before
    /// the first packet: what is given is said before the first reply]
    #[arg(long, value_name = "TEXT")]
    #[arg(env = "BACKCHAT_GREETING", hide_env = true)]
    pub(in crate::cli) greeting: Option<String>,
    /// How a message M is answered: `hello` (Hello, M!) or `echo` (M)
    #[arg(
        long,
        value_name = "HOW",
        default_value = "hello",
        hide_possible_values = true
    )]
    #[arg(env = "BACKCHAT_REPLY", hide_env = true)]
    pub(in crate::cli) reply: ReplyArg,
    /// How long to think before each reply
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = duration)]
    #[arg(env = "BACKCHAT_THINK_TIME", hide_env = true)]
    pub(in crate::cli) think_time: Duration,
}

/// What the server bears.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits")]
pub(in crate::cli) struct LimitArgs {
    /// How many connections are served at a time; one more is told so and closed
    #[arg(long, value_name = "N", default_value = "10000")]
    #[arg(env = "BACKCHAT_MAX_CONNECTIONS", hide_env = true)]
    pub(in crate::cli) max_connections: NonZeroUsize,
    /// How many bytes a message may have
    #[arg(long, value_name = "BYTES", default_value = "1048576")]
    #[arg(env = "BACKCHAT_MAX_MESSAGE", hide_env = true)]
    pub(in crate::cli) max_message: NonZeroUsize,
    /// After how long without a byte a connection is closed; 0s: never
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    #[arg(env = "BACKCHAT_IDLE_TIMEOUT", hide_env = true)]
    pub(in crate::cli) idle_timeout: Duration,
}

/// How messages are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum FramingArg {
    /// Whatever one read brings.
    Raw,
    /// Lines that end with LF.
    Line,
    /// Lines that end with CR LF.
    Crlf,
}

/// How a message is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ReplyArg {
    /// `Hello, M!`
    Hello,
    /// `M`
    Echo,
}
