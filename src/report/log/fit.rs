//! Makes texts of a log fit to be shown. This program writes them so, and a log may be anybody's.

use std::fmt::Write as _;

use super::record::{CaseRecord, ProgramRecord};
use crate::wire::escape_words;

/// Makes the texts of a record fit.
pub(super) fn make_fit(record: &mut CaseRecord) {
    one(&mut record.file);
    record.name.iter_mut().for_each(one);
    record.reason.iter_mut().for_each(one);
    record.program.iter_mut().for_each(lines);
    for open in &mut record.interrupted {
        open.file.iter_mut().chain([&mut open.waits]).for_each(one);
    }
    let mut failure = record.failure.as_deref_mut();
    while let Some(this) = failure {
        one(&mut this.code);
        one(&mut this.title);
        one(&mut this.place);
        lines(&mut this.text);
        let texts = [
            &mut this.file,
            &mut this.case,
            &mut this.because,
            &mut this.note,
        ];
        texts.into_iter().flatten().for_each(one);
        this.help
            .iter_mut()
            .chain(&mut this.connections)
            .chain(&mut this.included)
            .chain(&mut this.client)
            .for_each(one);
        this.expected
            .iter_mut()
            .for_each(|expected| one(&mut expected.words));
        failure = this.finally.as_deref_mut();
    }
    if let Some(talk) = &mut record.talk {
        talk.clients.iter_mut().for_each(one);
        let events = talk
            .events
            .iter_mut()
            .chain(talk.finally.iter_mut().flatten());
        events.for_each(|event| one(&mut event.words));
    }
    if let Some(health) = &mut record.health {
        make_fit(health);
    }
}

/// Makes the texts of a program's record fit.
pub(super) fn make_program_fit(record: &mut ProgramRecord) {
    (record.ended.iter_mut())
        .chain([&mut record.command, &mut record.title])
        .for_each(one);
    lines(&mut record.text);
}

/// Makes one line fit.
pub(super) fn one(text: &mut String) {
    if !is_plain(text) {
        *text = escape_words(text).to_string();
    }
}

/// Makes each line of a text fit.
fn lines(text: &mut String) {
    if text.split('\n').all(is_plain) {
        return;
    }
    let mut fit = String::with_capacity(text.len());
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 {
            fit.push('\n');
        }
        if is_plain(line) {
            fit.push_str(line);
        } else {
            let _ = write!(fit, "{}", escape_words(line));
        }
    }
    *text = fit;
}

/// Whether it is printable ASCII, which stays as it is. Nearly all is.
fn is_plain(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_stays_as_it_is_is_not_looked_at_twice(text in "[ -~\n\u{1b}\\\\é─\u{301}\u{202e}]{0,40}") {
            let all: Vec<String> = text.split('\n').map(|line| escape_words(line).to_string()).collect();
            let mut fit = text.clone();
            lines(&mut fit);
            prop_assert_eq!(fit, all.join("\n"));
            let mut fit = text.clone();
            one(&mut fit);
            prop_assert_eq!(fit, escape_words(&text).to_string());
        }
    }
}
