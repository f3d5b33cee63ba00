//! Tests of what drives machines. Most of it is tested where it is used: the server, the runner.

mod alarm;
mod fair;
mod linger;
mod order;
mod packets;
