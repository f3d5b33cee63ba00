//! The mistakes of a file a line each: for a person who reads many of them, and for programs.
//!
//! Both name the same things in the same order as `diagnostic` shows them. The fields of the JSON are documented in
//! `docs/check-output.md`: fields are added, none is renamed or dropped.

use std::fmt::Write as _;

use serde::Serialize;

use super::diagnostic::Lines;
use crate::scenario::{Diagnostic, Diagnostics, Severity};
use crate::wire::escape_words;

/// One mistake, as programs read it. Absent things are `null`, so that every field is in every line.
#[derive(Debug, Serialize)]
struct Message<'a> {
    code: Option<&'a str>,
    severity: &'a str,
    message: &'a str,
    file: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    end: Option<End>,
    label: Option<&'a str>,
    help: Option<&'a str>,
    included: Vec<Inclusion<'a>>,
}

/// Where a file is named in which the mistake is.
#[derive(Debug, Serialize)]
struct Inclusion<'a> {
    file: &'a str,
    line: usize,
    column: usize,
}

/// The place just behind what is wrong.
#[derive(Debug, Serialize)]
struct End {
    line: usize,
    column: usize,
}

/// All the mistakes of a file: `talk.json:4:7: error[BC1004]: a step has no key "expects"; did you mean "expect"?`
pub fn render_short(diagnostics: &Diagnostics) -> String {
    let files: Vec<_> = diagnostics.sources.iter().map(Lines::of).collect();
    let mut shown = String::new();
    for diagnostic in &diagnostics.list {
        let (name, place) = named(diagnostic, diagnostics, &files);
        let (line, column) = place.map_or((1, 1), |(start, _)| start);
        let severity = severity(diagnostic);
        let (code, message) = (diagnostic.code.0, escape_words(&diagnostic.message));
        // Writing to a `String` cannot fail.
        let _ = write!(
            shown,
            "{}:{line}:{column}: {severity}[{code}]: {message}",
            escape_words(name)
        );
        // What is under the caret says what would be right where nothing else does.
        let label = Some(&diagnostic.label).filter(|label| !label.is_empty());
        if let Some(more) = diagnostic.help.as_ref().or(label) {
            let _ = write!(shown, "; {}", escape_words(more));
        }
        shown.push('\n');
    }
    shown
}

/// All the mistakes of a file, each an object in a line of its own.
pub fn render_json(diagnostics: &Diagnostics) -> String {
    let files: Vec<_> = diagnostics.sources.iter().map(Lines::of).collect();
    let mut lines = String::new();
    for diagnostic in &diagnostics.list {
        let (file, place) = named(diagnostic, diagnostics, &files);
        push_line(
            &Message {
                code: Some(diagnostic.code.0),
                severity: severity(diagnostic),
                message: &diagnostic.message,
                file,
                line: place.map(|((line, _), _)| line),
                column: place.map(|((_, column), _)| column),
                end: place.map(|(_, (line, column))| End { line, column }),
                label: Some(&*diagnostic.label).filter(|label| !label.is_empty()),
                help: diagnostic.help.as_deref(),
                included: inclusions(diagnostic, diagnostics, &files),
            },
            &mut lines,
        );
    }
    lines
}

/// A file that cannot be read, as [`render_json`] writes a mistake: it has neither code nor place.
pub fn unreadable_json(file: &str, message: &str) -> String {
    let mut line = String::new();
    push_line(
        &Message {
            code: None,
            severity: "error",
            message,
            file,
            line: None,
            column: None,
            end: None,
            label: None,
            help: None,
            included: Vec::new(),
        },
        &mut line,
    );
    line
}

/// A line and a column.
type Place = (usize, usize);

/// The name of the file in which a mistake is, and where it begins and ends there, if it has a place.
fn named<'a>(
    diagnostic: &Diagnostic,
    diagnostics: &'a Diagnostics,
    files: &[Lines<'_>],
) -> (&'a str, Option<(Place, Place)>) {
    let number = diagnostic.span.map_or(0, |span| usize::from(span.file));
    let name = (diagnostics.sources.get(number)).map_or("", |source| source.name.as_str());
    let place = diagnostic.span.and_then(|span| {
        let file = files.get(number)?;
        Some((file.line_column(span.start), file.line_column(span.end)))
    });
    (name, place)
}

