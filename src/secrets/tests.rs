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

#[test]
fn values_that_overlap_are_all_hidden() {
    let secrets = secrets(&[b"abcdef", b"defghi", b"abcdefghijkl"]);
    assert_eq!(hidden(&secrets, b" abcdefghi "), b" ********* ");
    assert_eq!(hidden(&secrets, b" abcdefghijkl "), b" ************ ");
    assert_eq!(hidden(&secrets, b"abcdeabcdef"), b"abcde******");
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
    fn text_is_hidden_without_a_panic_and_keeps_its_length(text in ".{0,60}", value in ".{6,20}") {
        let mut secrets = Secrets::default();
        if secrets.add(value.as_bytes()).is_ok() {
            prop_assert_eq!(secrets.hide_text(&text).len(), text.len());
            let around = format!("{text}{value}{text}");
            prop_assert!(!secrets.hide_text(&around).contains(&value));
        }
    }
}
