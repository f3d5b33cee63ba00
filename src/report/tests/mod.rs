//! What a person reads, word for word.

mod failures;
