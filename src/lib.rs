//! A scriptable protocol test harness and fuzz target.

pub mod cli;
pub mod drive;
pub mod net;
pub mod player;
#[doc(hidden)]
pub mod props;
pub mod report;
pub mod runner;
pub mod scenario;
pub mod server;
pub mod session;
pub mod simulation;
pub mod target;
pub mod time;
pub mod wire;
