//! Carries bytes and time between a machine and its connections; decides nothing.
