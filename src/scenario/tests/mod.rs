//! Tests of the scenario layer.

mod pattern;
mod payload;
mod reading;
mod template;
