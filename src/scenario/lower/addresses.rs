//! `address` and `target`: where clients connect to.

use super::super::keys::Form;
use super::super::{Address, Diagnostic, Span, Template, code};
use super::fields::{Given, quoted};
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// An address: one without expressions is looked at now.
    pub(super) fn address(&mut self, given: Given<'_, 'a>) -> Option<Box<Template>> {
        let literal = self.string(given, Form::Template)?;
        if !literal.value.contains("{{")
            && let Err(error) = literal.value.parse().and_then(Address::reachable)
        {
            let found = Diagnostic::error(code::BAD_ADDRESS, given.span(), error.to_string());
            self.report(found.label("no address"));
            return None;
        }
        self.template(literal).map(Box::new)
    }

    /// The name of a target.
    pub(super) fn target_name(&mut self, given: Given<'_, 'a>) -> Option<String> {
        let name = self.string(given, Form::Name)?.value.to_string();
        self.names_target(&name, given.span()).then_some(name)
    }

    /// Whether a target can be called so; reports it where it cannot.
    pub(super) fn names_target(&mut self, name: &str, span: Span) -> bool {
        let letters = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if !name.is_empty() && name.bytes().all(letters) {
            return true;
        }
        let message = format!("{} cannot name a target", quoted(name));
        self.report(
            Diagnostic::error(code::BAD_NAME, span, message)
                .label("a name is made of letters, digits, `_` and `-`")
                .help("`address` takes an address; `target` the name that --target NAME=ADDRESS gives one, or `targets` of a suite"),
        );
        false
    }
}
