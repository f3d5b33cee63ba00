//! A source file, and its text without what is no code.

/// A file of the project.
#[derive(Debug)]
pub(super) struct Source {
    /// From the project's root, with `/` between its parts.
    pub(super) path: String,
    /// As it stands in the file.
    pub(super) text: String,
    /// Without comments and without what stands in string and character literals; same lines.
    pub(super) code: String,
    /// With comments, without what stands in string and character literals; same lines.
    pub(super) prose: String,
}

impl Source {
    /// Makes a source of a file's text.
    pub(super) fn new(path: &str, text: &str) -> Self {
        let (code, prose) = strip(text);
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code,
            prose,
        }
    }

    /// The layer it is in: the name of its folder or file right under `src/`.
    pub(super) fn layer(&self) -> Option<&str> {
        let below = self.path.strip_prefix("src/")?;
        let name = below.split('/').next().unwrap_or(below);
        Some(name.strip_suffix(".rs").unwrap_or(name))
    }

    /// The file's name without its folders.
    pub(super) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// Its code without its unit tests: nothing of a file of tests, and what stands before `mod tests {` of others.
    pub(super) fn code_without_tests(&self) -> &str {
        if self.path.contains("/tests/") || self.path.ends_with("/tests.rs") {
            return "";
        }
        match self.code.find("mod tests {") {
            Some(at) => &self.code[..at],
            None => &self.code,
        }
    }

    /// The words of `code`: identifiers, keywords, and numbers.
    pub(super) fn words(code: &str) -> impl Iterator<Item = &str> {
        code.split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty())
    }

    /// All paths that `code` names, `::` between their parts, without blanks; the trees of `use` are spread out.
    ///
    /// `use crate::{wire::Framing, time};` names `crate::wire::Framing` and `crate::time`.
    pub(super) fn paths(code: &str) -> Vec<String> {
        let tokens = tokens(code);
        let mut paths = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let before = at;
            read_path(&tokens, &mut at, "", &mut paths);
            at = at.max(before + 1);
        }
        paths
    }
}

/// Reads the path that begins at token `at`, if one does, and adds it, after `prefix`, to `paths`.
fn read_path(tokens: &[&str], at: &mut usize, prefix: &str, paths: &mut Vec<String>) {
    let mut path = prefix.to_owned();
    loop {
        match tokens.get(*at) {
            Some(&word) if is_word(word) => {
                path.push_str(word);
                *at += 1;
            }
            Some(&"{") if path.ends_with("::") => {
                *at += 1;
                while tokens.get(*at).is_some_and(|token| *token != "}") {
                    let before = *at;
                    read_path(tokens, at, &path, paths);
                    *at = (*at).max(before + 1);
                    // What a `use` renames it to is no path.
                    if tokens.get(*at) == Some(&"as") {
                        *at += 2;
                    }
                }
                *at += 1;
                return;
            }
            _ => break,
        }
        if tokens.get(*at) != Some(&"::") {
            break;
        }
        path.push_str("::");
        *at += 1;
    }
    if path.contains("::") && path != prefix {
        paths.push(path);
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Cuts code into words, `::`, and single other characters; blanks are dropped.
fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let len = if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            tokens.push(&rest[..len]);
        }
        rest = &rest[len..];
    }
    tokens
}

/// Splits a text into its code and its prose, see [`Source`].
fn strip(text: &str) -> (String, String) {
    let (mut code, mut prose) = (String::new(), String::new());
    let mut rest = text;
    let mut previous = ' ';
    while let Some(first) = rest.chars().next() {
        let len = if rest.starts_with("//") {
            let len = rest.find('\n').unwrap_or(rest.len());
            prose.push_str(&rest[..len]);
            len
        } else if rest.starts_with("/*") {
            let len = block_comment(rest);
            prose.push_str(&rest[..len]);
            keep_lines(&rest[..len], &mut code);
            len
        } else if let Some(len) = literal(rest, previous) {
            for out in [&mut code, &mut prose] {
                out.push('"');
                keep_lines(&rest[..len], out);
                out.push('"');
            }
            len
        } else {
            code.push(first);
            prose.push(first);
            first.len_utf8()
        };
        previous = rest[..len].chars().next_back().unwrap_or(' ');
        rest = &rest[len..];
    }
    (code, prose)
}

