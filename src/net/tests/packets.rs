//! Packets: whole whatever their length, refusals told once, and the bounds of a socket that serves many.

use std::future::poll_fn;
use std::io;
use std::net::UdpSocket;
use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::timeout;

use crate::net::{
    Address, AttemptKind, BindError, ConnectError, Connection, Endpoint, Listener,
    MAX_QUEUED_PACKETS, connect, ending_of, is_too_large,
};
use crate::player::Ending;
use crate::wire::Carries;

/// How long to wait for what is to come: long enough for a machine that is busy.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// One address of each kind that can be listened at.
    fn addresses(&self) -> Vec<Address> {
        let path = self.0.path().display();
        [
            "udp://127.0.0.1:0".to_owned(),
            "udp://[::1]:0".to_owned(),
            format!("unix-datagram:{path}/d"),
            format!("unix-seqpacket:{path}/s"),
        ]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect()
    }
}

pub(super) async fn send(connection: &mut Connection, packet: &[u8]) -> io::Result<usize> {
    let sent = poll_fn(|cx| connection.poll_write(cx, packet));
    timeout(PATIENCE, sent).await.expect("in time")
}

/// The next packet; `None`: the end.
pub(super) async fn next(connection: &mut Connection) -> io::Result<Option<Vec<u8>>> {
    let mut packet = Vec::new();
    let read = poll_fn(|cx| connection.poll_packet(cx, &mut packet));
    let is_there = timeout(PATIENCE, read).await.expect("in time")?;
    Ok(is_there.then_some(packet))
}

/// A client that has sent `first`, and its peer at the listener, who has read it.
pub(super) async fn pair(listener: &Listener) -> (Connection, Connection) {
    let mut client = connect(listener.address()).await.unwrap();
    send(&mut client, b"first").await.unwrap();
    let accepted = timeout(PATIENCE, listener.accept()).await.expect("in time");
    let mut server = accepted.unwrap();
    assert_eq!(next(&mut server).await.unwrap().unwrap(), b"first");
    (client, server)
}

#[tokio::test]
async fn packets_go_both_ways_whole_also_empty_and_large_ones() {
    let folder = Folder::new();
    for address in folder.addresses() {
        let listener = Listener::bind(&address).await.unwrap();
        let (mut client, mut server) = pair(&listener).await;
        for len in [1, 0, 1500, 0, 60_000] {
            let packet: Vec<u8> = (0..len).map(|n: usize| n as u8).collect();
            send(&mut client, &packet).await.unwrap();
            assert_eq!(
                next(&mut server).await.unwrap().unwrap(),
                packet,
                "{address}"
            );
            send(&mut server, &packet).await.unwrap();
            assert_eq!(
                next(&mut client).await.unwrap().unwrap(),
                packet,
                "{address}"
            );
        }
        assert!(client.carries().are_packets() && !client.has_reset());
        assert_eq!(client.carries(), address.carries());
    }
}

#[tokio::test]
async fn the_end_of_a_connection_is_no_empty_packet() {
    let folder = Folder::new();
    let address = folder.addresses().pop().unwrap();
    assert_eq!(address.carries(), Carries::PacketsConnected);
    let listener = Listener::bind(&address).await.unwrap();
    let (mut client, mut server) = pair(&listener).await;
    for packet in [&b""[..], b"x", b""] {
        send(&mut server, packet).await.unwrap();
    }
    server.shutdown_write().unwrap();
    for packet in [&b""[..], b"x", b""] {
        assert_eq!(next(&mut client).await.unwrap().unwrap(), packet);
    }
    for _ in 0..2 {
        assert_eq!(next(&mut client).await.unwrap(), None);
    }
    // Our side goes on.
    send(&mut client, b"last").await.unwrap();
    assert_eq!(next(&mut server).await.unwrap().unwrap(), b"last");
    send(&mut client, b"unread").await.unwrap();
    drop(server);
    let error = next(&mut client).await.unwrap_err();
    assert_eq!(client.ending_of(&error), Ending::Unread, "{error}");
}

