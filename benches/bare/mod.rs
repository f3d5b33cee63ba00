//! A bare blocking client and server, `std::net` and nothing else: what backchat is compared with.
//!
//! The server has a thread a connection and a process of its own, the benchmark's program started once more.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Makes the program the server.
const SERVER: &str = "--be-the-server";

/// How long the bare client takes: a thread for each conversation at a time. In each of them the names are sent one after the
/// other, and `Hello, …!` is expected.
pub(crate) fn converse(
    address: SocketAddr,
    names: &[&str],
    conversations: usize,
    at_a_time: usize,
) -> Duration {
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 0..at_a_time {
            scope.spawn(|| {
                for _ in 0..conversations / at_a_time {
                    one(address, names).expect("every conversation passes");
                }
            });
        }
    });
    begin.elapsed()
}

/// One conversation, every reply compared.
fn one(address: SocketAddr, names: &[&str]) -> io::Result<()> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut buffer = [0; 256];
    expect(&mut stream, &mut buffer, b"Welcome!\n")?;
    for name in names {
        stream.write_all(format!("{name}\n").as_bytes())?;
        expect(
            &mut stream,
            &mut buffer,
            format!("Hello, {name}!\n").as_bytes(),
        )?;
    }
    stream.write_all(b"exit\n")?;
    match stream.read(&mut buffer)? {
        0 => Ok(()),
        _ => Err(io::Error::other("something after the end")),
    }
}

fn expect(stream: &mut TcpStream, buffer: &mut [u8], expected: &[u8]) -> io::Result<()> {
    let mut len = 0;
    while len < expected.len() {
        match stream.read(&mut buffer[len..])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => len += n,
        }
    }
    if &buffer[..len] == expected {
        Ok(())
    } else {
        Err(io::Error::other("another reply"))
    }
}

/// The server's process.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts it.
    pub(crate) fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().expect("a program"))
            .arg(SERVER)
            // It ends when this end of the pipe closes, whatever becomes of this process.
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        stdout
            .read_line(&mut line)
            .expect("the server says its address");
        let address = line.trim().parse().expect("an address");
        Self { child, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Is the server, if that is what this process was started for: prints its address, serves until standard input ends.
pub(crate) fn is_server() -> bool {
    if std::env::args().all(|arg| arg != SERVER) {
        return false;
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || {
                // A client that goes away early is the client's matter.
                let _ = greet(stream);
            });
        }
    });
    let _ = io::stdin().read_to_end(&mut Vec::new());
    true
}

fn greet(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(b"Welcome!\n")?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        let name = line.trim_end();
        if name == "exit" {
            return Ok(());
        }
        stream.write_all(format!("Hello, {name}!\n").as_bytes())?;
        line.clear();
    }
    Ok(())
}
