//! The decoder against tables, a naive one, every split of short inputs and random splits of long ones.

use std::num::NonZeroUsize;

use proptest::prelude::*;

use crate::props::frame_decoder;
use crate::wire::{
    Delimiter, FrameDecoder, Framing, KEPT_CAPACITY, LengthPrefix, LineEnding, WireError,
    WireErrorKind, work,
};

const LF: Framing = Framing::Line(LineEnding::Lf);
const CRLF: Framing = Framing::Line(LineEnding::CrLf);
const EITHER: Framing = Framing::Line(LineEnding::Either);

/// Pushes `stream` whole and compares the messages and how many bytes are left.
#[track_caller]
fn check(framing: Framing, stream: &[u8], expected: &[&[u8]], left: usize) {
    let mut decoder = FrameDecoder::new(framing, 64);
    let mut messages = Vec::new();
    let mut frames = decoder.frames(stream);
    while let Some(message) = frames.next_message().unwrap() {
        messages.push(message.to_vec());
    }
    assert_eq!(messages, expected, "{}", stream.escape_ascii());
    assert_eq!(decoder.unread().len(), left, "{}", stream.escape_ascii());
}

#[test]
fn lines_end_where_the_framing_says() {
    check(LF, b"", &[], 0);
    check(LF, b"a", &[], 1);
    check(LF, b"\n", &[b""], 0);
    check(LF, b"\r\n", &[b""], 0);
    check(LF, b"a\nb\r\nc", &[b"a", b"b"], 1);
    check(LF, b"a\r\r\nb\rc\n", &[b"a\r", b"b\rc"], 0);
    check(LF, b"a\r", &[], 2);
    check(EITHER, b"a\nb\r\nc", &[b"a", b"b"], 1);
    check(CRLF, b"a\nb\r\nc\r", &[b"a\nb"], 2);
    check(CRLF, b"\n\r\n\r\n", &[b"\n", b""], 0);
    check(CRLF, b"a\r\r\n", &[b"a\r"], 0);
}

#[test]
fn a_raw_push_is_one_message_as_it_is() {
    check(Framing::Raw, b"", &[], 0);
    check(Framing::Raw, b"a\nb\r\n", &[b"a\nb\r\n"], 0);
}

#[test]
fn a_message_may_have_the_limit_and_no_byte_more() {
    let too_long = |offset| {
        Err(WireError {
            offset,
            kind: WireErrorKind::TooLong { limit: 3 },
        })
    };
    let comma = Framing::Delimited(Delimiter::new(b",").unwrap());
    let five = Framing::Fixed(NonZeroUsize::new(5).unwrap());
    let behind_five = Framing::LengthPrefixed(LengthPrefix {
        offset: 5,
        ..LengthPrefix::default()
    });
    let rows: [(Framing, &[u8], Result<usize, WireError>); 22] = [
        (LF, b"abc\n", Ok(1)),
        (LF, b"abc\r\n", Ok(1)),
        (LF, b"abc\r", Ok(0)),
        (LF, b"abcd", too_long(3)),
        (LF, b"abcd\n", too_long(3)),
        (LF, b"abc\rd", too_long(3)),
        (LF, b"abc\r\r\n", too_long(3)),
        (LF, b"ok\nabcd\nok\n", too_long(6)),
        (CRLF, b"abc\r\n", Ok(1)),
        (CRLF, b"abc\n", too_long(3)),
        (CRLF, b"abc\r", Ok(0)),
        (CRLF, b"ab\n\r\n", Ok(1)),
        (CRLF, b"ok\r\nabc\rd", too_long(7)),
        (comma.clone(), b"abc,", Ok(1)),
        (comma.clone(), b"abc", Ok(0)),
        // No half of an ending, as in lines.
        (comma, b"abc\r", too_long(3)),
        (behind_five.clone(), b"abc", Ok(0)),
        (behind_five, b"abcd", too_long(3)),
        (five.clone(), b"abc", Ok(0)),
        (five, b"abcd", too_long(3)),
        (Framing::Raw, b"abc", Ok(1)),
        (Framing::Raw, b"abcd", too_long(3)),
    ];
    for (framing, stream, expected) in rows {
        for cut in 0..=stream.len() {
            if framing == Framing::Raw && cut > 0 {
                continue;
            }
            let mut decoder = FrameDecoder::new(framing.clone(), 3);
            let mut count = 0;
            let end = [&stream[..cut], &stream[cut..]]
                .into_iter()
                .try_for_each(|piece| {
                    let mut frames = decoder.frames(piece);
                    while frames.next_message()?.is_some() {
                        count += 1;
                    }
                    Ok(())
                });
            let said = end.map(|()| count);
            assert_eq!(
                said,
                expected,
                "{framing:?} {} at {cut}",
                stream.escape_ascii()
            );
        }
    }
}