#[tokio::test]
async fn a_refusal_is_told_after_what_came_before_it_and_a_later_packet_tries_again() {
    let peer = UdpSocket::bind("127.0.0.1:0").unwrap();
    let at = peer.local_addr().unwrap();
    let address: Address = format!("udp://{at}").parse().unwrap();
    let mut client = connect(&address).await.unwrap();
    let Endpoint::Ip(own) = client.local().unwrap() else {
        panic!("no port");
    };
    peer.send_to(b"still here", own).unwrap();
    drop(peer);
    // The second one meets the answer to the first, and is sent nevertheless.
    send(&mut client, b"a").await.unwrap();
    send(&mut client, b"b").await.unwrap();
    assert_eq!(next(&mut client).await.unwrap().unwrap(), b"still here");
    let error = next(&mut client).await.unwrap_err();
    assert_eq!(ending_of(&error), Ending::Refused, "{error}");
    let peer = UdpSocket::bind(at).unwrap();
    send(&mut client, b"c").await.unwrap();
    let mut packet = [0; 8];
    let (n, from) = peer.recv_from(&mut packet).unwrap();
    assert_eq!((&packet[..n], from), (&b"c"[..], own));
}

#[tokio::test]
async fn a_packet_that_the_system_does_not_send_says_so_and_hurts_nothing() {
    let folder = Folder::new();
    for address in folder.addresses() {
        let listener = Listener::bind(&address).await.unwrap();
        let (mut client, mut server) = pair(&listener).await;
        let error = send(&mut client, &vec![0; 32 << 20]).await.unwrap_err();
        assert!(is_too_large(&error), "{address}: {error}");
        send(&mut client, b"small").await.unwrap();
        assert_eq!(next(&mut server).await.unwrap().unwrap(), b"small");
    }
}

#[tokio::test]
async fn each_peer_has_a_queue_of_its_own_and_is_forgotten_with_it() {
    let listener = Listener::bind(&"udp://127.0.0.1:0".parse().unwrap())
        .await
        .unwrap();
    let (mut ann, mut anns) = pair(&listener).await;
    let (mut bob, mut bobs) = pair(&listener).await;
    send(&mut bob, b"I am Bob").await.unwrap();
    send(&mut ann, b"I am Ann").await.unwrap();
    assert_eq!(next(&mut anns).await.unwrap().unwrap(), b"I am Ann");
    assert_eq!(next(&mut bobs).await.unwrap().unwrap(), b"I am Bob");
    // What is in a queue that nobody reads any more makes a new peer.
    send(&mut ann, b"once").await.unwrap();
    send(&mut bob, b"seen").await.unwrap();
    assert_eq!(next(&mut bobs).await.unwrap().unwrap(), b"seen");
    drop(anns);
    let mut anns = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
    assert_eq!(next(&mut anns).await.unwrap().unwrap(), b"once");
    // Those that are known are served on when no new ones are taken.
    drop(listener);
    send(&mut anns, b"hello").await.unwrap();
    assert_eq!(next(&mut ann).await.unwrap().unwrap(), b"hello");
    send(&mut ann, b"still there?").await.unwrap();
    assert_eq!(next(&mut anns).await.unwrap().unwrap(), b"still there?");
}

#[tokio::test]
async fn packets_for_which_a_queue_has_no_room_are_lost_and_the_others_are_not() {
    let listener = Listener::bind(&"udp://127.0.0.1:0".parse().unwrap())
        .await
        .unwrap();
    let (mut ann, mut anns) = pair(&listener).await;
    let (mut bob, mut bobs) = pair(&listener).await;
    for n in 0..2 * MAX_QUEUED_PACKETS {
        send(&mut ann, &[n as u8]).await.unwrap();
        // One at a time, so that it is the queue that is full, not the system's buffer.
        send(&mut bob, b"next").await.unwrap();
        assert_eq!(next(&mut bobs).await.unwrap().unwrap(), b"next");
    }
    for n in 0..MAX_QUEUED_PACKETS {
        assert_eq!(next(&mut anns).await.unwrap().unwrap(), [n as u8]);
    }
    send(&mut ann, b"again").await.unwrap();
    assert_eq!(next(&mut anns).await.unwrap().unwrap(), b"again");
}

