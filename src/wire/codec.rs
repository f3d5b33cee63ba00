//! Framings as codecs of tokio-util, for programs that use its `Framed`. Only with the feature `codec`.
//!
//! ```
//! use backchat::wire::{FrameCodec, Framing};
//! use tokio_util::codec::Framed;
//!
//! # fn wrap<T: tokio::io::AsyncRead + tokio::io::AsyncWrite>(stream: T) {
//! let messages = Framed::new(stream, FrameCodec::new(Framing::Netstring, 64 << 10));
//! # let _ = messages;
//! # }
//! ```
//!
//! A message that is too long ends the stream with an error, unless the codec is told to skip it:
//!
//! ```
//! use backchat::wire::{BadFrame, FrameCodec, Framing};
//! use bytes::BytesMut;
//! use tokio_util::codec::Decoder;
//!
//! let mut lines = FrameCodec::new(Framing::LINE, 8).on_bad_frame(BadFrame::Skip);
//! let mut bytes = BytesMut::from("much too long for it\nRose\n");
//! assert_eq!(lines.decode(&mut bytes).expect("it is skipped").expect("a message"), "Rose");
//! assert_eq!(lines.skipped(), 21);
//! ```

use std::io;

use bytes::{Buf, BytesMut};
use thiserror::Error;
use tokio_util::codec::{Decoder, Encoder};

use super::cut::Flaw;
use super::memory::Memory;
use super::{BadFrame, Cut, EncodeError, Framing, WireError};

/// A framing as tokio-util wants it: it decodes and encodes one stream.
///
/// `Framed` does not say what one read brought, so in `raw` and `datagram` a message is all that is there, and an empty
/// packet is none.
#[derive(Debug)]
pub struct FrameCodec {
    framing: Framing,
    max_message: usize,
    bad_frame: BadFrame,
    /// What is known of the bytes that `Framed` holds.
    memory: Memory,
    /// Stream offset of the first of them.
    offset: u64,
    /// Whether that byte is part of a frame that is too long, and dropped.
    dropping: bool,
    /// How many bytes have been dropped so.
    skipped: u64,
    /// The error to answer with for ever.
    failed: Option<WireError>,
    /// The frame being encoded.
    encoded: Vec<u8>,
}

impl FrameCodec {
    /// Makes a codec that accepts messages of up to `max_message` bytes.
    pub fn new(framing: Framing, max_message: usize) -> Self {
        Self {
            framing,
            max_message,
            bad_frame: BadFrame::default(),
            memory: Memory::default(),
            offset: 0,
            dropping: false,
            skipped: 0,
            failed: None,
            encoded: Vec::new(),
        }
    }

    /// Says what is done about a frame that is too long: an error unless told otherwise.
    #[must_use]
    pub fn on_bad_frame(mut self, bad_frame: BadFrame) -> Self {
        self.bad_frame = bad_frame;
        self
    }

    /// Stream offset of the first byte that no message has taken and that is not dropped.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes have been dropped with frames that were too long, their endings included.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Finds the next message.
    fn find(&mut self, unread: &BytesMut) -> Result<Option<Cut>, Flaw> {
        let found = self
            .framing
            .find(unread, self.max_message, &mut self.memory);
        match found {
            // In `raw` the framing itself puts no limit.
            Ok(Some(cut)) if cut.body.len() > self.max_message => {
                Err(Flaw::too_long(self.max_message))
            }
            found => found,
        }
    }

    /// Drops what is there of a frame that is too long. Whether its end is among it.
    fn drop_part(&mut self, unread: &mut BytesMut) -> bool {
        let (n, ended) = self.framing.bad_part(unread, &mut self.memory);
        self.drop_bytes(n, unread);
        self.dropping = !ended;
        ended
    }

    fn drop_bytes(&mut self, n: usize, unread: &mut BytesMut) {
        unread.advance(n);
        self.memory.advance(n);
        self.offset += n as u64;
        self.skipped += n as u64;
    }

    /// Takes the message out of the bytes.
    fn take(&mut self, cut: &Cut, unread: &mut BytesMut) -> BytesMut {
        let mut message = unread.split_to(cut.len);
        self.memory.advance(cut.len);
        self.offset += cut.len as u64;
        // The length field is not needed any more: the head of the message takes its place.
        let begin = cut.body.start.saturating_sub(cut.head);
        message.copy_within(..cut.head, begin);
        message.truncate(cut.body.end);
        message.advance(begin);
        message
    }
}

/// What can go wrong between a `Framed` and its peer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CodecError {
    /// The peer sent what is no message.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// Our side wanted to send what the framing cannot carry.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The stream failed, or ended within a message.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Decoder for FrameCodec {
    type Item = BytesMut;
    type Error = CodecError;

    fn decode(&mut self, unread: &mut BytesMut) -> Result<Option<BytesMut>, CodecError> {
        if let Some(error) = self.failed {
            return Err(error.into());
        }
        while !unread.is_empty() {
            if self.dropping && !self.drop_part(unread) {
                break;
            }
            match self.find(unread) {
                Ok(found) => return Ok(found.map(|cut| self.take(&cut, unread))),
                Err(flaw) if self.bad_frame.drops(&self.framing, flaw.kind) => {
                    self.dropping = true;
                }
                Err(flaw) => {
                    let error = flaw.behind(self.offset);
                    self.failed = Some(error);
                    return Err(error.into());
                }
            }
        }
        Ok(None)
    }

    /// As `decode`, when no more bytes come: what is left of a message is an error, what is left of a frame that is dropped goes
    /// with it.
    fn decode_eof(&mut self, unread: &mut BytesMut) -> Result<Option<BytesMut>, CodecError> {
        if let Some(message) = self.decode(unread)? {
            return Ok(Some(message));
        }
        if self.dropping {
            self.drop_bytes(unread.len(), unread);
        }
        if unread.is_empty() {
            return Ok(None);
        }
        let cut_off = "the stream ended within a message";
        Err(io::Error::new(io::ErrorKind::UnexpectedEof, cut_off).into())
    }
}

impl<T: AsRef<[u8]>> Encoder<T> for FrameCodec {
    type Error = CodecError;

    fn encode(&mut self, message: T, out: &mut BytesMut) -> Result<(), CodecError> {
        self.encoded.clear();
        self.framing.encode(message.as_ref(), &mut self.encoded)?;
        out.extend_from_slice(&self.encoded);
        Ok(())
    }
}
