//! Which reports are wanted, and where they go.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::super::ci_commands::{InertWriter, Printed};
use clap::builder::{PossibleValue, TypedValueParser};

use super::super::console::Console;
use super::super::error::CliError;
use super::super::files::{make_folder, shown};
use super::super::replace::replace_with;
use super::super::tree::plain;
use crate::report::{LogError, PendingReport, ReportKind, RunLog, write_report, write_reports};
use crate::scenario::nearest;

/// How many bytes of a report are written at a time: 64 KiB.
const BUFFER: usize = 64 << 10;

/// A report that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Wanted {
    kind: ReportKind,
    /// Where it goes, if that was said; `-` is standard output.
    path: Option<PathBuf>,
}

/// Where a report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum Place {
    /// Standard output.
    Stdout,
    /// A file.
    File(PathBuf),
}

/// Reads a report that is wanted, and tells shells of the kinds.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct WantedParser;

impl TypedValueParser for WantedParser {
    type Value = Wanted;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<Wanted, clap::Error> {
        wanted.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = ReportKind::ALL.iter().map(|kind| kind.name());
        Some(Box::new(names.map(PossibleValue::new)))
    }
}

/// Reads `KIND` or `KIND=PATH`.
pub(in crate::cli) fn wanted(text: &str) -> Result<Wanted, String> {
    let (name, path) = match text.split_once('=') {
        Some((_, "")) => return Err("a path has to follow the `=`; `-` is standard output".into()),
        Some((name, path)) => (name, Some(path.into())),
        None => (text, None),
    };
    let names = || ReportKind::ALL.iter().map(|kind| kind.name());
    match ReportKind::ALL.iter().find(|kind| kind.name() == name) {
        Some(kind) => Ok(Wanted { kind: *kind, path }),
        None => {
            let near = nearest(name, names());
            let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
            let all: Vec<&str> = names().collect();
            Err(format!("{near}the kinds are {}", all.join(", ")))
        }
    }
}

impl Wanted {
    /// A report for people, on standard output.
    pub(in crate::cli) fn text() -> Self {
        Self {
            kind: ReportKind::Text,
            path: Some("-".into()),
        }
    }

    /// What it is.
    pub(in crate::cli) const fn kind(&self) -> ReportKind {
        self.kind
    }

    /// Whether these are annotations of GitHub.
    pub(in crate::cli) fn is_github(&self) -> bool {
        self.kind == ReportKind::Github
    }

    /// Where it goes, where `folder` is that of the log.
    pub(in crate::cli) fn place(&self, folder: &Path) -> Place {
        match (&self.path, self.kind.file()) {
            (Some(path), _) if path.as_os_str() == "-" => Place::Stdout,
            (Some(path), _) => Place::File(path.clone()),
            (None, Some(name)) => Place::File(folder.join(name)),
            (None, None) => Place::Stdout,
        }
    }
}

/// Whether each of the reports has a place of its own, which is none of these logs.
///
/// # Errors
///
/// Fails when two of them have the same, or one would take the place of a log.
pub(in crate::cli) fn apart(
    wanted: &[Wanted],
    folder: &Path,
    logs: &[&Path],
) -> Result<(), CliError> {
    let mut places: Vec<Place> = Vec::new();
    for one in wanted {
        let place = match one.place(folder) {
            Place::File(path) => {
                let place = real(&path);
                if logs.iter().any(|log| real(log) == place) {
                    let path = shown(&path);
                    return Err(CliError::Usage(format!(
                        "a report would take the place of the log {path}: name another file"
                    )));
                }
                Place::File(place)
            }
            Place::Stdout => Place::Stdout,
        };
        if places.contains(&place) {
            return Err(CliError::Usage(match one.place(folder) {
                Place::Stdout => "only one --report can go to standard output".into(),
                Place::File(path) => format!("two reports would be written to {}", shown(&path)),
            }));
        }
        places.push(place);
    }
    Ok(())
}

