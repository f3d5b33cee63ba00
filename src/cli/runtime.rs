//! What carries all connections of a command, and what listens to a run.

use tokio::runtime::{Builder, Runtime};

use super::error::CliError;

/// What listens to a run, and is woken by nothing but what it hears: connections are carried elsewhere.
pub(super) fn listening() -> Result<Runtime, CliError> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| CliError::System {
            what: "start the runtime",
            source,
        })
}

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
