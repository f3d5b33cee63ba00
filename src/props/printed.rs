//! A scenario file printed in another way: without comments, blanks and trailing commas.

use super::tree::Node;
use crate::scenario::{ReadOptions, Scenario, read};

/// Checks that a file that was read means the same when it is printed and read again.
pub(super) fn means_the_same(scenario: &Scenario, options: &ReadOptions) {
    let printed = printed(&scenario.sources[0].text);
    match read("printed.json", printed.as_bytes(), options) {
        Ok((again, _)) => assert_eq!(meaning(&again), meaning(scenario), "{printed}"),
        Err(mistakes) => panic!("refused once it is printed: {:?}\n{printed}", mistakes.list),
    }
}

/// A scenario in words, without the places at which things stand.
fn meaning(scenario: &Scenario) -> String {
    let script = &scenario.script;
    // All but the names, which are kept in an order that is another one each time; their numbers are compared.
    let whole = format!(
        "{:?} {:?} {:?} {:?} {} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        scenario.name,
        scenario.description,
        scenario.tags,
        scenario.skip,
        scenario.as_written,
        scenario.server,
        scenario.cases,
        script.clients,
        script.blocks,
        script.finally,
        script.vars,
        script.timeout,
        script.matcher_states,
    );
    let mut parts = whole.split("Span {");
    let mut meaning = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        meaning.push_str(part.split_once('}').map_or(part, |(_, after)| after));
    }
    meaning
}

/// The same JSON without comments, blanks and trailing commas.
fn printed(text: &str) -> String {
    let mut printed = String::new();
    if let Some(tree) = Node::parse(text) {
        tree.print(&mut printed);
    }
    printed
}
