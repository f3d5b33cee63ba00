//! Tests of targets.

#[cfg(unix)]
mod capabilities;
mod programs;

use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use super::{OpenTarget, Peer, Target, Unavailable};
use crate::net::Address;
use crate::scenario::{ReadOptions, Scenario, read};
use crate::time::TimeScale;

fn scenario(keys: &str) -> Scenario {
    let text = format!(r#"{{ {keys} "steps": [{{ "expect": "x" }}] }}"#);
    let read = read("scenario", text.as_bytes(), &ReadOptions::default());
    read.unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}"))
        .0
}

async fn connect(address: &Address) -> std::io::Result<TcpStream> {
    TcpStream::connect((address.host().unwrap(), address.port().unwrap())).await
}

async fn greeting(peer: &Peer) -> String {
    let mut buffer = [0; 64];
    let mut stream = connect(&peer.address).await.unwrap();
    let n = stream.read(&mut buffer).await.unwrap();
    String::from_utf8(buffer[..n].to_vec()).unwrap()
}

/// Closing waits for servers to stop, but not for those who still hold on to one.
async fn close(target: OpenTarget) {
    tokio::time::timeout(Duration::from_secs(60), target.close())
        .await
        .unwrap();
}

async fn peer(target: &OpenTarget, keys: &str) -> Peer {
    target
        .peer_of(&scenario(keys), TimeScale::ONE, &|_| ())
        .await
        .unwrap()
}

#[test]
fn a_target_is_the_embedded_server_or_an_address() {
    for (text, shown) in [
        ("embedded", "embedded reference server"),
        ("127.0.0.1:6379", "tcp://127.0.0.1:6379"),
        ("tcp://redis:6379", "tcp://redis:6379"),
    ] {
        assert_eq!(text.parse::<Target>().unwrap().to_string(), shown);
    }
    assert!(matches!(Target::default(), Target::Embedded));
    assert!("Embedded".parse::<Target>().is_err());
}

#[tokio::test]
async fn scenarios_of_one_framing_share_a_server() {
    let target = Target::Embedded.open();
    let line = peer(&target, "").await;
    let raw = peer(&target, r#""framing": "raw","#).await;
    assert_eq!(greeting(&line).await, "Welcome!\n");
    assert_eq!(greeting(&raw).await, "Welcome!");
    assert_eq!(peer(&target, "").await.address, line.address);
    assert_eq!(
        peer(&target, r#""framing": "raw","#).await.address,
        raw.address
    );

    close(target).await;
    assert!(
        connect(&line.address).await.is_err(),
        "it is stopped with the run"
    );
}

#[tokio::test]
async fn a_server_of_ones_own_is_as_asked_for_and_ends_with_the_case() {
    let target = Target::Embedded.open();
    let keys = r#""server": { "greeting": { "hex": "486921" }, "framing": "raw" },"#;
    let own = peer(&target, keys).await;
    let other = peer(&target, keys).await;
    assert_ne!(own.address, other.address);
    assert_eq!(greeting(&own).await, "Hi!");
    let address = own.address.clone();
    drop(own);
    assert_eq!(greeting(&other).await, "Hi!", "the other one goes on");

    let silent = peer(
        &target,
        r#""server": { "greeting": null, "idle_timeout": "1ms" },"#,
    )
    .await;
    assert_eq!(greeting(&silent).await, "", "an end, and nothing before");
    close(target).await;
    assert!(connect(&address).await.is_err());
}

#[tokio::test]
async fn an_address_is_nothing_that_can_be_set_up() {
    let target = Target::Address("127.0.0.1:1".parse().unwrap()).open();
    assert_eq!(
        peer(&target, "").await.address.to_string(),
        "tcp://127.0.0.1:1"
    );
    for keys in [
        r#""server": {},"#,
        r#""server": { "framing": "raw" },"#,
        r#""server": { "reply": "echo" },"#,
    ] {
        let error = target
            .peer_of(&scenario(keys), TimeScale::ONE, &|_| ())
            .await
            .unwrap_err();
        assert_eq!(error, Unavailable::NotEmbedded, "{keys}");
    }
    close(target).await;
}
