//! Bytes to be sent, or to be compared with: compiled as far as they are known.

use super::encoding::{PayloadError, parse_base64, parse_hex};
use super::integers::{IntegerForm, LengthForm};
use super::json_text::JsonText;
use super::template::Bounded;
use super::{EvalError, Span, Template, Value, Values, filters};
use crate::wire::escape;

/// Bytes, known or yet to be computed. Parts are joined.
///
/// A payload without templates and repeats is one piece of bytes, or none. A `repeat` stays unexpanded until it is played.
#[derive(Debug)]
pub struct Payload {
    /// The parts, in order; neighbouring known bytes are already joined.
    pub pieces: Box<[Piece]>,
    /// Where it stands.
    pub span: Span,
}

/// A part of a payload.
#[derive(Debug)]
#[non_exhaustive]
pub enum Piece {
    /// Known bytes.
    Bytes(Box<[u8]>),
    /// Text with expressions.
    Text(Template),
    /// Hexadecimal digits with expressions, decoded when the step runs.
    Hex(Template),
    /// Base64 (RFC 4648, section 4) with expressions, decoded when the step runs.
    Base64(Template),
    /// A payload, several times.
    Repeat {
        /// What is repeated.
        payload: Box<Payload>,
        /// How often.
        times: Number,
    },
    /// A number in a fixed number of bytes; one that is known is bytes already.
    Integer {
        /// How it is written.
        form: IntegerForm,
        /// Its value.
        value: Template,
    },
    /// How long a payload is.
    Length {
        /// How that is written.
        form: LengthForm,
        /// Of what.
        payload: Box<Payload>,
        /// Whether the payload itself follows.
        sized: bool,
    },
    /// JSON with expressions.
    Json(JsonText),
    /// So many random bytes, others each time.
    Random(Number),
}

/// A whole number, known or yet to be computed.
#[derive(Debug)]
pub enum Number {
    /// Known.
    Fixed(u64),
    /// The value of an expression.
    Template(Template),
}

impl Number {
    /// The number.
    ///
    /// # Errors
    ///
    /// Fails when the expression has no value, or one that is no whole number from 0 on; the digits of one will do.
    pub fn eval(&self, values: &Values) -> Result<u64, EvalError> {
        match self {
            Self::Fixed(n) => Ok(*n),
            Self::Template(template) => counted(template, values),
        }
    }

    /// The number, if it is known.
    pub fn known(&self) -> Option<u64> {
        match self {
            Self::Fixed(n) => Some(*n),
            Self::Template(_) => None,
        }
    }
}

/// The whole number that a template gives.
///
/// # Errors
///
/// As [`Number::eval`].
pub(crate) fn counted(template: &Template, values: &Values) -> Result<u64, EvalError> {
    let value = template.eval(values)?;
    whole_number(&value).ok_or_else(|| {
        let message = format!("a whole number from 0 on is needed, not {}", shown(&value));
        EvalError::new(message, template.span())
    })
}

impl Payload {
    /// Makes a payload of known bytes.
    pub fn fixed(bytes: &[u8], span: Span) -> Self {
        let mut payload = PayloadBuilder::default();
        payload.push_bytes(bytes);
        payload.finish(span)
    }

    /// Its bytes, if they are known.
    pub fn known(&self) -> Option<&[u8]> {
        match &*self.pieces {
            [] => Some(&[]),
            [Piece::Bytes(bytes)] => Some(bytes),
            _ => None,
        }
    }

    /// How many bytes it has, if that is known: also that of a `repeat`. More than `u64` holds is `u64::MAX`.
    pub fn known_len(&self) -> Option<u64> {
        self.pieces.iter().try_fold(0_u64, |sum, piece| {
            let len = match piece {
                Piece::Bytes(bytes) => bytes.len() as u64,
                Piece::Text(template) => template.plain()?.len() as u64,
                Piece::Hex(_) | Piece::Base64(_) => return None,
                Piece::Repeat { payload, times } => {
                    payload.known_len()?.saturating_mul(times.known()?)
                }
                Piece::Integer { form, .. } => u64::from(form.bytes),
                Piece::Length {
                    form,
                    payload,
                    sized,
                } => known_sized(*form, payload, *sized)?,
                Piece::Json(_) => return None,
                Piece::Random(count) => count.known()?,
            };
            Some(sum.saturating_add(len))
        })
    }

    /// How many bytes of memory it takes itself; payloads in it have been counted as such.
    pub(super) fn memory(&self) -> usize {
        let pieces = self.pieces.iter();
        let bytes = pieces.map(|piece| match piece {
            Piece::Bytes(bytes) => bytes.len(),
            _ => 0,
        });
        size_of_val(&*self.pieces) + bytes.sum::<usize>()
    }

