//! Parts → text: what fits on a line stands on one.
//!
//! - The file's own object and its lists of steps have a line for each entry.
//! - What stands in an array, a step above all, stands on one line if it fits, else on several.
//! - What stands behind a key does so too, unless its author began a new line after the opening bracket.
//! - Strings, numbers and comments are left as they are written, and one empty line where there are some.

use super::super::Diagnostics;
use super::super::json;
use super::super::lower::{alone, read_text};
use super::parts::{self, Comment, File, Item, List, Node, is_line};

/// How long a line may be, in characters, for a step to stand on it.
pub const WIDTH: usize = 120;

/// How far what stands inside of something is moved to the right.
const INDENT: &str = "  ";

/// The keys of the file whose arrays have a line for each entry.
const LISTS: [&str; 2] = ["\"steps\"", "\"finally\""];

/// Formats a file: `name` is its path as a person knows it, `bytes` its content.
///
/// # Errors
///
/// Fails with what keeps the file from being read: it is no text, or no JSON.
pub fn format(name: &str, bytes: &[u8]) -> Result<String, Diagnostics> {
    let text = read_text(name, bytes)?;
    json::parse(text).map_err(|found| alone(name, text, *found))?;
    let mut page = Page {
        out: String::with_capacity(text.len() + text.len() / 8),
        depth: 0,
    };
    page.file(&parts::file(text));
    Ok(page.out)
}

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    /// The file's own object.
    File,
    /// A list of steps of the file.
    Steps,
    /// An entry of an array.
    Entry,
    /// Behind a key.
    Key,
}

/// A text that grows.
struct Page {
    out: String,
    depth: usize,
}

impl Page {
    fn file(&mut self, file: &File<'_>) {
        self.comments(&file.item.before, true);
        if file.item.blank && !file.item.before.is_empty() {
            self.out.push('\n');
        }
        self.node(&file.item.value, Where::File, 0);
        self.beside(&file.item.after);
        self.out.push('\n');
        self.comments(&file.rest, false);
    }

    /// Comments before something; at the beginning of a line, and the next thing begins at one too.
    fn comments(&mut self, comments: &[Comment<'_>], first: bool) {
        let mut continues = false;
        for (n, comment) in comments.iter().enumerate() {
            if !continues {
                if comment.blank && !(first && n == 0) {
                    self.out.push('\n');
                }
                self.indent();
            }
            self.out.push_str(comment.text);
            self.out.push(if comment.inline { ' ' } else { '\n' });
            continues = comment.inline;
        }
    }

    fn indent(&mut self) {
        self.out.extend(std::iter::repeat_n(INDENT, self.depth));
    }

    /// Comments after something, on its line.
    fn beside(&mut self, comments: &[&str]) {
        for comment in comments {
            self.out.push(' ');
            self.out.push_str(comment);
        }
    }

    /// A value; `behind` is how much must fit on its line after it.
    fn node(&mut self, node: &Node<'_>, place: Where, behind: usize) {
        let Node::List(list) = node else {
            flat(node, &mut self.out, usize::MAX);
            return;
        };
        let start = self.out.len();
        let line = self.out.rfind('\n').map_or(0, |at| at + 1);
        let column = self.out[line..].chars().count();
        let mut limit = WIDTH.saturating_sub(column + behind);
        if !helps(node) {
            limit = usize::MAX;
        }
        let stays = match place {
            Where::File | Where::Steps => list.items.is_empty(),
            Where::Entry => true,
            Where::Key => !list.broken || list.items.is_empty(),
        };
        if stays && flat(node, &mut self.out, limit) {
            return;
        }
        self.out.truncate(start);
        self.broken(list, place);
    }

    /// An array or an object with a line for each entry.
    fn broken(&mut self, list: &List<'_>, place: Where) {
        self.out.push(list.brackets.0);
        self.out.push('\n');
        self.depth += 1;
        for (n, item) in list.items.iter().enumerate() {
            self.item(item, place, n == 0, n + 1 == list.items.len());
        }
        self.comments(&list.rest, list.items.is_empty());
        self.depth -= 1;
        self.indent();
        self.out.push(list.brackets.1);
    }

    fn item(&mut self, item: &Item<'_>, place: Where, first: bool, last: bool) {
        self.comments(&item.before, first);
        let continues = item.before.last().is_some_and(|comment| comment.inline);
        if !continues {
            if item.blank && !(first && item.before.is_empty()) {
                self.out.push('\n');
            }
            self.indent();
        }
        let within = match item.key {
            Some(key) => {
                self.out.push_str(key);
                self.out.push_str(": ");
                if place == Where::File && LISTS.contains(&key) {
                    Where::Steps
                } else {
                    Where::Key
                }
            }
            None => Where::Entry,
        };
        let behind = usize::from(!last);
        self.node(&item.value, within, behind);
        if !last {
            self.out.push(',');
        }
        self.beside(&item.after);
        self.out.push('\n');
    }
}

/// Writes a value on one line. `false`: it has more than `limit` characters, or comments that need lines; what has been
/// written is of no use then.
fn flat(node: &Node<'_>, out: &mut String, limit: usize) -> bool {
    let mut left = limit;
    write_flat(node, out, &mut left)
}

fn write_flat(node: &Node<'_>, out: &mut String, left: &mut usize) -> bool {
    let list = match node {
        Node::Atom(text) => return add(text, out, left),
        Node::List(list) => list,
    };
    let mut buffer = [0; 4];
    if !list.rest.is_empty() || !add(list.brackets.0.encode_utf8(&mut buffer), out, left) {
        return false;
    }
    let spaced = list.brackets.0 == '{' && !list.items.is_empty();
    let mut fits = !spaced || add(" ", out, left);
    for (n, item) in list.items.iter().enumerate() {
        fits = fits && (n == 0 || add(", ", out, left));
        for comment in &item.before {
            fits = fits && comment.inline && add(comment.text, out, left) && add(" ", out, left);
        }
        if let Some(key) = item.key {
            fits = fits && add(key, out, left) && add(": ", out, left);
        }
        fits = fits && write_flat(&item.value, out, left);
        for comment in &item.after {
            let alone = is_line(comment) || comment.contains(['\n', '\r']);
            fits = fits && !alone && add(" ", out, left) && add(comment, out, left);
        }
        if !fits {
            return false;
        }
    }
    fits && (!spaced || add(" ", out, left))
        && add(list.brackets.1.encode_utf8(&mut buffer), out, left)
}

/// Adds a word, if there is room for it.
fn add(word: &str, out: &mut String, left: &mut usize) -> bool {
    // A word of more bytes than there is room for has hardly fewer characters; then they are counted.
    let len = if word.len() > *left {
        word.chars().take(*left + 1).count()
    } else {
        word.chars().count()
    };
    if len > *left {
        return false;
    }
    *left -= len;
    out.push_str(word);
    true
}

/// Whether lines become shorter when something is written on several: one word alone stays as long as it is.
fn helps(node: &Node<'_>) -> bool {
    match node {
        Node::Atom(_) => false,
        Node::List(list) => match &list.items[..] {
            [] => false,
            [one] => helps(&one.value),
            _ => true,
        },
    }
}
