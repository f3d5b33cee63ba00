//! JSON that people write: text → a tree that knows where each word stands.
