//! The servers that recipes of the cookbook are played with: one of each kind that it describes, as small as can be.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::harness::Server;

/// Starts a server of a kind; each connection has a thread of its own, which ends with it.
pub(super) fn start(kind: &str) -> Server {
    let talk: Arc<dyn Fn(TcpStream) + Send + Sync> = match kind {
        "login" => login(),
        "challenge" => Arc::new(challenge),
        "binary" => Arc::new(binary),
        "http" => Arc::new(http),
        "notices" => Arc::new(notices),
        "chat" => chat(),
        "jobs" => Arc::new(jobs),
        "banner" => banner(),
        "lines" => Arc::new(lines),
        "oracle" => Arc::new(oracle),
        "json" => Arc::new(rpc),
        "pings" => Arc::new(pings),
        other => panic!("the cookbook names a kind of server that nobody has built: {other}"),
    };
    Server::start(move |stream| {
        let talk = Arc::clone(&talk);
        thread::spawn(move || talk(stream));
    })
}

/// Answers lines until the client has gone.
fn answer(stream: &TcpStream, mut reply: impl FnMut(&str) -> String) {
    let mut writer = stream;
    for line in BufReader::new(stream).lines() {
        let Ok(line) = line else { return };
        // Who has gone is not told.
        let _ = writer.write_all(reply(&line).as_bytes());
    }
}

/// Says something; who has gone is not told.
fn say(mut stream: &TcpStream, words: &str) {
    let _ = stream.write_all(words.as_bytes());
}

/// Gives tickets and sessions. A session belongs to its connection.
fn login() -> Arc<dyn Fn(TcpStream) + Send + Sync> {
    let count = AtomicU32::new(0);
    Arc::new(move |stream| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        let ticket = format!("{:08x}", number.wrapping_mul(0x9e37_79b9) | 0xa);
        let session = (100 + number).to_string();
        let mut user = None;
        say(&stream, &format!("220 ready, ticket={ticket}\n"));
        answer(&stream, |line| {
            let words: Vec<&str> = line.split(' ').collect();
            match (words.as_slice(), &user) {
                (["LOGIN", name, said], _) if *said == ticket => {
                    user = Some((*name).to_owned());
                    format!("230 session {session}\n")
                }
                (["LOGIN", ..], _) => "403 wrong ticket\n".to_owned(),
                (["WHOAMI", said], Some(user)) if *said == session => format!("200 {user}\n"),
                (["WHOAMI", _], _) => "403 not yours\n".to_owned(),
                (["LOGOUT", _], _) => "200 bye\n".to_owned(),
                _ => "500 what?\n".to_owned(),
            }
        });
    })
}

/// Asks for the digest of what it says; knows one password.
fn challenge(stream: TcpStream) {
    // HMAC-SHA-256 of the challenge, with the key "secret".
    const DIGEST: &str = "28982226db55b60b95ee8c3b4f7fa494f07cf252c3e3156d12e1ef6e3b918a16";
    say(&stream, "CHALLENGE 7f3a91c2\n");
    answer(&stream, |line| {
        let known = line == format!("LOGIN rose {DIGEST}");
        let reply = if known { "OK\n" } else { "DENIED\n" };
        reply.to_owned()
    });
}

/// Frames: `BK`, kind, session of four bytes, length of two, body.
fn binary(mut stream: TcpStream) {
    loop {
        let mut head = [0; 9];
        if stream.read_exact(&mut head).is_err() {
            return;
        }
        let mut body = vec![0; usize::from(u16::from_be_bytes([head[7], head[8]]))];
        if stream.read_exact(&mut body).is_err() {
            return;
        }
        if head[2] == 1 {
            head[3..7].copy_from_slice(&0xdead_beef_u32.to_be_bytes());
        }
        head[2] |= 0x80;
        if stream.write_all(&[&head[..], &body].concat()).is_err() {
            return;
        }
    }
}

/// One answer to whatever head comes.
fn http(stream: TcpStream) {
    for line in BufReader::new(&stream).lines() {
        let Ok(line) = line else { return };
        if line.trim_end().is_empty() {
            say(
                &stream,
                "HTTP/1.0 200 OK\r\nDate: today\r\nContent-Length: 13\r\nServer: small\r\n\r\nHello, Rose!\n",
            );
            return;
        }
    }
}

