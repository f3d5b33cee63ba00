//! The bounds of a datagram socket that serves many: what has no room is lost, nothing else is, and room is made again.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use tokio::time::timeout;

use super::packets::{PATIENCE, next, pair, send};
use crate::net::{
    Connection, Endpoint, Listener, MAX_NEW_PEERS, MAX_PEERS, MAX_QUEUED_BYTES, MAX_QUEUED_PACKETS,
};

/// A listener, and a peer of it whose packets tell when all those before them have been read.
struct Bench {
    listener: Listener,
    at: SocketAddr,
    client: Connection,
    server: Connection,
    /// How many other sources there are.
    sources: u32,
}

impl Bench {
    async fn new() -> Self {
        let listener = Listener::bind(&"udp://127.0.0.1:0".parse().unwrap()).await;
        let listener = listener.unwrap();
        let (client, server) = pair(&listener).await;
        let Endpoint::Ip(at) = server.local().unwrap() else {
            panic!("no port");
        };
        let sources = 0;
        Self {
            listener,
            at,
            client,
            server,
            sources,
        }
    }

    /// A socket with an address that none before had: all of 127.0.0.0/8 is this machine.
    fn source(&mut self) -> UdpSocket {
        self.sources += 1;
        let host = Ipv4Addr::from_bits(Ipv4Addr::new(127, 1, 0, 0).to_bits() + self.sources);
        let socket = UdpSocket::bind((host, 0)).unwrap();
        socket.connect(self.at).unwrap();
        socket
    }

    /// Waits until all that has been sent is read.
    async fn settle(&mut self) {
        send(&mut self.client, b"tick").await.unwrap();
        assert_eq!(next(&mut self.server).await.unwrap().unwrap(), b"tick");
    }

    async fn accept(&self) -> Connection {
        let accepted = timeout(PATIENCE, self.listener.accept())
            .await
            .expect("in time");
        accepted.unwrap()
    }

    /// Nobody waits to be accepted.
    async fn nobody_waits(&self) {
        let accepted = timeout(Duration::ZERO, self.listener.accept()).await;
        assert!(accepted.is_err(), "{accepted:?}");
    }
}

#[tokio::test]
async fn one_peer_too_many_is_not_known_until_another_has_gone() {
    let mut bench = Bench::new().await;
    let mut known = Vec::with_capacity(MAX_PEERS);
    // The one of the bench is known, too.
    while known.len() < MAX_PEERS - 1 {
        bench.source().send(b"x").unwrap();
        known.push(bench.accept().await);
    }
    let more = bench.source();
    more.send(b"lost").unwrap();
    bench.settle().await;
    bench.nobody_waits().await;
    let mut last = known.pop().unwrap();
    assert_eq!(next(&mut last).await.unwrap().unwrap(), b"x");
    drop(last);
    more.send(b"again").unwrap();
    let mut accepted = bench.accept().await;
    assert_eq!(next(&mut accepted).await.unwrap().unwrap(), b"again");
}

#[tokio::test]
async fn those_that_wait_to_be_accepted_are_bounded() {
    let mut bench = Bench::new().await;
    for _ in 0..MAX_NEW_PEERS {
        bench.source().send(b"x").unwrap();
        bench.settle().await;
    }
    let more = bench.source();
    more.send(b"lost").unwrap();
    bench.settle().await;
    let mut accepted = Vec::with_capacity(MAX_NEW_PEERS);
    for _ in 0..MAX_NEW_PEERS {
        accepted.push(bench.accept().await);
    }
    bench.nobody_waits().await;
    more.send(b"again").unwrap();
    let mut last = bench.accept().await;
    assert_eq!(next(&mut last).await.unwrap().unwrap(), b"again");
    assert_eq!(next(&mut accepted[0]).await.unwrap().unwrap(), b"x");
}

#[tokio::test]
async fn bytes_that_wait_are_bounded_for_all_peers_together() {
    const LEN: usize = 60_000;
    let mut bench = Bench::new().await;
    let packet = vec![0; LEN];
    let fit = MAX_QUEUED_BYTES / LEN;
    // The last one has a peer that is known, and room in its queue.
    assert!(!fit.is_multiple_of(MAX_QUEUED_PACKETS));
    let mut servers: Vec<Connection> = Vec::new();
    let mut clients: Vec<UdpSocket> = Vec::new();
    // One more than there is room for.
    for n in 0..=fit {
        if n.is_multiple_of(MAX_QUEUED_PACKETS) {
            clients.push(bench.source());
        }
        clients.last().unwrap().send(&packet).unwrap();
        bench.settle().await;
        if n.is_multiple_of(MAX_QUEUED_PACKETS) {
            servers.push(bench.accept().await);
        }
    }
    let (client, mut server) = (clients.last().unwrap(), servers.pop().unwrap());
    for _ in 0..fit % MAX_QUEUED_PACKETS {
        assert_eq!(next(&mut server).await.unwrap().unwrap().len(), LEN);
    }
    // The one that had no room is not there; now there is some.
    client.send(b"again").unwrap();
    assert_eq!(next(&mut server).await.unwrap().unwrap(), b"again");
    for server in &mut servers {
        for _ in 0..MAX_QUEUED_PACKETS {
            assert_eq!(next(server).await.unwrap().unwrap().len(), LEN);
        }
    }
}
