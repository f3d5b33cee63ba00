//! Property bodies: each stands here once and is driven by both proptest and a fuzz target.
//!
//! Each takes arbitrary bytes, and panics when the property does not hold.
