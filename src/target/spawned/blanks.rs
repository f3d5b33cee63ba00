//! What is filled in where a program is described: `{port}`, `{port:NAME}`, `{socket}`, `{dir}`, `{file:PATH}`. All else stays as
//! it is.

use std::fmt;

use crate::scenario::nearest;

/// A blank in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Blank<'a> {
    /// A port; the main one has the empty name.
    Port(&'a str),
    /// The path of a Unix socket.
    Socket,
    /// A folder that is the program's own, and gone after it.
    Dir,
    /// The path of a copy, in that folder, of this file with its own blanks filled in.
    File(&'a str),
}

/// What stands in braces and is no blank, though it looks like one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misspelt {
    /// As it was written: `{prot}`.
    pub(super) written: String,
    /// What was probably meant: `{port}`.
    meant: String,
}

impl fmt::Display for Misspelt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { written, meant } = self;
        write!(f, "{written} stays as it is; did you mean \"{meant}\"?")
    }
}

/// The first of these texts' words in braces that is no blank, and was probably meant to be one.
pub(super) fn misspelt<'a>(mut texts: impl Iterator<Item = &'a str>) -> Option<Misspelt> {
    texts.find_map(|text| text.split('{').skip(1).find_map(of_a_blank))
}

/// What follows an opening brace, if that is nearly a blank.
fn of_a_blank(after: &str) -> Option<Misspelt> {
    let (inside, _) = after.split_once('}')?;
    let (word, rest) = match inside.split_once(':') {
        Some((word, rest)) => (word, format!(":{rest}")),
        None => (inside, String::new()),
    };
    let near = nearest(word, ["port", "socket", "dir", "file"].into_iter())?;
    (near != word).then(|| Misspelt {
        written: format!("{{{inside}}}"),
        meant: format!("{{{near}{rest}}}"),
    })
}

/// The blanks of a text, in order.
pub(super) fn of(text: &str) -> Vec<Blank<'_>> {
    let mut blanks = Vec::new();
    walk(text, |_, blank| blanks.extend(blank));
    blanks
}

/// The text with its blanks filled in.
pub(super) fn fill(text: &str, value: impl Fn(Blank<'_>) -> String) -> String {
    let mut filled = String::new();
    walk(text, |before, blank| {
        filled.push_str(before);
        filled.extend(blank.map(&value));
    });
    filled
}

/// Gives each blank with the text before it, and in the end the rest.
fn walk<'a>(text: &'a str, mut give: impl FnMut(&'a str, Option<Blank<'a>>)) {
    let (mut begin, mut at) = (0, 0);
    while let Some(open) = text[at..].find('{').map(|open| at + open) {
        let inside = &text[open + 1..];
        let blank = inside.split_once('}').and_then(|(name, _)| {
            let blank = match name {
                "port" => Blank::Port(""),
                "socket" => Blank::Socket,
                "dir" => Blank::Dir,
                _ => match name.split_once(':')? {
                    ("port", name) if is_name(name) => Blank::Port(name),
                    ("file", path) if !path.is_empty() => Blank::File(path),
                    _ => return None,
                },
            };
            Some((blank, open + name.len() + 2))
        });
        at = open + 1;
        if let Some((blank, end)) = blank {
            give(&text[begin..open], Some(blank));
            (begin, at) = (end, end);
        }
    }
    give(&text[begin..], None);
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
}

impl fmt::Display for Blank<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Port("") => f.write_str("{port}"),
            Self::Port(name) => write!(f, "{{port:{name}}}"),
            Self::Socket => f.write_str("{socket}"),
            Self::Dir => f.write_str("{dir}"),
            Self::File(path) => write!(f, "{{file:{path}}}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_filled_in_and_other_braces_stay() {
        for (text, filled) in [
            ("{port}", "<{port}>"),
            ("a{port}b{socket}{dir}c", "a<{port}>b<{socket}><{dir}>c"),
            ("{port:ctl}", "<{port:ctl}>"),
            ("{port:}{port:a b}{prot}{}", "{port:}{port:a b}{prot}{}"),
            ("-c={file:a b/ä.conf}", "-c=<{file:a b/ä.conf}>"),
            ("{file:}{files:a}", "{file:}{files:a}"),
            ("{{port}}", "{<{port}>}"),
            ("{ {port", "{ {port"),
            ("ä{dir}ö", "ä<{dir}>ö"),
            ("", ""),
        ] {
            assert_eq!(fill(text, |blank| format!("<{blank}>")), filled);
        }
        assert_eq!(
            of("{port} {port:x} {dir}"),
            [Blank::Port(""), Blank::Port("x"), Blank::Dir]
        );
    }

    #[test]
    fn what_is_nearly_a_blank_is_found_and_the_words_of_others_are_not() {
        for (text, meant) in [
            ("{prot}", Some("{port}")),
            ("{port} {dri}", Some("{dir}")),
            ("x={Port:ctl}", Some("{port:ctl}")),
            ("{sockt} {prot}", Some("{socket}")),
            ("{fil:a/b.conf}", Some("{file:a/b.conf}")),
            ("{{prot}}", Some("{port}")),
            ("{port}{port:}{dir}", None),
            ("{print} {0} {} {\"a\": 1}", None),
            ("{prot", None),
        ] {
            let found = misspelt([text].into_iter());
            assert_eq!(found.map(|found| found.meant).as_deref(), meant, "{text}");
        }
        let shown = misspelt(["./s", "{prot}"].into_iter()).map(|found| found.to_string());
        let said = "{prot} stays as it is; did you mean \"{port}\"?";
        assert_eq!(shown.as_deref(), Some(said));
    }
}
