//! `backchat check --explain`: what a code means, for a person who meets it for the first time.

use super::error::CliError;
use crate::report::{CODES, FAILURES};
use crate::scenario::{self, Explanation};

/// How wide the lines of an explanation are.
const WIDTH: usize = 80;

/// What there is to say about a code; data for standard output.
pub(super) fn explain(code: &str) -> Result<String, CliError> {
    if let Some(entry) = scenario::explain(code) {
        return Ok(mistake(entry));
    }
    match CODES
        .iter()
        .find(|(known, _)| known.0.eq_ignore_ascii_case(code))
    {
        Some((known, meaning)) => Ok(failure(known.0, meaning)),
        None => Err(unknown(code)),
    }
}

/// A mistake of a file.
fn mistake(entry: &Explanation) -> String {
    let mut text = format!(
        "{}: {}\n\n{}",
        entry.code.0,
        entry.title,
        filled(entry.text)
    );
    if let Some((wrong, right)) = entry.example {
        for (title, example) in [("Wrong", wrong), ("Right", right)] {
            text.push_str(&format!("\n{title}:\n\n"));
            for line in example.lines() {
                text.push_str(&format!("    {line}\n"));
            }
        }
    }
    text
}

/// A step that failed.
fn failure(code: &str, meaning: &str) -> String {
    let entry = FAILURES.iter().find(|entry| entry.code.0 == code);
    let mut text = format!(
        "{code}: {meaning}\n\n{}",
        filled(entry.map_or(FAILED, |entry| entry.text))
    );
    if let Some(entry) = entry {
        text.push_str("\nA report of it:\n\n");
        for line in entry.example.trim_end().lines() {
            text.push_str(format!("    {line}").trim_end());
            text.push('\n');
        }
    }
    text
}

/// What holds for every failure.
const FAILED: &str = "A step of a conversation failed in this way: the file is valid and was played, and the run ends with 1.";

fn unknown(code: &str) -> CliError {
    let mistakes = scenario::EXPLANATIONS.iter().map(|entry| entry.code.0);
    let all = mistakes.chain(CODES.iter().map(|(code, _)| code.0));
    let near = all.min_by_key(|known| strsim::damerau_levenshtein(&code.to_uppercase(), known));
    CliError::Usage(format!(
        "there is no code {code:?}; the nearest is {}",
        near.unwrap_or("none")
    ))
}

/// The text in lines that fit.
fn filled(text: &str) -> String {
    let mut filled = String::with_capacity(text.len() + 8);
    let mut width = 0;
    for word in text.split_whitespace() {
        let len = word.chars().count();
        if width > 0 && width + 1 + len > WIDTH {
            filled.push('\n');
            width = 0;
        } else if width > 0 {
            filled.push(' ');
            width += 1;
        }
        filled.push_str(word);
        width += len;
    }
    filled.push('\n');
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained_in_lines_that_fit() {
        let mistakes = scenario::EXPLANATIONS.iter().map(|entry| entry.code.0);
        for code in mistakes.chain(CODES.iter().map(|(code, _)| code.0)) {
            let text = explain(&code.to_lowercase()).expect("an explanation");
            let mut lines = text.lines();
            assert!(lines.next().is_some_and(|line| line.starts_with(code)));
            let prose: Vec<&str> = lines
                .by_ref()
                .skip(1)
                .take_while(|line| !line.is_empty())
                .collect();
            assert!((2..=6).contains(&prose.len()), "{text}");
            assert!(
                prose.iter().all(|line| line.chars().count() <= WIDTH),
                "{text}"
            );
            assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text}");
        }
    }

    #[test]
    fn an_example_stands_below_as_it_is_in_a_file() {
        let text = explain("BC1005").expect("an explanation");
        let example = "\nWrong:\n\n    { \"send\": \"one\", \"send\": \"two\" }\n\
                       \nRight:\n\n    { \"send\": \"one\" }\n    { \"send\": \"two\" }\n";
        assert!(text.ends_with(example), "{text}");
    }

    #[test]
    fn a_failure_is_explained_with_a_report_of_it() {
        let text = explain("BC2007").expect("an explanation");
        let head = "BC2007: the connection did not end in time\n\nThe server was expected to end";
        assert!(text.starts_with(head), "{text}");
        assert!(
            text.contains("\nA report of it:\n\n    error[BC2007]: connection still open after"),
            "{text}"
        );
    }

    #[test]
    fn a_code_that_is_none_is_told_the_nearest() {
        for (code, nearest) in [
            ("BC104", "BC1004"),
            ("BC2099", "BC2009"),
            ("b1013", "BC1013"),
        ] {
            let error = explain(code).expect_err("none");
            assert!(matches!(error, CliError::Usage(_)));
            assert!(error.to_string().ends_with(nearest), "{error}");
        }
    }
}