fn keep_lines(text: &str, out: &mut String) {
    out.extend(text.chars().filter(|c| *c == '\n'));
}

/// How long the block comment is that `rest` begins with; they nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        let here = &rest[at..];
        if here.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if here.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// How long the string, byte string or character literal is that `rest` begins with, if it begins with one.
fn literal(rest: &str, previous: char) -> Option<usize> {
    let in_word = previous.is_alphanumeric() || previous == '_';
    let prefix = ["br", "cr", "r", "b", "c"]
        .into_iter()
        .find(|prefix| {
            let after = rest.strip_prefix(prefix).unwrap_or("");
            let raw = prefix.ends_with('r');
            !in_word
                && (after.starts_with('"')
                    || raw
                        && after.trim_start_matches('#').starts_with('"')
                        && after.starts_with('#')
                    || *prefix == "b" && after.starts_with('\''))
        })
        .unwrap_or("");
    let body = &rest[prefix.len()..];
    if prefix.ends_with('r') {
        let hashes = body.len() - body.trim_start_matches('#').len();
        let end = format!("\"{}", "#".repeat(hashes));
        let open = hashes + 1;
        let close = body.get(open..)?.find(&end)?;
        return Some(prefix.len() + open + close + end.len());
    }
    let quoted = match body.chars().next()? {
        '"' => quoted(body, '"')?,
        '\'' => character(body)?,
        _ => return None,
    };
    Some(prefix.len() + quoted)
}

/// How long a literal in `quote`s is, escapes heeded.
fn quoted(body: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in body.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return Some(at + c.len_utf8()),
            _ => {}
        }
    }
    None
}

/// How long the character literal is; `None` for a lifetime.
fn character(body: &str) -> Option<usize> {
    let mut chars = body.chars().skip(1);
    match (chars.next()?, chars.next()?) {
        ('\\', _) => quoted(body, '\''),
        (c, '\'') => Some(c.len_utf8() + 2),
        _ => None,
    }
}

#[test]
fn literals_and_comments_are_no_code() {
    for (text, code) in [
        ("a // b\nc", "a \nc"),
        ("a /* b /* c */\n d */ e", "a \n e"),
        (r#"f("x \" // y", 1)"#, r#"f("", 1)"#),
        ("f(r#\"a \" b\"#, 1)", "f(\"\", 1)"),
        ("f(br\"\\\", b\"\\\"\", 1)", "f(\"\", \"\", 1)"),
        ("f('\"', '\\'', b'\\\\', 'é')", "f(\"\", \"\", \"\", \"\")"),
        ("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}"),
        ("\"a\nb\" c", "\"\n\" c"),
        ("var\"x\"", "var\"\""),
    ] {
        assert_eq!(Source::new("src/x.rs", text).code, code, "of {text}");
    }
}

#[test]
fn paths_are_found_in_imports_and_in_the_middle_of_code() {
    for (code, paths) in [
        ("use crate::wire::Framing;", &["crate::wire::Framing"][..]),
        (
            "use crate::{wire::{self, Framing}, time};",
            &["crate::wire::self", "crate::wire::Framing", "crate::time"],
        ),
        ("let x = crate :: net\n:: tcp();", &["crate::net::tcp"]),
        ("use super::super::net;", &["super::super::net"]),
        ("if a { b } else { c }", &[]),
        ("use std::{fmt, net as n};", &["std::fmt", "std::net"]),
    ] {
        assert_eq!(Source::paths(code), paths, "of {code}");
    }
}
