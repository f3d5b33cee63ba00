//! The framing `line`: how a line ends.

use super::ends::{Cr, End};

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

impl LineEnding {
    /// The longest ending: CR LF.
    pub(super) const MAX_LEN: usize = 2;

    /// What ends a received line.
    #[inline(always)]
    pub(super) fn end(self) -> End {
        let cr = match self {
            Self::Lf | Self::Either => Cr::Dropped,
            Self::CrLf => Cr::Required,
        };
        End { byte: b'\n', cr }
    }

    /// What a line is sent with.
    pub(super) fn as_sent(self) -> &'static [u8] {
        match self {
            Self::Lf => b"\n",
            Self::CrLf | Self::Either => b"\r\n",
        }
    }
}
