//! Unix sockets: what happens to their files, and what is told of connections that do not come about.

use std::fs;
use std::future::poll_fn;
use std::io;
use std::os::unix::fs::symlink;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use crate::net::{
    Address, AttemptKind, BindError, ConnectError, Connection, Endpoint, Listener, connect,
    connect_within,
};
use crate::player::Ending;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn address(&self, name: &str) -> Address {
        Address::Unix {
            path: self.path(name),
        }
    }
}

async fn pair(folder: &Folder) -> (Connection, Connection) {
    let address = folder.address("pair");
    let listener = Listener::bind(&address).await.unwrap();
    let (client, server) = tokio::join!(connect(&address), listener.accept());
    (client.unwrap(), server.unwrap())
}

async fn read(connection: &mut Connection) -> io::Result<Vec<u8>> {
    let mut buffer = [0; 64];
    let n = poll_fn(|cx| connection.poll_read(cx, &mut buffer)).await?;
    Ok(buffer[..n].to_vec())
}

async fn write(connection: &mut Connection, bytes: &[u8]) -> io::Result<usize> {
    poll_fn(|cx| connection.poll_write(cx, bytes)).await
}

async fn refusal(address: &Address) -> AttemptKind {
    match connect_within(address, Duration::from_secs(60)).await {
        Err(ConnectError::Failed(attempts)) if attempts.len() == 1 => attempts[0].kind.clone(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn bytes_go_both_ways_and_the_end_of_writing_is_none_of_reading() {
    let folder = Folder::new();
    let (mut client, mut server) = pair(&folder).await;
    assert_eq!(
        *client.peer(),
        Endpoint::Unix(Some(folder.path("pair"))),
        "the one that connected knows to what"
    );
    assert_eq!(*server.peer(), Endpoint::Unix(None));
    assert_eq!(server.peer().to_string(), "unix (unnamed)");

    assert_eq!(write(&mut client, b"Rose").await.unwrap(), 4);
    assert_eq!(read(&mut server).await.unwrap(), b"Rose");
    client.shutdown_write().unwrap();
    assert_eq!(read(&mut server).await.unwrap(), b"");
    assert_eq!(server.write_now(b"Hello, Rose!").unwrap(), 12);
    assert_eq!(read(&mut client).await.unwrap(), b"Hello, Rose!");
    drop(server);
    assert_eq!(read(&mut client).await.unwrap(), b"");
}

#[tokio::test]
async fn what_is_no_reset_is_not_called_one() {
    let folder = Folder::new();
    // All was read: who writes afterwards hears that the peer has closed, and no more.
    let (mut client, server) = pair(&folder).await;
    drop(server);
    let error = write(&mut client, b"x").await.unwrap_err();
    assert_eq!(client.ending_of(&error), Ending::Clean, "{error}");
    assert_eq!(read(&mut client).await.unwrap(), b"");

    let (mut client, server) = pair(&folder).await;
    write(&mut client, b"never read").await.unwrap();
    drop(server);
    let error = write(&mut client, b"x").await.unwrap_err();
    assert_eq!(client.ending_of(&error), Ending::Clean, "{error}");
    let error = read(&mut client).await.unwrap_err();
    assert_eq!(client.ending_of(&error), Ending::Unread, "{error}");
}

#[tokio::test]
async fn a_reset_is_a_plain_close() {
    let folder = Folder::new();
    let (client, mut server) = pair(&folder).await;
    client.reset().unwrap();
    assert_eq!(read(&mut server).await.unwrap(), b"");
}

#[tokio::test]
async fn the_file_comes_with_the_listener_and_goes_with_it() {
    let folder = Folder::new();
    let address = folder.address("s");
    let listener = Listener::bind(&address).await.unwrap();
    assert_eq!(*listener.address(), address);
    assert!(folder.path("s").exists());
    drop(listener);
    assert!(!folder.path("s").exists());
    assert_eq!(refusal(&address).await, AttemptKind::NoSocket);
    assert!(connect(&address).await.unwrap_err().is_refused());
}

#[tokio::test]
async fn a_dead_socket_is_refused_to_clients_and_replaced_by_servers() {
    let folder = Folder::new();
    let address = folder.address("s");
    // The standard library leaves the file where it is.
    drop(UnixListener::bind(folder.path("s")).unwrap());
    assert_eq!(refusal(&address).await, AttemptKind::Refused);
    let listener = Listener::bind(&address).await.unwrap();
    let (client, server) = tokio::join!(connect(&address), listener.accept());
    drop((client.unwrap(), server.unwrap()));
}

#[tokio::test]
async fn what_is_not_a_dead_socket_is_left_alone() {
    let folder = Folder::new();
    let is = |path: &Path, is: &str| {
        let path = path.to_owned();
        match is {
            "in use" => BindError::SocketInUse { path },
            _ => BindError::NoSocket { path },
        }
    };
    fs::write(folder.path("file"), "precious").unwrap();
    fs::create_dir(folder.path("folder")).unwrap();
    let live = UnixListener::bind(folder.path("live")).unwrap();
    let packets = UnixDatagram::bind(folder.path("packets")).unwrap();
    drop(UnixListener::bind(folder.path("dead")).unwrap());
    symlink(folder.path("dead"), folder.path("link")).unwrap();
    for (name, expected) in [
        ("file", "no socket"),
        ("folder", "no socket"),
        ("link", "no socket"),
        ("live", "in use"),
        ("packets", "in use"),
    ] {
        let error = Listener::bind(&folder.address(name)).await.unwrap_err();
        assert_eq!(error, is(&folder.path(name), expected), "{name}");
        assert!(folder.path(name).symlink_metadata().is_ok(), "{name}");
    }
    assert_eq!(fs::read(folder.path("file")).unwrap(), b"precious");
    drop((live, packets));
}

#[tokio::test]
async fn a_file_that_another_server_made_since_is_left_alone() {
    let folder = Folder::new();
    let listener = Listener::bind(&folder.address("s")).await.unwrap();
    fs::remove_file(folder.path("s")).unwrap();
    let other = UnixListener::bind(folder.path("s")).unwrap();
    drop(listener);
    assert!(folder.path("s").exists());
    drop(other);
}

#[tokio::test]
async fn where_no_socket_can_be_made_the_reason_says_what_to_do() {
    let folder = Folder::new();
    let error = Listener::bind(&folder.address("none/s")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the folder of {} does not exist: make it first",
            folder.path("none/s").display()
        )
    );
    assert!(!error.is_about_a_port());
}

#[tokio::test]
async fn what_is_no_stream_socket_is_told_apart_from_nobody() {
    let folder = Folder::new();
    fs::write(folder.path("file"), "").unwrap();
    let other = |text: &str| AttemptKind::Other(text.to_owned());
    assert_eq!(
        refusal(&folder.address("file")).await,
        other("there is a file, but no socket")
    );
    let packets = UnixDatagram::bind(folder.path("packets")).unwrap();
    assert_eq!(
        refusal(&folder.address("packets")).await,
        other("it is a socket of another kind")
    );
    drop(packets);
    assert_eq!(
        refusal(&folder.address("none")).await,
        AttemptKind::NoSocket
    );
}

#[tokio::test]
async fn a_full_backlog_is_waited_for_and_given_up_in_time() {
    let folder = Folder::new();
    let address = folder.address("full");
    let full = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
    full.bind(&socket2::SockAddr::unix(folder.path("full")).unwrap())
        .unwrap();
    full.listen(0).unwrap();
    let mut waiting = Vec::new();
    let error = loop {
        match connect_within(&address, Duration::from_millis(30)).await {
            Ok(connection) => waiting.push(connection),
            Err(error) => break error,
        }
        assert!(waiting.len() < 16, "nobody accepts these");
    };
    assert!(
        error.to_string().ends_with("full: no answer within 30ms"),
        "{error}"
    );
    // Once there is room, the one that waits gets in.
    let accept =
        tokio::task::spawn_blocking(move || full.accept().map(|accepted| (accepted, full)));
    connect_within(&address, Duration::from_secs(60))
        .await
        .unwrap();
    accept.await.unwrap().unwrap();
}
