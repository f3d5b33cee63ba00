//! Payloads: what they render to, within their limit; hexadecimal digits and base64.

use proptest::prelude::*;

use crate::scenario::{
    Names, Number, Payload, PayloadBuilder, Piece, Span, Template, Value, Values, parse_base64,
    parse_hex,
};

/// Some names with values: `n` 3, `digits` ff, `raw` no UTF-8.
fn known() -> (Names, Values) {
    let mut names = Names::default();
    let mut values = Values::new(8);
    for (name, value) in [
        ("n", Value::from(3)),
        ("digits", Value::from("ff")),
        ("raw", Value::from_bytes(vec![0xff, 0])),
    ] {
        values.set(names.intern(name).expect("there is room"), value);
    }
    (names, values)
}

fn template(text: &str) -> Template {
    Template::parse(text, Span::default(), &mut known().0).expect("a template")
}

fn payload(pieces: impl IntoIterator<Item = Piece>) -> Payload {
    let mut builder = PayloadBuilder::default();
    for piece in pieces {
        builder.push_piece(piece);
    }
    builder.finish(Span::default())
}

fn repeat(inner: Payload, times: u64) -> Piece {
    Piece::Repeat {
        payload: Box::new(inner),
        times: Number::Fixed(times),
    }
}

fn bytes(bytes: &[u8]) -> Piece {
    Piece::Bytes(bytes.into())
}

fn render(payload: &Payload, limit: usize) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    match payload.render(&known().1, limit, &mut out) {
        Ok(()) => Ok(out),
        Err(error) => {
            assert!(
                out.len() <= limit,
                "{} bytes with a limit of {limit}",
                out.len()
            );
            Err(error.message)
        }
    }
}

#[test]
fn pieces_are_joined_in_order() {
    let table = [
        (payload([]), &b""[..]),
        (payload([bytes(b"a\r\n")]), b"a\r\n"),
        (payload([Piece::Text(template("<{{n}}>\r\n"))]), b"<3>\r\n"),
        (
            payload([Piece::Hex(template("00 {{digits}}"))]),
            b"\x00\xff",
        ),
        (payload([Piece::Base64(template("{{digits}}8="))]), b"}\xff"),
        (
            payload([bytes(b"a"), Piece::Text(template("{{raw}}")), bytes(b"b")]),
            b"a\xff\x00b",
        ),
        (
            payload([repeat(payload([bytes(b"ab")]), 3), bytes(b"c")]),
            b"abababc",
        ),
        (
            payload([bytes(b"x"), repeat(payload([bytes(b"ab")]), 0)]),
            b"x",
        ),
    ];
    for (payload, expected) in table {
        assert_eq!(
            render(&payload, 100).as_deref(),
            Ok(expected),
            "{payload:?}"
        );
        assert_eq!(
            render(&payload, expected.len()).as_deref(),
            Ok(expected),
            "{payload:?}"
        );
        if let Some(less) = expected.len().checked_sub(1) {
            let error = render(&payload, less).expect_err("too long");
            assert_eq!(
                error,
                format!("the result is longer than the limit of {less} bytes")
            );
        }
    }
}

#[test]
fn what_is_known_is_joined_and_told() {
    let mut builder = PayloadBuilder::default();
    builder.push_bytes(b"a");
    builder.push_text(template("b"));
    builder.push_payload(Payload::fixed(b"c", Span::default()));
    builder.push_bytes(b"");
    let known = builder.finish(Span::default());
    assert_eq!(known.known(), Some(&b"abc"[..]));
    assert_eq!(known.known_len(), Some(3));
    assert_eq!(Payload::fixed(b"", Span::default()).known(), Some(&[][..]));

    let mut builder = PayloadBuilder::default();
    builder.push_bytes(b"a");
    builder.push_text(template("{{n}}"));
    builder.push_bytes(b"b");
    let open = builder.finish(Span::default());
    assert_eq!(open.pieces.len(), 3);
    assert_eq!((open.known(), open.known_len()), (None, None));
    assert_eq!(open.templates().len(), 1);

    let repeated = payload([repeat(payload([bytes(b"ab")]), 1 << 40), bytes(b"c")]);
    assert_eq!(repeated.known(), None);
    assert_eq!(repeated.known_len(), Some((1 << 41) + 1));
    let huge = payload([repeat(
        payload([repeat(payload([bytes(b"a")]), u64::MAX)]),
        u64::MAX,
    )]);
    assert_eq!(huge.known_len(), Some(u64::MAX));
}

#[test]
fn huge_repeats_fail_by_arithmetic() {
    const HUGE: u64 = 1_000_000_000_000_000_000;
    let limit = 1 << 20;
    let nested = |inner: &[u8]| {
        let once = payload([repeat(payload([bytes(inner)]), HUGE)]);
        payload([repeat(payload([repeat(once, HUGE)]), u64::MAX)])
    };
    assert!(
        render(&nested(b"a"), limit)
            .expect_err("too long")
            .contains("limit of 1048576 bytes")
    );
    assert_eq!(render(&nested(b""), limit), Ok(Vec::new()));
}

#[test]
fn numbers_are_whole_and_may_be_digits() {
    for (text, expected) in [
        ("{{n}}", Ok(3)),
        ("{{ n * 2 }}", Ok(6)),
        ("12", Ok(12)),
        ("{{n}}0", Ok(30)),
        ("{{ 8 / 2 }}", Ok(4)),
        ("{{ n / 2 }}", Err("not 1.5")),
        ("{{ -n }}", Err("not -3")),
        ("{{digits}}", Err("not \"ff\"")),
        ("{{ true }}", Err("not a boolean")),
        ("{{ [1] }}", Err("not a list")),
        ("", Err("not \"\"")),
        ("+1", Err("not")),
        ("18446744073709551616", Err("not")),
    ] {
        let number = Number::Template(template(text)).eval(&known().1);
        match (number, expected) {
            (Ok(n), Ok(expected)) => assert_eq!(n, expected, "{text}"),
            (Err(error), Err(expected)) => {
                assert!(error.message.contains(expected), "{text}: {error}")
            }
            (number, expected) => panic!("{text}: {number:?}, expected {expected:?}"),
        }
    }
}

