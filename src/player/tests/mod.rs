//! Tests of the player.

mod bench;
mod endings;
mod expecting;
mod flow;
mod matching;
mod retrying;
mod sending;
mod sequences;
mod steps;
mod transcript;
