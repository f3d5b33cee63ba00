//! What comes from other files: the payload `file`, and how any of them is reported that is not to be had.

use sha2::Digest;

use super::super::files::{FileError, MAX_NAMED};
use super::super::{Diagnostic, PayloadBuilder, Span, code};
use super::fields::{Given, quoted};
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// A path to another file.
    pub(super) fn path<'j>(&mut self, given: Given<'j, 'a>) -> Option<&'j str> {
        let literal = self.string(given, given.key.form)?;
        if literal.value.is_empty() {
            self.empty(given.span(), format!("{} needs a path", given.words()));
            return None;
        }
        if literal.value.contains("{{") {
            let message = format!("the path of {} cannot hold expressions", given.words());
            self.report(
                Diagnostic::error(code::BAD_TEMPLATE, given.span(), message)
                    .label("needed before anything is played")
                    .help("write a step for each file, and say by `when` which of them is played"),
            );
            return None;
        }
        Some(&literal.value)
    }

    /// Adds the bytes of a file.
    pub(super) fn add_file(
        &mut self,
        given: Given<'_, 'a>,
        builder: &mut PayloadBuilder,
    ) -> Option<()> {
        let path = self.path(given)?;
        let limit = self.max_message.min(MAX_NAMED.saturating_sub(self.named));
        let file = match self.library.files.read(self.place(), path, limit) {
            Ok(file) => file,
            Err(error) => {
                self.no_file(given.span(), path, error);
                return None;
            }
        };
        if file.bytes.len() > limit {
            let message = if limit < self.max_message {
                format!("the files of a scenario have at most {MAX_NAMED} bytes together")
            } else {
                format!("{} has more than {limit} bytes", quoted(path))
            };
            self.too_much(given.span(), message);
            return None;
        }
        self.named += file.bytes.len();
        let digest = self.payloads.get_or_insert_default();
        digest.update((file.bytes.len() as u64).to_be_bytes());
        digest.update(&file.bytes);
        builder.push_bytes(&file.bytes);
        Some(())
    }

    /// Reports a file that is not to be had.
    pub(super) fn no_file(&mut self, span: Span, path: &str, error: FileError) {
        let message = format!("{}: {}", quoted(path), error.message);
        let mut found = Diagnostic::error(code::NO_FILE, span, message).label(error.label);
        found.help = error.help;
        self.report(found);
    }
}