#[test]
fn digits_that_come_from_expressions_are_checked_when_they_run() {
    for (piece, expected) in [
        (Piece::Hex(template("{{n}}")), "odd number"),
        (
            Piece::Hex(template("{{n}}x")),
            "is not a hexadecimal digit, in \"3x\"",
        ),
        (Piece::Hex(template("{{raw}}")), "digits are needed"),
        (Piece::Base64(template("{{n}}")), "groups of 4"),
        (Piece::Base64(template("{{raw}}")), "digits are needed"),
    ] {
        let error = render(&payload([piece]), 100).expect_err(expected);
        assert!(error.contains(expected), "{error}");
    }
    let blanks = format!("{}{{{{digits}}}}", " ".repeat(1000));
    let error = render(&payload([Piece::Hex(template(&blanks))]), 10).expect_err("too long");
    assert!(error.contains("limit"), "{error}");
}

#[test]
fn hexadecimal_digits_may_have_blanks_and_errors_point() {
    for (text, expected) in [
        ("", Ok(vec![])),
        ("00ff", Ok(vec![0, 255])),
        (" 0 0\tF f\r\n", Ok(vec![0, 255])),
        ("0", Err(0..1)),
        ("00 1 ", Err(3..4)),
        ("0g", Err(1..2)),
        ("0x00", Err(1..2)),
        ("00\u{fc}", Err(2..4)),
        ("\u{661}\u{661}", Err(0..2)),
    ] {
        assert_eq!(
            parse_hex(text).map_err(|error| error.range),
            expected,
            "{text:?}"
        );
    }
}

#[test]
fn base64_is_strict_and_errors_point() {
    for (text, expected) in [
        ("", Ok(vec![])),
        ("AA==", Ok(vec![0])),
        ("AP8=", Ok(vec![0, 255])),
        ("AP8A", Ok(vec![0, 255, 0])),
        ("AP8", Err(2..3)),
        ("AP", Err(1..2)),
        ("A", Err(0..1)),
        ("A P8=", Err(1..2)),
        ("AP8=\n", Err(4..5)),
        ("AP_-", Err(2..3)),
        ("=AP8", Err(0..1)),
        ("AB==", Err(1..2)),
        ("AA\u{fc}", Err(2..4)),
    ] {
        assert_eq!(
            parse_base64(text).map_err(|error| error.range),
            expected,
            "{text:?}"
        );
    }
}

/// A payload, and the bytes that writing it out by hand gives; `None` once they are more than [`NAIVE`].
fn any_payload() -> impl Strategy<Value = (Payload, Option<Vec<u8>>)> + use<> {
    let known = proptest::collection::vec(any::<u8>(), 0..6);
    let leaf = prop_oneof![
        known.prop_map(|b| (payload([Piece::Bytes(b.clone().into())]), Some(b))),
        Just(()).prop_map(|()| {
            let text = Piece::Text(template("<{{n}}{{raw}}>"));
            (payload([text]), Some(b"<3\xff\x00>".to_vec()))
        }),
        Just(()).prop_map(|()| (payload([Piece::Hex(template("0{{n}}"))]), Some(vec![3]))),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            (inner.clone(), 0_u64..40).prop_map(|((inner, flat), times)| {
                let flat = flat
                    .map(|flat| flat.repeat(usize::try_from(times).expect("small")))
                    .filter(|flat| flat.len() <= NAIVE);
                (payload([repeat(inner, times)]), flat)
            }),
            proptest::collection::vec(inner, 0..4).prop_map(|parts| {
                let mut builder = PayloadBuilder::default();
                let mut flat = Some(Vec::new());
                for (part, bytes) in parts {
                    builder.push_payload(part);
                    flat = flat.zip(bytes).map(|(mut flat, bytes)| {
                        flat.extend(bytes);
                        flat
                    });
                }
                (
                    builder.finish(Span::default()),
                    flat.filter(|flat| flat.len() <= NAIVE),
                )
            }),
        ]
    })
}

/// The limit of the property below.
const NAIVE: usize = 4096;

proptest! {
    #[test]
    fn rendering_is_naive_expansion((payload, flat) in any_payload()) {
        match flat {
            Some(flat) => {
                prop_assert_eq!(payload.known_len().unwrap_or(flat.len() as u64), flat.len() as u64);
                prop_assert_eq!(render(&payload, NAIVE), Ok(flat));
            }
            // Over the limit somewhere; a repeat of zero times may still have dropped it.
            None => prop_assert!(render(&payload, NAIVE).is_err() || payload.known_len().is_none_or(|n| n <= NAIVE as u64)),
        }
    }

    #[test]
    fn encoded_bytes_decode_to_themselves(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let hex: String = bytes.iter().map(|b| format!("{b:02X} ")).collect();
        prop_assert_eq!(parse_hex(&hex), Ok(bytes.clone()));
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(&bytes);
        prop_assert_eq!(parse_base64(&text), Ok(bytes));
    }

    #[test]
    fn any_digits_never_panic_and_errors_point_into_them(text in "[0-9a-g=A/+\u{fc} ]{0,12}") {
        for result in [parse_hex(&text), parse_base64(&text)] {
            if let Err(error) = result {
                prop_assert!(text.get(error.range.clone()).is_some_and(|shown| !shown.is_empty()), "{error:?}");
            }
        }
    }
}
