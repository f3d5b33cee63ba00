//! What a framing says of its messages, beside what its encoder and its decoder do.

use std::num::NonZeroUsize;

use crate::wire::{
    Delimiter, Endian, FrameDecoder, Framing, LengthPrefix, LengthWidth, LineEnding,
};

fn prefixed(offset: usize, width: LengthWidth, adjust: i64) -> Framing {
    Framing::LengthPrefixed(LengthPrefix {
        offset,
        width,
        endian: Endian::Big,
        adjust,
    })
}

#[test]
fn what_can_be_sent_is_what_the_encoder_takes() {
    let framings = [
        Framing::Raw,
        Framing::LINE,
        Framing::Netstring,
        Framing::Datagram,
        Framing::Fixed(NonZeroUsize::new(7).expect("not 0")),
        prefixed(0, LengthWidth::One, 0),
        prefixed(3, LengthWidth::One, -4),
        prefixed(0, LengthWidth::One, 5),
        prefixed(2, LengthWidth::Two, 0),
        prefixed(1, LengthWidth::Varint, -1),
    ];
    for framing in framings {
        let (least, most) = framing.sizes_sent();
        for len in (0..300).chain(65_500..65_540) {
            let encoded = framing.encode(&vec![b'x'; len], &mut Vec::new());
            let said = (least..=most).contains(&(len as u64));
            assert_eq!(encoded.is_ok(), said, "{framing:?}, {len} bytes");
        }
        assert!(!framing.rule().is_empty());
    }
}

/// All texts of these letters, up to a length.
fn texts(letters: &[u8], most: usize) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    let mut last = all.clone();
    for _ in 0..most {
        last = last
            .iter()
            .flat_map(|text| {
                letters.iter().map(move |letter| {
                    let mut text = text.clone();
                    text.push(*letter);
                    text
                })
            })
            .collect();
        all.extend(last.iter().cloned());
    }
    all
}

#[test]
fn what_can_arrive_is_what_the_decoder_gives() {
    let by = |bytes: &[u8]| Framing::Delimited(Delimiter::new(bytes).expect("not empty"));
    for (framing, letters) in [
        (Framing::LINE, &b"a\r\n"[..]),
        (Framing::Line(LineEnding::CrLf), b"a\r\n"),
        (Framing::Line(LineEnding::Either), b"a\r\n"),
        (by(b"aa"), b"ab"),
        (by(b"aba"), b"ab"),
    ] {
        // All that the decoder makes of all streams.
        let mut given = Vec::new();
        for stream in texts(letters, 8) {
            let mut decoder = FrameDecoder::new(framing.clone(), 64);
            let mut frames = decoder.frames(&stream);
            if let Ok(Some(message)) = frames.next_message() {
                given.push(message.to_vec());
            }
        }
        for message in texts(letters, 4) {
            let said = framing.can_end_with(&message);
            assert_eq!(given.contains(&message), said, "{framing:?}: {message:?}");
            let within = given.iter().any(|given| {
                given
                    .windows(message.len().max(1))
                    .any(|part| part == message)
            });
            if !message.is_empty() && within {
                assert!(framing.can_hold(&message), "{framing:?}: {message:?}");
            }
        }
    }
}
