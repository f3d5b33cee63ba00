//! Text → parts: values as they are written, and each comment with the value that it belongs to.
//!
//! The text has been parsed before, so that it is JSON with comments; of what is not, something is made, and nothing
//! panics.

/// A file.
#[derive(Debug)]
pub(super) struct File<'a> {
    /// Its one value, and what stands before and beside it.
    pub item: Item<'a>,
    /// What stands after it.
    pub rest: Vec<Comment<'a>>,
}

/// A value with its key, if it has one, and its comments.
#[derive(Debug)]
pub(super) struct Item<'a> {
    /// Comments before it.
    pub before: Vec<Comment<'a>>,
    /// Whether there is an empty line between those comments, or what stands before, and it.
    pub blank: bool,
    /// The key, with its quotes.
    pub key: Option<&'a str>,
    pub value: Node<'a>,
    /// Comments that follow it on its line.
    pub after: Vec<&'a str>,
}

/// A value.
#[derive(Debug)]
pub(super) enum Node<'a> {
    /// Text, a number or a word, as it is written.
    Atom(&'a str),
    List(List<'a>),
}

/// An array or an object.
#[derive(Debug)]
pub(super) struct List<'a> {
    /// Its brackets.
    pub brackets: (char, char),
    pub items: Vec<Item<'a>>,
    /// Comments after the last item.
    pub rest: Vec<Comment<'a>>,
    /// Whether its author began a new line after the opening bracket.
    pub broken: bool,
}

/// A comment that does not follow a value on its line.
#[derive(Debug)]
pub(super) struct Comment<'a> {
    pub text: &'a str,
    /// Whether there is an empty line before it.
    pub blank: bool,
    /// Whether what follows stands on the same line.
    pub inline: bool,
}

/// Takes a text apart.
pub(super) fn file(text: &str) -> File<'_> {
    let mut parts = Parts { text, at: 0 };
    let (before, blank) = parts.gap().leading(0);
    let value = parts.value();
    let mut after = Vec::new();
    let end = parts.gap();
    let beside = end.beside(&after);
    after.extend(end.met[..beside].iter().map(|met| met.text));
    let (rest, _) = end.leading(beside);
    let item = Item {
        before,
        blank,
        key: None,
        value,
        after,
    };
    File {
        item,
        rest: own_lines(rest),
    }
}

/// Whether a comment ends with its line.
pub(super) fn is_line(comment: &str) -> bool {
    comment.starts_with("//")
}

/// A comment as it is met.
#[derive(Debug, Clone, Copy)]
struct Met<'a> {
    text: &'a str,
    /// How many lines have ended since what stands before it.
    lines: usize,
}

/// What stands between two words.
#[derive(Debug)]
struct Gap<'a> {
    met: Vec<Met<'a>>,
    /// How many lines have ended since the last comment.
    lines: usize,
}

impl<'a> Gap<'a> {
    /// How many lines end before comment `at`, or before the word that follows.
    fn lines_before(&self, at: usize) -> usize {
        self.met.get(at).map_or(self.lines, |met| met.lines)
    }

    /// How many of the comments follow the value before them on its line; `there` are those that do already.
    fn beside(&self, there: &[&str]) -> usize {
        if there.last().is_some_and(|last| is_line(last)) {
            return 0;
        }
        let mut beside = 0;
        while let Some(met) = self.met.get(beside)
            && met.lines == 0
        {
            beside += 1;
            if is_line(met.text) {
                break;
            }
        }
        beside
    }

    /// The comments from `from` on, as those of what follows; and whether an empty line stands before that itself.
    fn leading(&self, from: usize) -> (Vec<Comment<'a>>, bool) {
        let comments = (from..self.met.len()).map(|at| {
            let met = self.met[at];
            let alone = is_line(met.text) || met.text.contains(['\n', '\r']);
            Comment {
                text: met.text,
                blank: met.lines > 1,
                inline: !alone && self.lines_before(at + 1) == 0,
            }
        });
        (comments.collect(), self.lines > 1)
    }
}

