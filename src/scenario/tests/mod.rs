//! Tests of the scenario layer.

mod numbers;
mod pattern;
mod payload;
mod reading;
mod template;
