//! Tests of the wire layer.

#[cfg(feature = "codec")]
mod codec;
mod decoder;
mod escape;
mod framings;
mod utf8;
