//! The tables of `docs/scenario-format.md` against the table of keys: what one has, the other has, with the same defaults
//! and the same neighbours.

use std::collections::BTreeSet;

use super::table::REFERENCE;
use crate::scenario::json::MAX_DEPTH;
use crate::scenario::keys::{Key, Place, Role, Since};
use crate::scenario::{
    DEFAULT_MAX_STEPS, MAX_ALPN, MAX_BRANCHES, MAX_CASES, MAX_COMPILED, MAX_DURATION,
    MAX_EXPRESSION, MAX_FILE, MAX_INCLUDED, MAX_INCLUDES, MAX_LIST, MAX_MISTAKES, MAX_NAMED,
    MAX_NESTED, MAX_PAYLOAD, MAX_PEM, MAX_PROTOCOL, MAX_SCRIPT, MAX_SOURCES, Names,
};

/// A table of the reference: its rows, each cut into cells.
type Rows = Vec<Vec<String>>;

/// The text of a section, without the sections in it.
fn section(title: &str) -> &'static str {
    let (_, text) = REFERENCE
        .split_once(&format!("\n{title}\n"))
        .unwrap_or_else(|| panic!("no section {title}"));
    text.split("\n#").next().unwrap_or_default()
}

/// The rows of the tables of a section whose first line begins with these words.
fn rows(title: &str, head: &[&str]) -> Rows {
    let mut rows = Rows::new();
    let mut inside = false;
    for line in section(title).lines() {
        let Some(line) = line.strip_prefix("| ") else {
            inside = false;
            continue;
        };
        let line = line.strip_suffix(" |").unwrap_or(line);
        // An empty first cell: `| | …`.
        let line = line
            .strip_prefix("| ")
            .map_or_else(|| line.to_owned(), |rest| format!(" | {rest}"));
        let cells: Vec<&str> = line.split(" | ").map(str::trim).collect();
        if cells.starts_with(head) {
            inside = true;
        } else if inside && !cells[0].starts_with("---") {
            rows.push(cells.into_iter().map(str::to_owned).collect());
        }
    }
    assert!(!rows.is_empty(), "{title} has no table of {head:?}");
    rows
}

/// The words in backticks.
fn ticked(cell: &str) -> BTreeSet<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

fn playable(place: Place) -> impl Iterator<Item = &'static Key> {
    let keys = place.keys();
    keys.filter(|key| key.since == Since::Version1)
}

/// The first column has these keys, and no others.
#[track_caller]
fn check(what: &str, rows: &Rows, keys: impl Iterator<Item = &'static Key>) {
    let listed: BTreeSet<&str> = rows.iter().flat_map(|row| ticked(&row[0])).collect();
    let known: BTreeSet<&str> = keys.map(|key| key.name).collect();
    let lacking: Vec<_> = known.difference(&listed).collect();
    let unknown: Vec<_> = listed.difference(&known).collect();
    assert!(
        lacking.is_empty() && unknown.is_empty(),
        "{what} of docs/scenario-format.md lack {lacking:?}, and have {unknown:?}, which are no keys there"
    );
}

#[test]
fn every_key_stands_in_its_table_and_every_key_of_a_table_is_one() {
    for (title, place) in [
        ("## The file", Place::Scenario),
        ("## Clients", Place::Client),
        ("## Server", Place::Server),
    ] {
        check(title, &rows(title, &["key"]), playable(place));
    }
    let verb = |key: &&Key| key.role == Role::Verb;
    let verbs = playable(Place::Step).filter(verb);
    check("the verbs", &rows("## Steps", &["verb"]), verbs);
    let others = playable(Place::Step).filter(|key| !verb(key));
    check("the keys of steps", &rows("## Steps", &["key"]), others);
    let payload = |key: &&Key| Place::Payload.keys().any(|other| other == *key);
    let own = playable(Place::Matcher).filter(|key| !payload(key));
    check("the matchers", &rows("## Matchers", &["key"]), own);
}

#[test]
fn every_option_of_a_framing_stands_beside_it() {
    let mut listed = BTreeSet::new();
    let mut framing = "";
    let table = rows("## Framing", &["framing", "option"]);
    for row in &table {
        framing = ticked(&row[0]).first().copied().unwrap_or(framing);
        listed.extend(ticked(&row[1]).into_iter().map(|option| (framing, option)));
    }
    let mut known = BTreeSet::new();
    for framing in playable(Place::Framing) {
        let options = framing.holds.into_iter().flat_map(playable);
        // What all of them have is said in a sentence.
        let options = options.filter(|key| key.name != "max_message");
        known.extend(options.map(|key| (framing.name, key.name)));
    }
    assert_eq!(listed, known);
}