/// Says something unasked before every other reply.
fn notices(stream: TcpStream) {
    let mut count = 0;
    say(&stream, "* 7 users\nready\n");
    answer(&stream, |line| {
        count += 1;
        let notice = if count % 2 == 0 { "* 8 users\n" } else { "" };
        let word = line.strip_prefix("ECHO ").unwrap_or("what?");
        format!("{notice}{word}\n")
    });
}

/// Carries lines to all others.
fn chat() -> Arc<dyn Fn(TcpStream) + Send + Sync> {
    let room: Arc<Mutex<BTreeMap<String, TcpStream>>> = Arc::default();
    Arc::new(move |stream| {
        let tell = |but: Option<&str>, words: &str| {
            for (name, stream) in &*room.lock().expect("nobody panics with it") {
                if Some(name.as_str()) != but {
                    say(stream, words);
                }
            }
        };
        let mut me: Option<String> = None;
        answer(&stream, |line| {
            if line == "/time" {
                return "It is noon\n".to_owned();
            }
            if let Some(me) = &me {
                tell(Some(me), &format!("{me}: {line}\n"));
            } else {
                let own = stream.try_clone().expect("a socket");
                let mut room = room.lock().expect("nobody panics with it");
                room.insert(line.to_owned(), own);
                drop(room);
                tell(None, &format!("* {line} is here\n"));
                me = Some(line.to_owned());
            }
            String::new()
        });
        if let Some(me) = me {
            let left = room.lock().expect("nobody panics with it").remove(&me);
            drop(left);
            tell(None, &format!("* {me} is gone\n"));
        }
    })
}

/// Is done when it has been asked three times.
fn jobs(stream: TcpStream) {
    let mut asked = 0;
    answer(&stream, |line| {
        asked += u32::from(line == "STATUS 17");
        let reply = match line {
            "SUBMIT" => "JOB 17\n",
            "STATUS 17" if asked < 3 => "PENDING\n",
            "STATUS 17" => "DONE 5 pages\n",
            _ => "what?\n",
        };
        reply.to_owned()
    });
}

/// Has news for every other client.
fn banner() -> Arc<dyn Fn(TcpStream) + Send + Sync> {
    let count = AtomicU32::new(0);
    Arc::new(move |stream| {
        let odd = count.fetch_add(1, Ordering::SeqCst) % 2 == 1;
        say(
            &stream,
            if odd {
                "NEWS of today\nWelcome!\n"
            } else {
                "Welcome!\n"
            },
        );
        answer(&stream, |_| String::new());
    })
}

/// Answers in several lines.
fn lines(stream: TcpStream) {
    answer(&stream, |_| {
        "150-bread\n150-butter\n150-milk\n250 3 notes\n".to_owned()
    });
}

/// Doubles; answers the second question before the first.
fn oracle(stream: TcpStream) {
    let mut kept: Option<String> = None;
    answer(&stream, |line| {
        let number = line.strip_prefix("DOUBLE ").unwrap_or_default();
        let double = number.parse::<u32>().unwrap_or_default() * 2;
        let reply = format!("{number} doubled is {double}\n");
        if let Some(first) = kept.take() {
            return reply + &first;
        }
        kept = Some(reply);
        String::new()
    });
}

/// Speaks JSON in lines.
fn rpc(stream: TcpStream) {
    answer(&stream, |line| {
        let asked: Value = serde_json::from_str(line).unwrap_or_default();
        let (id, user) = (&asked["id"], &asked["user"]);
        let reply = match asked["method"].as_str() {
            Some("login") => {
                let user = json!({ "tags": [], "name": user });
                json!({ "result": { "took": 3, "token": "K7-Q2", "user": user }, "id": id })
            }
            Some("logout") => json!({ "id": id, "result": asked["token"] == "K7-Q2" }),
            _ => json!({ "id": id, "error": "what?" }),
        };
        format!("{reply}\n")
    });
}

/// Wants a sign of life before each answer.
fn pings(stream: TcpStream) {
    let mut said = None;
    let mut count = 0;
    say(&stream, "ready\n");
    answer(&stream, |line| {
        if let Some(said) = said.take() {
            return if line == format!("PONG {count}") {
                format!("You said {said}\n")
            } else {
                "You are not alive\n".to_owned()
            };
        }
        count += 1;
        said = Some(line.to_owned());
        format!("PING {count}\n")
    });
}
