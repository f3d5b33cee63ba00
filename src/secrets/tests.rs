//! Values in every disguise, whole and cut.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::{Secrets, TooPlain};

fn secrets(values: &[&[u8]]) -> Secrets {
    let mut secrets = Secrets::default();
    for value in values {
        secrets.add(value).expect("can be hidden");
    }
    secrets
}

fn hidden(secrets: &Secrets, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    secrets.hide_bytes(&mut bytes);
    bytes
}

fn percent(value: &[u8], all: bool) -> String {
    let one = |byte: &u8| match *byte {
        byte if !all && byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    value.iter().map(one).collect()
}

/// The ways of writing a value, with what stands before and after it.
fn disguises(before: &[u8], value: &[u8], after: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let around = [before, value, after].concat();
    let mut all = vec![(around.clone(), value.to_vec())];
    let lower: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
    for text in [
        lower.to_uppercase(),
        lower,
        percent(value, true),
        percent(value, false),
        percent(value, true).to_lowercase(),
    ] {
        let bytes = [before, text.as_bytes(), after].concat();
        all.push((bytes, text.into_bytes()));
    }
    // The letters that are of the value alone.
    let skip = (before.len() * 8).div_ceil(6);
    let end = (before.len() + value.len()) * 8 / 6;
    for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
        let text = engine.encode(&around);
        let core = text.as_bytes()[skip..end].to_vec();
        all.push((text.into_bytes(), core));
    }
    all
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_value_is_hidden_in_every_disguise() {
    let value = b"hunter2/+ \xc3\xa9\"";
    let secrets = secrets(&[value]);
    for before in [&b""[..], b"x", b"xy", b"xyz"] {
        for after in [&b""[..], b"a", b"ab"] {
            for (bytes, core) in disguises(before, value, after) {
                let hidden = hidden(&secrets, &bytes);
                assert_eq!(hidden.len(), bytes.len());
                let shown = String::from_utf8_lossy(&hidden);
                assert!(!contains(&hidden, &core), "{shown}");
                assert!(contains(&hidden, b"*****"), "{shown}");
            }
        }
    }
}

#[test]
fn digits_of_either_case_and_lines_between_letters_change_nothing() {
    let secrets = secrets(&[b"\xab\xcdkey>>?"]);
    for text in [
        "aBcD6b65793E3e3F",
        "ab:cd:6b:65:79:3e:3e:3f",
        "AB CD 6B 65 79 3E 3E 3F",
        "%aB%Cdkey%3e>%3F",
        "q81r\r\nZXk+\r\nPj8=",
        "q81rZXk-Pj8",
        "q81rZXk%2BPj8%3D",
    ] {
        let hidden = hidden(&secrets, text.as_bytes());
        let rest: Vec<u8> = hidden.into_iter().filter(|byte| *byte != b'*').collect();
        assert!(
            rest.len() <= 4,
            "{text}: {}",
            String::from_utf8_lossy(&rest)
        );
    }
}

#[test]
fn text_hides_what_escapes_stand_in() {
    let value = "pa\"s\n\u{eb}\\word";
    let secrets = secrets(&[value.as_bytes()]);
    for text in [
        serde_json::to_string(value).expect("JSON"),
        "pa\\\\\"s\\\\n\u{eb}\\\\\\\\word".to_owned(),
        "pa\\\"s\\n\\u00eb\\\\word".to_owned(),
        "pa&quot;s\n\u{eb}\\word".to_owned(),
    ] {
        let hidden = secrets.hide_text(&text);
        assert_eq!(hidden.len(), text.len());
        assert!(
            !hidden.contains("word") && hidden.contains("****"),
            "{hidden}"
        );
    }
    assert_eq!(secrets.hide_text("pass word"), "pass word");
    let mut part = "\"\u{eb}\\word and pa\"s…\"".to_owned();
    secrets.hide_part(&mut part);
    assert_eq!(part, "\"******* and ****…\"");
}

#[test]
fn a_value_that_is_cut_is_hidden_on_both_sides() {
    let value = b"correct horse";
    let secrets = secrets(&[value]);
    for cut in 1..value.len() {
        let (left, right) = value.split_at(cut);
        let (mut left, mut right) = ([b"PASS ", left].concat(), [right, b"\r\n"].concat());
        assert!(secrets.hide_stream(&mut [(&mut left, false), (&mut right, true)]));
        assert_eq!(left, [b"PASS ", &vec![b'*'; cut][..]].concat());
        assert_eq!(
            right,
            [&vec![b'*'; value.len() - cut][..], b"\r\n"].concat()
        );
        // Where something is missing between them, each part that tells is hidden.
        let (first, last) = value.split_at(cut);
        let (mut first, mut last) = (first.to_vec(), last.to_vec());
        secrets.hide_stream(&mut [(&mut first, true), (&mut last, true)]);
        let stars = |part: &[u8]| part.iter().all(|byte| *byte == b'*');
        assert_eq!(
            (stars(&first), stars(&last)),
            (cut >= 3, value.len() - cut >= 3)
        );
    }
    assert_eq!(
        secrets.hide_text("'corre…' and …horse, …cor"),
        "'*****…' and …*****, …cor"
    );
    assert_eq!(hidden(&secrets, b"rect hor"), b"********", "its middle");
}

/// Ways of writing one byte in text, as encoders of many languages do.
fn written(byte: u8, way: usize) -> String {
    match way % 16 {
        0 => char::from(byte).to_string(),
        1 => format!("%{byte:02X}"),
        2 => format!("\\x{byte:02x}"),
        3 => format!("\\{byte:03o}"),
        4 => format!("\\u{byte:04X}"),
        5 => format!("\\u{{{byte:x}}}"),
        6 => format!("&#{byte};"),
        7 => format!("&#{byte:03};"),
        8 => format!("&#{byte:08};"),
        9 => format!("&#{byte}"),
        10 => format!("&#x{byte:x};"),
        11 => format!("&#X{byte:04X};"),
        12 => format!("&#x{byte:08x};"),
        13 => format!("\\\\x{byte:02x}"),
        14 => format!("\\\\u{byte:04x}"),
        _ => match byte {
            b'&' => "&amp;".into(),
            b'<' => "&lt;".into(),
            b'"' => "&quot;".into(),
            b'+' => "&plus;".into(),
            b'/' => "&sol;".into(),
            b'\\' => "\\\\".into(),
            byte => char::from(byte).to_string(),
        },
    }
}

#[test]
fn references_of_xml_are_found_in_all_their_forms() {
    let secrets = secrets(&["a<b>\"c'd&w\u{f6}/+z\u{20ac}\u{1f600}".as_bytes()]);
    for text in [
        "a&lt;b&gt;&#34;c&#39;d&amp;w\u{f6}/&#43;z\u{20ac}\u{1f600}",
        "a&lt;b&gt;&quot;c&#x27;d&amp;w&#246;&#x2F;&#43;z&#8364;&#128512;",
        "a&LT;b&gt;&#x22;c&apos;d&amp;w&ouml;&#x2f;&plus;z&euro;&#x1F600;",
        "&#97;&#x0003c;&#0098&#62&#034;&#x63;&#0000039;&#100;&#38;w&#xF6;&sol;&#x0000002B;&#122;&#x20AC;&#x1f600",
    ] {
        assert_eq!(secrets.hide_text(text), "*".repeat(text.len()), "{text}");
    }
}

#[test]
fn lists_of_numbers_are_found_however_they_are_written() {
    let value = b"Tok<3n>&\xc3\xb6";
    let secrets = secrets(&[value]);
    let list = |one: &dyn Fn(&u8) -> String, between: &str| {
        value.iter().map(one).collect::<Vec<_>>().join(between)
    };
    let hex = |byte: &u8| format!("{byte:02x}");
    let c = |byte: &u8| format!("0x{byte:02X}");
    let escape = |byte: &u8| format!("\\x{byte:02x}");
    let decimal = |byte: &u8| byte.to_string();
    let padded = |byte: &u8| format!("{byte:03}");
    let signed = |byte: &u8| byte.cast_signed().to_string();
    for text in [
        list(&c, ", "),
        list(&c, ",\n    "),
        list(&c, ""),
        list(&hex, ":"),
        list(&hex, " "),
        list(&hex, "  "),
        list(&hex, "\r\n"),
        list(&escape, ""),
        list(&escape, "\", \""),
        list(&decimal, ", "),
        list(&decimal, " "),
        list(&decimal, "\n"),
        list(&padded, ","),
        list(&signed, ", "),
    ] {
        let text = format!("[{text}]");
        let shown = secrets.hide_text(&text);
        let rest = shown.replace('*', "");
        assert!(matches!(&*rest, "[]" | "[0x]" | "[\\x]"), "{text}: {shown}");
    }
    for other in [
        "[84, 111, 60]",
        "0x54, 0x6f, 0x6b, 0x3c",
        "84111107605111062",
    ] {
        assert_eq!(secrets.hide_text(other), other);
    }
}

#[test]
fn half_of_a_value_is_hidden_wherever_it_stands_and_in_bytes_as_in_text() {
    let value = b"Tok<3n>&wet+z";
    let secrets = secrets(&[value]);
    for (text, expected) in [
        ("a Tok<3n>&! b", "a ********! b"),
        ("a n>&wet+z b", "a ******** b"),
        ("say ok<3n>&w.", "say ********."),
        ("Tok<3n>&wet+Z", "************Z"),
        // Fewer than half.
        ("a Tok<3n> b", "a Tok<3n> b"),
        ("x 546f6b3c336e3e26 x", "x **************** x"),
        (
            "x 54 6f 6b 3c 33 6e 3e 26, x",
            "x ***********************, x",
        ),
        (
            "x 84, 111, 107, 60, 51, 110, 62, 38, x",
            "x *********************************, x",
        ),
        // Where something is left out, three letters tell, four digits, or four letters in base64.
        ("x Tok... and ...t+z x", "x ***... and ...*** x"),
        ("x 546f\u{2026} x", "x ****\u{2026} x"),
        ("x VG9rPDNu... x", "x ********... x"),
    ] {
        assert_eq!(secrets.hide_text(text), expected);
        assert_eq!(hidden(&secrets, text.as_bytes()), expected.as_bytes());
    }
    // All but one byte of the shortest.
    let short = self::secrets(&[b"hunter"]);
    assert_eq!(short.hide_text("hunte unter hunt"), "***** ***** hunt");
}

#[test]
fn each_line_of_a_value_is_one_too() {
    let secrets = secrets(&[b"first line\r\n  second line\nthird\n"]);
    assert_eq!(
        secrets.hide_text("first line, second line, third"),
        "**********, ***********, third"
    );
}

#[test]
fn what_is_looked_for_is_bounded() {
    let mut secrets = Secrets::default();
    let lines = "0123456789\n".repeat(Secrets::MAX_LEN / 11);
    assert_eq!(
        secrets.add(lines.as_bytes()),
        Ok(()),
        "a line is counted once"
    );
    let different: String = (0..Secrets::MAX_LEN / 7)
        .map(|n| format!("{n:06}\n"))
        .collect();
    assert_eq!(secrets.add(different.as_bytes()), Ok(()));
    assert_eq!(secrets.add(different.as_bytes()), Err(TooPlain::Long));
    // Cuts without number are not.
    let secrets = self::secrets(&[b"correct horse"]);
    let dots = "x...".repeat(Secrets::MAX_CUTS);
    assert!(
        secrets
            .hide_text(&format!("{dots} cor..."))
            .ends_with(" cor...")
    );
    assert!(
        secrets
            .hide_text(&format!("{dots} correct horse..."))
            .ends_with("x... *************...")
    );
}

#[test]
fn values_that_overlap_are_all_hidden() {
    let secrets = secrets(&[b"abcdef", b"defghi", b"abcdefghijkl"]);
    assert_eq!(hidden(&secrets, b" abcdefghi "), b" ********* ");
    assert_eq!(hidden(&secrets, b" abcdefghijkl "), b" ************ ");
    assert_eq!(hidden(&secrets, b"abcdabcdef"), b"abcd******");
    assert_eq!(secrets.hide_text("nothing"), "nothing");
}

#[test]
fn what_cannot_be_hidden_is_refused() {
    let mut secrets = Secrets::default();
    assert_eq!(secrets.add(b"12345"), Err(TooPlain::Short));
    assert_eq!(secrets.add(b"*******"), Err(TooPlain::Hidden));
    assert_eq!(
        secrets.add(&[b'x'; Secrets::MAX_LEN + 1]),
        Err(TooPlain::Long)
    );
    assert!(secrets.is_empty() && !secrets.hide_bytes(&mut b"12345".to_vec()));
    for n in 0..4 {
        assert_eq!(secrets.add(&vec![b'a' + n; Secrets::MAX_LEN]), Ok(()));
    }
    assert_eq!(secrets.add(b"123456"), Err(TooPlain::Long));
    assert!(!format!("{secrets:?}").contains("aaaa"));
}

proptest! {
    #[test]
    fn whatever_stands_around_a_value_it_is_hidden(
        value in prop::collection::vec(any::<u8>(), Secrets::MIN_LEN..40),
        before in prop::collection::vec(any::<u8>(), 0..7),
        after in prop::collection::vec(any::<u8>(), 0..7),
        cut in any::<prop::sample::Index>(),
    ) {
        prop_assume!(value.iter().any(|byte| *byte != b'*'));
        let secrets = secrets(&[&value]);
        for (bytes, core) in disguises(&before, &value, &after) {
            let (left, right) = bytes.split_at(cut.index(bytes.len() + 1));
            let (mut left, mut right) = (left.to_vec(), right.to_vec());
            prop_assert!(secrets.hide_stream(&mut [(&mut left, false), (&mut right, true)]));
            prop_assert!(!contains(&[left, right].concat(), &core));
        }
    }

    #[test]
    fn however_each_letter_is_written_all_are_hidden(
        letters in prop::collection::vec((33_u8..127, 0_usize..16), Secrets::MIN_LEN..24),
    ) {
        let value: Vec<u8> = letters.iter().map(|(byte, _)| *byte).collect();
        prop_assume!(value.iter().any(|byte| *byte != b'*'));
        let text: String = letters.iter().map(|(byte, way)| written(*byte, *way)).collect();
        let hidden = secrets(&[&value]).hide_text(&format!(" {text} ")).into_owned();
        prop_assert_eq!(hidden, format!(" {} ", "*".repeat(text.len())), "{}", text);
    }

    #[test]
    fn text_is_hidden_without_a_panic_and_keeps_its_length(text in ".{0,60}", value in ".{6,20}") {
        let mut secrets = Secrets::default();
        if secrets.add(value.as_bytes()).is_ok() {
            prop_assert_eq!(secrets.hide_text(&text).len(), text.len());
            let around = format!("{text}{value}{text}");
            prop_assert!(!secrets.hide_text(&around).contains(&value));
        }
    }
}
