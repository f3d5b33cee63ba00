//! What this process knows and nobody may see: where it comes from, and how it is kept out of what is printed.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use super::args::SecretArgs;
use super::error::CliError;
use super::files::shown;
use super::values::variable;
use crate::count::count;
use crate::scenario::{Value, Values};
use crate::secrets::Secrets;

/// What this process knows, once the command line is read.
static KNOWN: OnceLock<Known> = OnceLock::new();

/// The same before that, as far as the words of the command line tell.
static TYPED: OnceLock<Secrets> = OnceLock::new();

/// What nobody may see.
#[derive(Debug, Default)]
struct Known {
    /// The names of `--secret` and `--secret-file`, each with its value.
    values: Vec<(String, Value)>,
    secrets: Arc<Secrets>,
}

/// What was typed after `--secret`. It is never a mistake for the reader of the command line, who would show it.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum SecretArg {
    /// `NAME=VALUE`
    Value(String, String),
    /// `NAME`: the value is that of the variable of the environment.
    OfEnvironment(String),
    /// What it is instead.
    Wrong(String),
}

/// Reads `NAME=VALUE` or `NAME`.
#[expect(clippy::unnecessary_wraps, reason = "a parser of values may fail")]
pub(super) fn secret(text: &str) -> Result<SecretArg, String> {
    let (written, has_value) = match text.contains('=') {
        true => (text.to_owned(), true),
        false => (format!("{text}="), false),
    };
    Ok(match variable(&written) {
        Ok((name, value)) if has_value => SecretArg::Value(name, value),
        Ok((name, _)) => SecretArg::OfEnvironment(name),
        Err(error) => SecretArg::Wrong(error),
    })
}

/// Reads `NAME=PATH`.
pub(super) fn secret_file(text: &str) -> Result<(String, PathBuf), String> {
    match variable(text)? {
        (_, path) if path.is_empty() => Err("write NAME=PATH".into()),
        (name, path) => Ok((name, path.into())),
    }
}

impl SecretArg {
    /// The name it sets, if it is one.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Value(name, _) | Self::OfEnvironment(name) => Some(name),
            Self::Wrong(_) => None,
        }
    }
}

impl fmt::Debug for SecretArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SecretArg").field(&self.name()).finish()
    }
}

impl SecretArgs {
    /// The names that are set.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let of_files = self.secret_file.iter().map(|(name, _)| &**name);
        self.secret
            .iter()
            .filter_map(SecretArg::name)
            .chain(of_files)
    }
}

/// Learns what nobody may see: also the variables of the environment that templates may read. `vars` are the names that `--var` sets.
///
/// # Errors
///
/// Fails when a secret has no value, or one that cannot be hidden; the value is in no message. Where nothing is to be `played`, a value may
/// be absent.
pub(super) fn learn(
    args: &SecretArgs,
    vars: &[(String, String)],
    allow_env: &[String],
    played: bool,
) -> Result<(), CliError> {
    let mut known: Vec<(String, Vec<u8>, String)> = Vec::new();
    let mut set = |name: &str, value: Vec<u8>, what: String| {
        known.retain(|(known, ..)| known != name);
        known.push((name.to_owned(), value, what));
    };
    let called = |name: &str| format!("the secret `{name}`");
    for (n, arg) in args.secret.iter().enumerate() {
        let later = args.secret.iter().skip(n + 1);
        let in_file = args.secret_file.iter().map(|(name, _)| Some(&**name));
        if arg.name().is_some()
            && later
                .map(SecretArg::name)
                .chain(in_file)
                .any(|name| name == arg.name())
        {
            // What is typed later holds.
            continue;
        }
        match arg {
            // What stands before a `=` may be the beginning of a value whose name was forgotten.
            SecretArg::Value(name, value) => {
                let which = match args.secret.len() {
                    1 => String::new(),
                    all => format!(" ({} of {all})", n + 1),
                };
                let what = format!("the value given to --secret{which}");
                set(name, value.clone().into_bytes(), what);
            }
            SecretArg::OfEnvironment(name) => match std::env::var_os(name) {
                Some(value) => set(name, value.as_encoded_bytes().to_vec(), called(name)),
                None if played => return Err(no_variable(name)),
                None => {}
            },
            SecretArg::Wrong(why) => return Err(CliError::Usage(format!("--secret: {why}"))),
        }
    }
    for (name, path) in &args.secret_file {
        match read(path) {
            Ok(value) => set(name, value, called(name)),
            Err(source) if played => {
                let path = shown(path);
                return Err(CliError::Unreadable { path, source }.of_a_flag());
            }
            Err(_) => {}
        }
    }
    for name in args.names() {
        if vars.iter().any(|(var, _)| var == name) {
            return Err(CliError::Usage(format!(
                "`{name}` is set by --var, where all may see it, and by --secret"
            )));
        }
    }
    let mut secrets = Secrets::default();
    for (_, value, what) in &known {
        secrets
            .add(value)
            .map_err(|why| CliError::Usage(format!("{what} {why}")))?;
    }
    for name in allow_env {
        let value = std::env::var_os(name).unwrap_or_default();
        if value.is_empty() {
            continue;
        }
        secrets.add(value.as_encoded_bytes()).map_err(|why| {
            let help = format!("where it is no secret, --var {name}=\"${name}\" sets it");
            CliError::Usage(format!(
                "the value of `{name}`, which --allow-env names, {why}; {help}"
            ))
        })?;
    }
    let values = known.into_iter();
    // What is known is learned once.
    let _ = KNOWN.set(Known {
        values: values
            .map(|(name, value, _)| (name, Values::of_bytes(&value)))
            .collect(),
        secrets: Arc::new(secrets),
    });
    Ok(())
}