    /// All the templates in it.
    pub fn templates(&self) -> Vec<&Template> {
        let mut list = Vec::new();
        self.add_templates(&mut list);
        list
    }

    fn add_templates<'a>(&'a self, list: &mut Vec<&'a Template>) {
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(_) | Piece::Random(Number::Fixed(_)) => {}
                Piece::Text(template) | Piece::Hex(template) | Piece::Base64(template) => {
                    list.push(template);
                }
                Piece::Integer {
                    value: template, ..
                }
                | Piece::Random(Number::Template(template)) => list.push(template),
                Piece::Repeat { payload, times } => {
                    payload.add_templates(list);
                    if let Number::Template(template) = times {
                        list.push(template);
                    }
                }
                Piece::Length { payload, .. } => payload.add_templates(list),
                Piece::Json(json) => list.extend(json.templates()),
            }
        }
    }

    /// Appends its bytes to `out`.
    ///
    /// # Errors
    ///
    /// Fails when an expression has no value or no fitting one, and when `out` would grow past `limit` bytes; nothing
    /// is allocated beyond the limit, whatever a `repeat` says.
    pub fn render(
        &self,
        values: &Values,
        limit: usize,
        out: &mut Vec<u8>,
    ) -> Result<(), EvalError> {
        let mut out = Bounded {
            out,
            limit,
            span: self.span,
        };
        for piece in &self.pieces {
            match piece {
                Piece::Bytes(bytes) => out.push(bytes)?,
                Piece::Text(template) => template.render(values, limit, out.out)?,
                Piece::Hex(template) => push_decoded(template, parse_hex, values, &mut out)?,
                Piece::Base64(template) => push_decoded(template, parse_base64, values, &mut out)?,
                Piece::Repeat { payload, times } => {
                    push_repeated(payload, times.eval(values)?, values, &mut out)?;
                }
                Piece::Integer { form, value } => push_integer(*form, value, values, &mut out)?,
                Piece::Length {
                    form,
                    payload,
                    sized,
                } => push_length(*form, payload, *sized, values, &mut out)?,
                Piece::Json(json) => json.render(values, &mut out)?,
                Piece::Random(count) => push_random(count.eval(values)?, values, &mut out)?,
            }
        }
        Ok(())
    }

    /// Whether it has bytes of `random` in it, which nobody can expect.
    pub(super) fn is_random(&self) -> bool {
        self.pieces.iter().any(|piece| match piece {
            Piece::Random(_) => true,
            Piece::Repeat { payload, .. }
            | Piece::Length {
                payload,
                sized: true,
                ..
            } => payload.is_random(),
            _ => false,
        })
    }
}

/// Puts a payload together, joining neighbouring known bytes.
#[derive(Debug, Default)]
pub struct PayloadBuilder {
    pieces: Vec<Piece>,
    /// Known bytes that are not yet a piece.
    bytes: Vec<u8>,
}

impl PayloadBuilder {
    /// Adds known bytes.
    pub fn push_bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds text; as known bytes when there is no expression in it.
    pub fn push_text(&mut self, template: Template) {
        match template.plain() {
            Some(text) => self.bytes.extend_from_slice(text.as_bytes()),
            None => self.push_piece(Piece::Text(template)),
        }
    }

    /// Adds a piece.
    pub fn push_piece(&mut self, piece: Piece) {
        match piece {
            Piece::Bytes(bytes) => self.push_bytes(&bytes),
            piece => {
                self.end_bytes();
                self.pieces.push(piece);
            }
        }
    }

    /// Adds all pieces of a payload.
    pub fn push_payload(&mut self, payload: Payload) {
        for piece in payload.pieces {
            self.push_piece(piece);
        }
    }

    /// The payload; `span` is where it stands.
    pub fn finish(mut self, span: Span) -> Payload {
        self.end_bytes();
        Payload {
            pieces: self.pieces.into(),
            span,
        }
    }

    fn end_bytes(&mut self) {
        if !self.bytes.is_empty() {
            let bytes = std::mem::take(&mut self.bytes);
            self.pieces.push(Piece::Bytes(bytes.into()));
        }
    }
}

/// How many times as many characters as bytes the text of `hex` or `base64` may have: blanks are allowed in `hex`.
const TEXT_PER_BYTE: usize = 4;

