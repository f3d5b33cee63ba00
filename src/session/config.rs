//! What a session is told before it begins.

use std::time::Duration;

use super::MAX_OUTBOX;
use crate::scenario::{EvalError, Reply, Scenario, Values};
use crate::time::TimeScale;
use crate::wire::{Carries, DEFAULT_MAX_MESSAGE, Framing};

/// What the server says first unless told otherwise.
pub const DEFAULT_GREETING: &[u8] = b"Welcome!";

/// How many bytes a greeting may have: 1 MiB.
pub const MAX_GREETING: usize = 1 << 20;

/// After how long without a byte the server hangs up unless told otherwise: 60 s.
pub const DEFAULT_IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// What a session is told before it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// How messages are cut, both ways.
    pub framing: Framing,
    /// Said first, as one message; `None`: nothing.
    pub greeting: Option<Vec<u8>>,
    /// How a message is answered.
    pub reply: Reply,
    /// How long it thinks before each reply.
    pub think_time: Duration,
    /// After how long without a byte from the peer it hangs up; zero: never.
    pub idle_timeout: Duration,
    /// Bytes a received message may have.
    pub max_message: usize,
    /// From how many unwritten bytes on no further message is answered, at least 1. One reply may go past it.
    pub max_outbox: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            framing: Framing::Raw,
            greeting: Some(DEFAULT_GREETING.to_vec()),
            reply: Reply::default(),
            think_time: Duration::ZERO,
            idle_timeout: DEFAULT_IDLE_TIMEOUT,
            max_message: DEFAULT_MAX_MESSAGE,
            max_outbox: MAX_OUTBOX,
        }
    }
}

impl Config {
    /// What a scenario asks the reference server to be: its `server` settings, or the defaults; its framing, or that of its first client.
    /// Over packets without connections nothing is said first unless the settings say so: then before the first reply.
    ///
    /// # Errors
    ///
    /// Fails when the greeting has expressions in it that need a name: the server has none.
    pub fn for_scenario_over(scenario: &Scenario, over: Carries) -> Result<Self, EvalError> {
        let client = scenario.script.clients.first();
        let framing = client.map_or_else(Framing::default, |client| client.framing.clone());
        let knows_nobody = over == Carries::Packets || framing == Framing::Datagram;
        let mut config = Self {
            framing,
            ..Self::default()
        };
        if knows_nobody {
            // Who is not connected can be told nothing before it has said something.
            config.greeting = None;
        }
        let Some(settings) = &scenario.server else {
            config.carry(over);
            return Ok(config);
        };
        match &settings.greeting {
            None => {}
            Some(None) => config.greeting = None,
            Some(Some(payload)) => {
                let mut greeting = Vec::new();
                payload.render(&Values::default(), MAX_GREETING, &mut greeting)?;
                config.greeting = Some(greeting);
            }
        }
        if let Some(framing) = &settings.framing {
            config.framing.clone_from(framing);
        }
        config.reply = settings.reply.unwrap_or(config.reply);
        config.think_time = settings.think_time.unwrap_or(config.think_time);
        config.idle_timeout = settings.idle_timeout.unwrap_or(config.idle_timeout);
        config.max_message = settings.max_message.unwrap_or(config.max_message);
        config.carry(over);
        Ok(config)
    }

    /// The same, over a byte stream; and over packets without connections where its framing is of packets.
    ///
    /// # Errors
    ///
    /// As [`for_scenario_over`](Self::for_scenario_over).
    pub fn for_scenario(scenario: &Scenario) -> Result<Self, EvalError> {
        Self::for_scenario_over(scenario, Carries::Bytes)
    }

    /// Takes the one framing that there is on packets.
    fn carry(&mut self, over: Carries) {
        if over.are_packets() {
            self.framing = Framing::Datagram;
        }
    }

    /// The same, with other times.
    #[must_use]
    pub fn scaled(mut self, scale: TimeScale) -> Self {
        self.think_time = scale.scale(self.think_time);
        self.idle_timeout = scale.scale(self.idle_timeout);
        self
    }
}
