//! What the codes of failures mean, for a person who meets one for the first time; each with an example of the report.
//!
//! `backchat check --explain CODE` shows an entry. The examples are outputs that the tests of this layer compare.

use crate::scenario::Code;

/// A code of a failed step, explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FailureExplanation {
    /// Its stable name.
    pub code: Code,
    /// Why it happens, and what to do.
    pub text: &'static str,
    /// What a report of it looks like.
    pub example: &'static str,
}

/// All codes of failed steps, in the order of [`CODES`](super::CODES).
pub const FAILURES: &[FailureExplanation] = &[
    FailureExplanation {
        code: Code("BC2001"),
        text: "The whole message, or as much of a byte stream as decides, is another one than the step expects. The \
         report shows both, with a caret under the first byte that differs, and what the step would have to \
         be if the server is right. Where only a part of the reply matters, say that part with `prefix`, \
         `contains` or `regex`. `run --update` writes changed replies into the files.",
        example: include_str!("tests/golden/differs.txt"),
    },
    FailureExplanation {
        code: Code("BC2002"),
        text: "The time of the step was over before enough had arrived to judge it. If nothing arrived, it may not \
         be the server's turn, or the time is too short: `within` gives one step more, `timeout` all of them. \
         If something arrived, its end is missing: look whether `framing` is how this server ends its \
         messages.",
        example: include_str!("tests/golden/timed-out.txt"),
    },
    FailureExplanation {
        code: Code("BC2003"),
        text: "The peer closed or reset the connection before the reply was there, or in the middle of it. The \
         server has crashed, or it has refused what was sent before: look at the last messages of the conversation \
         and at the server's own log. Only if the server is meant to hang up here, the step is `expect_close`.",
        example: include_str!("tests/golden/ended.txt"),
    },
    FailureExplanation {
        code: Code("BC2004"),
        text: "So many bytes arrived without a decision that the limit is reached, and a server that sends without \
         end would fill the memory. Is the expectation one that can become true here? Longer messages need a \
         larger `max_message` in `framing`.",
        example: include_str!("tests/golden/too-long.txt"),
    },
    FailureExplanation {
        code: Code("BC2005"),
        text: "What arrived cannot be cut into messages: a length that is larger than `max_message`, a netstring \
         without its comma. Mostly the server speaks another framing than the scenario says, or an earlier \
         step has left the stream in the middle of a message. `expect_bytes` takes bytes whatever the \
         framing.",
        example: include_str!("tests/golden/bad-frame.txt"),
    },
    FailureExplanation {
        code: Code("BC2006"),
        text: "The connection ended, but with FIN where RST was expected, or the other way round. A server that \
         closes while something is unread sends RST; if both ends are right, `expect_close` takes a list of \
         them.",
        example: include_str!("tests/golden/wrong-ending.txt"),
    },
    FailureExplanation {
        code: Code("BC2007"),
        text: "The server was expected to end the connection and did not do so in time. It may wait for more from \
         the client, or for its own idle timeout: `within` gives the step more time.",
        example: include_str!("tests/golden/still-open.txt"),
    },
    FailureExplanation {
        code: Code("BC2008"),
        text: "Bytes arrived where the scenario says that there are none: before the end of the connection, in a \
         silence, or before the reply to a probe. If the server is right to say them, an `expect` that takes \
         them belongs before this step. Notices that may come at any time belong into `ignore`.",
        example: include_str!("tests/golden/unexpected.txt"),
    },
    FailureExplanation {
        code: Code("BC2009"),
        text: "The step expects that nothing happens on an open connection, and the peer ended it. If that is \
         right, the step is `expect_close`. Otherwise look whether the server has an idle timeout, or did not \
         like what was sent before.",
        example: include_str!("tests/golden/ended-in-silence.txt"),
    },
    FailureExplanation {
        code: Code("BC2010"),
        text: "The system refused to send, because the peer had closed or reset the connection. What it said before \
         that may still be unread: an `expect` before this step shows it. If the peer may hang up here, \
         \"may_fail\": true lets the step pass. Or the scenario itself had ended its side, by `close: \"write\"`.",
        example: include_str!("tests/golden/unwritable.txt"),
    },
    FailureExplanation {
        code: Code("BC2011"),
        text: "The peer did not read, until the buffers on the way were full and the step's time was over. A server \
         that writes without reading gets stuck like that when its own replies are not taken: send and expect \
         at the same time with `parallel`, or give the step a longer `within`.",
        example: include_str!("tests/golden/send-timed-out.txt"),
    },
    FailureExplanation {
        code: Code("BC2012"),
        text: "The server's address refused the connection or could not be reached. Is the server running, and is \
         this the address on which it listens? If it must refuse, the step is { \"connect\": \"refused\" }.",
        example: include_str!("tests/golden/not-connected.txt"),
    },
    FailureExplanation {
        code: Code("BC2013"),
        text: "There was no answer at all to the attempt to connect. A firewall that drops packets looks like this, \
         and so does a wrong address, or a server whose queue of new connections is full.",
        example: include_str!("tests/golden/connect-timed-out.txt"),
    },
    FailureExplanation {
        code: Code("BC2014"),
        text: "The step expects that no connection comes about, and somebody accepted it. Is another program \
         listening on this address, perhaps one left over from an earlier run?",
        example: include_str!("tests/golden/connected.txt"),
    },
    FailureExplanation {
        code: Code("BC2015"),
        text: "The step names how connecting must fail, and it failed in another way: `refused` means that the peer \
         said that nobody listens there, `unreachable` that it said nothing or that there is no way to it.",
        example: include_str!("tests/golden/other-refusal.txt"),
    },
    FailureExplanation {
        code: Code("BC2016"),
        text: "After `close`, `expect_close` and a refused `connect` a client has no connection. Put { \"connect\": \
         true } before the step. In a `parallel`, another list may have closed it.",
        example: include_str!("tests/golden/no-connection.txt"),
    },
    FailureExplanation {
        code: Code("BC2017"),
        text: "A client connects by itself before its first step. Leave the `connect` out, or close the connection \
         before it.",
        example: include_str!("tests/golden/already-connected.txt"),
    },
    FailureExplanation {
        code: Code("BC2018"),
        text: "A template could not be computed: a name has no value at that moment, or an operation does not fit \
         the values, such as arithmetic with a text that is no number. The names in it are set by `vars`, by \
         --var, by a case's row and by captures. Captures are text: `| int` makes a number of one.",
        example: include_str!("tests/golden/no-value.txt"),
    },
    FailureExplanation {
        code: Code("BC2019"),
        text: "All rounds of `repeat` and `retry` together have more steps than a run may have. That is mostly a \
         number with a digit too many. --max-steps raises the limit.",
        example: include_str!("tests/golden/too-many-steps.txt"),
    },
    FailureExplanation {
        code: Code("BC2020"),
        text: "The expression of an `assert` is false. The report shows the value of each name in it. A capture is \
         text, and \"8\" is not 8: compare as text, or write `n | int == 8`.",
        example: include_str!("tests/golden/not-true.txt"),
    },
    FailureExplanation {
        code: Code("BC2021"),
        text: "`skip_until` dropped all that arrived, and what it looks for was not among it before its time was \
         over or the connection ended. Is it spelled as the server says it, and did an earlier step take it \
         already?",
        example: include_str!("tests/golden/never-came.txt"),
    },
    FailureExplanation {
        code: Code("BC2022"),
        text: "The program that --spawn names could not be started, ended before it was ready, or was not ready in \
         time. --ready-when says what ready is, --ready-timeout how long it may take. What it printed stands below \
         the failure.",
        example: include_str!("tests/golden/program-not-ready.txt"),
    },
    FailureExplanation {
        code: Code("BC2023"),
        text: "The program under test ended while the scenario was played, though nobody had asked it to; or it \
         crashed when it was to end, or was killed then, and not by backchat: by its wrapper (kill -9 0) or by the \
         system. A server outlives its clients, so the scenario has failed even if all of its steps passed. What was \
         played with the program before or beside it, or a health check, may have led to it: -j 1, --fresh and a run \
         without --health tell them apart.",
        example: include_str!("tests/golden/program-ended.txt"),
    },
    FailureExplanation {
        code: Code("BC2024"),
        text: "All steps passed, and meanwhile the program under test printed the first line of a report of a crash: \
         `panicked at`, or that of a sanitizer.",
        example: include_str!("tests/golden/program-reported.txt"),
    },
    FailureExplanation {
        code: Code("BC2025"),
        text: "The scenario that --health names is played after each case. It passed before this case and failed \
         after it, so this case has left the target unwell. Were several played at the same time, -j 1 or --fresh \
         tells which of them it was.",
        example: include_str!("tests/golden/program-unhealthy.txt"),
    },
    FailureExplanation {
        code: Code("BC2026"),
        text: "The connection came about, and TLS on it did not: the server does not speak TLS there, its certificate is \
         not one that is trusted, or the two sides agree on nothing. The report says which, and what to do. \
         --tls-ca names the certificates that are trusted, `\"tls\": { \"server_name\": … }` another name for the \
         server. If it must fail, the step is { \"connect\": \"tls-refused\" } or { \"start_tls\": \"refused\" }.",
        example: include_str!("tests/golden/no-tls.txt"),
    },
    FailureExplanation {
        code: Code("BC2027"),
        text: "The step expects that the server refuses TLS, and the handshake came to its end. If that is right, the \
         step is { \"start_tls\": true }.",
        example: include_str!("tests/golden/secured.txt"),
    },
    FailureExplanation {
        code: Code("BC2028"),
        text: "All steps passed, and when the connections were closed there was something left that no step had taken, which \
         --deny-leftover does not allow. A step that expects it is missing, perhaps behind the last one, or the server \
         says something twice. What may come at any time is dropped by `ignore`.",
        example: include_str!("tests/golden/left-over.txt"),
    },
    FailureExplanation {
        code: Code("BC2029"),
        text: "The message has a value, but the client's `framing` has no way to carry it: a length that its length \
         field cannot count, another size than `fixed` has, less than the header that `offset` counts. Nothing was \
         sent. What is wrong on purpose is sent with `send_bytes`, which no framing touches. Where the message is \
         known before the run, `check` finds it.",
        example: include_str!("tests/golden/unframed.txt"),
    },
    FailureExplanation {
        code: Code("BC2040"),
        text: "The system does not send a packet of this size: over UDP one has at most 65507 bytes on IPv4, 65527 on IPv6; \
         on a Unix socket, what the sender's buffer takes. Nothing was sent, and the socket is as it was.",
        example: include_str!("tests/golden/packet-too-large.txt"),
    },
    FailureExplanation {
        code: Code("BC2041"),
        text: "A scenario may connect to the hosts of the run's targets, and to their socket files, so that a file from \
         elsewhere cannot reach what it should not. An address that is computed, as the port of an FTP server's data \
         connection is, is held to that too. --allow-host HOST or --allow-host unix:PATH allows more.",
        example: include_str!("tests/golden/not-allowed.txt"),
    },
    FailureExplanation {
        code: Code("BC2048"),
        text: "On a byte stream `skip_until` tries what it looks for wherever the bytes stand with which that begins. \
         `[\"a\", { \"regex\": \"^a*b\" }]` in a long run of `a` reads nearly all of the run at each of them. After 16 MiB, and 256 \
         bytes for each byte of the stream, read in vain it is given up. Let it begin with more bytes, or with rarer \
         ones, or make it one `regex`: that is looked for everywhere at once.",
        example: include_str!("tests/golden/exhausted.txt"),
    },
    FailureExplanation {
        code: Code("BC2049"),
        text: "Where --retries lets a case that has failed be tried again, --flaky-result fail makes one fail that passes then: \
         what it depends on is left to chance, in the scenario or in the server. What each attempt before came to \
         stands above the report, and in the log.",
        example: include_str!("tests/golden/flaky.txt"),
    },
];

#[cfg(test)]
mod tests {
    use super::FAILURES;
    use crate::report::CODES;

    #[test]
    fn every_code_of_a_failure_is_explained_with_a_report_of_it() {
        let explained: Vec<_> = FAILURES.iter().map(|entry| entry.code).collect();
        let codes: Vec<_> = CODES.iter().map(|(code, _)| *code).collect();
        assert_eq!(explained, codes);
        for entry in FAILURES {
            assert!(entry.text.ends_with(['.', '?']), "{}", entry.text);
            let head = format!("error[{}]: ", entry.code.0);
            assert!(entry.example.starts_with(&head), "{}", entry.example);
        }
    }
}
