//! What a player wants done, and what it can be told about a connection's end.

use crate::scenario::{Alert, ClientId};

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
    /// Begin TLS on the connection, as [`Player::tls`](super::Player::tls) says. What has arrived and was not delivered is
    /// delivered first; where there is something, or the end, TLS does not begin. Answer: `handle_secured` or
    /// `handle_not_secured`, unless something was delivered.
    Upgrade(ClientId),
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
    /// The peer sent FIN; under TLS it said before that it would (close_notify).
    Clean,
    /// The peer sent RST.
    Reset,
    /// On a socket without RST: the peer closed it and had not read all that was sent (`ECONNRESET`).
    Unread,
    /// On packets: nobody listens where the last ones went.
    Refused,
    /// The peer sent FIN under TLS without having said so: what came may not be all.
    Truncated,
    /// The peer ended TLS with an alert.
    Alert(Alert),
    /// The peer sent something under TLS that is no TLS.
    Garbled,
    /// The system says that there is no way to the peer any more.
    Unreachable,
    /// The system has waited in vain for a sign of the peer (`ETIMEDOUT`).
    TimedOut,
    /// The system has failed otherwise.
    Lost,
}

/// Why a connection did not come about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which way it failed.
    pub kind: RefusalKind,
    /// What was tried and what the system said, one line: `127.0.0.1:4444: connection refused`.
    pub message: String,
}

/// Which way a connection failed to come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// The peer answered that nobody listens.
    Refused,
    /// No answer, or one that says that there is no way.
    Unreachable,
    /// The scenario names an address that it may not connect to.
    NotAllowed,
    /// A connection, and no TLS on it.
    Tls(TlsFault),
    /// The server is this program's own, and the system did not let it be started.
    NotStarted,
    /// The same, because there is no folder for its socket.
    NoFolder,
}

/// Why there is no TLS on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TlsFault {
    /// Nobody whom this side trusts vouches for the peer's certificate.
    UnknownIssuer,
    /// The peer's certificate is no longer valid, or not yet.
    Expired,
    /// The peer's certificate is for another name.
    WrongName,
    /// Something else is wrong with the peer's certificate.
    BadCertificate,
    /// The peer does not speak TLS.
    NotTls,
    /// The peer ended the handshake with this alert.
    Alert(Alert),
    /// The two sides have no version or no cipher in common.
    NothingInCommon,
    /// The peer chose none of the protocols that were offered (ALPN).
    NoProtocol,
    /// The connection ended in the middle of the handshake.
    Ended,
    /// The handshake did not come to its end in time.
    TimedOut,
    /// The options of this side do not go together: the key is not that of the certificate, say.
    Options,
    /// The peer broke the protocol.
    Broken,
}
