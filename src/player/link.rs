//! Part of the player.
