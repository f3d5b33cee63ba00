//! What governs the flow of a conversation: `when`, and the verbs that compute or play other steps.

use super::super::json::{self, Value};
use super::super::keys::Form;
use super::super::{Condition, Diagnostic, Verb, code};
use super::fields::{Given, quoted};
use super::names::Setter;
use super::reader::Reader;

impl<'a> Reader<'a> {
    /// The value of `when` or `assert`.
    pub(super) fn true_or_false(&mut self, given: Given<'_, 'a>) -> Option<Condition> {
        let literal = self.string(given, Form::Condition)?;
        let condition = Condition::new(self.template(literal)?);
        if condition.is_none() {
            let text = literal.value.trim();
            let help = if text.is_empty() || text.contains("{{") {
                "put all of it between one pair of braces: \"{{ a == b }}\"".to_owned()
            } else {
                format!(
                    "write it in braces: {}",
                    quoted(&format!("\"{{{{ {text} }}}}\""))
                )
            };
            self.report(
                Diagnostic::error(
                    code::BAD_TEMPLATE,
                    json::span_of(literal),
                    format!(
                        "{} takes one expression, and nothing around it",
                        given.words()
                    ),
                )
                .label("not one `{{ … }}`")
                .help(help),
            );
        }
        condition
    }

    /// The value of `set`, of the step with this number.
    pub(super) fn set(&mut self, given: Given<'_, 'a>, number: u32) -> Option<Verb> {
        let Value::Object(object) = given.value else {
            self.wrong_type(given, Form::Vars);
            return None;
        };
        if object.properties.is_empty() {
            self.empty(given.span(), "`set` needs at least one name");
            return None;
        }
        let mut vars = Vec::with_capacity(object.properties.len());
        let mut whole = Some(());
        for property in self.distinct(object) {
            let slot = self.property_name(property);
            let template = self.var(&property.value);
            if let Some(slot) = slot {
                self.scope.set(slot, Setter::Set(number));
            }
            // The next one may use this one.
            self.scope.tick();
            match slot.zip(template) {
                Some(var) => vars.push(var),
                None => whole = None,
            }
        }
        whole.map(|()| Verb::Set(vars.into()))
    }
}
