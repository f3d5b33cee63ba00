//! Tests of the wire layer.

mod decoder;
mod escape;
mod framings;
mod utf8;
