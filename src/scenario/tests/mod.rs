//! Tests of the scenario layer.

mod any_file;
mod files;
mod foresee;
mod format;
mod functions;
mod numbers;
mod pattern;
mod payload;
mod reading;
mod template;
