//! Each framing by table: what is a message, what is an error and where, what cannot be encoded.

use std::num::NonZeroUsize;

use crate::wire::{
    BadFrame, Delimiter, EncodeError, Endian, FrameDecoder, Framing, LengthPrefix, LengthWidth,
    LineEnding, WireError, WireErrorKind,
};

const LIMIT: usize = 8;

fn delimited(bytes: &[u8]) -> Framing {
    Framing::Delimited(Delimiter::new(bytes).unwrap())
}

fn fixed(size: usize) -> Framing {
    Framing::Fixed(NonZeroUsize::new(size).unwrap())
}

fn prefixed(offset: usize, width: LengthWidth, endian: Endian, adjust: i64) -> Framing {
    Framing::LengthPrefixed(LengthPrefix {
        offset,
        width,
        endian,
        adjust,
    })
}

fn big(width: LengthWidth) -> Framing {
    prefixed(0, width, Endian::Big, 0)
}

/// What is said of a stream: messages, then how many bytes are left, or the error.
type Said = (Vec<Vec<u8>>, Result<usize, WireError>);

fn said_of(framing: &Framing, pieces: &[&[u8]]) -> Said {
    let mut decoder = FrameDecoder::new(framing.clone(), LIMIT);
    let mut messages = Vec::new();
    for piece in pieces {
        let mut frames = decoder.frames(piece);
        loop {
            match frames.next_message() {
                Ok(Some(message)) => messages.push(message.to_vec()),
                Ok(None) => break,
                Err(error) => return (messages, Err(error)),
            }
        }
    }
    (messages, Ok(decoder.unread().len()))
}

/// Checks the messages and how many bytes are left, whole and byte by byte.
#[track_caller]
fn check(framing: &Framing, stream: &[u8], messages: &[&[u8]], left: usize) {
    let expected = (messages.iter().map(|m| m.to_vec()).collect(), Ok(left));
    let bytes: Vec<&[u8]> = stream.chunks(1).collect();
    assert_eq!(said_of(framing, &[stream]), expected, "whole");
    assert_eq!(said_of(framing, &bytes), expected, "byte by byte");
}

/// Checks the error, whole and byte by byte.
#[track_caller]
fn check_error(framing: &Framing, stream: &[u8], offset: u64, kind: WireErrorKind) {
    let expected = Err(WireError { offset, kind });
    let bytes: Vec<&[u8]> = stream.chunks(1).collect();
    assert_eq!(said_of(framing, &[stream]).1, expected, "whole");
    assert_eq!(said_of(framing, &bytes).1, expected, "byte by byte");
}

/// Checks that messages become these bytes, and these bytes the messages again.
#[track_caller]
fn check_both_ways(framing: &Framing, messages: &[&[u8]], stream: &[u8]) {
    let mut encoded = Vec::new();
    for message in messages {
        framing.encode(message, &mut encoded).unwrap();
    }
    assert_eq!(
        encoded.escape_ascii().to_string(),
        stream.escape_ascii().to_string()
    );
    check(framing, stream, messages, 0);
}

#[test]
fn each_framing_says_and_hears_its_messages() {
    let messages: [&[u8]; 3] = [b"ab", b"", b"c"];
    let rows: [(Framing, &[u8]); 17] = [
        (Framing::LINE, b"ab\n\nc\n"),
        (Framing::Line(LineEnding::CrLf), b"ab\r\n\r\nc\r\n"),
        (Framing::Line(LineEnding::Either), b"ab\r\n\r\nc\r\n"),
        (delimited(b"\0"), b"ab\0\0c\0"),
        (delimited(b"\r\n.\r\n"), b"ab\r\n.\r\n\r\n.\r\nc\r\n.\r\n"),
        (big(LengthWidth::One), b"\x02ab\0\x01c"),
        (big(LengthWidth::Two), b"\0\x02ab\0\0\0\x01c"),
        (big(LengthWidth::Three), b"\0\0\x02ab\0\0\0\0\0\x01c"),
        (big(LengthWidth::Four), b"\0\0\0\x02ab\0\0\0\0\0\0\0\x01c"),
        (
            big(LengthWidth::Eight),
            b"\0\0\0\0\0\0\0\x02ab\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01c",
        ),
        (
            prefixed(0, LengthWidth::Two, Endian::Little, 0),
            b"\x02\0ab\0\0\x01\0c",
        ),
        (
            prefixed(0, LengthWidth::Three, Endian::Little, 0),
            b"\x02\0\0ab\0\0\0\x01\0\0c",
        ),
        (
            prefixed(0, LengthWidth::Four, Endian::Little, 0),
            b"\x02\0\0\0ab\0\0\0\0\x01\0\0\0c",
        ),
        (
            prefixed(0, LengthWidth::Eight, Endian::Little, 0),
            b"\x02\0\0\0\0\0\0\0ab\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0c",
        ),
        (big(LengthWidth::Varint), b"\x02ab\0\x01c"),
        (
            prefixed(0, LengthWidth::Four, Endian::Big, -4),
            b"\0\0\0\x06ab\0\0\0\x04\0\0\0\x05c",
        ),
        (Framing::Netstring, b"2:ab,0:,1:c,"),
    ];
    for (framing, stream) in rows {
        check_both_ways(&framing, &messages, stream);
    }
    check_both_ways(&fixed(2), &[b"ab", b"cd"], b"abcd");
    check(&fixed(2), b"abc", &[b"ab"], 1);
    check(&Framing::Netstring, b"1:a,8", &[b"a"], 1);
}

