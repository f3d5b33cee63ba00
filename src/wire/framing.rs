//! Which bytes are one message: the rules a scenario names with `framing`.

/// How many bytes a received message may have unless said otherwise: 1 MiB.
pub const DEFAULT_MAX_MESSAGE: usize = 1 << 20;

/// How bytes are cut into messages, the same for both directions.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Framing {
    /// No framing. Sent, a message is exactly its bytes; received, a message is whatever one push (one read) brought.
    Raw,
    /// Lines.
    Line(LineEnding),
}

impl Default for Framing {
    fn default() -> Self {
        Self::LINE
    }
}

impl Framing {
    /// Lines that end with LF, received with or without a CR before it.
    pub const LINE: Self = Self::Line(LineEnding::Lf);
}

/// How a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LineEnding {
    /// Received: LF, one CR before it dropped. Sent: LF.
    #[default]
    Lf,
    /// Received: CR LF only; a lone LF is part of the line. Sent: CR LF.
    CrLf,
    /// Received: as [`LineEnding::Lf`]. Sent: CR LF.
    Either,
}
