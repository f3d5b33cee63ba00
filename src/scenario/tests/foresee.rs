//! What is seen before anything is sent, and what is not said because nobody can know.

use crate::scenario::{MAX_EVALUATED, ReadOptions, Severity, foresee, read};

/// The codes, in the order in which they are found; warnings in parentheses.
fn found(file: &str, run: &[&str]) -> String {
    let run: Vec<String> = run.iter().map(|name| (*name).to_owned()).collect();
    let options = ReadOptions {
        vars: run.clone(),
        ..ReadOptions::default()
    };
    let (scenario, _) = read("file.json", file.as_bytes(), &options)
        .unwrap_or_else(|mistakes| panic!("{file}: {:?}", mistakes.list));
    let found = foresee(&scenario, &run);
    let codes = found.iter().map(|found| match found.severity {
        Severity::Error => found.code.0.to_owned(),
        Severity::Warning => format!("({})", found.code.0),
    });
    codes.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(head: &str, steps: &str, expected: &str) {
    let file = format!("{{ {head} \"steps\": [{steps}] }}");
    assert_eq!(found(&file, &[]), expected, "{file}");
}

const LINE: &str = r#""framing": "line","#;

#[test]
fn what_ends_a_message_is_expected_in_none() {
    const NEVER: &str = "BC1043";
    for (expected, code) in [
        (r#""x\n""#, NEVER),
        (r#""a\nb""#, NEVER),
        (r#"{ "prefix": "a\n" }"#, NEVER),
        (r#"{ "suffix": "a\n" }"#, NEVER),
        (r#"{ "contains": "\n" }"#, NEVER),
        (r#"{ "regex": "^a\\n" }"#, NEVER),
        (r#"{ "regex": "^(a|b)(\n)+" }"#, NEVER),
        (r#"{ "regex": "a\n|b\n" }"#, NEVER),
        (r#"{ "all": [{ "length": 2 }, "a\n"] }"#, NEVER),
        (r#"[{ "length": 2 }, "\n"]"#, NEVER),
        (r#"{ "one_of": ["a\n", "b\n"] }"#, NEVER),
        (r#"{ "one_of": ["a", "b\n"] }"#, "(BC1043)"),
        // What may arrive.
        (r#""x""#, ""),
        (r#""x\r""#, ""),
        (r#"{ "regex": "a\n?" }"#, ""),
        (r#"{ "regex": "a\n|b" }"#, ""),
        (r#"{ "regex": "[a\n]" }"#, ""),
        (r#"{ "not": { "contains": "\n" } }"#, ""),
        (r#"{ "json": { "text": "a\n" } }"#, ""),
    ] {
        check(LINE, &format!(r#"{{ "expect": {expected} }}"#), code);
    }
    check(LINE, r#"{ "expect_bytes": "x\n" }"#, "");
    check(
        LINE,
        r#"{ "send": "a\nb" }, { "skip_until": "a\n" }"#,
        NEVER,
    );
    check(LINE, r#"{ "expect_any_order": ["a", "b\n"] }"#, NEVER);
    let probe = r#"{ "expect_silence": { "probe": { "send": "a", "expect": "b\n" } } }"#;
    check(LINE, probe, NEVER);
    check(r#""framing": "raw","#, r#"{ "expect": "x\n" }"#, "");
    // Over packets it may arrive.
    check("", r#"{ "expect": "x\n" }"#, "(BC1043)");
    check("", r#"{ "send_bytes": "a" }, { "expect": "x\n" }"#, NEVER);
    let ignore = r#""framing": "line", "ignore": ["x\n"],"#;
    check(ignore, r#"{ "expect": "x" }"#, NEVER);
}

#[test]
fn each_framing_has_its_own_rule() {
    const NEVER: &str = "BC1043";
    const CARRY: &str = "BC1044";
    let crlf = r#""framing": { "line": { "ending": "crlf" } },"#;
    let twice = r#""framing": { "delimited": { "by": "aa" } },"#;
    let fixed = r#""framing": { "fixed": { "size": 4 } },"#;
    let short = r#""framing": { "length_prefixed": { "width": 1, "offset": 2 } },"#;
    let small = r#""framing": { "line": { "max_message": 4 } },"#;
    for (framing, step, code) in [
        (crlf, r#"{ "expect": "a\r\n" }"#, NEVER),
        (crlf, r#"{ "expect": "a\nb\r" }"#, ""),
        (twice, r#"{ "expect": "xaa" }"#, NEVER),
        // With the delimiter behind it the message would end sooner.
        (twice, r#"{ "expect": "xa" }"#, NEVER),
        (twice, r#"{ "expect": "ax" }"#, ""),
        (twice, r#"{ "expect": { "prefix": "xa" } }"#, ""),
        (fixed, r#"{ "expect": "abc" }"#, NEVER),
        (fixed, r#"{ "expect": "abcd" }"#, ""),
        (fixed, r#"{ "expect": { "prefix": "abcde" } }"#, NEVER),
        (fixed, r#"{ "expect": { "length": { "max": 3 } } }"#, NEVER),
        (fixed, r#"{ "send": "abc" }"#, CARRY),
        (fixed, r#"{ "send": "abcd" }"#, ""),
        (fixed, r#"{ "send": { "random": 3 } }"#, CARRY),
        (fixed, r#"{ "send_bytes": "abc" }"#, ""),
        (short, r#"{ "send": "a" }"#, CARRY),
        (short, r#"{ "send": "ab" }"#, ""),
        (short, r#"{ "send": { "repeat": "a", "times": 257 } }"#, ""),
        (
            short,
            r#"{ "send": { "repeat": "a", "times": 258 } }"#,
            CARRY,
        ),
        (short, r#"{ "expect": "a" }"#, NEVER),
        (
            short,
            r#"{ "expect": { "repeat": "a", "times": 258 } }"#,
            NEVER,
        ),
        (small, r#"{ "expect": "abcde" }"#, NEVER),
        (small, r#"{ "expect": { "length": { "min": 5 } } }"#, NEVER),
        (small, r#"{ "expect": "abcd" }"#, ""),
        (small, r#"{ "send": "abcde" }"#, ""),
    ] {
        check(framing, step, code);
    }
}

#[test]
fn values_that_are_known_are_computed_before_the_run() {
    const VALUE: &str = "BC1045";
    let vars = r#""framing": "line", "vars": { "n": "three", "big": 300, "ok": 2, "nl": "a\n" },"#;
    for (step, code) in [
        (
            r#"{ "repeat": [{ "send": "x" }], "times": "{{ n }}" }"#,
            VALUE,
        ),
        (
            r#"{ "repeat": [{ "send": "x" }], "times": "{{ ok - 3 }}" }"#,
            VALUE,
        ),
        (
            r#"{ "repeat": [{ "send": "x" }], "times": "{{ ok }}" }"#,
            "",
        ),
        (r#"{ "send": { "u8": "{{ big }}" } }"#, VALUE),
        (r#"{ "send": { "u16": "{{ big }}" } }"#, ""),
        (r#"{ "send": { "hex": "{{ n }}" } }"#, VALUE),
        (r#"{ "send": "{{ n + 1 }}" }"#, VALUE),
        (r#"{ "expect": { "length": "{{ n }}" } }"#, VALUE),
        (r#"{ "expect": { "prefix": "{{ n + 1 }}" } }"#, VALUE),
        (r#"{ "set": { "m": "{{ n + 1 }}" } }"#, VALUE),
        (r#"{ "assert": "{{ n }}" }"#, VALUE),
        (r#"{ "send": "x", "when": "{{ n }}" }"#, VALUE),
        (r#"{ "expect": "{{ nl }}" }"#, "BC1043"),
        // Played only where the values are others.
        (
            r#"{ "send": { "u8": "{{ big }}" }, "when": "{{ big < 256 }}" }"#,
            "",
        ),
        (
            r#"{ "send": { "u8": "{{ big }}" }, "when": "{{ big > 256 }}" }"#,
            VALUE,
        ),
        (
            r#"{ "repeat": [{ "send": { "u8": "{{ big }}" } }], "times": 0 }"#,
            "",
        ),
        (
            r#"{ "repeat": [{ "send": { "u8": "{{ big }}" } }], "times": 1 }"#,
            VALUE,
        ),
        // Nobody knows what is random, and what a step sets.
        (r#"{ "send": { "u8": "{{ random(1, 300) + big }}" } }"#, ""),
        (
            r#"{ "set": { "big": 7 } }, { "send": { "u8": "{{ big }}" } }"#,
            "",
        ),
        (
            r#"{ "expect": { "any": true }, "capture": "n" }, { "send": "{{ n + 1 }}" }"#,
            "",
        ),
    ] {
        check(vars, step, code);
    }
    let file = r#"{ "vars": { "n": "x" }, "steps": [{ "send": "{{ n + 1 }}" }] }"#;
    assert_eq!(found(file, &["n"]), "", "the run gives it another value");
    check(
        r#""vars": { "n": "{{ 'a' + 1 }}" },"#,
        r#"{ "send": "{{ n }}" }"#,
        VALUE,
    );
    let cases = r#""cases": [{ "n": 1 }, { "n": 300 }],"#;
    check(cases, r#"{ "send": { "u8": "{{ n }}" } }"#, VALUE);
}

#[test]
fn nothing_is_found_twice_and_no_more_is_evaluated_than_is_bounded() {
    let cases = r#""framing": "line", "cases": [{ "n": 1 }, { "n": 2 }],"#;
    check(cases, r#"{ "expect": "{{ n }}\n" }"#, "BC1043");
    let many = r#"{ "send": "{{ n + 1 }}" },"#.repeat(MAX_EVALUATED);
    let file = |steps: &str| format!(r#"{{ "vars": {{ "n": 1 }}, "steps": [{steps}] }}"#);
    let wrong = r#"{ "send": { "u8": "{{ n - 2 }}" } }"#;
    assert_eq!(found(&file(wrong), &[]), "BC1045");
    assert_eq!(found(&file(&format!("{many} {wrong}")), &[]), "");
}
