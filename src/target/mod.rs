//! What is under test: the embedded server, an address.
