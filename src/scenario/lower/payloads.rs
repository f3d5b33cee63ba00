//! Payloads: bytes to be sent, or to be compared with.

use super::super::json::{self, StringLit, Value};
use super::super::keys::{Form, Place};
use super::super::{
    Diagnostic, Payload, PayloadBuilder, PayloadError, Piece, code, parse_base64, parse_hex,
};
use super::fields::{Fields, Given};
use super::reader::Reader;

/// How many bytes a message in a file may have unless the run says otherwise: 64 MiB. Also the most that `max_message` can be.
pub const MAX_PAYLOAD: usize = 64 << 20;

/// Decodes the text of `hex` or `base64`.
type Decode = fn(&str) -> Result<Vec<u8>, PayloadError>;

impl<'a> Reader<'a> {
    /// A payload; `form` is what the key takes.
    pub(super) fn payload(&mut self, given: Given<'_, 'a>, form: Form) -> Option<Payload> {
        let mut builder = PayloadBuilder::default();
        self.add_payload(given, form, &mut builder)?;
        self.bounded(builder.finish(given.span()))
    }

    /// The payload of an object whose keys have been read.
    pub(super) fn payload_of(&mut self, fields: &Fields<'_, 'a>) -> Option<Payload> {
        let mut builder = PayloadBuilder::default();
        self.add_object(fields, &mut builder)?;
        self.bounded(builder.finish(fields.span))
    }

    /// Adds what a value is; all its mistakes are reported.
    fn add_payload(
        &mut self,
        given: Given<'_, 'a>,
        form: Form,
        builder: &mut PayloadBuilder,
    ) -> Option<()> {
        match given.value {
            Value::StringLit(literal) => self.add_text(literal, builder),
            Value::Object(object) => {
                let fields = self.fields(object, Place::Payload);
                self.add_object(&fields, builder)
            }
            Value::Array(array) => {
                let mut all = Some(());
                for element in &array.elements {
                    let part = self.add_payload(given.element(element), Form::Payload, builder);
                    all = all.and(part);
                }
                all
            }
            _ => {
                self.wrong_type(given, form);
                None
            }
        }
    }

    fn add_text(&mut self, literal: &StringLit<'a>, builder: &mut PayloadBuilder) -> Option<()> {
        if literal.value.contains("{{") {
            builder.push_text(self.template(literal)?);
        } else {
            builder.push_bytes(literal.value.as_bytes());
        }
        Some(())
    }

    fn add_object(&mut self, fields: &Fields<'_, 'a>, builder: &mut PayloadBuilder) -> Option<()> {
        let kind = self.one_verb(fields, Place::Payload)?;
        self.refuse_misplaced(fields);
        match kind.key.name {
            "literal" => {
                let literal = self.string(kind, Form::Text)?;
                builder.push_bytes(literal.value.as_bytes());
            }
            "hex" => return self.add_encoded(kind, parse_hex, Piece::Hex, builder),
            "base64" => return self.add_encoded(kind, parse_base64, Piece::Base64, builder),
            "repeat" => {
                let payload = self.payload(kind, Form::Payload);
                let times = match fields.get("times") {
                    Some(given) => self.number(given),
                    None => {
                        self.missing_times(kind);
                        None
                    }
                };
                let (payload, times) = (Box::new(payload?), times?);
                builder.push_piece(Piece::Repeat { payload, times });
            }
            "file" => return self.add_file(kind, builder),
            "random" => return self.add_random(kind, builder),
            "length_of" | "sized" => return self.add_length(kind, fields, builder),
            "json" => return self.add_json(kind, builder),
            // The other kinds are numbers, or of a later version, which has been reported.
            _ => return self.add_integer(kind, fields, builder),
        }
        Some(())
    }

    /// Reports a `repeat` that does not say how often.
    pub(super) fn missing_times(&mut self, repeat: Given<'_, 'a>) {
        self.report(
            Diagnostic::error(code::MISSING_KEY, repeat.name, "`repeat` needs `times`")
                .label("does not say how often")
                .help("add \"times\": 3"),
        );
    }

    fn add_encoded(
        &mut self,
        given: Given<'_, 'a>,
        decode: Decode,
        piece: fn(super::super::Template) -> Piece,
        builder: &mut PayloadBuilder,
    ) -> Option<()> {
        let literal = self.string(given, given.key.form)?;
        if literal.value.contains("{{") {
            builder.push_piece(piece(self.template(literal)?));
            return Some(());
        }
        match decode(&literal.value) {
            Ok(bytes) => {
                builder.push_bytes(&bytes);
                Some(())
            }
            Err(error) => {
                let span = json::span_within(self.text, literal, error.range);
                let (label, help) = if given.key.name == "hex" {
                    (
                        "in these hexadecimal digits",
                        "bytes are written \"00 ff\" or \"00ff\", without 0x",
                    )
                } else {
                    (
                        "in this base64",
                        "the alphabet is A-Z a-z 0-9 + / with = at the end",
                    )
                };
                let found = Diagnostic::error(code::BAD_BYTES, span, error.message).label(label);
                self.report(found.help(help));
                None
            }
        }
    }

    /// The payload, unless it is known to be too long.
    fn bounded(&mut self, payload: Payload) -> Option<Payload> {
        let len = payload.known_len().unwrap_or(0);
        let most = self.max_message;
        if len > most as u64 {
            let message = format!("{len} bytes; a message has at most {most}");
            let found = Diagnostic::error(code::TOO_MUCH, payload.span, message).label("too much");
            self.report(found.help("fewer bytes, or --max-message with a greater number"));
            return None;
        }
        self.count_compiled(payload.memory(), payload.span)?;
        Some(payload)
    }
}
