//! Tests of the server, on real sockets.

mod conversations;
#[cfg(unix)]
mod files;
mod limits;
mod stopping;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::{Config, Open, Server};
use crate::drive::Cancel;
use crate::session;
use crate::wire::Framing;

/// A server that runs until it is told to stop.
struct Running {
    address: SocketAddr,
    open: Open,
    stop: Cancel,
    task: JoinHandle<()>,
}

impl Running {
    async fn start(config: Config) -> Self {
        let server = Server::bind(&"127.0.0.1:0".parse().unwrap(), config)
            .await
            .unwrap();
        let stop = Cancel::default();
        Self {
            address: server.address().short().parse().unwrap(),
            open: server.open(),
            task: tokio::spawn({
                let stop = stop.clone();
                async move { server.run(stop.cancelled()).await }
            }),
            stop,
        }
    }

    async fn connect(&self) -> Client {
        Client(soon(TcpStream::connect(self.address)).await.unwrap())
    }

    async fn stop(self) {
        self.stop.cancel();
        soon(self.task).await.unwrap();
        assert_eq!(self.open.count(), 0, "connections after the end");
    }
}

/// A plain client.
struct Client(TcpStream);

impl Client {
    async fn say(&mut self, bytes: &[u8]) {
        soon(self.0.write_all(bytes)).await.unwrap();
    }

    /// Hears exactly this next.
    async fn hear(&mut self, text: &str) {
        let mut heard = vec![0; text.len()];
        soon(self.0.read_exact(&mut heard)).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&heard), text);
    }

    /// Hears exactly this next, and then a clean end.
    async fn hear_last(&mut self, text: &str) {
        let mut heard = String::new();
        soon(self.0.read_to_string(&mut heard)).await.unwrap();
        assert_eq!(heard, text);
    }

    fn reset(self) {
        self.0.set_zero_linger().unwrap();
    }
}

/// What takes longer than this hangs. It must be longer than what the tests with a paused clock wait for.
const LONG: Duration = Duration::from_secs(300);

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, future).await.unwrap()
}

/// A configuration with the session's part changed.
fn config(change: impl FnOnce(&mut session::Config)) -> Config {
    let mut session = session::Config::default();
    change(&mut session);
    Config {
        session: Arc::new(session),
        ..Config::default()
    }
}

fn line() -> Config {
    config(|session| session.framing = Framing::LINE)
}
