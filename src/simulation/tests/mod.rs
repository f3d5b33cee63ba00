//! Whole conversations in memory.
