//! Scenario → inputs of the targets that it can be made an input of.

use std::collections::HashSet;

use super::layout::{FrameInput, RoundTripInput, SessionInput, Utf8Input};
use super::pieces::Cuts;
use super::talk::{Spoken, talk};
use crate::scenario::Scenario;
use crate::session::Config;

/// The targets that scenarios are made inputs of.
pub(crate) const TARGETS: [&str; 5] = [
    "frame_decoder",
    "frame_roundtrip",
    "scenario_json",
    "session",
    "utf8",
];

/// An input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seed {
    /// The target it is for.
    pub(crate) target: &'static str,
    /// What it shows: letters, digits and `_`.
    pub(crate) name: String,
    /// The input itself.
    pub(crate) bytes: Vec<u8>,
}

/// All the inputs of a scenario: no two of a target are the same, nor have the same name.
///
/// What no byte of a header can name, such as a framing by another delimiter, makes no input.
pub(crate) fn seeds(scenario: &Scenario, id: &str) -> Vec<Seed> {
    let mut list = List::default();
    if let Some(file) = scenario.sources.first() {
        list.add("scenario_json", &[id], file.text.as_bytes().to_vec());
    }
    let server = Config::for_scenario(scenario).ok();
    for (number, case) in scenario.cases.iter().enumerate() {
        for spoken in talk(scenario, id, number) {
            let clients = &scenario.script.clients;
            let Some(client) = clients.get(usize::from(spoken.client.0)) else {
                continue;
            };
            let mut words = vec![id];
            words.extend(case.label.as_deref());
            words.extend((clients.len() > 1).then_some(&*client.name));
            let both = Both {
                framing: &client.framing,
                max_message: client.max_message,
                server: server.as_ref(),
            };
            list.add_spoken(&words, &spoken, &both);
        }
    }
    list.seeds
}

/// What both sides of a connection agree on.
struct Both<'a> {
    framing: &'a crate::wire::Framing,
    max_message: usize,
    server: Option<&'a Config>,
}

#[derive(Default)]
struct List {
    seeds: Vec<Seed>,
    known: HashSet<(&'static str, Vec<u8>)>,
    names: HashSet<(&'static str, String)>,
}

impl List {
    fn add_spoken(&mut self, words: &[&str], spoken: &Spoken, both: &Both<'_>) {
        let sent = spoken.sent.concat();
        let cuts = Cuts::name_of(spoken.sent.len(), sent.len());
        if let Some(server) = both.server
            && !sent.is_empty()
            && let Some(input) = SessionInput::write(server, spoken.ended, cuts, &sent)
        {
            self.add("session", words, input);
        }
        for (way, stream, cuts) in [("sent", &sent, cuts), ("heard", &spoken.heard, b'2')] {
            if stream.is_empty() {
                continue;
            }
            let words = [words, &[way]].concat();
            let (framing, limit) = (both.framing, both.max_message);
            if let Some(input) = FrameInput::write(framing, limit, cuts, stream) {
                self.add("frame_decoder", &words, input);
            }
            if let Some(input) = RoundTripInput::write(framing, cuts, stream) {
                self.add("frame_roundtrip", &words, input);
            }
            // Plain ASCII shows a decoder nothing new.
            if !stream.is_ascii() {
                self.add("utf8", &words, Utf8Input::write(cuts, stream));
            }
        }
    }

    fn add(&mut self, target: &'static str, words: &[&str], bytes: Vec<u8>) {
        if !self.known.insert((target, bytes.clone())) {
            return;
        }
        let base = name(words);
        let numbered = (2..).map(|n| format!("{base}_{n}"));
        let free = std::iter::once(base.clone())
            .chain(numbered)
            .find(|name| self.names.insert((target, name.clone())));
        self.seeds.push(Seed {
            target,
            name: free.unwrap_or(base),
            bytes,
        });
    }
}

/// How many characters a name has at most.
const MAX_NAME: usize = 100;

/// A name that says what these words say: lower case, and `_` for all that is neither letter nor digit.
fn name(words: &[&str]) -> String {
    let mut name = String::new();
    for character in words.join("_").chars().flat_map(char::to_lowercase) {
        match character {
            'a'..='z' | '0'..='9' => name.push(character),
            _ if name.is_empty() || name.ends_with('_') => {}
            _ => name.push('_'),
        }
        if name.len() >= MAX_NAME {
            break;
        }
    }
    let name = name.trim_end_matches('_');
    if name.is_empty() { "input" } else { name }.to_owned()
}