#[test]
fn a_message_stands_around_its_length() {
    // A kind and a length that counts itself; a length after which six bytes of header come.
    let postgres = prefixed(1, LengthWidth::Four, Endian::Big, -4);
    check_both_ways(&postgres, &[b"Qhi", b"S"], b"Q\0\0\0\x06hiS\0\0\0\x04");
    let http2 = prefixed(0, LengthWidth::Three, Endian::Big, 6);
    check_both_ways(
        &http2,
        &[b"\x01\x02\0\0\0\x03hi"],
        b"\0\0\x02\x01\x02\0\0\0\x03hi",
    );
    check_both_ways(
        &prefixed(2, LengthWidth::Varint, Endian::Big, 0),
        &[b"abcd"],
        b"ab\x02cd",
    );
    // Kept, then taken: the head closes up with the body.
    let mut decoder = FrameDecoder::new(postgres, LIMIT);
    decoder.push(b"Q\0\0\0\x06hiS\0\0\0\x04");
    let cut = decoder.peek_message().unwrap().unwrap();
    assert_eq!(*cut.message(decoder.unread()), *b"Qhi");
    assert_eq!(decoder.unread().len(), 12, "peeking changes nothing");
    assert_eq!(decoder.poll_message(), Ok(Some(&b"Qhi"[..])));
    assert_eq!(decoder.poll_message(), Ok(Some(&b"S"[..])));
    assert_eq!((decoder.offset(), decoder.unread()), (12, &b""[..]));
}

#[test]
fn a_delimiter_is_found_where_it_first_ends() {
    check(&delimited(b"aab"), b"aaabx", &[b"a"], 1);
    check(&delimited(b"aab"), b"aaaaaabaab", &[b"aaaa", b""], 0);
    check(&delimited(b"abab"), b"ababab", &[b""], 2);
    check(&delimited(b"abac"), b"abababac", &[b"abab"], 0);
    check(&delimited(b"ab"), b"aabbab", &[b"a", b"b"], 0);
    check(&delimited(b"aaa"), b"aaaaaaa", &[b"", b""], 1);
    assert_eq!(Delimiter::new(b""), None);
}

#[test]
fn what_is_wrong_with_a_frame_is_said_with_its_offset() {
    use WireErrorKind::*;
    let too_long = TooLong { limit: LIMIT };
    let rows: [(Framing, &[u8], u64, WireErrorKind); 14] = [
        (delimited(b"aab"), b"xaab12345678aa1", 12, too_long),
        (delimited(b"aab"), b"12345678aac", 8, too_long),
        (delimited(b","), b"123456789", 8, too_long),
        (fixed(9), b"123456789", 8, too_long),
        (Framing::Netstring, b"1:a,01:", 4, LeadingZero),
        (Framing::Netstring, b"00", 0, LeadingZero),
        (Framing::Netstring, b"1:a,:", 4, NotADigit),
        (Framing::Netstring, b"x", 0, NotADigit),
        (Framing::Netstring, b"1 :", 1, NotADigit),
        (Framing::Netstring, b"-1:", 0, NotADigit),
        (Framing::Netstring, b"3:abcd", 5, MissingComma),
        (Framing::Netstring, b"0:0:", 2, MissingComma),
        (Framing::Netstring, b"9", 0, too_long),
        (Framing::Netstring, b"99999999999999999999999:", 0, too_long),
    ];
    for (framing, stream, offset, kind) in rows {
        check_error(&framing, stream, offset, kind);
    }
}

