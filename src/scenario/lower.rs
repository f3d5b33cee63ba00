//! The tree of a file → a compiled scenario, or all that is wrong with it.

use super::{Diagnostics, Scenario};

/// How many bytes a scenario file may have: 64 MiB.
pub const MAX_FILE: usize = 64 << 20;

/// What the reader must know besides the text.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// Names that the run sets (`--var`): a file may use them without defining them.
    pub vars: Vec<String>,
}

/// Reads a scenario: `name` is the file's path as a person knows it, `bytes` its content.
///
/// Returns the warnings with the scenario.
///
/// # Errors
///
/// Fails with all the mistakes of the file.
pub fn read(
    name: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<(Scenario, Diagnostics), Diagnostics> {
    let _ = (bytes, options);
    Err(Diagnostics {
        sources: vec![super::SourceFile {
            name: name.into(),
            text: "".into(),
        }],
        list: Vec::new(),
    })
}
