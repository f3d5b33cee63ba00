//! The codec says what the decoder says, in tokio-util's words.

use bytes::BytesMut;
use tokio_util::codec::{Decoder, Encoder};

use crate::wire::{
    CodecError, FrameCodec, FrameDecoder, Framing, LengthPrefix, LengthWidth, WireError,
};

fn framings() -> Vec<Framing> {
    let prefixed = LengthPrefix {
        offset: 1,
        width: LengthWidth::Two,
        ..LengthPrefix::default()
    };
    vec![
        Framing::LINE,
        Framing::Netstring,
        Framing::LengthPrefixed(LengthPrefix::default()),
        Framing::LengthPrefixed(prefixed),
    ]
}

/// What the codec says of the pieces: messages, then the error or how many bytes are left.
fn said(framing: &Framing, pieces: &[&[u8]]) -> (Vec<Vec<u8>>, Result<usize, WireError>) {
    let mut codec = FrameCodec::new(framing.clone(), 8);
    let mut unread = BytesMut::new();
    let mut messages = Vec::new();
    for piece in pieces {
        unread.extend_from_slice(piece);
        loop {
            match codec.decode(&mut unread) {
                Ok(Some(message)) => messages.push(message.to_vec()),
                Ok(None) => break,
                Err(CodecError::Wire(error)) => return (messages, Err(error)),
                Err(other) => panic!("{other}"),
            }
        }
    }
    (messages, Ok(unread.len()))
}

#[test]
fn messages_go_through_a_codec_and_come_back() {
    for framing in framings() {
        let mut codec = FrameCodec::new(framing.clone(), 8);
        let mut stream = BytesMut::new();
        for message in [&b"a"[..], b"bcd", b"12345678"] {
            codec.encode(message, &mut stream).unwrap();
        }
        let expected = vec![b"a".to_vec(), b"bcd".to_vec(), b"12345678".to_vec()];
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(said(&framing, &[&stream]), (expected.clone(), Ok(0)));
        assert_eq!(said(&framing, &bytes), (expected, Ok(0)));
    }
}

#[test]
fn a_codec_fails_where_the_decoder_does_and_stays_failed() {
    for framing in framings() {
        let stream = b"0123456789 and no end";
        let mut decoder = FrameDecoder::new(framing.clone(), 8);
        let expected = decoder.frames(stream).next_message().map(|_| ());
        let error = said(&framing, &[stream]).1.map(|_| ());
        assert!(expected.is_err());
        assert_eq!(error, expected, "{framing:?}");
    }
    // Offsets count from the first byte of the stream, not of the message.
    for framing in framings() {
        let mut stream = Vec::new();
        framing.encode(b"ab", &mut stream).unwrap();
        framing.encode(b"cde", &mut stream).unwrap();
        stream.extend_from_slice(b"0123456789 and no end");
        let mut decoder = FrameDecoder::new(framing.clone(), 8);
        decoder.push(&stream);
        assert_eq!(decoder.poll_message(), Ok(Some(&b"ab"[..])));
        assert_eq!(decoder.poll_message(), Ok(Some(&b"cde"[..])));
        let error = decoder.poll_message().unwrap_err();
        assert_eq!(said(&framing, &[&stream]).1, Err(error), "{framing:?}");
    }
    let mut codec = FrameCodec::new(Framing::Datagram, 3);
    let mut packet = BytesMut::from(&b"abc"[..]);
    assert_eq!(codec.decode(&mut packet).unwrap().unwrap(), "abc");
    let mut codec = FrameCodec::new(Framing::Raw, 2);
    let mut unread = BytesMut::from(&b"abc"[..]);
    let first = codec.decode(&mut unread).unwrap_err().to_string();
    unread.clear();
    let again = codec.decode(&mut unread).unwrap_err().to_string();
    assert_eq!(first, "message longer than 2 bytes at byte 2 of the stream");
    assert_eq!(again, first);
}

#[test]
fn an_end_within_a_message_is_an_error() {
    let mut codec = FrameCodec::new(Framing::LINE, 8);
    let mut unread = BytesMut::from(&b"ab\ncd"[..]);
    assert_eq!(codec.decode_eof(&mut unread).unwrap().unwrap(), "ab");
    let end = codec.decode_eof(&mut unread);
    assert!(matches!(end, Err(CodecError::Io(_))), "{end:?}");
}

#[test]
fn what_cannot_be_carried_is_refused() {
    let narrow = LengthPrefix {
        width: LengthWidth::One,
        ..LengthPrefix::default()
    };
    let mut codec = FrameCodec::new(Framing::LengthPrefixed(narrow), 8);
    let mut out = BytesMut::new();
    let said = codec.encode([0; 256], &mut out);
    assert!(matches!(said, Err(CodecError::Encode(_))), "{said:?}");
    assert!(out.is_empty());
}
