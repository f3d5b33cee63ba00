//! What carries all connections of a command.

use tokio::runtime::{Builder, Runtime};

use super::error::CliError;

/// What carries all connections of a command.
pub(super) fn runtime() -> Result<Runtime, CliError> {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|source| CliError::System {
            what: "start the runtime",
            source,
        })
}
