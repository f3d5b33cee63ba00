//! The JSON Schema of scenario files, made from the table of keys: what an editor completes, explains and underlines.
//!
//! Draft-07, which every editor knows. Objects are flat, with all their keys side by side: editors explain a choice
//! between several shapes badly. So a schema cannot say that a step has exactly one verb, or which keys go together;
//! `check` does. Nothing that is refused by the schema is accepted by the reader: `tests/it/schema` holds the one
//! against the other.

mod forms;
mod objects;
mod tree;

pub use objects::{project_schema, schema};
