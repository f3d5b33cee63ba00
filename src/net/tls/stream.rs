//! Records ⇄ the stream of the system.
//!
//! rustls encrypts and does no I/O; what is here carries its records. What the peer said before an end is always handed out before
//! the end is told.

use std::io::{self, Read, Write};
use std::task::{Context, Poll, ready};

use rustls::{Connection as Session, ProtocolVersion};
use tokio::io::ReadBuf;

use super::super::plain::Plain;
use super::error::TlsEnd;
use crate::scenario::TlsVersion;
use crate::wire::{escape, escape_text};

/// A stream with TLS around it.
#[derive(Debug)]
pub(in crate::net) struct TlsStream {
    plain: Plain,
    session: Session,
    /// Whether the peer did not have to prove who it is.
    unproven: bool,
    /// How many bytes have been made records of that the system has not taken whole.
    owed: usize,
    /// How the peer ended TLS, if not with close_notify or just FIN.
    end: Option<TlsEnd>,
    closing: Closing,
}

/// Where the end of this side's half stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closing {
    Open,
    /// close_notify is a record that the system has not taken whole; FIN follows it.
    Wanted,
    /// FIN has been sent.
    Sent,
}

impl TlsStream {
    /// Begins; the handshake is to be carried by [`poll_handshake`](Self::poll_handshake).
    pub(super) fn new(plain: Plain, session: Session, unproven: bool) -> Self {
        Self {
            plain,
            session,
            unproven,
            owed: 0,
            end: None,
            closing: Closing::Open,
        }
    }

    pub(in crate::net) fn plain(&self) -> &Plain {
        &self.plain
    }

