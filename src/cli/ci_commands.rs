//! Keeps what others say from being read as a command by the CI that reads what is printed here.
//!
//! | CI | where | reads as a command |
//! | --- | --- | --- |
//! | GitHub | `GITHUB_ACTIONS` | `::` where a line begins, also after blanks; `##[` anywhere in a line |
//! | Azure Pipelines | `TF_BUILD` | `##vso[` and `##[` anywhere in a line |
//! | TeamCity | `TEAMCITY_VERSION` | `##teamcity[` anywhere in a line |
//!
//! There, the second of these characters is written as what stands for it in text, JSON or XML: it means the same, and is no command.
//! Elsewhere nothing is changed.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::OnceLock;

/// The variables that say that such a CI reads along.
const SET_BY_CI: [&str; 3] = ["GITHUB_ACTIONS", "TF_BUILD", "TEAMCITY_VERSION"];

/// Whether what is printed is read for commands.
static READ: OnceLock<bool> = OnceLock::new();

/// What is printed, which says how a character is escaped in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Printed {
    /// For people: as bytes of a peer are shown.
    Text,
    /// Annotations, lines that are commands themselves. Only what stands in them may be none.
    Annotations,
    /// JSON.
    Json,
    /// XML.
    Xml,
    /// A page, whose elements `script` hold JSON.
    Page,
}

/// Whether what is printed is read for commands.
fn is_read() -> bool {
    *READ.get_or_init(|| {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        SET_BY_CI.into_iter().any(is_set)
    })
}

/// A text in which nothing is a command, where somebody reads it for such.
pub(super) fn inert(text: Cow<'_, str>, printed: Printed) -> Cow<'_, str> {
    if !is_read() {
        return text;
    }
    match String::from_utf8(without_commands(text.as_bytes(), printed)) {
        Ok(inert) => Cow::Owned(inert),
        // Only ASCII is put in, between characters.
        Err(_) => text,
    }
}

/// A writer that lets no commands through, where somebody reads for such. What is written goes on when it is flushed, whole lines
/// before that.
pub(super) struct InertWriter<W> {
    out: W,
    printed: Printed,
    is_read: bool,
    /// What of a line has come.
    pending: Vec<u8>,
}

impl<W> InertWriter<W> {
    /// Lets no commands through to `out`.
    pub(super) fn new(out: W, printed: Printed) -> Self {
        Self {
            out,
            printed,
            is_read: is_read(),
            pending: Vec::new(),
        }
    }
}

impl<W: Write> Write for InertWriter<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if !self.is_read {
            return self.out.write(buf);
        }
        self.pending.extend_from_slice(buf);
        if let Some(end) = buf.iter().rposition(|byte| *byte == b'\n') {
            let rest = self
                .pending
                .split_off(self.pending.len() - buf.len() + end + 1);
            let lines = std::mem::replace(&mut self.pending, rest);
            self.out
                .write_all(&without_commands(&lines, self.printed))?;
        }
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let pending = std::mem::take(&mut self.pending);
        self.out
            .write_all(&without_commands(&pending, self.printed))?;
        self.out.flush()
    }
}

/// The same bytes, but for what would begin a command in them.
fn without_commands(bytes: &[u8], printed: Printed) -> Vec<u8> {
    let mut inert = Vec::with_capacity(bytes.len());
    // Whoever reads may take a lone carriage return for the end of a line.
    for line in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
        push_line(line, printed, &mut inert);
    }
    inert
}

fn push_line(line: &[u8], printed: Printed, inert: &mut Vec<u8>) {
    let is_script = line.starts_with(b"<script");
    let escape = |byte: u8| match printed {
        Printed::Text | Printed::Annotations => format!("\\x{byte:02x}"),
        Printed::Page if !is_script => format!("&#{byte};"),
        Printed::Xml => format!("&#{byte};"),
        Printed::Json | Printed::Page => format!("\\u{byte:04x}"),
    };
    let mut from = 0;
    if printed != Printed::Annotations
        && let Some(second) = leading_colons(line)
    {
        inert.extend_from_slice(&line[..second]);
        inert.extend_from_slice(escape(b':').as_bytes());
        from = second + 1;
    }
    for at in 0..line.len() {
        if !opens_command(&line[at..]) {
            continue;
        }
        inert.extend_from_slice(&line[from..=at]);
        inert.extend_from_slice(escape(b'#').as_bytes());
        from = at + 2;
    }
    inert.extend_from_slice(&line[from..]);
}

/// Where the second colon stands of two with which a line begins, after blanks of any kind.
fn leading_colons(line: &[u8]) -> Option<usize> {
    let valid = line.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let rest = valid.trim_start();
    rest.starts_with("::").then(|| valid.len() - rest.len() + 1)
}

/// Whether these bytes begin with `##`, letters, and `[`.
fn opens_command(bytes: &[u8]) -> bool {
    bytes.strip_prefix(b"##").is_some_and(|rest| {
        let name = rest.iter().find(|byte| !byte.is_ascii_alphanumeric());
        name == Some(&b'[')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(printed: Printed, text: &str, expected: &str) {
        let inert = without_commands(text.as_bytes(), printed);
        assert_eq!(String::from_utf8_lossy(&inert), expected);
        // However it is cut.
        for cut in 0..=text.len() {
            let mut out = Vec::new();
            let mut writer = InertWriter::new(&mut out, printed);
            writer.is_read = true;
            let (first, second) = text.as_bytes().split_at(cut);
            writer.write_all(first).expect("written");
            writer.write_all(second).expect("written");
            writer.flush().expect("written");
            assert_eq!(String::from_utf8_lossy(&out), expected, "cut at {cut}");
        }
    }

    #[test]
    fn what_begins_a_command_is_written_in_another_way() {
        for (text, expected) in [
            ("+ ##[add-mask]e\n", "+ #\\x23[add-mask]e\n"),
            ("####[x] ##[", "###\\x23[x] #\\x23["),
            ("##vso[task.x]##VSO[", "#\\x23vso[task.x]#\\x23VSO["),
            ("##teamcity[blockOpened", "#\\x23teamcity[blockOpened"),
            (
                "::stop-commands::abc\n::x::\n",
                ":\\x3astop-commands::abc\n:\\x3ax::\n",
            ),
            (
                "\n \t\u{a0}\u{2028}::x\r::y",
                "\n \t\u{a0}\u{2028}:\\x3ax\r:\\x3ay",
            ),
            (" ::##[x]", " :\\x3a#\\x23[x]"),
            // No commands.
            ("a::b ##x #[ ## [ ##", "a::b ##x #[ ## [ ##"),
            ("## 3 passed: `a`\n: :\n:", "## 3 passed: `a`\n: :\n:"),
            ("", ""),
        ] {
            check(Printed::Text, text, expected);
        }
    }

    #[test]
    fn each_form_has_an_escape_of_its_own_and_annotations_stay_commands() {
        check(
            Printed::Annotations,
            "::error title=a::##[b]\n::warning::c",
            "::error title=a::#\\x23[b]\n::warning::c",
        );
        check(
            Printed::Json,
            "{\n  \"a\": \"##[b]\"\n}\n",
            "{\n  \"a\": \"#\\u0023[b]\"\n}\n",
        );
        check(
            Printed::Xml,
            "<a>##[b]\n ::c</a>",
            "<a>#&#35;[b]\n :&#58;c</a>",
        );
        check(
            Printed::Page,
            "<pre>##[b]\n</pre>\n<script>\"##[b]\"</script>\n",
            "<pre>#&#35;[b]\n</pre>\n<script>\"#\\u0023[b]\"</script>\n",
        );
    }
}
