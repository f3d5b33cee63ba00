//! Tests of the player.

mod answering;
mod bench;
mod connecting;
mod edges;
mod endings;
mod examples;
mod expecting;
mod explaining;
mod flow;
mod json;
mod long_replies;
mod matching;
mod order;
mod packets;
mod parallel;
mod pointers;
mod probing;
mod retrying;
mod securing;
mod sending;
mod sequences;
mod skipping;
mod steps;
mod transcript;
mod waiting;
mod wanted;
