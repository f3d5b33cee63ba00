//! `backchat schema`: the JSON Schema of scenario files, for editors.

use std::path::Path;
use std::{fs, io};

use super::ExitStatus;
use super::args::{SchemaArgs, SchemaOf};
use super::console::Console;
use super::error::CliError;
use super::files::shown;
use super::replace::replace;
use crate::report::report_schema;
use crate::scenario;

/// Prints the schema, writes it to a file, or compares it with one.
pub(super) fn schema(args: &SchemaArgs, console: &Console) -> Result<ExitStatus, CliError> {
    let schema = match args.what {
        SchemaOf::Scenario => scenario::schema(),
        SchemaOf::Project => scenario::project_schema(),
        SchemaOf::Report => report_schema(),
    };
    match (&args.write, &args.check) {
        (Some(path), _) => write(path, &schema, console),
        (None, Some(path)) => compare(path, &schema, args.what, console),
        (None, None) => {
            console.print(&schema)?;
            Ok(ExitStatus::Success)
        }
    }
}

fn write(path: &Path, schema: &str, console: &Console) -> Result<ExitStatus, CliError> {
    replace(path, schema.as_bytes()).map_err(|source| CliError::Unwritable {
        path: shown(path),
        source,
    })?;
    console.say(&format!("{} is written\n", shown(path)))?;
    Ok(ExitStatus::Success)
}

fn compare(
    path: &Path,
    schema: &str,
    of: SchemaOf,
    console: &Console,
) -> Result<ExitStatus, CliError> {
    let name = shown(path);
    let there = match fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(CliError::Unreadable { path: name, source }),
    };
    if there.as_deref() == Some(schema.as_bytes()) {
        console.say(&format!("{name} is up to date\n"))?;
        return Ok(ExitStatus::Success);
    }
    let what = match there {
        Some(_) => "is not the schema of this version",
        None => "is not there",
    };
    let of = match of {
        SchemaOf::Scenario => "",
        SchemaOf::Project => "project ",
        SchemaOf::Report => "report ",
    };
    console.say(&format!(
        "{name} {what}\n  help: `backchat schema {of}--write {name}` writes it\n"
    ))?;
    Ok(ExitStatus::Failed)
}
