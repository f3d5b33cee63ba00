//! Servers for tests, as programs of their own: this test binary, started once more and told how to behave.

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use socket2::Socket;

/// Says that this process is a server: how it behaves, its port, and the file that its number is written to.
const SERVER: &str = "BACKCHAT_TEST_SERVER";

/// How many health checks have been made of a server whose are slow.
static CHECKS: AtomicUsize = AtomicUsize::new(0);

/// The file beside that of numbers into which a server that is to `count` writes what its parent has.
pub(super) const COUNTS: &str = "counts";

/// The command of a server that behaves in this way.
pub(super) fn command(how: &str, port: &str, numbers: &Path) -> String {
    let exe = std::env::current_exe().expect("this program");
    format!(
        "env '{SERVER}={how} {port} {}' '{}' --exact spawn::server::serves --ignored --nocapture --test-threads 1",
        numbers.display(),
        exe.display()
    )
}

/// Not a test: what a server does.
#[test]
#[ignore = "a server for other tests, which start it"]
fn serves() {
    let Ok(told) = std::env::var(SERVER) else {
        return;
    };
    let words: Vec<&str> = told.splitn(3, ' ').collect();
    let &[how, port, numbers] = &words[..] else {
        panic!("{told:?}");
    };
    let number = |number: u32| {
        let file = OpenOptions::new().create(true).append(true).open(numbers);
        // In one write: servers of several runs append to the same file at the same time.
        let line = format!("{number}\n");
        let written = file.expect("a file").write_all(line.as_bytes());
        written.expect("written");
    };
    number(std::process::id());
    match how {
        "silent" => loop {
            thread::park();
        },
        "leave-a-child" | "go-into-the-background" => number(child("sleep", &["1000"])),
        "hide-a-stranger" => number(child("env", &["-i", "setsid", "sleep", "1000"])),
        "hide-a-child" => number(child("setsid", &["sleep", "1000"])),
        "count" => {
            let counts = Path::new(numbers).with_file_name(COUNTS);
            let file = OpenOptions::new().create(true).append(true).open(counts);
            let written = file.expect("a file").write_all(of_parent().as_bytes());
            written.expect("written");
        }
        "passed-stream" | "passed-packets" => return passed(how == "passed-packets"),
        "passed-dies" => {
            let input = std::io::stdin().as_fd().try_clone_to_owned();
            let _ = UdpSocket::from(input.expect("a socket")).recv(&mut [0; 16]);
            std::process::exit(9);
        }
        "chatty" => {
            thread::spawn(|| {
                loop {
                    println!("nothing new");
                }
            });
        }
        _ => {}
    }
    if how == "udp-dies" {
        let socket = UdpSocket::bind(format!("127.0.0.1:{port}")).expect("a port");
        let _ = socket.recv(&mut [0; 16]);
        std::process::exit(9);
    }
    let other = match how {
        "udp" => Some(
            UdpSocket::bind(format!("127.0.0.1:{port}"))
                .expect("a port")
                .into(),
        ),
        "unix-datagram" => Some(OwnedFd::from(UnixDatagram::bind(port).expect("a socket"))),
        _ => None,
    };
    while other.is_some() {
        thread::park();
    }
    let port = if how == "elsewhere" { "0" } else { port };
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).expect("a port");
    println!("\nlistening on {port}");
    let mut broken = false;
    for (count, stream) in (1..).zip(listener.incoming()) {
        let stream = stream.expect("a connection");
        if how == "slow-health" {
            thread::spawn(move || converse(&stream, "slow-health", count, false));
            continue;
        }
        // Whoever has gone is no reason to stop.
        broken |= converse(&stream, how, count, broken).unwrap_or_default();
        if how == "abort-at-the-end" {
            std::process::abort();
        }
    }
}

