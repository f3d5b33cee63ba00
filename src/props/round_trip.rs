//! Properties of the encoder: what is encoded is decoded to the same, and what is decoded has one way to be written.

use super::frames::{Messages, lent, naive};
use crate::corpus::RoundTripInput;
use crate::wire::{
    BadFrame, Delimiter, Framing, LengthPrefix, LengthWidth, LineEnding, WireErrorKind,
};

/// The limit on the messages that a stream is decoded to.
const LIMIT: usize = 63;

/// Input: `RoundTripInput`; its stream is messages in two ways: those that are framed in it, and its pieces.
///
/// # Panics
///
/// When messages are other ones once they were encoded and decoded, when the limit holds off the longest of them or lets it
/// pass one byte short of it, when the encoder refuses what the framing can carry or not what it cannot.
#[inline]
pub fn frame_roundtrip(data: &[u8]) {
    let Some(input) = RoundTripInput::parse(data) else {
        return;
    };
    let RoundTripInput {
        framing,
        cuts,
        stream,
    } = input;
    if framing.is_by_push() {
        return;
    }
    let messages = naive(&framing, stream, LIMIT, BadFrame::Fail).messages;
    decoded_encoded(&framing, stream, &messages);
    encoded_decoded(&framing, messages.iter());
    encoded_decoded(&framing, cuts.pieces(stream));
}

/// What is decoded is encoded to what was there.
#[inline]
fn decoded_encoded(framing: &Framing, stream: &[u8], messages: &Messages) {
    let mut encoded = Vec::new();
    for message in messages.iter() {
        assert_eq!(framing.encode(message, &mut encoded), Ok(()));
    }
    // A line may end in two ways.
    if !matches!(framing, Framing::Line(LineEnding::Lf | LineEnding::Either)) {
        assert!(
            stream.starts_with(&encoded),
            "there is one way to write a message"
        );
    }
}

/// What is encoded is decoded to the same.
#[inline]
fn encoded_decoded<'a>(framing: &Framing, messages: impl Iterator<Item = &'a [u8]>) {
    let mut kept: Vec<&[u8]> = Vec::new();
    let mut encoded = Vec::new();
    for message in messages {
        let before = encoded.len();
        let said = framing.encode(message, &mut encoded);
        assert_eq!(said.is_ok(), can_carry(framing, message), "{message:?}");
        if said.is_err() {
            assert_eq!(
                encoded.len(),
                before,
                "nothing is written of what is refused"
            );
        } else if ends_within(framing, message) {
            encoded.truncate(before);
        } else {
            kept.push(message);
        }
    }
    let Some(longest) = kept.iter().map(|message| message.len()).max() else {
        return;
    };
    let said = lent(framing, longest, BadFrame::Fail, &[&encoded]);
    assert!(
        said.messages.iter().eq(kept.iter().copied()),
        "{framing:?}: {:?} of {kept:?}",
        said.messages
    );
    assert_eq!(said.end, Ok(0), "{framing:?}: {kept:?}");

    let Some(limit) = longest.checked_sub(1) else {
        return;
    };
    let said = lent(framing, limit, BadFrame::Fail, &[&encoded]);
    let shorter = kept.iter().take_while(|message| message.len() <= limit);
    assert!(said.messages.iter().eq(shorter.copied()), "{framing:?}");
    assert!(
        said.end.is_err_and(|error| matches!(
            error.kind,
            WireErrorKind::TooLong { .. }
                | WireErrorKind::PacketTooLong { .. }
                | WireErrorKind::LengthTooLong { .. }
        )),
        "{framing:?}: {:?}",
        said.end
    );
}

/// Whether there is a way to write a message of this length.
#[inline]
fn can_carry(framing: &Framing, message: &[u8]) -> bool {
    match framing {
        Framing::Fixed(size) => message.len() == size.get(),
        Framing::LengthPrefixed(LengthPrefix {
            offset,
            width,
            adjust,
            ..
        }) => {
            let most: i128 = match width {
                LengthWidth::One => 0xFF,
                LengthWidth::Two => 0xFFFF,
                LengthWidth::Three => 0xFF_FFFF,
                LengthWidth::Four => 0xFFFF_FFFF,
                LengthWidth::Eight | LengthWidth::Varint => u64::MAX.into(),
            };
            let body = message.len() as i128 - *offset as i128;
            let length = body - i128::from(*adjust);
            body >= 0 && (0..=most).contains(&length)
        }
        _ => true,
    }
}

/// Whether the receiver takes the message to end before its last byte, or an ending to begin with that.
#[inline]
fn ends_within(framing: &Framing, message: &[u8]) -> bool {
    let holds = |ending: &[u8]| message.windows(ending.len()).any(|part| part == ending);
    match framing {
        Framing::Line(LineEnding::Lf) => holds(b"\n") || message.ends_with(b"\r"),
        Framing::Line(LineEnding::Either) => holds(b"\n"),
        Framing::Line(LineEnding::CrLf) => holds(b"\r\n"),
        Framing::Delimited(delimiter) => ends_early(delimiter, message),
        _ => false,
    }
}

/// Whether a delimiter shows in a message and the delimiter after it sooner than at the end of both.
#[inline]
fn ends_early(delimiter: &Delimiter, message: &[u8]) -> bool {
    let delimiter = delimiter.as_bytes();
    let whole = [message, delimiter].concat();
    let first = whole
        .windows(delimiter.len())
        .position(|part| part == delimiter);
    first != Some(message.len())
}
