//! What only a value at the very edge shows, or a delimiter that nearly occurs.

use crate::wire::scan;
use crate::wire::{Delimiter, FrameDecoder, Framing, LineEnding, work};

/// All texts of `a` and `b` of one byte to this many.
fn texts(longest: u32) -> impl Iterator<Item = Vec<u8>> {
    (1..=longest).flat_map(|len| {
        (0..1_u32 << len).map(move |bits| {
            let letter = |place: u32| b"ab"[(bits >> place & 1) as usize];
            (0..len).map(letter).collect()
        })
    })
}

#[test]
fn every_short_delimiter_is_found_where_it_first_ends() {
    for bytes in texts(5) {
        let framing = Framing::Delimited(Delimiter::new(&bytes).unwrap());
        for stream in texts(9) {
            let expected = stream.windows(bytes.len()).position(|part| part == bytes);
            let mut whole = FrameDecoder::new(framing.clone(), 64);
            let mut frames = whole.frames(&stream);
            let found = frames.next_message().unwrap();
            assert_eq!(
                found,
                expected.map(|at| &stream[..at]),
                "{bytes:?} {stream:?}"
            );
            let mut decoder = FrameDecoder::new(framing.clone(), 64);
            let found = stream.iter().find_map(|byte| {
                decoder.push(&[*byte]);
                decoder.poll_message().unwrap().map(<[u8]>::len)
            });
            assert_eq!(found, expected, "{bytes:?} {stream:?}, byte by byte");
        }
    }
}

#[test]
fn a_decoder_is_empty_when_no_byte_and_no_packet_is_unread() {
    let mut decoder = FrameDecoder::new(Framing::LINE, 64);
    assert!(decoder.is_empty());
    decoder.push(b"ab\nc");
    assert!(!decoder.is_empty());
    decoder.skip(3);
    assert!(!decoder.is_empty());
    decoder.skip(1);
    assert!(decoder.is_empty());

    let mut decoder = FrameDecoder::new(Framing::Datagram, 64);
    decoder.push(b"");
    assert!(!decoder.is_empty(), "a packet without bytes");
    decoder.skip(0);
    assert!(!decoder.is_empty(), "nothing was taken");
    decoder.drop_unread();
    assert!(decoder.is_empty());
}

#[test]
fn a_packet_is_gone_with_its_last_byte_and_the_next_one_is_not() {
    let mut decoder = FrameDecoder::new(Framing::Datagram, 64);
    for packet in [&b"ab"[..], b"", b"cd", b"e"] {
        decoder.push(packet);
    }
    decoder.skip(2);
    assert_eq!(decoder.poll_message(), Ok(Some(&b""[..])));
    decoder.skip(2);
    assert_eq!(decoder.poll_message(), Ok(Some(&b"e"[..])));
    assert_eq!(decoder.poll_message(), Ok(None));
}

#[test]
fn a_packet_may_have_the_limit() {
    for framing in [Framing::Datagram, Framing::Line(LineEnding::Lf)] {
        let mut decoder = FrameDecoder::new(framing, 3);
        decoder.push(b"abc");
        decoder.push(b"\n");
        assert_eq!(decoder.poll_message(), Ok(Some(&b"abc"[..])));
    }
}

#[test]
fn no_more_bytes_are_moved_than_were_taken() {
    for taken_at_once in [1, 7] {
        let mut decoder = FrameDecoder::new(Framing::LINE, 64);
        decoder.push(&b"a\n".repeat(1000));
        work::reset();
        // What polling finds to be incomplete is when room is given back.
        let mut taken = 0;
        while !decoder.is_empty() {
            decoder.skip(taken_at_once);
            taken += taken_at_once;
            let moved = work::moved();
            assert!(moved <= taken, "{moved} of {taken}");
        }
        assert!(work::moved() > 0);
    }
}

#[test]
fn the_search_counts_what_it_looks_at() {
    work::reset();
    assert_eq!(scan::find_byte(b'c', b"abcd"), Some(2));
    assert_eq!(work::done(), 3);
    assert_eq!(scan::find_byte(b'x', b"abcd"), None);
    assert_eq!(work::done(), 7);
    work::add(5);
    assert_eq!(work::done(), 12);
    work::add_moved(4);
    work::add_moved(2);
    assert_eq!((work::done(), work::moved()), (12, 6));
    work::reset();
    assert_eq!((work::done(), work::moved()), (0, 0));
}
