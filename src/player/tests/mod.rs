//! Tests of the player.

mod matching;