#[test]
fn every_payload_has_its_form_and_every_form_its_payload() {
    let text = section("## Payloads");
    for key in playable(Place::Payload) {
        let name = key.name;
        let number = name.starts_with(['u', 'i']) && name[1..].parse::<u8>().is_ok();
        assert!(
            number || text.contains(&format!("\"{name}\":")) || text.contains(&format!("`{name}`")),
            "the payloads lack {name}"
        );
    }
    for row in rows("## Payloads", &["form"]) {
        for form in ticked(&row[0]) {
            let Some((_, object)) = form.split_once("{ \"") else {
                continue;
            };
            let name = object.split('"').next().unwrap_or_default();
            let key = Place::Payload.find(name);
            assert!(
                key.is_some_and(|key| key.since == Since::Version1),
                "{form} is no payload"
            );
        }
    }
}

#[test]
fn what_a_key_goes_with_is_what_the_reference_says() {
    for row in rows("## Steps", &["key", "goes with"]) {
        for name in ticked(&row[0]) {
            let key = Place::Step.find(name).expect("a key");
            let known: BTreeSet<&str> = match key.role {
                Role::Beside(verbs) => verbs.iter().copied().collect(),
                _ => BTreeSet::new(),
            };
            assert_eq!(ticked(&row[1]), known, "`{name}` goes with");
        }
    }
}

#[test]
fn the_defaults_of_the_reference_are_those_of_the_table() {
    // In words: one client; no time at all.
    const IN_WORDS: [&str; 2] = ["clients", "think_time"];
    for (title, place) in [
        ("## The file", Place::Scenario),
        ("## Server", Place::Server),
    ] {
        for row in rows(title, &["key", "value", "default"]) {
            for name in ticked(&row[0]) {
                let key = place.find(name).expect("a key");
                let Some(default) = key.default.filter(|_| !IN_WORDS.contains(&name)) else {
                    continue;
                };
                assert!(
                    row[2].contains(default),
                    "`{name}`: {} or {default}?",
                    row[2]
                );
            }
        }
    }
}

#[test]
fn the_limits_of_the_reference_are_those_of_the_code() {
    let bytes = |n: usize| match n {
        n if n >= 1 << 20 => format!("{} MiB", n >> 20),
        n => format!("{} KiB", n >> 10),
    };
    let number = |n: u64| {
        let digits = n.to_string();
        let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().collect();
        let groups = groups.iter().map(|group| String::from_utf8_lossy(group));
        groups.collect::<Vec<_>>().join(",")
    };
    let count = |n: usize| number(n as u64);
    let names = count(Names::MAX);
    let expected = [
        ("a file", bytes(MAX_FILE)),
        (
            "arrays and objects in each other",
            format!("{MAX_DEPTH} levels"),
        ),
        ("a message in a file", bytes(MAX_PAYLOAD)),
        ("memory that a compiled file takes", bytes(MAX_SCRIPT)),
        ("names in a file", names.clone()),
        ("lists in a `parallel`", count(MAX_BRANCHES)),
        ("an expression", bytes(MAX_EXPRESSION)),
        ("a list or an object", count(MAX_LIST)),
        ("a list or an object", format!("{MAX_NESTED} levels")),
        (
            "a duration",
            format!("{} hours", MAX_DURATION.as_secs() / 3600),
        ),
        ("a file with certificates", bytes(MAX_PEM)),
        ("protocols that `alpn` offers", count(MAX_ALPN)),
        ("protocols that `alpn` offers", count(MAX_PROTOCOL)),
        ("clients", names.clone()),
        ("conditions in one step", names),
        ("a pattern, compiled", bytes(MAX_COMPILED)),
        (
            "steps that one conversation plays",
            number(DEFAULT_MAX_STEPS),
        ),
        ("keys and numbers in a JSON pointer", MAX_DEPTH.to_string()),
        ("files that a scenario includes", count(MAX_SOURCES)),
        ("fragments in each other", count(MAX_INCLUDES)),
        ("bytes of fragments", bytes(MAX_INCLUDED)),
        ("bytes of all the files it names", bytes(MAX_NAMED)),
        ("cases in a file", count(MAX_CASES)),
        ("mistakes of a file that are shown", count(MAX_MISTAKES)),
    ];
    let rows = rows("## Limits", &["what"]);
    for (what, limit) in &expected {
        let row = rows.iter().find(|row| row[0].starts_with(what));
        let row = row.unwrap_or_else(|| panic!("no row about {what}"));
        assert!(row[1].contains(limit), "{what}: {limit}, not {}", row[1]);
    }
}