#[test]
fn a_failed_decoder_still_shows_what_is_unread() {
    let mut decoder = FrameDecoder::new(LF, 2);
    decoder.push(b"abcdef\n");
    let error = decoder.peek_message().unwrap_err();
    assert_eq!(
        error.to_string(),
        "message longer than 2 bytes at byte 2 of the stream"
    );
    assert_eq!(decoder.unread(), b"abcdef\n");
    decoder.skip(4);
    assert_eq!(decoder.unread(), b"ef\n");
    assert_eq!(decoder.poll_message(), Err(error));
    decoder.reset();
    assert_eq!((decoder.offset(), decoder.unread()), (0, &b""[..]));
    decoder.push(b"ab\n");
    assert_eq!(decoder.poll_message(), Ok(Some(&b"ab"[..])));
}

#[test]
fn peeking_takes_nothing_and_skipping_takes_anything() {
    let mut decoder = FrameDecoder::new(LF, 64);
    decoder.push(b"Hello\r\nyou");
    let cut = decoder.peek_message().unwrap().unwrap();
    assert_eq!((cut.body.clone(), cut.len), (0..5, 7));
    assert_eq!(decoder.peek_message(), Ok(Some(cut)));
    decoder.skip(2);
    assert_eq!(decoder.offset(), 2);
    assert_eq!(decoder.poll_message(), Ok(Some(&b"llo"[..])));
    assert_eq!(decoder.poll_message(), Ok(None));
    decoder.skip(100);
    assert_eq!((decoder.offset(), decoder.unread()), (10, &b""[..]));
}

#[test]
fn raw_bytes_that_are_kept_are_one_message_without_a_limit() {
    let mut decoder = FrameDecoder::new(Framing::Raw, 2);
    assert_eq!(decoder.peek_message(), Ok(None));
    decoder.push(b"ab");
    decoder.push(b"cd");
    assert_eq!(decoder.poll_message(), Ok(Some(&b"abcd"[..])));
    assert_eq!(decoder.poll_message(), Ok(None));
}

#[test]
fn whole_messages_are_lent_and_only_a_tail_is_copied() {
    let stream = b"one\ntwo\nthr";
    let mut decoder = FrameDecoder::new(LF, 64);
    let mut frames = decoder.frames(stream);
    for begin in [0, 4] {
        let message = frames.next_message().unwrap().unwrap();
        assert!(std::ptr::eq(message, &stream[begin..begin + 3]));
    }
    assert_eq!(frames.rest(), b"thr");
    assert_eq!(frames.next_message(), Ok(None));
    assert_eq!(decoder.unread(), b"thr");
    let mut frames = decoder.frames(b"ee\nfour\n");
    assert_eq!(frames.next_message(), Ok(Some(&b"three"[..])));
    assert_eq!(frames.rest(), b"four\n");
}

#[test]
fn every_cut_of_short_streams_says_the_same() {
    let alphabet = [b'a', b'\r', b'\n'];
    for framing in b"0123" {
        for limit in b"0123" {
            for code in 0..3_usize.pow(6) {
                let stream = (0..6).map(|place| alphabet[code / 3_usize.pow(place) % 3]);
                let data: Vec<u8> = [*framing, *limit, b'0'].into_iter().chain(stream).collect();
                frame_decoder(&data);
            }
        }
    }
}

#[test]
fn every_set_of_cuts_of_one_stream_says_the_same() {
    let stream = b"a\r\nb\n\r\r\ncde";
    let expected: [&[u8]; 4] = [b"a", b"b", b"\r", b"cde"];
    for cuts in 0..1_u32 << (stream.len() - 1) {
        let mut decoder = FrameDecoder::new(LF, 3);
        let mut messages = Vec::new();
        for piece in stream.chunk_by({
            let mut at = 0;
            move |_, _| {
                at += 1;
                cuts >> (at - 1) & 1 == 0
            }
        }) {
            let mut frames = decoder.frames(piece);
            while let Some(message) = frames.next_message().unwrap() {
                messages.push(message.to_vec());
            }
        }
        messages.push(decoder.unread().to_vec());
        assert_eq!(messages, expected, "cuts {cuts:b}");
    }
}

