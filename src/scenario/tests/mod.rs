//! Tests of the scenario layer.

mod pattern;
