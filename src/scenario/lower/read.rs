//! The way in: the bytes of a file → a scenario, or its mistakes.

use std::borrow::Cow;

use super::super::files::{Files, NoFiles};
use super::super::{Diagnostic, Diagnostics, Scenario, Severity, SourceFile, Span, code, json};
use super::framings::Cut;
use super::library::Texts;
use super::payloads::MAX_PAYLOAD;
use super::reader::Reader;
use crate::wire;

/// How many bytes a scenario file may have: 64 MiB.
pub const MAX_FILE: usize = 64 << 20;

/// How many mistakes of a file are kept, and how many warnings: 1,000 each. The others are counted.
pub const MAX_MISTAKES: usize = 1000;

/// How many steps a conversation may have unless the run says otherwise: 1,000,000.
pub const DEFAULT_MAX_STEPS: u64 = 1_000_000;

/// What the reader must know besides the text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// Names that the run sets (`--var`): a file may use them without defining them.
    pub vars: Vec<String>,
    /// Names of the environment that templates may ask for (`--allow-env`), and whether each is set.
    pub env: Vec<(String, bool)>,
    /// How messages are cut where the file does not say; `None`: as the format has it.
    pub framing: Option<Cut>,
    /// How many steps a conversation may have; `None`: [`DEFAULT_MAX_STEPS`].
    pub max_steps: Option<u64>,
    /// How many bytes a message may have; `None`: [`MAX_PAYLOAD`].
    pub max_message: Option<usize>,
}

/// Reads a scenario: `name` is the file's path as a person knows it, `bytes` its content.
///
/// Returns the warnings with the scenario.
///
/// # Errors
///
/// Fails with all the mistakes of the file, or with the first one that makes the rest unreadable.
pub fn read(
    name: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<(Scenario, Diagnostics), Diagnostics> {
    read_with(name, bytes, options, &NoFiles)
}

/// Reads a scenario that may name other files, which `files` gives.
///
/// # Errors
///
/// Fails as [`read`] does; the mistakes of files that it includes are among its own.
pub fn read_with(
    name: &str,
    bytes: &[u8],
    options: &ReadOptions,
    files: &dyn Files,
) -> Result<(Scenario, Diagnostics), Diagnostics> {
    let text = read_text(name, bytes)?;
    let tree = json::parse(text).map_err(|found| alone(name, text, *found))?;

    let texts = Texts::gather(&tree, files);
    let library = texts.library(text, files);
    let mut reader = Reader::new(text, &library);
    reader.named = texts.bytes;
    reader.env.clone_from(&options.env);
    reader.max_message = options.max_message.unwrap_or(MAX_PAYLOAD);
    let scenario = reader.scenario(&tree, options);
    let diagnostics = Diagnostics {
        sources: std::iter::once(SourceFile {
            name: name.into(),
            text: text.into(),
        })
        .chain(texts.sources())
        .collect(),
        list: reader.into_diagnostics(),
    };
    let failed = diagnostics
        .list
        .iter()
        .any(|d| d.severity == Severity::Error);
    match scenario {
        Some(mut scenario) if !failed => {
            scenario.sources.clone_from(&diagnostics.sources);
            Ok((scenario, diagnostics))
        }
        _ => Err(diagnostics),
    }
}

/// The text of a file.
///
/// # Errors
///
/// Fails with the reason why it is none.
pub(in crate::scenario) fn read_text<'a>(
    name: &str,
    bytes: &'a [u8],
) -> Result<&'a str, Diagnostics> {
    text_of(bytes).map_err(|why| alone(name, &why.0, why.1))
}

/// The one mistake that keeps a file from being read.
pub(in crate::scenario) fn alone(name: &str, text: &str, found: Diagnostic) -> Diagnostics {
    Diagnostics {
        sources: vec![SourceFile {
            name: name.into(),
            text: text.into(),
        }],
        list: vec![found],
    }
}

/// What can be shown of a file that is no text, and why it is none.
pub(super) type Unreadable<'a> = (Cow<'a, str>, Diagnostic);

/// The text of a file; or what can be shown of it, and why it is none.
pub(super) fn text_of(bytes: &[u8]) -> Result<&str, Box<Unreadable<'_>>> {
    if bytes.len() > MAX_FILE {
        // Whoever read it may have stopped where it is too much.
        let message = format!("the file has more than {MAX_FILE} bytes");
        return Err(Box::new((Cow::Borrowed(""), about_file(message, None))));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let message = "the file is UTF-16 text".to_owned();
        return Err(Box::new((
            Cow::Borrowed(""),
            about_file(message, Some("save it as UTF-8")),
        )));
    }
    if let Some(found) = not_for_editors(bytes) {
        return Err(Box::new((Cow::Borrowed(""), found)));
    }
    let text = wire::validate(bytes).map_err(|error| not_utf8(bytes, &error))?;
    if text.starts_with('\u{feff}') {
        let mark = Span {
            file: 0,
            start: 0,
            end: 3,
        };
        let found = Diagnostic::error(
            code::NO_TEXT,
            mark,
            "the file begins with a byte order mark",
        )
        .label("invisible in most editors")
        .help("save it as UTF-8 without BOM");
        return Err(Box::new((Cow::Borrowed(text), found)));
    }
    Ok(text)
}

/// What is wrong with a file that begins with NUL bytes, or has them between its first characters.
fn not_for_editors(bytes: &[u8]) -> Option<Diagnostic> {
    let first = bytes.get(..bytes.len().min(4)).unwrap_or_default();
    if !first.contains(&0) {
        return None;
    }
    let is_text = first.iter().any(|byte| byte.is_ascii_graphic());
    Some(match is_text {
        true => about_file(
            "the file is UTF-16 or UTF-32 text".to_owned(),
            Some("save it as UTF-8"),
        ),
        false => about_file(
            "the file is no text: it begins with a NUL byte".to_owned(),
            None,
        ),
    })
}

/// What is wrong with a file as a whole.
fn about_file(message: String, help: Option<&str>) -> Diagnostic {
    Diagnostic {
        code: code::NO_TEXT,
        severity: Severity::Error,
        message,
        span: None,
        label: String::new(),
        help: help.map(str::to_owned),
        included: Vec::new(),
    }
}

/// A byte that is no UTF-8, shown in the text around it.
fn not_utf8<'a>(bytes: &'a [u8], error: &wire::Utf8Error) -> Box<Unreadable<'a>> {
    let at = usize::try_from(error.offset).map_or(bytes.len(), |at| at.min(bytes.len()));
    let (valid, rest) = bytes.split_at(at);
    let mut text = String::from_utf8_lossy(valid).into_owned();
    let start = text.len();
    let shown = rest.len().min(SHOWN_AFTER_BAD_BYTE);
    text.push_str(&String::from_utf8_lossy(&rest[..shown]));
    let width = text[start..].chars().next().map_or(0, char::len_utf8);
    let byte = rest.first().copied().unwrap_or_default();
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let span = Span {
        file: 0,
        start: small(start),
        end: small(start + width),
    };
    let message = format!("the file is not UTF-8 text: {}", error.cause);
    let diagnostic = Diagnostic::error(code::NO_TEXT, span, message)
        .label(format!("the byte {byte:02x}, at offset {at} in the file"))
        .help("save it as UTF-8; bytes that are not text are written { \"hex\": \"...\" }");
    Box::new((Cow::Owned(text), diagnostic))
}

/// How many bytes behind one that is no UTF-8 are kept to be shown: the rest of the line, mostly.
const SHOWN_AFTER_BAD_BYTE: usize = 200;
