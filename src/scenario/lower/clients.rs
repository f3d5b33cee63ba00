//! `clients`: who talks to the server. And `ignore`, which they share.

use std::sync::Arc;

use super::super::json::{self, Value};
use super::super::keys::{Form, Place};
use super::super::{Client, ClientId, Diagnostic, Ignored, Span, code, keys};
use super::fields::{Fields, Given, listed, quoted};
use super::framings::Cut;
use super::names::BUILT_IN;
use super::packets::{SPLIT, TLS, on_streams};
use super::reader::Reader;
use crate::wire::Framing;

/// The name of the client where the file names none.
pub(super) const DEFAULT_NAME: &str = "client";

/// Verbs whose steps are nobody's.
const NOBODYS: [&str; 7] = [
    "wait", "repeat", "retry", "parallel", "include", "set", "assert",
];

/// How many clients a scenario may have.
const MAX_CLIENTS: usize = u16::MAX as usize;

impl<'a> Reader<'a> {
    /// Reads the clients; `cut` is the scenario's framing.
    pub(super) fn clients(&mut self, file: &Fields<'_, 'a>, cut: &Cut) {
        let Some(given) = file.get("clients") else {
            self.client(DEFAULT_NAME, file.span, None, cut);
            self.shared_ignore(file);
            return;
        };
        let before = self.mistakes();
        match given.value {
            Value::Array(array) => {
                for element in &array.elements {
                    if let Some(name) = self.string(given.element(element), Form::Name) {
                        self.client(&name.value, json::span_of(element), None, cut);
                    }
                }
            }
            Value::Object(object) => {
                for property in self.distinct(object) {
                    let overrides = given.element(&property.value);
                    let (name, span) = (property.name.as_str(), json::span_of(&property.name));
                    self.client(name, span, Some(overrides), cut);
                }
            }
            _ => self.wrong_type(given, Form::Clients),
        }
        if self.mistakes() > before {
            self.clients_known = false;
        } else if self.clients.is_empty() {
            self.empty(given.span(), "a scenario needs at least one client");
            self.clients_known = false;
        }
        self.shared_ignore(file);
    }

    /// Adds a client.
    fn client(&mut self, name: &str, span: Span, overrides: Option<Given<'_, 'a>>, cut: &Cut) {
        if !self.fit_for_client(name, span) {
            return;
        }
        let Ok(id) = u16::try_from(self.clients.len()) else {
            return;
        };
        self.scope.build_in_client(name, ClientId(id));
        let mut client = Client {
            name: name.to_owned(),
            framing: cut.framing.clone(),
            framing_given: !cut.is_default,
            streams_only: None,
            ends_only: None,
            max_message: cut.limit(),
            ignore: Arc::default(),
            split: None,
            pace: None,
            target: None,
            address: None,
            tls: None,
        };
        if let Some(given) = overrides {
            self.overrides(given, &mut client);
        }
        self.clients.push(client);
    }

    /// Whether a client can have this name; reports why not.
    fn fit_for_client(&mut self, name: &str, span: Span) -> bool {
        if name.is_empty() {
            self.empty(span, "the name of a client cannot be empty");
            return false;
        }
        let letters = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        if !name.bytes().all(letters) {
            let message = format!("{} cannot name a client", quoted(name));
            self.report(
                Diagnostic::error(code::BAD_NAME, span, message)
                    .label("a name is made of letters, digits, `_` and `-`"),
            );
            return false;
        }
        if BUILT_IN.contains(&name) {
            let message = format!("{} cannot name a client", quoted(name));
            self.report(
                Diagnostic::error(code::BAD_NAME, span, message)
                    .label("a built-in name of templates")
                    .help(format!(
                        "built in are {}",
                        listed(BUILT_IN.iter().copied(), "and")
                    )),
            );
            return false;
        }
        // Names of clients are built-in names, so the scope finds one again without comparing all.
        if self.scope.is_built_in(name) {
            let message = format!("two clients are named {}", quoted(name));
            self.report(Diagnostic::error(code::SAME_NAME, span, message).label("named before"));
            return false;
        }
        if self.clients.len() >= MAX_CLIENTS {
            self.too_much(span, format!("more than {MAX_CLIENTS} clients"));
            return false;
        }
        true
    }