#[test]
fn what_is_wrong_with_a_length_is_said_with_its_offset() {
    use WireErrorKind::*;
    let too_long = TooLong { limit: LIMIT };
    let promised = |length| LengthTooLong {
        length,
        limit: LIMIT,
    };
    let varint = big(LengthWidth::Varint);
    let rows: [(Framing, &[u8], u64, WireErrorKind); 15] = [
        (big(LengthWidth::One), b"\0\x09", 1, promised(9)),
        (
            big(LengthWidth::Four),
            b"\xff\xff\xff\xff",
            0,
            promised(u64::from(u32::MAX)),
        ),
        (big(LengthWidth::Eight), &[0xFF; 8], 0, promised(u64::MAX)),
        (varint.clone(), b"\0\x80\x02", 1, promised(256)),
        (
            varint.clone(),
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
            0,
            promised(u64::MAX),
        ),
        (
            varint.clone(),
            b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
            9,
            VarintOverflow,
        ),
        (varint.clone(), &[0x80; 10], 9, VarintOverflow),
        (varint.clone(), b"\x80\x00", 1, VarintOverlong),
        (varint, b"\0\x81\x80\x00", 3, VarintOverlong),
        (
            prefixed(2, LengthWidth::Two, Endian::Big, 0),
            b"ab\0\x07",
            2,
            promised(7),
        ),
        (
            prefixed(1, LengthWidth::Four, Endian::Big, -4),
            b"Q\0\0\0\x03",
            1,
            NegativeLength {
                length: 3,
                adjust: -4,
            },
        ),
        (
            prefixed(0, LengthWidth::Eight, Endian::Big, i64::MIN),
            &[0; 8],
            0,
            NegativeLength {
                length: 0,
                adjust: i64::MIN,
            },
        ),
        (
            prefixed(0, LengthWidth::Eight, Endian::Big, i64::MAX),
            &[0xFF; 8],
            0,
            promised(u64::MAX),
        ),
        (
            prefixed(9, LengthWidth::One, Endian::Big, 0),
            b"123456789",
            8,
            too_long,
        ),
        (
            prefixed(usize::MAX, LengthWidth::One, Endian::Big, 0),
            b"123456789",
            8,
            too_long,
        ),
    ];
    for (framing, stream, offset, kind) in rows {
        check_error(&framing, stream, offset, kind);
    }
}

#[test]
fn a_message_may_have_the_limit() {
    let eight: &[u8] = b"12345678";
    for framing in [
        delimited(b"aab"),
        delimited(b","),
        fixed(8),
        big(LengthWidth::Four),
        big(LengthWidth::Varint),
        prefixed(8, LengthWidth::One, Endian::Big, 0),
        prefixed(3, LengthWidth::Two, Endian::Little, -2),
        Framing::Netstring,
    ] {
        let mut stream = Vec::new();
        framing.encode(eight, &mut stream).unwrap();
        check(&framing, &stream, &[eight], 0);
    }
}

#[test]
fn what_cannot_be_carried_is_not_encoded() {
    let rows: [(Framing, usize, EncodeError); 8] = [
        (
            big(LengthWidth::One),
            256,
            EncodeError::TooLong {
                len: 256,
                most: 255,
            },
        ),
        (
            big(LengthWidth::Two),
            65536,
            EncodeError::TooLong {
                len: 65536,
                most: 65535,
            },
        ),
        (
            prefixed(1, LengthWidth::One, Endian::Big, -1),
            256,
            EncodeError::TooLong {
                len: 256,
                most: 255,
            },
        ),
        (
            prefixed(3, LengthWidth::One, Endian::Big, 0),
            2,
            EncodeError::TooShort { len: 2, least: 3 },
        ),
        (
            prefixed(0, LengthWidth::Three, Endian::Big, 6),
            5,
            EncodeError::TooShort { len: 5, least: 6 },
        ),
        (
            prefixed(2, LengthWidth::Three, Endian::Big, 6),
            7,
            EncodeError::TooShort { len: 7, least: 8 },
        ),
        (fixed(4), 3, EncodeError::WrongSize { len: 3, size: 4 }),
        (fixed(4), 5, EncodeError::WrongSize { len: 5, size: 4 }),
    ];
    for (framing, len, expected) in rows {
        let mut out = b"before".to_vec();
        let said = framing.encode(&vec![b'x'; len], &mut out);
        assert_eq!(said, Err(expected), "{framing:?}");
        assert_eq!(out, b"before", "nothing is written");
    }
    let shortest = prefixed(1, LengthWidth::One, Endian::Big, -1);
    assert_eq!(shortest.encode(b"Q", &mut Vec::new()), Ok(()));
    assert_eq!(
        EncodeError::TooLong {
            len: 256,
            most: 255
        }
        .to_string(),
        "message of 256 bytes, where the length field can carry 255 at most"
    );
}

