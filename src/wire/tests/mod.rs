//! Tests of the wire layer.

#[cfg(feature = "codec")]
mod codec;
mod decoder;
mod edges;
mod escape;
mod every_sequence;
mod fits;
mod framings;
mod utf8;
