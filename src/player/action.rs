//! What a player wants done, and what it can be told about a connection's end.

use crate::scenario::ClientId;

/// What a driver has to do for the player.
///
/// An action of a client comes only after its previous one is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Connect this client. Answer: `handle_connected` or `handle_refused`.
    Connect(ClientId),
    /// Write all of [`Player::outbox`](super::Player::outbox). Answer: `handle_written` or `handle_unwritable`.
    Write(ClientId),
    /// Send FIN and go on reading. Done at once.
    Shutdown(ClientId),
    /// Send RST, or close where there is none, and forget the connection. Done at once.
    Reset(ClientId),
    /// Send FIN, let what still arrives be dropped for a second at most, and forget the connection. Done at once.
    Close(ClientId),
}

/// How a connection ended, as seen from this side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ending {
    /// The peer sent FIN.
    Clean,
    /// The peer sent RST.
    Reset,
    /// On packets: nobody listens where the last ones went.
    Refused,
    /// The system gave up on the peer (`ETIMEDOUT`, unreachable).
    Lost,
}

/// Why a connection did not come about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The peer answered that nobody listens. Otherwise: no answer, or one that says that there is no way.
    pub refused: bool,
    /// What was tried and what the system said, one line: `127.0.0.1:4444: connection refused`.
    pub message: String,
}
