//! Tests of the scenario layer.

mod functions;
mod numbers;
mod pattern;
mod payload;
mod reading;
mod template;
