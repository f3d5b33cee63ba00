//! Tests of the wire layer.

mod decoder;
mod escape;
mod utf8;