    /// What a client has beside its name.
    fn overrides(&mut self, given: Given<'_, 'a>, client: &mut Client) {
        let Value::Object(object) = given.value else {
            let kind = json::kind_of(given.value);
            self.report(
                Diagnostic::error(
                    code::WRONG_TYPE,
                    given.span(),
                    format!("the options of a client are an object, not {kind}"),
                )
                .label(format!("this is {kind}"))
                .help("a client without options is \"alice\": {}"),
            );
            return;
        };
        let fields = self.fields(object, Place::Client);
        if let Some(cut) = fields.get("framing").and_then(|given| self.framing(given)) {
            client.max_message = cut.limit();
            client.framing = cut.framing;
            client.framing_given = true;
        }
        if let Some(given) = fields.get("ignore") {
            client.ignore = self.ignore(given);
            if client.framing == Framing::Raw {
                self.nothing_to_ignore(given);
            }
        }
        if let Some(given) = fields.get("tls") {
            client.tls = self.client_tls(given);
            if let Some(found) = on_streams(client, given.name, TLS) {
                self.report(found);
            }
        }
        client.target = fields.get("target").and_then(|given| {
            let name = self.target_name(given)?;
            Some(name.into())
        });
        client.address = fields.get("address").and_then(|given| {
            let before = std::mem::replace(&mut self.scope.anytime, true);
            let address = self.address(given);
            self.scope.anytime = before;
            address
        });
        if let (Some(given), Some(_)) = (fields.get("address"), fields.get("target")) {
            self.report(
                Diagnostic::error(
                    code::CONTRADICTION,
                    given.name,
                    "a client has a `target` or an `address`, not both",
                )
                .label("it would connect there, and not to its target")
                .help("leave one of them out"),
            );
        }
        client.split = fields.get("split").and_then(|given| self.split(given));
        if let Some(given) = fields.get("split") {
            let found = on_streams(client, given.name, SPLIT);
            found.into_iter().for_each(|found| self.report(found));
        }
        if let Some(given) = fields.get("pace") {
            client.pace = self.duration(given);
            if fields.get("split").is_none() {
                self.pace_without_split(given);
            }
        }
    }

    /// Gives the scenario's `ignore` to each client that has messages, and none of its own.
    fn shared_ignore(&mut self, file: &Fields<'_, 'a>) {
        let Some(given) = file.get("ignore") else {
            return;
        };
        let ignored = self.ignore(given);
        if self
            .clients
            .iter()
            .all(|client| client.framing == Framing::Raw)
        {
            if !self.clients.is_empty() {
                self.nothing_to_ignore(given);
            }
            return;
        }
        for client in &mut self.clients {
            if client.framing != Framing::Raw && client.ignore.is_empty() {
                client.ignore = Arc::clone(&ignored);
            }
        }
    }

    /// The value of `ignore`.
    fn ignore(&mut self, given: Given<'_, 'a>) -> Arc<[Ignored]> {
        let Value::Array(array) = given.value else {
            self.wrong_type(given, Form::Matchers);
            return Arc::default();
        };
        // What is ignored may arrive at any time, so its templates may read what any step sets.
        self.scope.anytime = true;
        let matchers = array.elements.iter();
        let ignored = matchers.filter_map(|element| self.ignored(given.element(element)));
        let ignored = ignored.collect();
        self.scope.anytime = false;
        ignored
    }

    fn nothing_to_ignore(&mut self, given: Given<'_, 'a>) {
        self.report(
            Diagnostic::error(
                code::CONTRADICTION,
                given.name,
                "`ignore` drops messages, and framing `raw` has no messages",
            )
            .label("this would never drop anything")
            .help("expect what arrives, or use framing \"line\""),
        );
    }

    /// Whose step it is: the client of its `as`.
    pub(super) fn step_client(
        &mut self,
        fields: &Fields<'_, 'a>,
        verb: Option<Given<'_, 'a>>,
    ) -> Option<ClientId> {
        if let Some(given) = fields.get("as") {
            let name = self.string(given, Form::Name)?;
            return self.client_named(&name.value, given.span());
        }
        if let Some(client) = self.default_client {
            return Some(client);
        }
        let nobodys = |verb: &Given<'_, 'a>| NOBODYS.contains(&verb.key.name);
        let needs = verb.filter(|verb| !nobodys(verb) && !fields.faulty);
        if let Some(verb) = needs.filter(|_| self.clients.len() > 1) {
            let message = format!(
                "this `{}` does not say which client it belongs to",
                verb.key.name
            );
            let found = Diagnostic::error(code::WHOSE_STEP, verb.name, message)
                .label("needs `as` beside it");
            let names = self.client_names("or");
            self.report(found.help(format!("add \"as\" with the name of a client: {names}")));
            return None;
        }
        Some(ClientId(0))
    }

    fn client_named(&mut self, name: &str, span: Span) -> Option<ClientId> {
        if let Some(id) = self.scope.client(name) {
            return Some(id);
        }
        if self.clients_known && self.is_full() {
            self.count_more(1);
        } else if self.clients_known {
            let message = format!("no client is named {}", quoted(name));
            let found =
                Diagnostic::error(code::UNKNOWN_CLIENT, span, message).label("unknown client");
            let names = self.clients.iter().map(|client| client.name.as_str());
            let help = match keys::nearest(name, names) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => match &self.clients[..] {
                    [one] => format!(
                        "the only client is `{}`; to have others, name them all at the top of the file: \"clients\": [\"{}\", …]",
                        one.name,
                        name.escape_default()
                    ),
                    _ => format!("the clients are {}", self.client_names("and")),
                },
            };
            self.report(found.help(help));
        }
        None
    }
}
