//! What the integration tests stand on: the built program in a folder of its own, and servers that misbehave.

mod document;
mod folder;
mod keys;
mod program;
mod server;
mod stable;
mod workplace;

pub(crate) use document::{blocks, document};
pub(crate) use folder::Folder;
pub(crate) use keys::{Forms, Keys, parsed};
pub(crate) use program::{Output, Program, Running, ending_signals};
pub(crate) use server::Server;
pub(crate) use stable::stable;
pub(crate) use workplace::Workplace;