/// Appends what the rendered text of `template` encodes.
fn push_decoded(
    template: &Template,
    decode: fn(&str) -> Result<Vec<u8>, PayloadError>,
    values: &Values,
    out: &mut Bounded<'_>,
) -> Result<(), EvalError> {
    let span = template.span();
    let room = out.room();
    // One group more than fits, so that what is a little too long is told by its bytes.
    let limit = room.saturating_add(1).saturating_mul(TEXT_PER_BYTE);
    let mut text = Vec::new();
    template.render(values, limit, &mut text)?;
    let text = std::str::from_utf8(&text).map_err(|_| {
        let bytes = shown(&Value::from_bytes(text.clone()));
        EvalError::new(format!("digits are needed here, not {bytes}"), span)
    })?;
    let bytes = decode(text).map_err(|error| {
        let text = shown(&Value::from(text));
        EvalError::new(format!("{error}, in {text}"), span)
    })?;
    out.push(&bytes)
}

/// Appends `payload` as often as `times` says. It is rendered once: arithmetic tells whether the rest has room.
fn push_repeated(
    payload: &Payload,
    times: u64,
    values: &Values,
    out: &mut Bounded<'_>,
) -> Result<(), EvalError> {
    if times == 0 {
        return Ok(());
    }
    let start = out.out.len();
    payload.render(values, out.limit, out.out)?;
    let end = out.out.len();
    if end == start {
        return Ok(());
    }
    // Below 2^128: a length of memory times a u64.
    out.check((end - start) as u128 * u128::from(times - 1))?;
    for _ in 1..times {
        out.out.extend_from_within(start..end);
    }
    Ok(())
}

/// How many bytes a length takes, with the payload itself where it follows; if that is known.
fn known_sized(form: LengthForm, payload: &Payload, sized: bool) -> Option<u64> {
    let len = payload.known_len()?;
    let mut field = Vec::new();
    form.push(usize::try_from(len).ok()?, &mut field).ok()?;
    let body = if sized { len } else { 0 };
    Some(body.saturating_add(field.len() as u64))
}

/// Appends a number in so many bytes.
fn push_integer(
    form: IntegerForm,
    value: &Template,
    values: &Values,
    out: &mut Bounded<'_>,
) -> Result<(), EvalError> {
    let number = value.eval(values)?;
    let fits = |n: &i128| form.range().contains(n);
    let Some(n) = integer(&number).filter(fits) else {
        let (name, range, shown) = (form.name(), form.range(), shown(&number));
        let (least, most) = (range.start(), range.end());
        let message = format!("`{name}` takes a whole number from {least} to {most}, not {shown}");
        return Err(EvalError::new(message, value.span()));
    };
    out.check(form.bytes.into())?;
    form.push(n, out.out);
    Ok(())
}

/// Appends the length of a payload, and the payload itself where it is `sized`.
fn push_length(
    form: LengthForm,
    payload: &Payload,
    sized: bool,
    values: &Values,
    out: &mut Bounded<'_>,
) -> Result<(), EvalError> {
    let mut body = Vec::new();
    // Also where only its length is wanted, it is no longer than a message may be.
    let limit = if sized { out.room() } else { out.limit };
    payload.render(values, limit, &mut body)?;
    let mut field = Vec::new();
    form.push(body.len(), &mut field)
        .map_err(|why| EvalError::new(why, payload.span))?;
    out.push(&field)?;
    if sized {
        out.push(&body)?;
    }
    Ok(())
}

/// Appends random bytes, or fails before any memory is asked for.
fn push_random(count: u64, values: &Values, out: &mut Bounded<'_>) -> Result<(), EvalError> {
    out.check(count.into())?;
    let start = out.out.len();
    // It fits into the limit, which is a length of memory.
    out.out.resize(start + count as usize, 0);
    values.draw(out.out.get_mut(start..).unwrap_or_default());
    Ok(())
}

/// The whole number that a value is, or that its text is the digits of.
fn integer(value: &Value) -> Option<i128> {
    use minijinja::value::ValueKind;
    match value.kind() {
        ValueKind::Number => i128::try_from(value.clone()).ok(),
        ValueKind::String => {
            let text = value.as_str()?;
            let digits = text.strip_prefix('-').unwrap_or(text);
            let all = digits.bytes().all(|b| b.is_ascii_digit());
            text.parse().ok().filter(|_| all)
        }
        _ => None,
    }
}

fn whole_number(value: &Value) -> Option<u64> {
    integer(value).and_then(|number| u64::try_from(number).ok())
}

/// A value for a message: its beginning.
fn shown(value: &Value) -> String {
    /// How many bytes are shown.
    const SHOWN: usize = 40;
    match value.as_bytes() {
        Some(bytes) if bytes.len() > SHOWN => {
            format!("\"{}…\"", escape(bytes.get(..SHOWN).unwrap_or(bytes)))
        }
        Some(bytes) => format!("\"{}\"", escape(bytes)),
        None if value.is_number() => value.to_string(),
        None => filters::kind(value).into(),
    }
}