/// Answers on the socket that has been passed to this program, which has it as its standard input.
fn passed(takes_packets: bool) {
    let input = std::io::stdin().as_fd().try_clone_to_owned();
    let socket = Socket::from(input.expect("a socket"));
    loop {
        if !takes_packets {
            let (stream, _) = socket.accept().expect("a connection");
            let _ = converse(&TcpStream::from(stream), "well", 1, false);
            continue;
        }
        let mut packet = Vec::with_capacity(1 << 10);
        let room = packet.spare_capacity_mut();
        let (_, from) = socket.recv_from(room).expect("a packet");
        socket.send_to(b"Hello, Rose!", &from).expect("sent");
    }
}

/// What who started this has at this moment: open files, threads, children, and folders for its programs.
fn of_parent() -> String {
    let parent = Path::new("/proc").join(std::os::unix::process::parent_id().to_string());
    let entries = |path: &Path| fs::read_dir(path).expect("a folder").flatten();
    let threads = || entries(&parent.join("task"));
    let children: usize = threads()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .map(|children| children.split_whitespace().count())
        .sum();
    let files = entries(&parent.join("fd")).count();
    let folders = entries(&std::env::temp_dir()).count();
    format!("{files} {} {children} {folders}\n", threads().count())
}

/// Starts a process and leaves it alone.
fn child(program: &str, args: &[&str]) -> u32 {
    let started = Command::new(program).args(args).spawn();
    started.expect("started").id()
}

/// One conversation; whether the server is broken by it.
fn converse(
    mut stream: &TcpStream,
    how: &str,
    count: usize,
    broken: bool,
) -> std::io::Result<bool> {
    if broken {
        stream.write_all(b"not well\n")?;
        return Ok(true);
    }
    let mut greeted = how != "exit-unseen";
    if greeted {
        stream.write_all(b"Welcome!\n")?;
    }
    for line in BufReader::new(stream).lines() {
        let line = line?;
        if how == "exit-unseen" && line == "die" {
            std::process::exit(9);
        }
        if !greeted {
            // Only whoever has said something is.
            stream.write_all(b"Welcome!\n")?;
            greeted = true;
        }
        match (how, &*line) {
            (_, "break") => {
                stream.write_all(b"broken\n")?;
                return Ok(true);
            }
            (_, "count") => writeln!(stream, "{count}")?,
            ("abort", _) => {
                eprintln!("about to abort");
                std::process::abort();
            }
            ("hang-up-and-exit", _) => {
                stream.shutdown(Shutdown::Both)?;
                // As one that tidies up first.
                thread::sleep(Duration::from_millis(20));
                std::process::exit(7);
            }
            ("slow-health", "well?") => {
                // The first is answered when the other one has been, and what comes after that has had its time.
                let is_first = CHECKS.fetch_add(1, Ordering::SeqCst) == 0;
                while is_first && CHECKS.load(Ordering::SeqCst) < 2 {
                    thread::yield_now();
                }
                if is_first {
                    thread::sleep(Duration::from_millis(400));
                }
                writeln!(stream, "well")?;
            }
            ("exit-in-the-third", _) if count == 3 => std::process::exit(9),
            ("exit", "die") => {
                eprintln!("no more of this");
                std::process::exit(9);
            }
            ("go-into-the-background", _) => std::process::exit(0),
            ("exit-busily", "die") => {
                eprintln!("no more of this");
                stream.shutdown(Shutdown::Both)?;
                // As a runtime that tears itself down.
                let tidied = Instant::now() + Duration::from_millis(5);
                while Instant::now() < tidied {
                    std::hint::spin_loop();
                }
                std::process::exit(9);
            }
            ("exit-after-an-answer", "die") => {
                writeln!(stream, "as you like")?;
                eprintln!("no more of this");
                thread::sleep(Duration::from_millis(2));
                std::process::exit(9);
            }
            ("panic", _) => {
                // What it says goes where a panic of a thread does.
                let failed = thread::spawn(|| panic!("on purpose")).join();
                assert!(failed.is_err());
                writeln!(stream, "Hello, {line}!")?;
            }
            _ => writeln!(stream, "Hello, {line}!")?,
        }
    }
    Ok(false)
}
