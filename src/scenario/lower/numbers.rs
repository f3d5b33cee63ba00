//! The payloads that are numbers: `u8` to `i64`, `length_of`, `sized`, and `random`, which takes one.

use super::super::integers::{IntegerForm, LengthDigits, LengthForm};
use super::super::json::Value;
use super::super::keys::Form;
use super::super::{Diagnostic, Number, Payload, PayloadBuilder, Piece, code};
use super::fields::{Fields, Given, quoted};
use super::reader::Reader;
use crate::wire::{Endian, LengthWidth};

impl<'a> Reader<'a> {
    /// Adds a number in a fixed number of bytes.
    pub(super) fn add_integer(
        &mut self,
        given: Given<'_, 'a>,
        fields: &Fields<'_, 'a>,
        builder: &mut PayloadBuilder,
    ) -> Option<()> {
        let endian = self.endian(fields);
        let mut form = IntegerForm::named(given.key.name)?;
        if let Value::StringLit(literal) = given.value {
            let value = self.template(literal)?;
            if value.plain().is_some() {
                self.wrong_type(given, Form::Integer);
                return None;
            }
            form.endian = endian?;
            builder.push_piece(Piece::Integer { form, value });
            return Some(());
        }
        let number = self.integer(given, form);
        form.endian = endian?;
        let mut bytes = Vec::with_capacity(form.bytes.into());
        form.push(number?, &mut bytes);
        builder.push_bytes(&bytes);
        Some(())
    }

    /// A number as it is written in the file.
    fn integer(&mut self, given: Given<'_, 'a>, form: IntegerForm) -> Option<i128> {
        let Value::NumberLit(literal) = given.value else {
            self.wrong_type(given, Form::Integer);
            return None;
        };
        let range = form.range();
        let number = literal.value.parse().ok();
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            let digits = literal.value.strip_prefix('-').unwrap_or(literal.value);
            let (name, shown) = (given.words(), quoted(literal.value));
            let (message, label) = if digits.bytes().all(|b| b.is_ascii_digit()) {
                (
                    format!("{name} cannot be {shown}"),
                    format!("a number from {} to {}", range.start(), range.end()),
                )
            } else {
                (
                    format!("{name} takes a whole number, not {shown}"),
                    "written with digits only".to_owned(),
                )
            };
            self.report(Diagnostic::error(code::OUT_OF_RANGE, given.span(), message).label(label));
        }
        number
    }

    /// Adds the length of a payload; `sized` adds the payload too.
    pub(super) fn add_length(
        &mut self,
        given: Given<'_, 'a>,
        fields: &Fields<'_, 'a>,
        builder: &mut PayloadBuilder,
    ) -> Option<()> {
        let payload = self.payload(given, Form::Payload);
        let form = self.length_form(fields);
        let (payload, form) = (payload?, form?);
        let sized = given.key.name == "sized";
        let mut field = Vec::new();
        if let Some(len) = payload.known_len()
            && let Err(why) = form.push(usize::try_from(len).unwrap_or(usize::MAX), &mut field)
        {
            self.report(
                Diagnostic::error(code::OUT_OF_RANGE, payload.span, why)
                    .label(format!("{len} bytes")),
            );
            return None;
        }
        if payload.known_len().is_some() {
            builder.push_bytes(&field);
            if sized {
                builder.push_payload(payload);
            }
            return Some(());
        }
        let payload = Box::new(payload);
        builder.push_piece(Piece::Length {
            form,
            payload,
            sized,
        });
        Some(())
    }

    /// How a length is written.
    fn length_form(&mut self, fields: &Fields<'_, 'a>) -> Option<LengthForm> {
        let endian = self.endian(fields);
        let width = match fields.get("width") {
            Some(given) => self.length_digits(given),
            None => Some(LengthForm::default().width),
        };
        let adjust = match fields.get("adjust") {
            Some(given) => self.adjust(given),
            None => Some(0),
        };
        let width = width?;
        if let Some(given) = fields.get("endian")
            && matches!(
                width,
                LengthDigits::Decimal
                    | LengthDigits::Hex
                    | LengthDigits::Bytes(LengthWidth::Varint)
            )
        {
            self.report(
                Diagnostic::error(
                    code::CONTRADICTION,
                    given.name,
                    "`endian` has no meaning for this `width`",
                )
                .label("its digits have an order of their own"),
            );
            return None;
        }
        Some(LengthForm {
            width,
            endian: endian?,
            adjust: adjust?,
        })
    }

    fn length_digits(&mut self, given: Given<'_, 'a>) -> Option<LengthDigits> {
        match given.value {
            Value::StringLit(literal) if literal.value == "decimal" => Some(LengthDigits::Decimal),
            Value::StringLit(literal) if literal.value == "hex" => Some(LengthDigits::Hex),
            _ => self.width(given).map(LengthDigits::Bytes),
        }
    }

    fn endian(&mut self, fields: &Fields<'_, 'a>) -> Option<Endian> {
        match fields.get("endian") {
            Some(given) => Some(match self.choice(given)? {
                "little" => Endian::Little,
                _ => Endian::Big,
            }),
            None => Some(Endian::Big),
        }
    }

    /// Adds random bytes.
    pub(super) fn add_random(
        &mut self,
        given: Given<'_, 'a>,
        builder: &mut PayloadBuilder,
    ) -> Option<()> {
        let count = match given.value {
            Value::NumberLit(_) => Number::Fixed(self.whole(given, 0..=self.max_message as u64)?),
            Value::StringLit(_) => self.number(given)?,
            _ => {
                self.wrong_type(given, Form::Count);
                return None;
            }
        };
        builder.push_piece(Piece::Random(count));
        Some(())
    }

    /// Reports random bytes that are to arrive.
    pub(super) fn refuse_random(&mut self, payload: &Payload) -> Option<()> {
        if !payload.is_random() {
            return Some(());
        }
        let found = Diagnostic::error(
            code::CONTRADICTION,
            payload.span,
            "random bytes cannot be expected: they are others each time",
        )
        .label("no peer can know these");
        self.report(found.help(match &*payload.pieces {
            [Piece::Random(Number::Fixed(count))] => {
                format!("for any {count} bytes write {{ \"length\": {count} }}")
            }
            _ => "give them a name in `vars`, \"{{ random(8) }}\", and send and expect that".into(),
        }));
        None
    }
}
