//! The properties of whole machines, driven by proptest; those of the wire layer are driven by its own tests.

use proptest::prelude::*;

/// Wire bytes in which the words of the reference protocol are frequent.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        3 => Just(&b"\n"[..]),
        2 => Just(&b"\r\n"[..]),
        2 => Just(&b"exit"[..]),
        2 => Just(&b"Rose"[..]),
        1 => Just(&b"Zo\xc3\xab"[..]),
        1 => Just(&b"\xed\xa0\x80"[..]),
        1 => Just(&b"a name that is longer than the others"[..]),
        1 => Just(&b"\r"[..]),
    ];
    let noise = any::<u8>().prop_map(|byte| vec![byte]);
    let part = prop_oneof![8 => token.prop_map(<[u8]>::to_vec), 1 => noise];
    proptest::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn a_session_does_what_the_model_does(
        header in proptest::array::uniform5(any::<u8>()),
        stream in stream(),
    ) {
        super::session(&[&header[..], &stream].concat());
    }
}

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
    for &name in super::frames::FRAMINGS {
        let framing = super::frames::framing_named(name);
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
                super::frames::check(&framing, 2, &pieces);
            }
        }
    }
}
