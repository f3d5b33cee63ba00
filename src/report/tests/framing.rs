//! Messages that a framing cannot carry, as a person reads of them.

use std::time::Duration;

use super::stage::{check_with_finally, failure, opening, source};
use crate::player::FailureKind;
use crate::wire::{EncodeError, Framing, LengthPrefix, LengthWidth};

#[test]
fn a_message_that_does_not_fit_the_framing() {
    let mut failure = failure(FailureKind::Unframed {
        error: EncodeError::TooLong {
            len: 300,
            most: 255,
        },
        span: source().1,
    });
    failure.waited = Duration::ZERO;
    let framing = Framing::LengthPrefixed(LengthPrefix {
        width: LengthWidth::One,
        ..LengthPrefix::default()
    });
    let (events, clients) = (opening(), ["client"]);
    check_with_finally("unframed", &failure, &events, None, &clients, &framing);
}