/// The path without links, as far as it is there: the file, or the folder that it is to be in.
fn real(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let folder = match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Path::new("."),
        Some(folder) => folder,
        None => return path.to_owned(),
    };
    // What is not there has no links.
    let meant = || std::path::absolute(folder).map(|path| plain(&path).unwrap_or(path));
    let real = fs::canonicalize(folder).or_else(|_| meant());
    match (real, path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

/// What comes of a report: where it is, if that is a file.
pub(in crate::cli) type Written = Result<Option<PathBuf>, CliError>;

/// Writes reports of a log, which is in `folder`. What comes of each, in their order.
pub(in crate::cli) fn write(
    wanted: &[Wanted],
    folder: &Path,
    log: &mut RunLog<impl Read + Seek>,
) -> Vec<Written> {
    let kinds: Vec<ReportKind> = wanted.iter().map(|wanted| wanted.kind).collect();
    let written = write_reports(&kinds, log, &repository_folder(), |n, report| {
        // There are as many reports as are wanted.
        wanted
            .get(n)
            .map(|wanted| write_one(wanted, folder, report))
    });
    match written {
        Ok(written) => written.into_iter().flatten().collect(),
        Err(source) => vec![Err(CliError::Unwritable {
            path: shown(folder),
            source,
        })],
    }
}

/// Writes a report.
fn write_one(wanted: &Wanted, folder: &Path, report: PendingReport<'_>) -> Written {
    match wanted.place(folder) {
        Place::Stdout => {
            let out = buffered(io::stdout().lock());
            let mut out = InertWriter::new(out, printed(wanted.kind));
            let written = report.write(&mut out);
            let written = written.map_err(into_io).and_then(|()| out.flush());
            super::super::console::quiet_if_gone(written)?;
            Ok(None)
        }
        Place::File(path) => {
            let unwritable = |source| CliError::Unwritable {
                path: shown(&path),
                source,
            };
            if let Some(folder) = path.parent() {
                make_folder(folder).map_err(unwritable)?;
            }
            let write = |out: &mut dyn Write| {
                report.write(out).map_err(into_io)?;
                out.flush()
            };
            let special =
                fs::metadata(&path).is_ok_and(|there| !there.is_file() && !there.is_dir());
            if special {
                // A device or a FIFO: there is nothing to be replaced, and it may be standard output.
                let file = File::options().write(true).open(&path);
                let out = file.map(|file| InertWriter::new(buffered(file), printed(wanted.kind)));
                out.and_then(|mut out| write(&mut out))
                    .map_err(unwritable)?;
            } else {
                replace_with(&path, |file| write(&mut buffered(file))).map_err(unwritable)?;
            }
            Ok(Some(path))
        }
    }
}

fn buffered<W: Write>(out: W) -> BufWriter<W> {
    BufWriter::with_capacity(BUFFER, out)
}

/// What the runner of GitHub reads: its variables, where this is a job of it.
pub(in crate::cli) fn is_github() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// The path from the root of the repository of a job of GitHub to the current folder, with a `/` at its end; else nothing.
fn repository_folder() -> String {
    let folder = || {
        let root = fs::canonicalize(std::env::var_os("GITHUB_WORKSPACE")?).ok()?;
        let here = fs::canonicalize(std::env::current_dir().ok()?).ok()?;
        let below = here.strip_prefix(root).ok()?.to_str()?.to_owned();
        Some(below + "/").filter(|below| below != "/")
    };
    folder().unwrap_or_default()
}

/// In a job of GitHub: annotations to standard error, which its runner reads too, and the summary of the job.
///
/// # Errors
///
/// Fails, naming the file, when one of them cannot be written.
pub(in crate::cli) fn github(
    annotate: bool,
    log: &mut RunLog<impl Read + Seek>,
) -> Result<(), CliError> {
    if annotate {
        let mut out = Vec::new();
        let written = write_report(ReportKind::Github, log, &repository_folder(), &mut out);
        let mut stderr = InertWriter::new(io::stderr(), Printed::Annotations);
        let written = (written.map_err(into_io)).and_then(|()| stderr.write_all(&out));
        let written = written.and_then(|()| stderr.flush());
        super::super::console::quiet_if_gone(written)?;
    }
    let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let unwritable = |source| CliError::Unwritable {
        path: shown(Path::new(&path)),
        source,
    };
    let mut out = Vec::new();
    write_report(ReportKind::Markdown, log, "", &mut out)
        .map_err(into_io)
        .map_err(unwritable)?;
    // Steps of a job add to it.
    let file = File::options().create(true).append(true).open(&path);
    file.and_then(|mut file| file.write_all(&out))
        .map_err(unwritable)
}

/// What a report is for whoever reads it for commands.
const fn printed(kind: ReportKind) -> Printed {
    match kind {
        ReportKind::Github => Printed::Annotations,
        ReportKind::Json => Printed::Json,
        ReportKind::Junit => Printed::Xml,
        ReportKind::Html => Printed::Page,
        ReportKind::Text | ReportKind::Tap | ReportKind::Markdown => Printed::Text,
    }
}

fn into_io(error: LogError) -> io::Error {
    match error {
        LogError::Io(error) => error,
        other => io::Error::other(format!("the log of the run: {other}")),
    }
}

/// Makes these reports of a log, into this folder where they name no path; where none is wanted, the one for people on standard output.
/// None of them takes the place of one of `logs`.
pub(super) fn write_all(
    wanted: &[Wanted],
    folder: &Path,
    logs: &[&Path],
    log: &mut RunLog<File>,
    console: &Console,
) -> Result<(), CliError> {
    let text = [Wanted::text()];
    let wanted = if wanted.is_empty() { &text } else { wanted };
    apart(wanted, folder, logs)?;
    let mut failed = None;
    for written in write(wanted, folder, log) {
        match written {
            Ok(Some(path)) => console.say(&format!("{:>12}  {}\n", "report", shown(&path)))?,
            Ok(None) => {}
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    failed.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_a_kind_and_perhaps_a_path() {
        let out = Path::new("out");
        for (text, place) in [
            ("json", Place::File("out/report.json".into())),
            ("json=-", Place::Stdout),
            ("github", Place::Stdout),
            ("junit", Place::File("out/junit.xml".into())),
            ("json=a=b", Place::File("a=b".into())),
            ("text=./x", Place::File("./x".into())),
        ] {
            assert_eq!(
                wanted(text).map(|wanted| wanted.place(out)),
                Ok(place),
                "{text}"
            );
        }
        for (text, words) in [
            ("jsn", "did you mean `json`?"),
            ("", "the kinds are"),
            ("json=", "a path has to follow"),
            ("xml", "json"),
        ] {
            let error = wanted(text).expect_err(text);
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    #[test]
    fn two_reports_do_not_share_a_place() {
        let wanted = |texts: &[&str]| -> Vec<Wanted> {
            texts
                .iter()
                .map(|text| wanted(text).expect("a report"))
                .collect()
        };
        let out = Path::new("out");
        let log = Path::new("out/run.jsonl");
        for (texts, says) in [
            (&["json", "text", "json=x"][..], ""),
            (&["json=-", "text=-"], "only one --report"),
            (&["json", "text=out/report.json"], "two reports"),
            (&["json=a", "text=./a"], "two reports"),
            (&["json=./out/run.jsonl"], "take the place of the log"),
        ] {
            let said = apart(&wanted(texts), out, &[log]).map_err(|error| error.to_string());
            assert_eq!(said.is_ok(), says.is_empty(), "{texts:?}");
            assert!(said.err().unwrap_or_default().contains(says), "{texts:?}");
        }
    }
}
