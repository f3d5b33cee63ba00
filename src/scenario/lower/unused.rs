//! Names that are given a value which nothing reads.
//!
//! Looked for only in files without mistakes: what could not be read may have read them.

use super::super::{Diagnostic, Span, code};
use super::fields::quoted;
use super::names::Setter;
use super::reader::Reader;

impl Reader<'_> {
    /// Warns of names that nothing reads. One that begins with `_` says itself that it is for people only.
    pub(super) fn check_unused(&mut self) {
        if !self.is_faultless() {
            return;
        }
        let answers = self.scope.unused_in_answers.iter();
        let answers = answers.map(|(slot, at)| unused(self.scope.name(*slot), *at, ANSWER));
        let names = self.scope.unused().filter_map(|(name, at, setter)| {
            let help = match setter {
                Some(Setter::Var) => "leave it out of `vars`, or use it",
                Some(Setter::Capture(_)) => "leave the capture out, or use it in a later step",
                Some(Setter::Set(_)) => "leave it out of `set`, or use it",
                Some(Setter::With) => "leave it out of `with`, or use it in the fragment",
                Some(Setter::Index | Setter::Connect) => return None,
                None => "leave the column out, or use it",
            };
            Some(unused(name, at, help))
        });
        let found: Vec<_> = answers
            .chain(names)
            .filter(|found| !found.message.starts_with("`_"))
            .collect();
        for found in found {
            self.report(found);
        }
    }
}

/// What to do about a name that its answer does not use.
const ANSWER: &str = "leave the capture out, or use it in the `send` beside `match`";

fn unused(name: &str, at: Span, help: &str) -> Diagnostic {
    let message = format!("{} is never used", quoted(name));
    Diagnostic::warning(code::UNUSED_NAME, at, message)
        .label("nothing reads its value")
        .help(help)
}
