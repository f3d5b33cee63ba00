//! The project's file, `backchat.json`: found and read, its profiles, its suites, and the files that belong to each.

mod file;
mod groups;
mod members;
mod profile;
mod suite;

pub(super) use file::{ProjectFile, nearest_file};
pub(super) use groups::{Group, groups, load, mistakes, roots, suites, trusting, without_suite};
pub(super) use profile::{before, typed, with_profile};
