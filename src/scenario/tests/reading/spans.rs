//! Where mistakes point: at the exact word, also inside of strings with escapes.

use super::{check, check_steps};

#[test]
fn a_mistake_inside_a_string_is_pointed_at_whatever_escapes_stand_before_it() {
    for before in [
        "",
        "plain ",
        r"\n",
        r"\\\/\b\f\r\t",
        r#"\""#,
        r"\u0041",
        r"\u00e4",
        r"\u20ac",
        r"\ud83d\ude00",
        "é",
        "😀",
        r"é\n😀\ud83d\ude00é",
    ] {
        check_steps(
            &format!(r#"{{ "send": "{before}{{{{ nowhere }}}}" }}"#),
            &["BC1019 nowhere"],
        );
        check_steps(
            &format!(r#"{{ "send": {{ "hex": "00{before}" }} }}"#),
            match before {
                "" | r"\n" => &[],
                "plain " => &["BC1014 p"],
                r"\\\/\b\f\r\t" => &[r"BC1014 \\"],
                r#"\""# => &[r#"BC1014 \""#],
                r"\u0041" => &[r"BC1014 \u0041"],
                r"\u00e4" => &[r"BC1014 \u00e4"],
                r"\u20ac" => &[r"BC1014 \u20ac"],
                r"\ud83d\ude00" => &[r"BC1014 \ud83d\ude00"],
                "😀" => &["BC1014 😀"],
                _ => &["BC1014 é"],
            },
        );
        check_steps(
            &format!(
                r#"{{ "expect": {{ "regex": "{}(" }} }}"#,
                before.replace(r"\\\/\b", "")
            ),
            &["BC1016 ("],
        );
    }
}

#[test]
fn a_mistake_points_at_the_word_that_is_wrong() {
    let tables: [(&str, &[&str]); 7] = [
        (r#"{ "stepz": [] }"#, &[r#"BC1004 "stepz""#]),
        (
            r#"{ "steps": [{ "send": "a", "send": "b" }] }"#,
            &[r#"BC1005 "send""#],
        ),
        (
            r#"{ "steps": [{ "send": "a", "split": 0 }] }"#,
            &["BC1012 0"],
        ),
        (
            r#"{ "steps": [{ "wait": "1 s" }], "timeout": 1 }"#,
            &[r#"BC1013 "1 s""#, "BC1006 1"],
        ),
        (
            r#"{ "steps": [{ "as": "bob", "send": "x" }] }"#,
            &[r#"BC1017 "bob""#],
        ),
        (
            r#"{ "steps": [{ "send": "x" } { "send": "y" }] }"#,
            &["BC1002 "],
        ),
        (r#"{ "steps": [{ "send": "x" }"#, &["BC1002 ["]),
    ];
    for (text, expected) in tables {
        check(text, expected);
    }
}

#[test]
fn mistakes_come_in_the_order_of_the_file() {
    check(
        r#"{ "finally": [{ "sned": 1 }], "steps": [{ "wait": 1 }], "vars": { "seed": 1 }, "nmae": "" }"#,
        &[
            r#"BC1004 "sned""#,
            "BC1006 1",
            r#"BC1021 "seed""#,
            r#"BC1004 "nmae""#,
        ],
    );
}

#[test]
fn a_mistake_of_syntax_comes_alone_and_is_the_first() {
    check("{ \"stepz\": [{ \"send\": \"a\tb\" }] {", &["BC1002 \t"]);
    check("{ \"stepz\": ] \"a\tb\" {", &["BC1002 ]"]);
}

#[test]
fn a_key_given_twice_says_on_which_line_it_was_given_before() {
    // More properties than are compared one by one, and more text than one stride of counted lines.
    let many: String = (0..3000).map(|n| format!("\"k{n}\": 1,\n")).collect();
    for (vars, label) in [
        ("\"a\": 1, \"a\": 2".to_owned(), "given before on this line"),
        (
            "\"a\": 1,\r\n\"a\": 2".to_owned(),
            "given before, on line 1",
        ),
        (
            "\n\"a\": 1,\n\n\"a\": 2".to_owned(),
            "given before, on line 2",
        ),
        (
            format!("{many}\"a\": 1,{}\"a\": 2", "\n".repeat(9000)),
            "given before, on line 3001",
        ),
    ] {
        let text = format!("{{ \"vars\": {{ {vars} }}, \"steps\": [{{ \"wait\": \"1s\" }}] }}");
        let found = super::outcome(&text).map(|_| ()).expect_err("refused");
        let twice = found.list.iter().find(|found| {
            let span = found.span.unwrap_or_default();
            &text[span.start as usize..span.end as usize] == "\"a\""
        });
        assert_eq!(twice.map(|found| &*found.label), Some(label));
    }
}
