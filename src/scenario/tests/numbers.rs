//! Payloads that are numbers, lengths, JSON or random: what they render to, and what does not fit.

use proptest::prelude::*;

use crate::scenario::{
    IntegerForm, LengthDigits, LengthForm, MAX_PAYLOAD, ReadOptions, Values, Verb, read,
};
use crate::wire::{Endian, Framing, LengthPrefix, LengthWidth};

/// What the payload of a `send` renders to, with these `vars`, drawn by this seed.
fn sent(payload: &str, vars: &str, seed: u64, limit: usize) -> Result<Vec<u8>, String> {
    let text = format!(r#"{{ "vars": {{ {vars} }}, "steps": [{{ "send": {payload} }}] }}"#);
    let (scenario, _) = read("test.json", text.as_bytes(), &ReadOptions::default())
        .map_err(|mistakes| mistakes.list[0].message.clone())?;
    let script = &scenario.script;
    let mut values = Values::new(script.names.len());
    values.begin(seed);
    for (slot, template) in &script.vars {
        let value = template.eval(&values).map_err(|error| error.message)?;
        values.set(*slot, value);
    }
    let Verb::Send { payload, .. } = &script.blocks[0].steps[0].verb else {
        panic!("a send");
    };
    let mut out = Vec::new();
    let rendered = payload.render(&values, limit, &mut out);
    assert!(out.len() <= limit, "{} bytes of {limit}", out.len());
    if let (Ok(()), Some(len)) = (&rendered, payload.known_len()) {
        assert_eq!(len, out.len() as u64);
    }
    rendered.map(|()| out).map_err(|error| error.message)
}

#[track_caller]
fn check(payload: &str, expected: &[u8]) {
    let vars =
        r#""n": 3, "text": "a\"\n", "list": [1, "x", { "b": 1.5, "a": null }], "big": 70000"#;
    let bytes = sent(payload, vars, 0, 1 << 20);
    let shown = bytes.map(|bytes| bytes.escape_ascii().to_string());
    assert_eq!(shown, Ok(expected.escape_ascii().to_string()), "{payload}");
    if let Some(less) = expected.len().checked_sub(1) {
        let error = sent(payload, vars, 0, less).expect_err("too long");
        assert!(error.contains("longer than the limit"), "{error}");
    }
}

#[track_caller]
fn check_refused(payload: &str, expected: &str) {
    let vars = r#""n": 3, "text": "a", "big": 70000, "nothing": null, "raw": "{{ 'ff' | unhex }}""#;
    let error = sent(payload, vars, 0, 1 << 20).expect_err(payload);
    assert!(error.contains(expected), "{payload}: {error}");
}

#[test]
fn numbers_are_written_in_their_bytes() {
    check(r#"{ "u8": 255 }"#, b"\xff");
    check(r#"{ "u16": 258 }"#, b"\x01\x02");
    check(r#"{ "u16": 258, "endian": "little" }"#, b"\x02\x01");
    check(r#"{ "u32": "{{ n }}" }"#, b"\0\0\0\x03");
    check(
        r#"{ "i32": "{{ -n }}", "endian": "little" }"#,
        b"\xfd\xff\xff\xff",
    );
    check(r#"{ "i8": -128 }"#, b"\x80");
    check(r#"{ "u64": 18446744073709551615 }"#, &[0xff; 8]);
    check(r#"{ "i64": -9223372036854775808 }"#, b"\x80\0\0\0\0\0\0\0");
    check(r#"{ "u16": "{{ n }}{{ n }}" }"#, b"\0\x21");
    check(r#"{ "i16": "-{{ n }}" }"#, b"\xff\xfd");
    check(r#"{ "u8": "{{ 6 / 2 }}" }"#, b"\x03");
}

#[test]
fn numbers_that_do_not_fit_are_refused_by_their_range() {
    check_refused(
        r#"{ "u16": "{{ big }}" }"#,
        "`u16` takes a whole number from 0 to 65535, not 70000",
    );
    check_refused(r#"{ "i8": "{{ big }}" }"#, "from -128 to 127, not 70000");
    check_refused(r#"{ "u8": "{{ -n }}" }"#, "not -3");
    check_refused(r#"{ "u8": "{{ n / 2 }}" }"#, "not 1.5");
    check_refused(r#"{ "u8": "{{ text }}" }"#, "not \"a\"");
    check_refused(r#"{ "u8": "+{{ n }}" }"#, "not \"+3\"");
    check_refused(r#"{ "u8": "{{ nothing }}" }"#, "not null");
    check_refused(r#"{ "u8": 256 }"#, "`u8` cannot be `256`");
}

#[test]
fn lengths_are_written_as_they_are_asked_for() {
    check(r#"{ "length_of": "abc" }"#, b"\0\0\0\x03");
    check(
        r#"{ "length_of": "abc", "width": 2, "endian": "little" }"#,
        b"\x03\0",
    );
    check(r#"{ "length_of": "{{ text }}", "width": 1 }"#, b"\x03");
    check(r#"{ "sized": "{{ text }}", "width": 1 }"#, b"\x03a\"\n");
    check(
        r#"{ "sized": "abc", "width": 3, "adjust": -3 }"#,
        b"\0\0\x06abc",
    );
    check(r#"{ "sized": "abc", "width": 1, "adjust": 1 }"#, b"\x02abc");
    check(
        r#"{ "length_of": { "repeat": "x", "times": 300 }, "width": "varint" }"#,
        b"\xac\x02",
    );
    check(
        r#"{ "length_of": { "repeat": "x", "times": "{{ n * 100 }}" }, "width": "hex" }"#,
        b"12c",
    );
    check(
        r#"{ "sized": ["a", { "sized": "b", "width": "decimal" }], "width": "decimal" }"#,
        b"3a1b",
    );
    check(
        r#"{ "length_of": { "random": 9 }, "width": "decimal" }"#,
        b"9",
    );
}

#[test]
fn lengths_that_cannot_be_written_are_refused() {
    for known in ["\"abc\"", "\"{{ 'abc' }}\""] {
        check_refused(
            &format!(r#"{{ "sized": {known}, "adjust": 4 }}"#),
            "the length of 3 bytes less 4 (`adjust`) is negative",
        );
        let long =
            format!(r#"{{ "length_of": {{ "repeat": {known}, "times": 100 }}, "width": 1 }}"#);
        check_refused(&long, "the length 300 does not fit into 1 byte (`width`)");
    }
}

#[test]
fn json_is_compact_and_as_it_is_written() {
    check(
        r#"{ "json": [ 1.0, -0, 1E+2, true, null, "a/\u00fc\u0001" ] }"#,
        "[1.0,-0,1E+2,true,null,\"a/\u{fc}\\u0001\"]".as_bytes(),
    );
    check(r#"{ "json": { "z": {}, "a": [] } }"#, br#"{"z":{},"a":[]}"#);
    check(r#"{ "json": "{{ n }}" }"#, b"3");
    check(r#"{ "json": " {{ n }}" }"#, b"\" 3\"");
    check(
        r#"{ "json": ["{{ text }}", "<{{ text }}>"] }"#,
        br#"["a\"\n","<a\"\n>"]"#,
    );
    check(
        r#"{ "json": { "{{ n }}": "{{ list }}" } }"#,
        br#"{"3":[1,"x",{"a":null,"b":1.5}]}"#,
    );
    check(r#"{ "json": "{{ n > 2 }}" }"#, b"true");
}

#[test]
fn what_json_cannot_say_is_refused() {
    check_refused(r#"{ "json": "{{ raw }}" }"#, "JSON is text");
    check_refused(r#"{ "json": "<{{ raw }}>" }"#, "JSON is text");
    check_refused(r#"{ "json": { "{{ raw }}": 1 } }"#, "JSON is text");
    check_refused(
        r#"{ "json": "{{ 1e308 * 10 }}" }"#,
        "cannot be written as JSON",
    );
}

#[test]
fn random_bytes_are_those_of_the_seed_and_others_each_time() {
    let two = r#"[{ "random": 16 }, { "random": "{{ n * 5 + 1 }}" }]"#;
    let drawn = |seed| sent(two, r#""n": 3"#, seed, 100).expect("bytes");
    assert_eq!(drawn(7), drawn(7));
    assert_ne!(drawn(7), drawn(8));
    let bytes = drawn(7);
    assert_eq!(bytes.len(), 32);
    assert_ne!(bytes[..16], bytes[16..]);
    // How much one draw takes does not change the next one.
    let more = sent(r#"[{ "random": 99 }, { "random": 16 }]"#, "", 7, 200).expect("bytes");
    assert_eq!(more[99..], bytes[16..]);
}

#[test]
fn too_many_random_bytes_fail_at_once() {
    for count in ["9223372036854775808", "18446744073709551615"] {
        check_refused(&format!(r#"{{ "random": {count} }}"#), "cannot be");
        check_refused(
            &format!(r#"{{ "random": "{{{{ {count} }}}}" }}"#),
            "longer than the limit",
        );
    }
    let most = format!(r#"{{ "random": {} }}"#, MAX_PAYLOAD + 1);
    check_refused(&most, "cannot be");
}

proptest! {
    #[test]
    fn a_number_reads_back_from_its_bytes(number in any::<i64>(), bytes in 0_usize..4, signed in any::<bool>(), little in any::<bool>()) {
        let bytes = [1_u8, 2, 4, 8][bytes];
        let endian = if little { Endian::Little } else { Endian::Big };
        let form = IntegerForm { bytes, signed, endian };
        prop_assert_eq!(IntegerForm::named(&form.name()).map(|named| IntegerForm { endian, ..named }), Some(form));
        let fits = form.range().contains(&number.into());
        let mut out = Vec::new();
        form.push(number.into(), &mut out);
        prop_assert_eq!(out.len(), usize::from(bytes));
        if little {
            out.reverse();
        }
        let negative = signed && out[0] >= 0x80;
        let read = out.iter().fold(if negative { -1 } else { 0 }, |sum, byte| sum << 8 | i128::from(*byte));
        prop_assert_eq!(read == i128::from(number), fits);
    }

    #[test]
    fn sized_with_the_options_of_a_framing_is_its_frame(
        body in proptest::collection::vec(any::<u8>(), 0..300),
        width in 0_usize..6,
        little in any::<bool>(),
        adjust in -300_i64..300,
    ) {
        let width = [LengthWidth::One, LengthWidth::Two, LengthWidth::Three, LengthWidth::Four, LengthWidth::Eight, LengthWidth::Varint][width];
        let endian = if little { Endian::Little } else { Endian::Big };
        let framing = Framing::LengthPrefixed(LengthPrefix { offset: 0, width, endian, adjust });
        let form = LengthForm { width: LengthDigits::Bytes(width), endian, adjust };
        let (mut frame, mut sized) = (Vec::new(), Vec::new());
        let framed = framing.encode(&body, &mut frame).is_ok();
        let written = form.push(body.len(), &mut sized).is_ok();
        sized.extend(&body);
        prop_assert_eq!(written, framed);
        if framed {
            prop_assert_eq!(sized, frame);
        }
    }
}