    pub(in crate::net) fn into_plain(self) -> Plain {
        self.plain
    }

    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// What was agreed on, in a few words.
    pub(in crate::net) fn agreed(&self) -> String {
        let mut words = match self.session.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => TlsVersion::V1_2.to_string(),
            _ => TlsVersion::V1_3.to_string(),
        };
        if let Some(protocol) = self.session.alpn_protocol() {
            words.push_str(", ALPN ");
            words.push_str(&match std::str::from_utf8(protocol) {
                Ok(text) => escape_text(text).to_string(),
                Err(_) => escape(protocol).to_string(),
            });
        }
        if self.unproven {
            words.push_str(", NOT VERIFIED");
        }
        words
    }

    /// Carries records both ways until the handshake is over and all of its records are sent. What the peer sends is shown to
    /// `seen`. Where a record cannot be sent, reading goes on: an alert that came before says more than the reset after it.
    pub(super) fn poll_handshake(
        &mut self,
        cx: &mut Context<'_>,
        mut seen: impl FnMut(&[u8]),
    ) -> Poll<Result<(), HandshakeError>> {
        let mut unsent = None;
        loop {
            match self.poll_send(cx) {
                Poll::Ready(Err(error)) => {
                    unsent.get_or_insert(error);
                }
                sent if !self.session.is_handshaking() => return sent.map_err(HandshakeError::Io),
                _ => {}
            }
            let mut reader = Reader {
                plain: &mut self.plain,
                cx,
                seen: &mut seen,
            };
            match (self.session.read_tls(&mut reader), unsent.take()) {
                (Ok(n), None) if n > 0 => {}
                (Ok(n), Some(error)) if n > 0 => unsent = Some(error),
                // Where a record could not be sent, that it has ended is still to be heard of.
                (Err(error), _) if error.kind() == io::ErrorKind::WouldBlock => {
                    return Poll::Pending;
                }
                (_, Some(error)) => return Poll::Ready(Err(HandshakeError::Io(error))),
                (Ok(_), None) => return Poll::Ready(Err(HandshakeError::Ended)),
                (Err(error), None) => return Poll::Ready(Err(HandshakeError::Io(error))),
            }
            if let Err(error) = self.session.process_new_packets() {
                // The peer is told why, as far as the system takes it at once.
                let _ = self.send_now();
                return Poll::Ready(Err(HandshakeError::Tls(error)));
            }
        }
    }

    pub(in crate::net) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // Who only reads carries what is left to be sent, too; where that cannot be, the read tells how the connection ended.
        if self.owed == 0 {
            let _ = self.poll_finish(cx);
        }
        loop {
            let room = buffer.initialize_unfilled();
            match self.session.reader().read(room) {
                Ok(n) => {
                    buffer.advance(n);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Poll::Ready(Err(self.end.unwrap_or(TlsEnd::Truncated).into()));
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
            if let Some(end) = self.end {
                return Poll::Ready(Err(end.into()));
            }
            let seen = &mut |_: &[u8]| {};
            let mut reader = Reader {
                plain: &mut self.plain,
                cx,
                seen,
            };
            match self.session.read_tls(&mut reader) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Poll::Pending,
                Err(error) => return Poll::Ready(Err(error)),
            }
            if let Err(error) = self.session.process_new_packets() {
                // What came before it is handed out first.
                self.end = Some(TlsEnd::from(&error));
                let _ = self.send_now();
            } else if self.owed == 0 {
                // An answer of TLS's own, to a change of keys say.
                let _ = self.poll_send(cx);
            }
        }
    }

    pub(in crate::net) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.owed == 0 {
            // What is left of something else is sent before, so that there is room.
            ready!(self.poll_send(cx))?;
            self.owed = self.session.writer().write(bytes)?;
        }
        ready!(self.poll_send(cx))?;
        Poll::Ready(Ok(std::mem::take(&mut self.owed)))
    }

    pub(in crate::net) fn write_now(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.session.writer().write(bytes)?;
        self.send_now()?;
        Ok(n)
    }

    pub(in crate::net) fn shutdown_write(&mut self) -> io::Result<()> {
        if self.closing == Closing::Open {
            self.session.send_close_notify();
            self.closing = Closing::Wanted;
            // What was owed is sent before it, and nobody waits for that any more.
            self.owed = 0;
        }
        match self.send_now() {
            Ok(()) => self.finish(),
            // The rest goes with the next reads.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sends what is left of the end of this side's half.
    fn poll_finish(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_send(cx))?;
        Poll::Ready(self.finish())
    }

    /// Sends FIN, once close_notify is sent.
    fn finish(&mut self) -> io::Result<()> {
        if self.closing != Closing::Wanted {
            return Ok(());
        }
        self.closing = Closing::Sent;
        self.plain.shutdown_write()
    }

    /// Sends all records there are.
    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.session.wants_write() {
            let mut writer = Writer {
                plain: &mut self.plain,
                cx,
            };
            match self.session.write_tls(&mut writer) {
                Ok(0) => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Poll::Pending,
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Sends the records that the system takes at this moment.
    fn send_now(&mut self) -> io::Result<()> {
        while self.session.wants_write() {
            if self.session.write_tls(&mut AtOnce(&self.plain))? == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
        Ok(())
    }
}

/// Why a handshake failed.
#[derive(Debug)]
pub(super) enum HandshakeError {
    /// The connection failed.
    Io(io::Error),
    /// The peer sent FIN.
    Ended,
    /// The two sides do not agree.
    Tls(rustls::Error),
}

/// Reads of the stream for rustls: nothing to be had is an error there.
struct Reader<'a, 'c, F> {
    plain: &'a mut Plain,
    cx: &'a mut Context<'c>,
    seen: &'a mut F,
}

impl<F: FnMut(&[u8])> Read for Reader<'_, '_, F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(buffer);
        match self.plain.poll_read(self.cx, &mut buffer) {
            Poll::Ready(result) => result?,
            Poll::Pending => return Err(io::ErrorKind::WouldBlock.into()),
        }
        (self.seen)(buffer.filled());
        Ok(buffer.filled().len())
    }
}

struct Writer<'a, 'c> {
    plain: &'a mut Plain,
    cx: &'a mut Context<'c>,
}

impl Write for Writer<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.plain.poll_write(self.cx, bytes) {
            Poll::Ready(result) => result,
            Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct AtOnce<'a>(&'a Plain);

impl Write for AtOnce<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_now(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
