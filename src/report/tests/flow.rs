//! Failures of steps that govern the flow of a conversation, and exactly what is shown of them.

use super::failures::check_one;
use crate::player::FailureKind;

#[test]
fn an_assertion_that_is_false() {
    let value = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let kind = FailureKind::NotTrue {
        values: vec![
            value("n", "7"),
            value("reply", "\"a\\x1b\u{2026}\""),
            value("id", "not set"),
        ],
    };
    check_one("not-true", kind, Vec::new());
}
