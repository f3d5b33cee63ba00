//! `within`, and where it makes no difference.

use super::check;

#[test]
fn a_time_that_a_retry_around_it_cuts_short_makes_no_difference() {
    for (retry, expected) in [
        (
            r#"{ "retry": [{ "expect": "a", "within": "2s" }], "within": "1s" }"#,
            &[r#"BC1042 "2s""#][..],
        ),
        (
            r#"{ "retry": [{ "expect": "a", "within": "1s" }], "within": "1s" }"#,
            &[r#"BC1042 "1s""#],
        ),
        (
            r#"{ "retry": [{ "expect": "a", "within": "900ms" }], "within": "1s" }"#,
            &[],
        ),
        (
            r#"{ "retry": [{ "repeat": [{ "send": "a", "within": "3s" }], "times": 2 }], "within": "1s" }"#,
            &[r#"BC1042 "3s""#],
        ),
        (
            r#"{ "retry": [{ "retry": [{ "expect": "a", "within": "2s" }], "within": "3s" }], "within": "1s" }"#,
            &[r#"BC1042 "2s""#, r#"BC1042 "3s""#],
        ),
        // Without a time of its own a `retry` has that of the file or the run: of the run nothing is known.
        (r#"{ "retry": [{ "expect": "a", "within": "9s" }] }"#, &[]),
        (
            r#"{ "retry": [{ "expect": "a" }], "within": "1s" }, { "expect": "b", "within": "9s" }"#,
            &[],
        ),
    ] {
        check(&format!(r#"{{ "steps": [{retry}] }}"#), expected);
    }
    check(
        r#"{ "timeout": "4s", "steps": [{ "retry": [{ "expect": "a", "within": "9s" }] }] }"#,
        &[r#"BC1042 "9s""#],
    );
}

#[test]
fn the_time_that_every_step_has_makes_no_difference() {
    let file = |within: &str| {
        format!(r#"{{ "timeout": "2s", "steps": [{{ "expect": "a", "within": "{within}" }}] }}"#)
    };
    check(&file("2s"), &[r#"BC1042 "2s""#]);
    check(&file("2000ms"), &[r#"BC1042 "2000ms""#]);
    check(&file("9s"), &[]);
    check(&file("1s"), &[]);
    // The default is the run's, and may be another one.
    check(r#"{ "steps": [{ "expect": "a", "within": "5s" }] }"#, &[]);
}
