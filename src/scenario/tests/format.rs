//! Formatting: what it makes of a file, and what it leaves as it is.

use proptest::prelude::*;

use crate::scenario::{ReadOptions, WIDTH, format, read};

#[track_caller]
fn formatted(text: &str) -> String {
    match format("test.json", text.as_bytes()) {
        Ok(formatted) => formatted,
        Err(mistakes) => panic!("{text}\nis refused: {:#?}", mistakes.list),
    }
}

/// Checks what becomes of a text, and that nothing more becomes of that.
#[track_caller]
fn check(text: &str, expected: &str) {
    let once = formatted(text);
    assert_eq!(once, expected);
    assert_eq!(formatted(&once), once, "a second time");
}

/// The words of a text without its commas; and its comments, sorted, for they may change places with a key.
///
/// A second way to take a text apart, which knows nothing of objects.
fn words(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut words, mut comments) = (Vec::new(), Vec::new());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let len = match first {
            '"' => {
                let mut escaped = false;
                let end = rest[1..].find(|c| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                });
                end.expect("a closing quote") + 2
            }
            '/' if rest.starts_with("//") => rest.find(['\n', '\r']).unwrap_or(rest.len()),
            '/' => rest[2..].find("*/").expect("an end") + 4,
            ' ' | '\t' | '\r' | '\n' | ',' => 1,
            '{' | '}' | '[' | ']' | ':' => 1,
            _ => rest
                .find([' ', '\t', '\r', '\n', ',', ']', '}', '/', ':'])
                .unwrap_or(rest.len()),
        };
        let word = rest[..len].trim_end();
        match first {
            '/' => comments.push(word.to_owned()),
            ',' => {}
            _ if word.is_empty() => {}
            _ => words.push(word.to_owned()),
        }
        rest = &rest[len..];
    }
    comments.sort();
    (words, comments)
}

#[test]
fn steps_that_fit_on_a_line_stand_on_one() {
    check(
        r#"{"steps":[{"send":"hi"},{
            "expect" : { "any":true, },
        }
        ],}"#,
        "{\n  \"steps\": [\n    { \"send\": \"hi\" },\n    { \"expect\": { \"any\": true } }\n  ]\n}\n",
    );
}

