//! `parallel`: what its branches may share, and what not.

use super::{accept, accept_steps, check, check_steps};
use crate::scenario::MAX_BRANCHES;

#[test]
fn there_are_two_lists_or_more() {
    accept_steps(r#"{ "parallel": [[{ "send": "x" }], [{ "expect": "y" }]] }"#);
    check_steps(r#"{ "parallel": [] }"#, &["BC1026 []"]);
    check_steps(
        r#"{ "parallel": [[{ "send": "x" }]] }"#,
        &[r#"BC1026 [[{ "send": "x" }]]"#],
    );
    check_steps(r#"{ "parallel": [[{ "send": "x" }], []] }"#, &["BC1026 []"]);
    check_steps(
        r#"{ "parallel": [[{ "send": "x" }], { "expect": "y" }] }"#,
        &[r#"BC1006 { "expect": "y" }"#],
    );
    check_steps(r#"{ "parallel": true }"#, &["BC1006 true"]);
    let lists = |n: usize| vec![r#"[{ "note": "x" }]"#; n].join(",");
    accept_steps(&format!(r#"{{ "parallel": [{}] }}"#, lists(MAX_BRANCHES)));
    let many = format!("[{}]", lists(MAX_BRANCHES + 1));
    check_steps(
        &format!(r#"{{ "parallel": {many} }}"#),
        &[&format!("BC1029 {many}")],
    );
}

#[test]
fn none_stands_in_another() {
    check_steps(
        r#"{ "parallel": [[{ "note": "x" }], [{ "repeat": [{ "parallel": [[{ "note": "x" }], [{ "note": "x" }]] }], "times": 2 }]] }"#,
        &[r#"BC1033 "parallel""#],
    );
    accept_steps(
        r#"{ "repeat": [{ "retry": [{ "parallel": [[{ "note": "x" }], [{ "note": "x" }]] }] }], "times": 2 }"#,
    );
}

fn check_branches(branches: &str, expected: &[&str]) {
    check(
        &format!(r#"{{ "clients": ["a", "b"], "steps": [{{ "parallel": {branches} }}] }}"#),
        expected,
    );
}

#[test]
fn each_side_of_a_client_belongs_to_one_list() {
    check_branches(
        r#"[[{ "as": "a", "send": "x" }, { "as": "b", "expect": "x" }],
            [{ "as": "b", "send_bytes": "x" }, { "as": "a", "expect_silence": "1ms" }]]"#,
        &[],
    );
    for (one, other) in [
        (r#""send": "x""#, r#""send": "y""#),
        (r#""send": "x""#, r#""close": "y""#),
        (r#""connect": true"#, r#""close": "clean""#),
        (r#""expect": "x""#, r#""expect_close": "any""#),
    ] {
        let value = other.split_once(": ").map_or("", |(_, value)| value);
        let expected = match value {
            r#""y""# if other.contains("close") => "BC1011 \"y\"".to_owned(),
            value => format!("BC1033 {value}"),
        };
        check_branches(
            &format!(
                r#"[[{{ "as": "a", {one} }}], [{{ "as": "a", {other} }}, {{ "as": "b", {one} }}]]"#
            ),
            &[&expected],
        );
    }
    // What is played again may be closed and read by itself.
    check_branches(
        r#"[[{ "retry": [{ "as": "a", "send": "x" }] }], [{ "as": "a", "expect": "y" }]]"#,
        &[r#"BC1033 "y""#],
    );
}

#[test]
fn what_one_list_reads_no_other_one_closes() {
    for how in ["clean", "reset"] {
        let close = format!(r#""as": "a", "close": "{how}""#);
        let told = format!(r#"BC1033 "{how}""#);
        // In the order of the lists or not, and however deep.
        check_branches(
            &format!(r#"[[{{ {close} }}], [{{ "as": "a", "expect": "x" }}]]"#),
            &[&told],
        );
        check_branches(
            &format!(
                r#"[[{{ "as": "a", "expect": "x" }}], [{{ "repeat": [{{ {close} }}], "times": 1 }}]]"#
            ),
            &[&told],
        );
        check_branches(
            &format!(
                r#"[[{{ "as": "a", "expect": "x" }}, {{ {close} }}], [{{ "as": "b", "close": "{how}" }}]]"#
            ),
            &[],
        );
        check_branches(
            &format!(r#"[[{{ {close} }}], [{{ "as": "b", "expect": "x" }}]]"#),
            &[],
        );
    }
    check_branches(
        r#"[[{ "as": "a", "close": "write" }], [{ "as": "a", "expect": "x" }]]"#,
        &[],
    );
}

#[test]
fn a_name_belongs_to_one_list() {
    for set in [
        r#"{ "set": { "n": 1 } }"#,
        r#"{ "as": "b", "expect": { "any": true, "capture": "n" } }"#,
        r#"{ "as": "b", "expect": "x", "capture": "n" }"#,
        r#"{ "as": "b", "expect": { "regex": "(?<n>x)" } }"#,
    ] {
        check_branches(
            &format!(r#"[[{{ "set": {{ "n": 1 }} }}], [{set}]]"#),
            &[if set.contains('<') {
                "BC1033 n"
            } else {
                r#"BC1033 "n""#
            }],
        );
        check_branches(
            &format!(r#"[[{{ "as": "a", "send": "{{{{ n }}}}" }}], [{set}]]"#),
            &["BC1033 n"],
        );
        check_branches(
            &format!(r#"[[{set}], [{{ "as": "a", "send": "{{{{ n }}}}" }}]]"#),
            &["BC1033 n"],
        );
        accept(&format!(
            r#"{{ "clients": ["a", "b"], "steps": [
                {{ "parallel": [[{{ "as": "a", "send": "x" }}], [{set}, {{ "as": "b", "send": "{{{{ n }}}}" }}]] }},
                {{ "as": "a", "send": "{{{{ n }}}}" }}
            ] }}"#
        ));
    }
}

#[test]
fn rounds_may_have_the_same_index() {
    let rounds = |client: &str, index: &str| {
        format!(r#"[{{ "repeat": [{{ "as": "{client}", "send": "x" }}], "times": 2{index} }}]"#)
    };
    let named = r#", "index": "i""#;
    check_branches(&format!("[{}, {}]", rounds("a", ""), rounds("b", "")), &[]);
    check_branches(
        &format!("[{}, {}]", rounds("a", named), rounds("b", named)),
        &[],
    );
    check_branches(
        &format!(r#"[{}, [{{ "set": {{ "i": 1 }} }}]]"#, rounds("a", named)),
        &[r#"BC1033 "i""#],
    );
}

#[test]
fn of_clients_that_lists_share_nothing_is_certain() {
    let shared = r#"{ "parallel": [[{ "send": "x" }, { "close": "write" }], [{ "expect_close": "clean" }]] }"#;
    accept_steps(&format!(r#"{shared}, {{ "send": "y" }}"#));
    check_branches(
        r#"[[{ "as": "a", "close": "clean" }, { "as": "a", "send": "x" }], [{ "as": "b", "send": "y" }]]"#,
        &[r#"BC1028 "x""#],
    );
    check(
        r#"{ "clients": ["a", "b"], "steps": [
            { "parallel": [[{ "as": "a", "close": "clean" }], [{ "as": "b", "close": "reset" }]] },
            { "as": "b", "send": "x" }
        ] }"#,
        &[r#"BC1028 "x""#],
    );
}

#[test]
fn a_default_client_holds_in_all_lists() {
    check(
        r#"{ "clients": ["a", "b"], "steps": [
            { "as": "b", "parallel": [[{ "send": "x" }], [{ "expect": "y" }]] }, { "send": "z" }
        ] }"#,
        &[r#"BC1018 "send""#],
    );
}
