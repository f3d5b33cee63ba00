//! The codec says what the decoder says, in tokio-util's words.

use bytes::BytesMut;
use tokio_util::codec::{Decoder, Encoder};

use crate::wire::{
    BadFrame, CodecError, FrameCodec, FrameDecoder, Framing, LengthPrefix, LengthWidth, LineEnding,
    WireError,
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
fn a_codec_that_is_told_to_drops_what_is_too_long() {
    let mut codec = FrameCodec::new(Framing::LINE, 4).on_bad_frame(BadFrame::Skip);
    let mut unread = BytesMut::from(&b"a\ntoo long"[..]);
    assert_eq!(codec.decode(&mut unread).unwrap().unwrap(), "a");
    assert_eq!(codec.decode(&mut unread).unwrap(), None);
    // Nothing of it waits for its end.
    assert!(unread.is_empty());
    assert_eq!((codec.offset(), codec.skipped()), (10, 8));
    unread.extend_from_slice(b" still\r\nb\r\n");
    assert_eq!(codec.decode(&mut unread).unwrap().unwrap(), "b");
    assert_eq!((codec.offset(), codec.skipped()), (21, 16));

    // Where there are no ends to find it is an error, as ever.
    let mut codec = FrameCodec::new(Framing::Netstring, 4).on_bad_frame(BadFrame::Skip);
    let mut unread = BytesMut::from(&b"5:abcde,1:a,"[..]);
    for _ in 0..2 {
        let said = codec.decode(&mut unread);
        assert!(matches!(said, Err(CodecError::Wire(_))), "{said:?}");
    }
    assert_eq!(codec.skipped(), 0);
}

#[test]
fn what_is_dropped_when_the_stream_ends_is_no_unfinished_message() {
    let crlf = Framing::Line(LineEnding::CrLf);
    let mut codec = FrameCodec::new(crlf, 2).on_bad_frame(BadFrame::Skip);
    let mut unread = BytesMut::from(&b"abc\r"[..]);
    assert_eq!(codec.decode(&mut unread).unwrap(), None);
    // It may be half of the ending.
    assert_eq!(unread, "\r");
    assert_eq!(codec.decode_eof(&mut unread).unwrap(), None);
    assert_eq!((unread.len(), codec.skipped()), (0, 4));
}

#[test]
fn an_end_within_a_message_is_an_error() {
    let mut codec = FrameCodec::new(Framing::LINE, 8);
    let mut unread = BytesMut::from(&b"ab\ncd"[..]);
    assert_eq!(codec.decode_eof(&mut unread).unwrap().unwrap(), "ab");
    let end = codec.decode_eof(&mut unread);
    let said = end.unwrap_err();
    assert_eq!(said.to_string(), "the stream ended within a message");
    assert!(matches!(said, CodecError::Io(_)), "{said:?}");
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