#[test]
fn work_is_linear_one_byte_at_a_time() {
    const LEN: usize = 100_000;
    for framing in [LF, CRLF] {
        let mut lending = FrameDecoder::new(framing.clone(), LEN);
        let mut keeping = FrameDecoder::new(framing, LEN);
        work::reset();
        for byte in std::iter::repeat_n(b"\r", LEN).chain([b"\r", b"\n"]) {
            let _ = lending.frames(byte).next_message().unwrap();
            keeping.push(byte);
            let _ = keeping.poll_message().unwrap();
        }
        assert_eq!(lending.offset(), LEN as u64 + 2);
        assert_eq!(keeping.offset(), LEN as u64 + 2);
        let done = work::done();
        assert!(done <= 4 * LEN, "{done} bytes searched");
    }
}

#[test]
fn room_for_a_huge_message_is_given_back() {
    const LEN: usize = 1 << 20;
    let mut decoder = FrameDecoder::new(LF, LEN);
    let message = vec![b'x'; LEN];
    for (_, piece) in (0..3).zip([&message[..10], &message[10..], b"\nab"]) {
        let mut frames = decoder.frames(piece);
        while frames.next_message().unwrap().is_some() {}
    }
    assert_eq!(decoder.unread(), b"ab");
    assert!(
        decoder.capacity() <= 2 * KEPT_CAPACITY,
        "{} bytes kept",
        decoder.capacity()
    );

    let mut decoder = FrameDecoder::new(LF, LEN);
    decoder.push(&message);
    decoder.push(b"\nab");
    assert_eq!(decoder.poll_message().unwrap().map(<[u8]>::len), Some(LEN));
    assert_eq!(decoder.poll_message(), Ok(None));
    assert!(
        decoder.capacity() <= 2 * KEPT_CAPACITY,
        "{} bytes kept",
        decoder.capacity()
    );
}

#[test]
fn room_that_is_kept_anyway_is_not_given_back() {
    let mut decoder = FrameDecoder::new(LF, 1 << 20);
    let mut line = vec![b'x'; KEPT_CAPACITY + KEPT_CAPACITY / 2];
    line.push(b'\n');
    decoder.push(&line);
    let room = decoder.capacity();
    assert!(decoder.poll_message().unwrap().is_some());
    assert_eq!(decoder.poll_message(), Ok(None));
    assert!(decoder.capacity() >= room, "{} bytes", decoder.capacity());
}

#[test]
fn what_is_held_stays_bounded_over_many_messages() {
    let mut decoder = FrameDecoder::new(LF, 64);
    for _ in 0..10_000 {
        decoder.push(b"0123456789\nab");
        while decoder.poll_message().unwrap().is_some() {}
    }
    assert!(decoder.capacity() < 256, "{} bytes", decoder.capacity());
}

proptest! {
    #[test]
    fn random_streams_in_random_pieces_say_what_the_naive_decoder_says(
        header in proptest::array::uniform3(any::<u8>()),
        stream in proptest::collection::vec(
            prop::sample::select(&b"\n\raabb,,:0123\0\x01\x02\x03\x04\x80\xff"[..]),
            0..200,
        ),
    ) {
        frame_decoder(&[&header[..], &stream].concat());
    }
}

#[test]
fn a_cut_that_is_used_twice_skips_nothing_more() {
    let mut decoder = FrameDecoder::new(Framing::LINE, 16);
    decoder.push(b"ab\n");
    let cut = decoder.peek_message().unwrap().unwrap();
    decoder.skip_message(&cut);
    decoder.skip_message(&cut);
    assert_eq!(decoder.poll_message(), Ok(None));
    decoder.push(b"cd\n");
    assert_eq!(decoder.poll_message(), Ok(Some(&b"cd"[..])));
}

#[test]
fn a_length_that_no_number_can_say_is_too_long_without_a_limit_too() {
    let mut decoder = FrameDecoder::new(Framing::Netstring, usize::MAX);
    decoder.push(&[b'9'; 64]);
    let error = decoder.poll_message().unwrap_err();
    assert_eq!(error.kind, WireErrorKind::TooLong { limit: usize::MAX });
}
