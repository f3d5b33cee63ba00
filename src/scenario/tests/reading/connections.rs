//! Steps that cannot work because of what the steps before them did.

use super::{accept, accept_steps, check_steps};

#[test]
fn a_closed_connection_is_used_no_more() {
    for end in [
        r#""close": "clean""#,
        r#""close": "reset""#,
        r#""expect_close": "clean""#,
        r#""connect": "refused""#,
    ] {
        check_steps(
            &format!(r#"{{ {end} }}, {{ "send": "x" }}"#),
            &[r#"BC1028 "x""#],
        );
        check_steps(
            &format!(r#"{{ {end} }}, {{ "expect_close": "any" }}"#),
            &[r#"BC1028 "any""#],
        );
        accept_steps(&format!(
            r#"{{ {end} }}, {{ "connect": true }}, {{ "send": "x" }}"#
        ));
        accept_steps(&format!(
            r#"{{ {end} }}, {{ "wait": "1s" }}, {{ "note": "x" }}"#
        ));
    }
    accept_steps(r#"{ "expect_close": "clean", "then": "open" }, { "send": "x" }"#);
    accept_steps(r#"{ "close": "write" }, { "expect": "x" }, { "close": "clean" }"#);
    check_steps(
        r#"{ "close": "write" }, { "send": "x" }"#,
        &[r#"BC1028 "x""#],
    );
}

#[test]
fn only_a_client_without_a_connection_connects() {
    accept_steps(r#"{ "connect": true }, { "send": "x" }"#);
    accept_steps(r#"{ "connect": "refused" }, { "connect": "unreachable" }, { "connect": true }"#);
    check_steps(r#"{ "send": "x" }, { "connect": true }"#, &["BC1028 true"]);
    check_steps(
        r#"{ "connect": true }, { "connect": "refused" }"#,
        &[r#"BC1028 "refused""#],
    );
}

#[test]
fn blocks_are_judged_by_what_is_certain() {
    // The second round begins without a connection.
    check_steps(
        r#"{ "repeat": [{ "send": "x" }, { "close": "clean" }], "times": 2 }"#,
        &[r#"BC1028 "x""#],
    );
    accept_steps(r#"{ "repeat": [{ "send": "x" }, { "close": "clean" }], "times": 1 }"#);
    accept_steps(
        r#"{ "repeat": [{ "connect": true }, { "send": "x" }, { "close": "clean" }], "times": 9 }"#,
    );
    accept_steps(
        r#"{ "repeat": [{ "send": "x" }, { "close": "clean" }], "times": "{{ seed }}" }, { "send": "y" }"#,
    );
    accept_steps(r#"{ "close": "clean" }, { "repeat": [{ "send": "x" }], "times": 0 }"#);
    check_steps(
        r#"{ "close": "clean" }, { "repeat": [{ "send": "x" }], "times": 3 }"#,
        &[r#"BC1028 "x""#],
    );
}

#[test]
fn clients_and_the_final_steps_are_judged_by_themselves() {
    accept(
        r#"{ "clients": ["a", "b"], "steps": [
            { "as": "a", "close": "clean" }, { "as": "b", "send": "x" }, { "as": "b", "close": "clean" }
        ], "finally": [{ "as": "a", "send": "x" }] }"#,
    );
}

#[test]
fn what_was_done_to_a_connection_is_known_in_steps_played_at_the_same_time() {
    let parallel = |one: &str, other: &str| format!(r#"{{ "parallel": [[{one}], [{other}]] }}"#);
    let (send, expect) = (r#"{ "send": "x" }"#, r#"{ "expect": "y" }"#);
    for (before, parallel, after, mistakes) in [
        (r#"{ "close": "write" },"#, parallel(send, expect), "", 1),
        (
            r#"{ "close": "write" },"#,
            parallel(&format!(r#"{{ "repeat": [{send}], "times": 2 }}"#), expect),
            "",
            1,
        ),
        // Only one list ends it: it is known there, and behind them.
        (
            "",
            parallel(&format!(r#"{{ "close": "write" }}, {send}"#), expect),
            "",
            1,
        ),
        (
            "",
            parallel(&format!(r#"{send}, {{ "close": "write" }}"#), expect),
            r#", { "send": "x" }"#,
            1,
        ),
        (
            "",
            parallel(
                r#"{ "repeat": [{ "close": "write" }], "times": 1 }"#,
                expect,
            ),
            r#", { "send": "x" }"#,
            1,
        ),
        ("", parallel(send, expect), r#", { "send": "x" }"#, 0),
        // The other one may come first, or later.
        ("", parallel(send, r#"{ "expect_close": "clean" }"#), "", 0),
        (
            "",
            parallel(r#"{ "close": "write" }"#, r#"{ "expect_close": "clean" }"#),
            r#", { "connect": true }, { "send": "x" }"#,
            0,
        ),
    ] {
        let steps = format!("{before}{parallel}{after}");
        check_steps(&steps, &[r#"BC1028 "x""#].repeat(mistakes));
    }
}
