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
