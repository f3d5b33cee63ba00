//! What goes between two ends: bytes, or packets.

/// What goes between two ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Carries {
    /// Bytes, between two ends that know of each other.
    #[default]
    Bytes,
    /// Packets, between two ends that know of each other.
    PacketsConnected,
    /// Packets, and nobody knows of the other before its first one.
    Packets,
}

impl Carries {
    /// Whether these are packets.
    pub fn are_packets(self) -> bool {
        self != Self::Bytes
    }
}
