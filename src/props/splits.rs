//! Every split of every short stream, in every framing: the decoder says what the naive one says of the whole.

use super::frames::check;
use crate::corpus::{FRAMINGS, framing_named};

/// The letters that decide something in each framing, and one that does not.
fn alphabet(framing: u8) -> &'static [u8] {
    match framing {
        b'1'..=b'3' => b"\r\na",
        b'4' => b",a",
        b'5' | b'6' => b"ab",
        b'8' => b"01:,",
        b'F' | b'M' => b"\0\x01\x80",
        _ => b"\0\x01\x05",
    }
}

#[test]
fn every_split_of_every_short_stream_says_the_same() {
    const LEN: usize = 5;
    for &name in FRAMINGS {
        let framing = framing_named(name);
        let letters = alphabet(name);
        for code in 0..letters.len().pow(LEN as u32) {
            let stream: Vec<u8> = (0..LEN as u32)
                .map(|place| letters[code / letters.len().pow(place) % letters.len()])
                .collect();
            for splits in 0..1_u32 << (LEN - 1) {
                let mut at = 0;
                let pieces: Vec<&[u8]> = stream
                    .chunk_by(|_, _| {
                        at += 1;
                        splits >> (at - 1) & 1 == 0
                    })
                    .collect();
                // The other limits are tried by the random streams.
                check(&framing, 2, &pieces);
            }
        }
    }
}
