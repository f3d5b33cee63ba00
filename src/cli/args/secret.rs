//! What can be typed about values that nobody may see, with the help text beside each flag.

use std::path::PathBuf;

use clap::Args;

use super::super::secrets::{SecretArg, secret, secret_file};

/// What nobody may see.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Secrets")]
pub(in crate::cli) struct SecretArgs {
    /// Set a name for all scenarios to a value that no output shows; NAME alone: to the variable NAME of the environment; repeatable
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = secret)]
    #[arg(env = "BACKCHAT_SECRET", hide_env = true)]
    pub(in crate::cli) secret: Vec<SecretArg>,
    /// The same, to what stands in a file, without the end of its last line; repeatable
    #[arg(long, value_name = "NAME=PATH", value_parser = secret_file)]
    #[arg(env = "BACKCHAT_SECRET_FILE", hide_env = true)]
    pub(in crate::cli) secret_file: Vec<(String, PathBuf)>,
}
