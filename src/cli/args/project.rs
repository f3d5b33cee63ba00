//! What can be typed about the project's configuration, with the help text beside each flag.

use std::path::PathBuf;

use clap::Args;

/// The project's configuration.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Project")]
pub(in crate::cli) struct ProjectArgs {
    /// The project's configuration [default: the nearest backchat.json, from the working directory upwards]
    #[arg(long, value_name = "FILE", env = "BACKCHAT_CONFIG", hide_env = true)]
    pub(in crate::cli) config: Option<PathBuf>,
    /// Take flags that are not typed from this profile of it [default: `ci` where CI is set and it is there, else `default`]
    #[arg(
        short = 'P',
        long,
        value_name = "NAME",
        env = "BACKCHAT_PROFILE",
        hide_env = true
    )]
    pub(in crate::cli) profile: Option<String>,
    /// Play only this suite of it; repeatable
    #[arg(long, value_name = "NAME", env = "BACKCHAT_SUITE", hide_env = true)]
    pub(in crate::cli) suite: Vec<String>,
    /// Whether the target was said on the command line or in the environment.
    #[arg(skip)]
    pub(in crate::cli) target_is_typed: bool,
}
