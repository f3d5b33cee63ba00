//! A process that has no more files to open.
//!
//! How many it may have is the process's, so the test plays in a process of its own: this program again, with fewer.

use std::fs::File;
use std::process::Command;

use super::*;

/// Set in the process that may open few files.
const FEW: &str = "BACKCHAT_TEST_FEW_FILES";

/// The name of the test here, as the test program knows it.
const NAME: &str = "server::tests::files::a_server_out_of_files_goes_on_when_there_are_some_again";

#[test]
fn a_server_out_of_files_goes_on_when_there_are_some_again() {
    if std::env::var_os(FEW).is_some() {
        return run_out_of_files();
    }
    let output = Command::new("sh")
        .args([
            "-c",
            "ulimit -n 64 && exec \"$0\" --exact \"$1\" --nocapture",
        ])
        .arg(std::env::current_exe().unwrap())
        .arg(NAME)
        .env(FEW, "1")
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && shown.contains("1 passed"),
        "{shown}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn run_out_of_files() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let server = Running::start(line()).await;
        let mut first = server.connect().await;
        first.hear("Welcome!\n").await;

        let mut taken = Vec::new();
        let error = loop {
            match File::open("/dev/null") {
                Ok(file) => taken.push(file),
                Err(error) => break error,
            }
        };
        assert_eq!(error.raw_os_error(), Some(24), "{error}");
        // The one file there is goes to the client, and none is left for the server's side of it.
        taken.pop();
        let mut second = server.connect().await;

        // Those who are connected are served as before.
        for _ in 0..100 {
            first.say(b"Rose\n").await;
            first.hear("Hello, Rose!\n").await;
        }
        assert_eq!(server.open.count(), 1);
        drop(taken);
        second.hear("Welcome!\n").await;
        drop((first, second));
        server.stop().await;
    });
}