#[test]
fn steps_that_do_not_fit_stand_on_several() {
    let long = "x".repeat(60);
    check(
        &format!(r#"{{ "steps": [{{ "send": ["{long}", "{long}"], "note": "n" }}] }}"#),
        &format!(
            "{{\n  \"steps\": [\n    {{\n      \"send\": [\n        \"{long}\",\n        \"{long}\"\n      ],\n      \
             \"note\": \"n\"\n    }}\n  ]\n}}\n"
        ),
    );
    // One word alone does not become shorter.
    let longer = "x".repeat(200);
    let step = format!("{{ \"send\": {{ \"literal\": \"{longer}\" }} }}");
    check(
        &format!(r#"{{ "steps": [{step}] }}"#),
        &format!("{{\n  \"steps\": [\n    {step}\n  ]\n}}\n"),
    );
}

#[test]
fn a_line_has_so_many_characters_and_no_more() {
    let step = |letters: usize| format!("{{ \"send\": \"{}\", \"as\": 1 }}", "ä".repeat(letters));
    let frame = step(0).chars().count();
    // Four blanks before the step, a comma after it.
    for (len, lines) in [(WIDTH - 5, 6), (WIDTH - 4, 9)] {
        let text = format!("{{ \"steps\": [{}, {{}}] }}", step(len - frame));
        assert_eq!(formatted(&text).lines().count(), lines, "{len}");
    }
}

#[test]
fn a_line_that_an_author_began_behind_a_key_stays() {
    let rows = "{\n  \"cases\": [\n    { \"n\": 1 },\n    { \"n\": 2 }\n  ],\n  \"tags\": [\"a\", \"b\"],\n  \"steps\": []\n}\n";
    check(rows, rows);
    check(
        "{ \"cases\": [{ \"n\": 1 },\n{ \"n\": 2 }], \"steps\": [] }",
        "{\n  \"cases\": [{ \"n\": 1 }, { \"n\": 2 }],\n  \"steps\": []\n}\n",
    );
}

#[test]
fn comments_stay_with_what_they_are_about() {
    check(
        "// head\n\n\n{ // first\n\"a\": 1, // one\n\n\n  /* two */ \"b\": [ 2 /* too */ ], \"c\": /* odd */ 3 // three\n\n// last\n}\n// end",
        "// head\n\n{\n  // first\n  \"a\": 1, // one\n\n  /* two */ \"b\": [2 /* too */],\n  /* odd */\n  \"c\": 3 // three\n\n  // last\n}\n// end\n",
    );
    check("{ /* nothing */ }", "{\n  /* nothing */\n}\n");
    check(
        "{ \"a\": [1 // x\n, // y\n 2] }",
        "{\n  \"a\": [\n    1, // x\n    // y\n    2\n  ]\n}\n",
    );
}

#[test]
fn strings_and_numbers_stay_as_they_are_written() {
    let text = "{\n  \"a\": [1.50, -0, 1e+5, 10000000000000000000000000],\n  \"\\u0041\\/\": \"\\u00e4\\t ä {{ x }}\"\n}\n";
    check(text, text);
}

#[test]
fn what_is_no_json_is_refused() {
    for text in [
        "",
        "{",
        "{ \"a\": 1 \"b\": 2 }",
        "{ 'a': 1 }",
        "[1] [2]",
        "// x",
    ] {
        assert!(format("test.json", text.as_bytes()).is_err(), "{text}");
    }
    assert!(format("test.json", b"\xff").is_err());
}

#[test]
fn line_ends_become_those_of_unix_but_inside_of_comments() {
    check(
        "{\r\n\"a\": 1,\r\n\r\n/* x\r\n y */\r\n\"b\": 2 // c\r\n}\r\n",
        "{\n  \"a\": 1,\n\n  /* x\r\n y */\n  \"b\": 2 // c\n}\n",
    );
}

/// Something between two words.
fn gap() -> BoxedStrategy<String> {
    let piece = prop_oneof![
        4 => Just(" "),
        2 => Just("\n"),
        1 => Just("\r\n"),
        1 => Just("\r"),
        1 => Just("\n\n\n"),
        1 => Just("// line, with { \"text\" }\n"),
        1 => Just("/* block */"),
        1 => Just("/* two\n  lines */"),
        1 => Just("/*/ odd ,*/"),
    ];
    prop::collection::vec(piece, 0..4)
        .prop_map(|pieces| pieces.concat())
        .boxed()
}

/// A value, with anything between its words.
fn value() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        Just("\"\"".to_owned()),
        Just("\"a\\\"b // no \\\\\"".to_owned()),
        Just("1.50e-3".to_owned()),
        Just("null".to_owned()),
        "[a-z ]{0,150}".prop_map(|text| format!("\"{text}\"")),
    ];
    atom.prop_recursive(4, 40, 6, |inner| {
        let entry = (gap(), inner, gap()).prop_map(|(a, value, b)| format!("{a}{value}{b}"));
        let key = prop_oneof![Just("\"steps\""), Just("\"send\""), Just("\"k\"")];
        let pair = (gap(), key, gap(), entry.clone())
            .prop_map(|(a, key, b, entry)| format!("{a}{key}{b}:{entry}"));
        let close = (any::<bool>(), gap());
        let array = (prop::collection::vec(entry, 0..5), close.clone());
        let object = (prop::collection::vec(pair, 0..5), close);
        let close = |list: Vec<String>, (comma, gap): (bool, String)| {
            let comma = if comma && !list.is_empty() { "," } else { "" };
            format!("{}{comma}{gap}", list.join(","))
        };
        prop_oneof![
            array.prop_map(move |(list, end)| format!("[{}]", close(list, end))),
            object.prop_map(move |(list, end)| format!("{{{}}}", close(list, end))),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_is_lost_and_a_second_time_changes_nothing(before in gap(), value in value(), after in gap()) {
        let text = format!("{before}{value}{after}");
        let once = formatted(&text);
        prop_assert_eq!(words(&once), words(&text), "{}", once);
        prop_assert_eq!(formatted(&once), once);
    }

    #[test]
    fn any_text_is_formatted_or_refused(text in "[\\[\\]{}\",:/* \n\r\ta1\\\\]{0,40}") {
        if let Ok(once) = format("test.json", text.as_bytes()) {
            prop_assert_eq!(words(&once), words(&text));
        }
    }
}

#[test]
fn what_a_file_means_stays() {
    let text = include_str!("../../../scenarios/reference/clients-interleaved.json");
    let meaning = |text: &str| {
        let (scenario, _) =
            read("t.json", text.as_bytes(), &ReadOptions::default()).expect("valid");
        let script = &scenario.script;
        let parts = (&script.clients, &script.blocks, &script.finally);
        let script = format!("{parts:?}");
        // Where things stand is all that may differ.
        let parts = script.split("Span {");
        parts
            .map(|part| {
                part.split_once('}')
                    .map_or(part, |(_, rest)| rest)
                    .to_owned()
            })
            .collect::<Vec<_>>()
    };
    let flat = text.replace('\n', " ");
    assert_eq!(meaning(&formatted(&flat)), meaning(text));
    assert_eq!(formatted(&flat), formatted(text));
}
