//! The layouts: one type a target, with what the first bytes of an input say and the rest as it is.
//!
//! The doc of each type is the layout. Every byte means something, so that a fuzzer may change any of them.

#[cfg(feature = "cli")]
use std::time::Duration;

use super::header::{framing_named, limit_named};
#[cfg(feature = "cli")]
use super::header::{name_of_framing, name_of_limit, names_small_outbox};
#[cfg(feature = "cli")]
use super::language;
use super::pieces::Cuts;
#[cfg(feature = "cli")]
use crate::scenario::Reply;
#[cfg(feature = "cli")]
use crate::session::{Config, MAX_OUTBOX};
#[cfg(feature = "cli")]
use crate::wire::DEFAULT_MAX_MESSAGE;
use crate::wire::Framing;
#[cfg(feature = "cli")]
use crate::wire::LineEnding;

/// `frame_decoder`: framing, limit, cuts, then the stream.
#[derive(Debug)]
pub(crate) struct FrameInput<'a> {
    pub(crate) framing: Framing,
    pub(crate) limit: usize,
    pub(crate) cuts: Cuts,
    pub(crate) stream: &'a [u8],
}

impl<'a> FrameInput<'a> {
    pub(crate) fn parse(data: &'a [u8]) -> Option<Self> {
        let [framing, limit, cuts, stream @ ..] = data else {
            return None;
        };
        Some(Self {
            framing: framing_named(*framing),
            limit: limit_named(*limit),
            cuts: Cuts::named(*cuts),
            stream,
        })
    }

    /// Writes an input, `cuts` as [`Cuts::name_of`] names them; `None` where no byte names the framing.
    #[cfg(feature = "cli")]
    pub(crate) fn write(
        framing: &Framing,
        limit: usize,
        cuts: u8,
        stream: &[u8],
    ) -> Option<Vec<u8>> {
        let header = [name_of_framing(framing)?, name_of_limit(limit), cuts];
        Some([&header, stream].concat())
    }
}

/// `frame_roundtrip`: framing, cuts, then a stream.
#[derive(Debug)]
pub(crate) struct RoundTripInput<'a> {
    pub(crate) framing: Framing,
    pub(crate) cuts: Cuts,
    pub(crate) stream: &'a [u8],
}

impl<'a> RoundTripInput<'a> {
    pub(crate) fn parse(data: &'a [u8]) -> Option<Self> {
        let [framing, cuts, stream @ ..] = data else {
            return None;
        };
        Some(Self {
            framing: framing_named(*framing),
            cuts: Cuts::named(*cuts),
            stream,
        })
    }

    /// Writes an input; `None` where no byte names the framing.
    #[cfg(feature = "cli")]
    pub(crate) fn write(framing: &Framing, cuts: u8, stream: &[u8]) -> Option<Vec<u8>> {
        Some([&[name_of_framing(framing)?, cuts], stream].concat())
    }
}

/// `utf8`: cuts, then the bytes.
#[derive(Debug)]
pub(crate) struct Utf8Input<'a> {
    pub(crate) cuts: Cuts,
    pub(crate) bytes: &'a [u8],
}

impl<'a> Utf8Input<'a> {
    pub(crate) fn parse(data: &'a [u8]) -> Option<Self> {
        let [cuts, bytes @ ..] = data else {
            return None;
        };
        Some(Self {
            cuts: Cuts::named(*cuts),
            bytes,
        })
    }

    /// Writes an input.
    #[cfg(feature = "cli")]
    pub(crate) fn write(cuts: u8, bytes: &[u8]) -> Vec<u8> {
        [&[cuts], bytes].concat()
    }
}

/// What else an input chooses, one bit each of a byte counted from `0`.
#[cfg(feature = "cli")]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Options(u8);

#[cfg(feature = "cli")]
impl Options {
    /// The server says what it hears.
    pub(crate) const ECHO: u8 = 1;
    /// It thinks before each reply.
    pub(crate) const THINK: u8 = 2;
    /// It says nothing first.
    pub(crate) const SILENT: u8 = 4;
    /// Bytes come although the session does not want them.
    pub(crate) const UNWANTED: u8 = 8;
    /// After the stream the client's side ends.
    pub(crate) const END: u8 = 16;
    /// After the stream the server is told to stop.
    pub(crate) const STOP: u8 = 32;
    /// Under a fuzzer, it is played a second time by the same session; elsewhere it always is.
    pub(crate) const TWICE: u8 = 64;

    fn named(byte: u8) -> Self {
        Self(byte.wrapping_sub(b'0'))
    }

    /// These bits.
    pub(crate) const fn of(bits: u8) -> Self {
        Self(bits)
    }

    fn name(self) -> u8 {
        self.0.wrapping_add(b'0')
    }

    /// Whether the input chooses this.
    pub(crate) const fn is(self, bit: u8) -> bool {
        self.0 & bit != 0
    }
}