/// There is no such variable. What was typed may be the value itself, whose name was forgotten: it is not shown.
fn no_variable(name: &str) -> CliError {
    let is_typed = typed("--secret", "BACKCHAT_SECRET").any(|word| word == name);
    CliError::Usage(match is_typed {
        true => format!(
            "what is given to --secret ({}, not shown: this may be the value itself) names no variable of the environment; write --secret NAME=VALUE, --secret NAME where the variable NAME is set, or --secret-file NAME=PATH",
            count(name.len(), "byte")
        ),
        // From a log or a profile, which have names only.
        false => format!(
            "the environment has no `{name}`, whose value --secret {name} takes; --secret {name}=VALUE gives it here, --secret-file {name}=PATH in a file"
        ),
    })
}

/// What is typed after a flag, and what its variable is.
fn typed(flag: &'static str, variable: &str) -> impl Iterator<Item = OsString> {
    let mut is_next = false;
    let words = std::env::args_os().filter_map(move |word| {
        if std::mem::take(&mut is_next) {
            return Some(word);
        }
        is_next = word == flag;
        let value = word.to_str()?.strip_prefix(flag)?.strip_prefix('=')?;
        Some(value.into())
    });
    words.chain(std::env::var_os(variable))
}

/// What nobody may see, by the words of the command line alone: it may be wrong, or not be read yet. What cannot be hidden is not.
fn typed_secrets() -> Secrets {
    let mut secrets = Secrets::default();
    // What is wrong with a value is said when it is learned.
    let mut add = |value: &[u8]| _ = secrets.add(value);
    for word in typed("--secret", "BACKCHAT_SECRET") {
        let bytes = word.as_encoded_bytes();
        match (
            bytes.iter().position(|byte| *byte == b'='),
            std::env::var_os(&word),
        ) {
            (Some(at), _) => add(bytes.get(at + 1..).unwrap_or_default()),
            (None, Some(value)) => add(value.as_encoded_bytes()),
            (None, None) => add(bytes),
        }
    }
    for word in typed("--secret-file", "BACKCHAT_SECRET_FILE") {
        let word = word.to_string_lossy();
        let path = word.split_once('=').map(|(_, path)| PathBuf::from(path));
        // What comes through a pipe can be read only once.
        if let Some(path) = path.filter(|path| path.is_file())
            && let Ok(value) = read(&path)
        {
            add(&value);
        }
    }
    for names in typed("--allow-env", "BACKCHAT_ALLOW_ENV") {
        for name in names.to_string_lossy().split(',') {
            let value = std::env::var_os(name).unwrap_or_default();
            add(value.as_encoded_bytes());
        }
    }
    secrets
}

/// A file's bytes, without the end of its last line.
fn read(path: &PathBuf) -> io::Result<Vec<u8>> {
    let mut value = Vec::new();
    // One byte more than may be, and the end of a line.
    let most = Secrets::MAX_LEN as u64 + 3;
    File::open(path)?.take(most).read_to_end(&mut value)?;
    if value.ends_with(b"\n") {
        value.pop();
        if value.ends_with(b"\r") {
            value.pop();
        }
    }
    Ok(value)
}

/// The names that are set, each with its value.
pub(super) fn values() -> &'static [(String, Value)] {
    KNOWN.get().map_or(&[], |known| &known.values)
}

/// What finds them.
pub(super) fn secrets() -> Arc<Secrets> {
    KNOWN
        .get()
        .map(|known| Arc::clone(&known.secrets))
        .unwrap_or_default()
}

/// A text without them. Before they are learned, without what the command line seems to have.
pub(super) fn hide(text: &str) -> Cow<'_, str> {
    match KNOWN.get() {
        Some(known) => known.secrets.hide_text(text),
        None => TYPED.get_or_init(typed_secrets).hide_text(text),
    }
}

/// A writer of text that lets none of them through. What is written goes on when it is flushed.
pub(super) struct HidingWriter<W> {
    out: W,
    secrets: Arc<Secrets>,
    pending: Vec<u8>,
}

impl<W> HidingWriter<W> {
    /// Hides what this process knows by now.
    pub(super) fn new(out: W) -> Self {
        Self {
            out,
            secrets: secrets(),
            pending: Vec::new(),
        }
    }
}

impl<W: Write> Write for HidingWriter<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        if self.secrets.is_empty() {
            return self.out.write(buf);
        }
        self.pending.extend_from_slice(buf);
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if !self.pending.is_empty() {
            let pending = std::mem::take(&mut self.pending);
            let text = String::from_utf8_lossy(&pending);
            self.out
                .write_all(self.secrets.hide_text(&text).as_bytes())?;
        }
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_typed_or_named_and_never_shown() {
        let value = |name: &str, value: &str| SecretArg::Value(name.into(), value.into());
        for (text, expected) in [
            ("pw=hunter2", value("pw", "hunter2")),
            ("pw=a=b", value("pw", "a=b")),
            ("pw=", value("pw", "")),
            ("PW", SecretArg::OfEnvironment("PW".into())),
        ] {
            assert_eq!(secret(text), Ok(expected));
        }
        for text in ["", "=hunter2", "1pw=hunter2", "seed=hunter2"] {
            let arg = secret(text).expect("never a mistake here");
            assert!(matches!(&arg, SecretArg::Wrong(why) if !why.contains("hunter2")));
            assert!(!format!("{arg:?}").contains("hunter2"));
        }
        assert!(!format!("{:?}", secret("pw=hunter2")).contains("hunter2"));
        assert_eq!(secret_file("pw=./a"), Ok(("pw".into(), "./a".into())));
        assert!(secret_file("pw=").is_err() && secret_file("pw").is_err());
    }
}
