//! What governs the flow of a conversation: `when`, and the verbs that compute or play other steps.

use std::time::Duration;

use super::super::json::{self, Value};
use super::super::keys::Form;
use super::super::{BlockId, ClientId, Condition, Diagnostic, Verb, code};
use super::durations;
use super::fields::{Fields, Given, quoted};
use super::names::Setter;
use super::reader::Reader;

/// The time between the rounds of a `retry` that has no `every`: 100 ms.
pub const DEFAULT_EVERY: Duration = Duration::from_millis(100);

impl<'a> Reader<'a> {
    /// The steps of a block that is played in rounds. An `as` beside it is the default inside.
    pub(super) fn rounds(
        &mut self,
        given: Given<'_, 'a>,
        fields: &Fields<'_, 'a>,
    ) -> Option<BlockId> {
        let around = self.default_client_of(fields);
        self.scope.begin_rounds();
        let block = self.steps(given);
        self.scope.end_rounds();
        self.default_client = around;
        block
    }

    /// Makes the `as` beside a block the default inside of it. What was the default before.
    pub(super) fn default_client_of(&mut self, fields: &Fields<'_, 'a>) -> Option<ClientId> {
        let around = self.default_client;
        if let Some(given) = fields.get("as")
            && let Value::StringLit(name) = given.value
        {
            // A name that is unknown has been reported where the step's own client was looked up.
            self.default_client = self.scope.client(&name.value).or(Some(ClientId(0)));
        }
        around
    }

    /// The value of `retry`.
    pub(super) fn retry(&mut self, given: Given<'_, 'a>, fields: &Fields<'_, 'a>) -> Option<Verb> {
        let every = fields.get("every").map(|given| self.some_time(given));
        if let (Some(Some(every)), Some(within)) = (every, fields.get("within"))
            && let Value::StringLit(text) = within.value
            && durations::parse(&text.value).is_ok_and(|within| within <= every)
        {
            self.report(
                Diagnostic::error(
                    code::CONTRADICTION,
                    within.span(),
                    "`within` leaves no time for a second round",
                )
                .label("not longer than `every`")
                .help("`every` is the time between two rounds, `within` the time for all of them"),
            );
        }
        let around = self.begin_retry(fields.get("within"));
        let block = self.rounds(given, fields);
        self.retry_within = around;
        let block = block?;
        let mut clients = Vec::new();
        self.add_clients(block, &mut clients);
        clients.sort_unstable();
        clients.dedup();
        Some(Verb::Retry {
            block,
            every: every.map_or(Some(DEFAULT_EVERY), |read| read)?,
            clients: clients.into(),
        })
    }

    /// Adds the clients whose steps there are in a block.
    pub(super) fn add_clients(&self, block: BlockId, clients: &mut Vec<ClientId>) {
        for step in self.steps_of(block) {
            match step.verb.blocks() {
                [] if step.needs_client() => clients.push(step.client),
                blocks => blocks
                    .iter()
                    .for_each(|block| self.add_clients(*block, clients)),
            }
        }
    }

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
