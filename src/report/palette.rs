//! The colours of what a person reads, or none.

use std::fmt;

use anstyle::{AnsiColor, Style};

/// Which style each kind of word has. The plain one writes no escape sequence at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Palette {
    /// Whether there are colours.
    colored: bool,
    /// What went wrong.
    pub(super) bad: Style,
    /// What went well.
    pub(super) good: Style,
    /// What took long, or is worth a look.
    pub(super) warn: Style,
    /// Bytes that were expected and did not come.
    pub(super) removed: Style,
    /// Bytes that came instead.
    pub(super) added: Style,
    /// Headings and labels.
    pub(super) label: Style,
    /// What may be overlooked.
    pub(super) dim: Style,
}

impl Palette {
    /// No colours.
    pub const fn plain() -> Self {
        let none = Style::new();
        Self {
            colored: false,
            bad: none,
            good: none,
            warn: none,
            removed: none,
            added: none,
            label: none,
            dim: none,
        }
    }

    /// The colours that rustc and cargo use for the same things.
    pub const fn colored() -> Self {
        Self {
            colored: true,
            bad: AnsiColor::BrightRed.on_default().bold(),
            good: AnsiColor::Green.on_default().bold(),
            warn: AnsiColor::Yellow.on_default().bold(),
            removed: AnsiColor::Red.on_default(),
            added: AnsiColor::Green.on_default(),
            label: AnsiColor::BrightBlue.on_default().bold(),
            dim: Style::new().dimmed(),
        }
    }

    /// The line `error: message`, for what concerns no file.
    pub fn error_line(&self, message: &str) -> String {
        format!("{}: {message}\n", paint(self.bad, "error"))
    }

    /// The line `warning: message`, for what concerns no file.
    pub fn warning_line(&self, message: &str) -> String {
        format!("{}: {message}\n", paint(self.warn, "warning"))
    }

    /// Whether there are colours.
    pub const fn is_colored(&self) -> bool {
        self.colored
    }
}

/// `text` in `style`.
pub(super) fn paint<T: fmt::Display>(style: Style, text: T) -> Painted<T> {
    Painted { style, text }
}

/// A text in a style. Made by [`paint`].
pub(super) struct Painted<T> {
    style: Style,
    text: T,
}

impl<T: fmt::Display> fmt::Display for Painted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{:#}", self.style, self.text, self.style)
    }
}
