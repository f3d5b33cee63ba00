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

use std::io;

use bytes::{Buf, BytesMut};
use thiserror::Error;
use tokio_util::codec::{Decoder, Encoder};

use super::cut::Flaw;
use super::memory::Memory;
use super::{Cut, EncodeError, Framing, WireError};

/// A framing as tokio-util wants it: it decodes and encodes one stream.
///
/// `Framed` does not say what one read brought, so in `raw` and `datagram` a message is all that is there, and an empty
/// packet is none.
#[derive(Debug)]
pub struct FrameCodec {
    framing: Framing,
    max_message: usize,
    /// What is known of the bytes that `Framed` holds.
    memory: Memory,
    /// Stream offset of the first of them.
    offset: u64,
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
            memory: Memory::default(),
            offset: 0,
            failed: None,
            encoded: Vec::new(),
        }
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
        if unread.is_empty() {
            return Ok(None);
        }
        let found = match self
            .framing
            .find(unread, self.max_message, &mut self.memory)
        {
            Ok(Some(cut)) if cut.body.len() > self.max_message => {
                Err(Flaw::too_long(self.max_message))
            }
            found => found,
        };
        match found {
            Ok(found) => Ok(found.map(|cut| self.take(&cut, unread))),
            Err(Flaw { at, kind }) => {
                let offset = self.offset + at as u64;
                let error = WireError { offset, kind };
                self.failed = Some(error);
                Err(error.into())
            }
        }
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