#[test]
fn each_push_is_a_packet_an_empty_one_too() {
    let pieces: [&[u8]; 4] = [b"ab", b"", b"c\n", b""];
    let expected: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
    assert_eq!(
        said_of(&Framing::Datagram, &pieces),
        (expected.clone(), Ok(0))
    );
    let mut decoder = FrameDecoder::new(Framing::Datagram, LIMIT);
    for piece in pieces {
        decoder.push(piece);
    }
    decoder.frames(b"last").keep_rest();
    for message in &expected {
        assert_eq!(decoder.poll_message(), Ok(Some(&message[..])));
    }
    let mut frames = decoder.frames(b"");
    assert_eq!(frames.next_message(), Ok(Some(&b"last"[..])), "in order");
    assert_eq!(frames.next_message(), Ok(Some(&b""[..])));
    assert_eq!(frames.next_message(), Ok(None));
    let error = decoder.frames(b"123456789").next_message().unwrap_err();
    let (len, limit) = (LIMIT + 1, LIMIT);
    assert_eq!(error.kind, WireErrorKind::PacketTooLong { len, limit });
    // Kept, and far over the limit.
    let mut decoder = FrameDecoder::new(Framing::Datagram, LIMIT);
    decoder.push(&[b'x'; 3 * LIMIT]);
    let error = decoder.poll_message().unwrap_err();
    let len = 3 * LIMIT;
    assert_eq!(error.kind, WireErrorKind::PacketTooLong { len, limit });
}

#[test]
fn packets_can_be_skipped_whole_or_in_part() {
    let mut decoder = FrameDecoder::new(Framing::Datagram, LIMIT);
    for piece in [&b"abc"[..], b"", b"", b"defg"] {
        decoder.push(piece);
    }
    let lengths = 4 * size_of::<usize>();
    assert_eq!(decoder.held(), 7 + lengths, "empty ones count");
    decoder.skip(1);
    assert_eq!(decoder.poll_message(), Ok(Some(&b"bc"[..])));
    let empty = decoder.peek_message().unwrap().unwrap();
    assert_eq!(empty.len, 0);
    decoder.skip_message(&empty);
    assert_eq!(decoder.poll_message(), Ok(Some(&b""[..])));
    decoder.skip(2);
    assert_eq!(decoder.poll_message(), Ok(Some(&b"fg"[..])));
    assert_eq!(decoder.poll_message(), Ok(None));
    decoder.push(b"");
    decoder.reset();
    assert_eq!(decoder.poll_message(), Ok(None));
    assert_eq!(decoder.held(), 0);
}

#[test]
fn a_bad_frame_can_be_skipped_where_there_are_ends() {
    let rows: [(Framing, &[u8], u64); 5] = [
        (Framing::LINE, b"ok\n123456789\r\nab\n", 11),
        (
            Framing::Line(LineEnding::CrLf),
            b"ok\r\n1234567\n9\r\nab\r\n",
            11,
        ),
        (delimited(b","), b"ok,123456789,ab,", 10),
        (delimited(b"aab"), b"okaab12345678aaaaabab aab", 14),
        (delimited(b"aab"), b"okaab123456789aaaabab aab", 14),
    ];
    for (framing, stream, skipped) in rows {
        for size in 1..=stream.len() {
            let mut decoder =
                FrameDecoder::new(framing.clone(), LIMIT).on_bad_frame(BadFrame::Skip);
            let mut messages = Vec::new();
            for piece in stream.chunks(size) {
                let mut frames = decoder.frames(piece);
                while let Some(message) = frames.next_message().unwrap() {
                    messages.push(message.to_vec());
                }
            }
            assert_eq!(messages.len(), 2, "{framing:?} {size}");
            assert_eq!(messages[0], b"ok");
            assert_eq!(decoder.skipped(), skipped, "{framing:?} {size}");
            assert_eq!(decoder.offset(), stream.len() as u64);
        }
    }
    let mut decoder = FrameDecoder::new(Framing::Netstring, LIMIT).on_bad_frame(BadFrame::Skip);
    assert!(
        decoder.frames(b"9:").next_message().is_err(),
        "no ends to find"
    );
}