struct Parts<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parts<'a> {
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The text from `start` to here.
    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Passes over blanks and comments.
    fn gap(&mut self) -> Gap<'a> {
        let (mut met, mut lines) = (Vec::new(), 0);
        while let Some(byte) = self.byte() {
            match byte {
                b'\n' => lines += 1,
                b'\r' => {
                    lines += usize::from(self.text.as_bytes().get(self.at + 1) != Some(&b'\n'))
                }
                b' ' | b'\t' => {}
                b'/' => {
                    met.push(Met {
                        text: self.comment(),
                        lines,
                    });
                    lines = 0;
                    continue;
                }
                _ => break,
            }
            self.at += 1;
        }
        Gap { met, lines }
    }

    fn comment(&mut self) -> &'a str {
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let len = if rest.starts_with("/*") {
            let body = rest.get(2..).unwrap_or_default();
            body.find("*/").map_or(rest.len(), |end| end + 4)
        } else {
            rest.find(['\n', '\r']).unwrap_or(rest.len())
        };
        self.at += len.max(1);
        self.since(start).trim_end_matches([' ', '\t'])
    }

    fn value(&mut self) -> Node<'a> {
        match self.byte() {
            Some(b'{') => Node::List(self.list(('{', '}'))),
            Some(b'[') => Node::List(self.list(('[', ']'))),
            _ => Node::Atom(self.atom()),
        }
    }

    /// Text, a number or a word.
    fn atom(&mut self) -> &'a str {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        self.at += if rest.first() == Some(&b'"') {
            string_len(rest)
        } else {
            let ends = |b: &u8| b" \t\r\n,:/[]{}\"".contains(b);
            rest.iter().position(ends).unwrap_or(rest.len())
        };
        self.since(start)
    }

    fn list(&mut self, brackets: (char, char)) -> List<'a> {
        self.at += 1;
        let mut items: Vec<Item<'a>> = Vec::new();
        let mut gap = self.gap();
        let first_is_line = gap.met.first().is_some_and(|met| is_line(met.text));
        let broken = gap.lines_before(0) > 0 || first_is_line;
        // Comments that stood between a value and its comma, on lines of their own.
        let mut held: Vec<Comment<'a>> = Vec::new();
        loop {
            let closes = matches!(self.byte(), None | Some(b']' | b'}'));
            let mut from = 0;
            if let Some(last) = items.last_mut() {
                // What stands right before the next value belongs to that.
                let beside = gap.beside(&last.after);
                let ends_line = closes || gap.lines_before(beside) > 0;
                let is_last_line = beside > 0 && is_line(gap.met[beside - 1].text);
                if ends_line || is_last_line {
                    last.after
                        .extend(gap.met[..beside].iter().map(|met| met.text));
                    from = beside;
                }
            }
            let (mut before, blank) = gap.leading(from);
            if !held.is_empty() {
                held.append(&mut before);
                before = std::mem::take(&mut held);
            }
            if closes {
                self.at += 1;
                return List {
                    brackets,
                    items,
                    rest: own_lines(before),
                    broken,
                };
            }
            let start = self.at;
            let key = (brackets.0 == '{').then(|| self.key(&mut before));
            let value = self.value();
            let mut after = Vec::new();
            let end = self.gap();
            let beside = end.beside(&after);
            after.extend(end.met[..beside].iter().map(|met| met.text));
            items.push(Item {
                before,
                blank,
                key,
                value,
                after,
            });
            if self.byte() == Some(b',') {
                self.at += 1;
                held = own_lines(end.leading(beside).0);
                gap = self.gap();
            } else {
                gap = Gap {
                    met: end.met[beside..].to_vec(),
                    lines: end.lines,
                };
                // Neither a comma nor an end: not JSON. Going on is all that matters.
                if self.at == start {
                    self.at += 1;
                }
            }
        }
    }

    /// A key and its colon; comments around the colon go before the key.
    fn key(&mut self, before: &mut Vec<Comment<'a>>) -> &'a str {
        let key = self.atom();
        before.extend(own_lines(self.gap().leading(0).0));
        if self.byte() == Some(b':') {
            self.at += 1;
        }
        before.extend(own_lines(self.gap().leading(0).0));
        key
    }
}

/// Comments, each on a line of its own.
fn own_lines(mut comments: Vec<Comment<'_>>) -> Vec<Comment<'_>> {
    for comment in &mut comments {
        comment.inline = false;
    }
    comments
}

/// The length of the string that `bytes` begins with, with its quotes.
fn string_len(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}
