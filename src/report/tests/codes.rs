//! The codes of failures: each is shown somewhere.

use std::path::PathBuf;

use crate::player::FailureKind;
use crate::report::{CODES, code};

#[test]
fn every_code_has_a_golden_file() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/report/tests/golden");
    let all: String = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| std::fs::read_to_string(entry.expect("readable").path()).expect("text"))
        .collect();
    for (code, meaning) in CODES {
        assert!(
            all.contains(&format!("error[{}]", code.0)),
            "{} ({meaning})",
            code.0
        );
    }
    assert_eq!(code(&FailureKind::NoConnection).0, "BC2016");
}