#[tokio::test]
async fn a_peer_of_a_unix_socket_that_does_not_read_is_waited_for_until_it_is_gone() {
    let folder = Folder::new();
    let address = folder.addresses().swap_remove(2);
    let listener = Listener::bind(&address).await.unwrap();
    let (deaf, mut deafs) = pair(&listener).await;
    let (mut ann, mut anns) = pair(&listener).await;
    let full = async {
        loop {
            send(&mut deafs, b"hello?").await.unwrap();
        }
    };
    // What waits for it is in the buffer that all peers of the socket share.
    timeout(Duration::from_millis(200), full).await.unwrap_err();
    drop(deaf);
    send(&mut anns, b"hello").await.unwrap();
    assert_eq!(next(&mut ann).await.unwrap().unwrap(), b"hello");
}

#[tokio::test]
async fn a_socket_without_a_name_cannot_be_answered_and_is_no_peer() {
    let folder = Folder::new();
    let address = folder.addresses().swap_remove(2);
    let listener = Listener::bind(&address).await.unwrap();
    let nobody = UnixDatagram::unbound().unwrap();
    nobody.send_to(b"x", address.path().unwrap()).unwrap();
    // The one who comes after it is the first that is accepted.
    pair(&listener).await;
}

#[tokio::test]
async fn what_cannot_be_is_said() {
    let folder = Folder::new();
    let path = folder.0.path().join("stream");
    let stream = std::os::unix::net::UnixListener::bind(&path).unwrap();
    for scheme in ["unix-datagram", "unix-seqpacket"] {
        let at = |name: &str| -> Address {
            let path = folder.0.path().join(name);
            format!("{scheme}:{}", path.display()).parse().unwrap()
        };
        let kind = |error| match error {
            ConnectError::Failed(attempts) => attempts[0].kind.clone(),
            other => panic!("{other}"),
        };
        let wrong = kind(connect(&at("stream")).await.unwrap_err());
        assert_eq!(
            wrong,
            AttemptKind::Other("it is a socket of another kind".to_owned())
        );
        let nobody = kind(connect(&at("nobody")).await.unwrap_err());
        assert_eq!(nobody, AttemptKind::NoSocket);
        let error = Listener::bind(&at("stream")).await.unwrap_err();
        assert_eq!(error, BindError::SocketInUse { path: path.clone() });
    }
    drop(stream);
    let error = Listener::bind(&"icmp://127.0.0.1".parse().unwrap()).await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "nobody can listen at icmp://127.0.0.1: the system itself answers there"
    );
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let address = format!("udp://127.0.0.1:{port}").parse().unwrap();
    let error = Listener::bind(&address).await.unwrap_err();
    assert!(matches!(error, BindError::InUse { .. }), "{error}");
}

#[tokio::test]
async fn the_system_answers_an_echo_request_where_raw_sockets_are_permitted() {
    let address: Address = "icmp://127.0.0.1".parse().unwrap();
    let mut client = match connect(&address).await {
        Ok(client) => client,
        Err(error) => {
            assert!(error.to_string().contains("not permitted"), "{error}");
            eprintln!("SKIPPED: {error}");
            return;
        }
    };
    assert_eq!(client.peer().to_string(), "127.0.0.1");
    // Type 8, its checksum, an identifier nobody else uses here, number 1.
    let request = [8, 0, 0x07, 0xfe, 0xf0, 0x00, 0x00, 0x01];
    send(&mut client, &request).await.unwrap();
    loop {
        // The request itself comes by here too, and what others send.
        let packet = next(&mut client).await.unwrap().unwrap();
        if packet.first() == Some(&0) && packet.get(4..) == Some(&request[4..]) {
            return;
        }
    }
}
