//! `backchat init`: the first files of a project. What is there already is left alone.

use std::borrow::Cow;

use super::ExitStatus;
use super::args::InitArgs;
use super::console::Console;
use super::error::CliError;
use super::files::shown;
use super::keep::{self, Kept};
use crate::scenario;

/// Where the schema goes, as the other files know it.
const SCHEMA: &str = "schema/scenario.schema.json";

/// Where the schema of `backchat.json` goes.
const PROJECT_SCHEMA: &str = "schema/project.schema.json";

/// A file of a new project.
struct First {
    path: &'static str,
    content: Cow<'static, str>,
    /// What to do where there is another file of this name.
    otherwise: &'static str,
}

/// The files, in the order in which they are made.
fn files() -> [First; 5] {
    [
        First {
            path: "scenarios/hello.json",
            content: include_str!("first/hello.json").into(),
            otherwise: "",
        },
        First {
            path: SCHEMA,
            content: scenario::schema().into(),
            otherwise: "`backchat schema --write` renews it",
        },
        First {
            path: PROJECT_SCHEMA,
            content: scenario::project_schema().into(),
            otherwise: "`backchat schema project --write` renews it",
        },
        First {
            path: ".vscode/settings.json",
            content: include_str!("first/settings.json").into(),
            otherwise: r#"for VS Code add "json.schemas": [{ "fileMatch": ["/scenarios/**/*.json"], "url": "./schema/scenario.schema.json" }, { "fileMatch": ["/backchat.json"], "url": "./schema/project.schema.json" }]"#,
        },
        First {
            path: ".github/workflows/backchat.yml",
            content: include_str!("first/workflow.yml").into(),
            otherwise: "",
        },
    ]
}

/// Makes the files, and says what became of each.
pub(super) fn init(args: &InitArgs, console: &Console) -> Result<ExitStatus, CliError> {
    for file in files() {
        let path = args.dir.join(file.path);
        let kept = keep::write(&path, file.content.as_bytes(), false)?;
        let word = match kept {
            Kept::Written => "made",
            Kept::Same | Kept::Other => "left alone",
        };
        let why = match kept {
            Kept::Written => String::new(),
            Kept::Same => " (it is the same)".into(),
            Kept::Other if file.otherwise.is_empty() => " (it has other content)".into(),
            Kept::Other => format!(" (it has other content; {})", file.otherwise),
        };
        console.say(&format!("{word:>12}  {}{why}\n", shown(&path)))?;
    }
    let scenarios = shown(&args.dir.join("scenarios"));
    console.say(&format!("{:>12}  backchat run {scenarios}\n", "next"))?;
    console.say(&format!(
        "{:>12}  backchat run {scenarios} --spawn './your-server --port {{port}}'\n",
        "yours"
    ))?;
    Ok(ExitStatus::Success)
}