/// `session`: framing, limit and size of the outbox, options, the seed of what happens when, cuts, then the stream.
#[cfg(feature = "cli")]
#[derive(Debug)]
pub(crate) struct SessionInput<'a> {
    pub(crate) framing: Framing,
    pub(crate) limit: usize,
    max_outbox: usize,
    pub(crate) options: Options,
    pub(crate) seed: u8,
    pub(crate) cuts: Cuts,
    pub(crate) stream: &'a [u8],
}

#[cfg(feature = "cli")]
impl<'a> SessionInput<'a> {
    /// How long the session waits for its peer.
    const IDLE: Duration = Duration::from_millis(50);
    /// How long it thinks, where it does.
    pub(crate) const THINK: Duration = Duration::from_millis(7);
    /// How many bytes wait at most before no more is answered, where that is to come soon: a greeting and a reply, or two replies.
    const SMALL_OUTBOX: usize = 16;

    pub(crate) fn parse(data: &'a [u8]) -> Option<Self> {
        let [framing, limit, options, seed, cuts, stream @ ..] = data else {
            return None;
        };
        Some(Self {
            framing: framing_named(*framing),
            limit: limit_named(*limit),
            max_outbox: if names_small_outbox(*limit) {
                Self::SMALL_OUTBOX
            } else {
                MAX_OUTBOX
            },
            options: Options::named(*options),
            seed: *seed,
            cuts: Cuts::named(*cuts),
            stream,
        })
    }

    /// What the session is told.
    pub(crate) fn config(&self) -> Config {
        let Self {
            framing, options, ..
        } = self;
        Config {
            framing: framing.clone(),
            greeting: (!options.is(Options::SILENT)).then(|| b"Welcome!".to_vec()),
            reply: if options.is(Options::ECHO) {
                Reply::Echo
            } else {
                Reply::Hello
            },
            think_time: if options.is(Options::THINK) {
                Self::THINK
            } else {
                Duration::ZERO
            },
            idle_timeout: Self::IDLE,
            max_message: self.limit,
            max_outbox: self.max_outbox,
        }
    }

    /// Writes an input for a session like this one, as far as an input can choose; `None`: its framing cannot be chosen.
    pub(crate) fn write(config: &Config, ends: bool, cuts: u8, stream: &[u8]) -> Option<Vec<u8>> {
        let framing = name_of_framing(&config.framing)?;
        let bits = [
            (config.reply == Reply::Echo, Options::ECHO),
            (!config.think_time.is_zero(), Options::THINK),
            (config.greeting.is_none(), Options::SILENT),
            (ends, Options::END),
        ];
        let bits = bits.iter().filter(|(is, _)| *is).map(|(_, bit)| bit).sum();
        let limit = name_of_limit(config.max_message);
        let header = [framing, limit, Options::of(bits).name(), b'0', cuts];
        Some([&header, stream].concat())
    }
}

/// `conversation`: the client's line ends (`0`: it is raw), the server's (never raw), the limit of both, options (`ECHO`, `THINK`), cuts,
/// then the steps, a line each: see [`language`].
#[cfg(feature = "cli")]
#[derive(Debug)]
pub(crate) struct ConversationInput<'a> {
    client: Option<LineEnding>,
    server: LineEnding,
    limit: usize,
    options: Options,
    /// How what travels is cut; modulo 3, how the player cuts what it sends.
    pub(crate) cuts: u8,
    steps: &'a [u8],
}

#[cfg(feature = "cli")]
impl<'a> ConversationInput<'a> {
    /// How long after a round of a `retry` the next one begins.
    pub(crate) const ROUND: Duration = language::ROUND;

    pub(crate) fn parse(data: &'a [u8]) -> Option<Self> {
        let [client, server, limit, options, cuts, steps @ ..] = data else {
            return None;
        };
        Some(Self {
            client: super::header::ending_named(*client),
            server: super::header::ending_named(*server).unwrap_or_default(),
            limit: limit_named(*limit) + 1,
            options: Options::named(*options),
            cuts: *cuts,
            steps,
        })
    }

    /// The conversation as a scenario, without what the server is.
    pub(crate) fn scenario(&self) -> String {
        language::scenario(self.client, self.limit, self.steps)
    }

    /// The same conversation with a limit that it never comes to, and a server that does not think.
    pub(crate) fn at_once(self) -> Self {
        Self {
            limit: DEFAULT_MAX_MESSAGE,
            options: Options(self.options.0 & !Options::THINK),
            ..self
        }
    }

    /// What the server is told.
    pub(crate) fn config(&self) -> Config {
        Config {
            framing: Framing::Line(self.server),
            reply: if self.options.is(Options::ECHO) {
                Reply::Echo
            } else {
                Reply::Hello
            },
            think_time: if self.options.is(Options::THINK) {
                SessionInput::THINK
            } else {
                Duration::ZERO
            },
            max_message: self.limit,
            ..Config::default()
        }
    }
}
