//! A scenario file printed in another way: without comments, blanks and trailing commas.

use jsonc_parser::ast::Value;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use crate::corpus::quoted;
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
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
    if let Some(value) = parsed.ok().and_then(|parsed| parsed.value) {
        print(&value, &mut printed);
    }
    printed
}

fn print(value: &Value<'_>, out: &mut String) {
    match value {
        Value::StringLit(literal) => out.push_str(&quoted(&literal.value)),
        Value::NumberLit(literal) => out.push_str(literal.value),
        Value::BooleanLit(literal) => out.push_str(if literal.value { "true" } else { "false" }),
        Value::NullKeyword(_) => out.push_str("null"),
        Value::Array(array) => {
            out.push('[');
            for (nth, element) in array.elements.iter().enumerate() {
                out.push_str(if nth > 0 { "," } else { "" });
                print(element, out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (nth, property) in object.properties.iter().enumerate() {
                out.push_str(if nth > 0 { "," } else { "" });
                out.push_str(&quoted(property.name.as_str()));
                out.push(':');
                print(&property.value, out);
            }
            out.push('}');
        }
    }
}