/// What named the file in which a mistake is, the nearest place first.
fn inclusions<'a>(
    diagnostic: &Diagnostic,
    diagnostics: &'a Diagnostics,
    files: &[Lines<'_>],
) -> Vec<Inclusion<'a>> {
    let places = diagnostic.included.iter().filter_map(|span| {
        let number = usize::from(span.file);
        let (line, column) = files.get(number)?.line_column(span.start);
        let file = diagnostics.sources.get(number)?.name.as_str();
        Some(Inclusion { file, line, column })
    });
    places.collect()
}

const fn severity(diagnostic: &Diagnostic) -> &'static str {
    match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// Adds a line of plain ASCII, in which nothing can steer a terminal: the rest stands as `\u....`, which means the same to
/// a program.
fn push_line(message: &Message<'_>, lines: &mut String) {
    // A struct of texts and numbers can always be written.
    let Ok(json) = serde_json::to_string(message) else {
        return;
    };
    for character in json.chars() {
        if matches!(character, ' '..='~') {
            lines.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            let _ = write!(lines, "\\u{unit:04x}");
        }
    }
    lines.push('\n');
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::scenario::{ReadOptions, read};

    fn mistakes(text: &str) -> Diagnostics {
        match read("dir/talk.json", text.as_bytes(), &ReadOptions::default()) {
            Ok((_, warnings)) => warnings,
            Err(mistakes) => mistakes,
        }
    }

    fn objects(lines: &str) -> Vec<Value> {
        (lines.lines())
            .map(|line| serde_json::from_str(line).expect("a line is an object"))
            .collect()
    }

    const TWO: &str = "{ \"steps\": [\n  { \"expects\": \"é\" },\n  { \"expect\": \"a\", \"within\": \"2 s\" }\n] }";

    #[test]
    fn a_line_says_where_what_and_what_to_do() {
        let shown = render_short(&mistakes(TWO));
        assert_eq!(
            shown,
            "dir/talk.json:2:5: error[BC1004]: a step has no key `expects`; did you mean \"expect\"?\n\
             dir/talk.json:3:30: error[BC1013]: not a duration; write \"2s\"\n"
        );
    }

    #[test]
    fn an_object_has_all_the_fields_in_every_line() {
        let objects = objects(&render_json(&mistakes(TWO)));
        assert_eq!(
            objects[0],
            json!({
                "code": "BC1004",
                "severity": "error",
                "message": "a step has no key `expects`",
                "file": "dir/talk.json",
                "line": 2,
                "column": 5,
                "end": { "line": 2, "column": 14 },
                "label": "unknown key",
                "help": "did you mean \"expect\"?",
                "included": [],
            })
        );
        let without = self::objects(&unreadable_json("a b.json", "cannot read it"));
        assert_eq!(
            without[0],
            json!({
                "code": null, "severity": "error", "message": "cannot read it", "file": "a b.json",
                "line": null, "column": null, "end": null, "label": null, "help": null,
                "included": [],
            })
        );
        let keys = |object: &Value| -> Vec<String> {
            object
                .as_object()
                .expect("an object")
                .keys()
                .cloned()
                .collect()
        };
        assert_eq!(keys(&objects[0]), keys(&without[0]));
    }

    #[test]
    fn what_could_steer_a_terminal_is_escaped_and_means_the_same() {
        let text = "{ \"a\u{202e}b\u{7f}c\u{1f600}é\": 1, \"steps\": [{ \"wait\": \"1ms\" }] }";
        for shown in [
            render_json(&mistakes(text)),
            render_short(&mistakes(text)),
            unreadable_json("\u{85}\u{1b}[m", "x\u{2028}"),
        ] {
            let steers =
                |c: char| c != '\n' && c.is_control() || matches!(c, '\u{2028}' | '\u{202e}');
            assert!(!shown.contains(steers), "{shown:?}");
        }
        let objects = objects(&unreadable_json("\u{1f600}", "x\u{2028}\u{9b}é"));
        assert_eq!(objects[0]["file"], "\u{1f600}");
        assert_eq!(objects[0]["message"], "x\u{2028}\u{9b}é");
    }

    #[test]
    fn files_with_nothing_wrong_have_no_lines() {
        let fine = mistakes(r#"{ "steps": [{ "expect": "Welcome!" }] }"#);
        assert_eq!(render_json(&fine), "");
        assert_eq!(render_short(&fine), "");
    }
}