#[test]
fn a_promise_allocates_nothing() {
    for (framing, promise) in [
        (big(LengthWidth::Four), &b"\xff\xff\xff\xff"[..]),
        (big(LengthWidth::Four), b"\x40\0\0\0"),
        (big(LengthWidth::Varint), b"\x80\x80\x80\x80\x04"),
        (Framing::Netstring, b"1073741824:"),
        (fixed(1 << 30), b"ab"),
        (prefixed(1 << 30, LengthWidth::One, Endian::Big, 0), b"ab"),
    ] {
        for limit in [LIMIT, 1 << 30] {
            let mut decoder = FrameDecoder::new(framing.clone(), limit);
            let _ = decoder.frames(promise).next_message();
            assert!(decoder.capacity() <= 64, "{} bytes", decoder.capacity());
            decoder.push(b"ab");
            let _ = decoder.poll_message();
            assert!(decoder.capacity() <= 64, "{} bytes", decoder.capacity());
        }
    }
}

#[test]
fn the_length_of_a_payload_is_written_alone_or_refused_with_its_bounds() {
    let field = |width, adjust| LengthPrefix {
        offset: 3,
        width,
        endian: Endian::Big,
        adjust,
    };
    let too_short = |len, least| Err(EncodeError::TooShort { len, least });
    let too_long = |len, most| Err(EncodeError::TooLong { len, most });
    for (field, body, expected) in [
        (field(LengthWidth::Two, 0), 258, Ok(&[1_u8, 2][..])),
        (field(LengthWidth::One, 0), 255, Ok(&[255][..])),
        (field(LengthWidth::One, 0), 256, too_long(256, 255)),
        (field(LengthWidth::One, 4), 3, too_short(3, 4)),
        (field(LengthWidth::One, 4), 4, Ok(&[0][..])),
        (field(LengthWidth::One, 4), 259, Ok(&[255][..])),
        (field(LengthWidth::One, 4), 260, too_long(260, 259)),
        (field(LengthWidth::One, -4), 0, Ok(&[4][..])),
        (field(LengthWidth::Varint, 0), 127, Ok(&[0x7f][..])),
        (field(LengthWidth::Varint, 0), 300, Ok(&[0xac, 2][..])),
        (
            field(LengthWidth::Varint, 0),
            1 << 14,
            Ok(&[0x80, 0x80, 1][..]),
        ),
    ] {
        let mut out = Vec::new();
        let written = field.encode_length(body, &mut out).map(|()| &out[..]);
        assert_eq!(written, expected, "{field:?} {body}");
    }
}

#[test]
fn a_frame_that_has_begun_says_how_long_it_will_be_where_its_beginning_does() {
    let two = big(LengthWidth::Two);
    let around = prefixed(1, LengthWidth::One, Endian::Little, -1);
    let netstring = Framing::Netstring;
    for (framing, begun, announced) in [
        (&two, &b""[..], None),
        (&two, b"\x01", None),
        (&two, b"\x01\x00Hi", Some(258)),
        (&two, b"\x00\x02Hi", None),
        (&around, b"x\x04ab", Some(5)),
        (&around, b"x\x00", None),
        (&netstring, b"12", None),
        (&netstring, b"12:Hel", Some(16)),
        (&netstring, b"x", None),
        (&fixed(4), b"", None),
        (&fixed(4), b"ab", Some(4)),
        (&fixed(4), b"abcd", None),
        (&Framing::LINE, b"ab", None),
        (
            &big(LengthWidth::Eight),
            b"\xff\xff\xff\xff\xff\xff\xff\xff",
            None,
        ),
    ] {
        assert_eq!(framing.announced(begun), announced, "{framing:?} {begun:?}");
    }
}
