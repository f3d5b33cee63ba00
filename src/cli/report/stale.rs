//! Reports of an earlier run, which are taken away when a run begins: one that ends before it has any leaves none that could be taken for its
//! own.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use super::wanted::{Place, Wanted};
use crate::report::ReportKind;

/// How much of a file is looked at: 4 KiB.
const HEAD: u64 = 4 << 10;

/// Takes away the files that these reports will take the place of, where they are reports of that kind. Nothing else is touched. What
/// cannot be taken away cannot be replaced either, and is told then.
pub(in crate::cli) fn take_away(wanted: &[Wanted], folder: &Path) {
    for one in wanted {
        if let Place::File(path) = one.place(folder)
            && fs::symlink_metadata(&path).is_ok_and(|there| there.is_file())
            && is_report(one.kind(), &path)
        {
            let _ = fs::remove_file(&path);
        }
    }
}

/// Whether a file begins as reports of this kind do.
fn is_report(kind: ReportKind, path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    let text = String::from_utf8_lossy(&head);
    let line = text.lines().next().unwrap_or_default();
    read.is_ok()
        && match kind {
            ReportKind::Junit => text.contains("<testsuites name=\"backchat\""),
            ReportKind::Tap => line.starts_with("TAP version "),
            ReportKind::Json => text.contains("\"backchat-report\""),
            ReportKind::Github => line.starts_with("::error ") || line.starts_with("::warning "),
            ReportKind::Markdown => line.starts_with("## ") && line.contains(" backchat: "),
            ReportKind::Html => text.contains(" · backchat</title>"),
            ReportKind::Text => line.contains(" · ") && line.contains(" seed"),
        }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::wanted::wanted;
    use super::*;
    use crate::report::{RunLog, write_report};

    const LOG: &str = include_str!("../../report/tests/run.jsonl");

    #[test]
    fn each_kind_of_report_is_known_again_and_nothing_else_is_taken_away() {
        let place = tempfile::tempdir().expect("a folder");
        for kind in ReportKind::ALL {
            let path = place.path().join(kind.name());
            let one = wanted(&format!("{}={}", kind.name(), path.display())).expect("a report");
            take_away(std::slice::from_ref(&one), place.path());
            let mut log = RunLog::read(Cursor::new(LOG)).expect("a log");
            let mut out = Vec::new();
            write_report(kind, &mut log, "", &mut out).expect("memory");
            fs::write(&path, &out).expect("written");
            take_away(std::slice::from_ref(&one), place.path());
            assert!(!path.exists(), "{kind:?}");
            for other in ["", "{ \"steps\": [] }\n", "# Notes\n\nbackchat: my seeds\n"] {
                fs::write(&path, other).expect("written");
                take_away(std::slice::from_ref(&one), place.path());
                assert!(path.exists(), "{kind:?}: {other:?}");
            }
        }
    }
}
