//! The one table of codes: what each mistake of a file is, why it is one, and how the same is written rightly.
//!
//! `backchat check --explain CODE` shows an entry.

use super::code::*;
use super::{Code, Explanation};

/// The explanation of a code such as `BC1004`, in any case of letters.
pub fn explain(code: &str) -> Option<&'static Explanation> {
    EXPLANATIONS
        .iter()
        .find(|entry| entry.code.0.eq_ignore_ascii_case(code))
}

/// All codes, in order.
pub const EXPLANATIONS: &[Explanation] = &[
    entry(
        MORE,
        "more mistakes than are shown",
        "At most 1,000 mistakes of a file are shown. Correct those and check the file again: often one mistake near \
         the top causes many of the others.",
    ),
    entry(
        NO_TEXT,
        "the file is not UTF-8 text, or too large",
        "A scenario is a text file in UTF-8, without a byte order mark, of at most 64 MiB. Most editors have \"save \
         with encoding\". Bytes that are not text do not stand in the file as they are: write them as { \"hex\": \"ff \
         00\" } or { \"base64\": \"/wA=\" }.",
    ),
    entry(
        SYNTAX,
        "the file is not JSON",
        "A scenario is JSON. Comments (// and /* */) and a comma after the last element are accepted, and nothing \
         else beyond the standard: keys and text stand in double quotes, and a backslash is written twice. Such a \
         mistake is shown alone, because what follows it could only be guessed.",
    )
    .example(
        r#"{ send: 'hi' }"#,
        r#"{ "send": "hi" }"#,
    ),
    entry(
        DEPTH,
        "nested too deep",
        "Objects and arrays may be nested 128 levels deep. Nobody writes such a file by hand; look at the program \
         that made it. To play steps many times, use `repeat`.",
    ),
    entry(
        UNKNOWN_KEY,
        "unknown key",
        "The key is not known at this place; nothing in a file is ignored, so that a typing error cannot switch off \
         a test. Keys are written in small letters with `_` between words; docs/scenario-format.md lists them. \
         Remarks go into `description`, `note` or a comment.",
    )
    .example(
        r#"{ "exepct": "Welcome!" }"#,
        r#"{ "expect": "Welcome!" }"#,
    ),
    entry(
        DUPLICATE_KEY,
        "a key given twice",
        "An object gives the same key twice. Readers of JSON disagree on which of the two counts, so here it is a \
         mistake. Two steps of the same kind are two objects.",
    )
    .example(
        r#"{ "send": "one", "send": "two" }"#,
        "{ \"send\": \"one\" }\n{ \"send\": \"two\" }",
    ),
    entry(
        WRONG_TYPE,
        "a value of the wrong type",
        "The key takes another type of value: text where a number is given, an array where one value is given, and \
         so on. What is sent and expected is always text or an object, because numbers have no bytes of their own.",
    )
    .example(
        r#"{ "send": 5 }"#,
        r#"{ "send": "5" }"#,
    ),
    entry(
        MISSING_KEY,
        "a required key is missing",
        "A scenario needs `steps`, and a `repeat` needs `times`. A JSON file that is not a scenario but lies in the \
         same folder is left alone if its name begins with `_`.",
    )
    .example(
        r#"{ "repeat": [{ "send": "ping" }] }"#,
        r#"{ "repeat": [{ "send": "ping" }], "times": 3 }"#,
    ),
    entry(
        NOT_YET,
        "not supported yet",
        "The key, verb or value is part of the format, but this version of backchat cannot play it. The file is \
         right, and a later version will accept it; docs/scenario-format.md lists what is still missing.",
    )
    .example(
        r#""clients": { "a": { "listen": "127.0.0.1:1" } }, "steps": [{ "send": "hi" }]"#,
        r#""clients": { "a": {} }, "steps": [{ "send": "hi" }]"#,
    ),
    entry(
        ONE_VERB,
        "a step without a verb, or with two",
        "A step is an object with exactly one verb, such as `send` or `expect`, and what belongs to it. Two verbs \
         are two steps, in the order in which they happen. A step with nothing but a `note` is a remark for the \
         report. In the same way a payload has exactly one kind.",
    )
    .example(
        r#"{ "send": "ping", "expect": "pong" }"#,
        "{ \"send\": \"ping\" }\n{ \"expect\": \"pong\" }",
    ),
    entry(
        MISPLACED_KEY,
        "a key that does not go with this verb",
        "Some keys belong to some verbs only: `split`, `pace` and `may_fail` to sends, `capture` to expectations, \
         `within` to steps that wait for the other side (a silence only with a probe), `then` to `expect_close`, `times` and `index` to `repeat`, \
         `every` to `retry`.",
    )
    .example(
        r#"{ "expect": "hi", "split": 1 }"#,
        r#"{ "send": "hi", "split": 1 }"#,
    ),
    entry(
        UNKNOWN_WORD,
        "a word that is none of the choices",
        "The key takes one of a few words, and this is none of them. The words are listed under the caret; they are \
         written in small letters.",
    )
    .example(
        r#"{ "expect_close": "fin" }"#,
        r#"{ "expect_close": "clean" }"#,
    ),
    entry(
        OUT_OF_RANGE,
        "a number out of range",
        "The number is too small, too large, or not whole where a whole one is needed. Timeouts and silences cannot \
         be zero, and the offsets of `split` increase.",
    )
    .example(
        r#"{ "send": "hello", "split": [3, 2] }"#,
        r#"{ "send": "hello", "split": [2, 3] }"#,
    ),
    entry(
        BAD_DURATION,
        "not a duration",
        "A duration is a number with its unit, without a space, in quotes: \"250us\", \"50ms\", \"2s\", \"1.5s\", \
         \"1m\". It may have decimals as long as it is a whole number of nanoseconds, and it is at most 24 hours \
         (\"1440m\").",
    )
    .example(
        r#"{ "wait": "2 seconds" }"#,
        r#"{ "wait": "2s" }"#,
    ),
    entry(
        BAD_BYTES,
        "bad hexadecimal digits or base64",
        "`hex` takes pairs of the digits 0-9 a-f A-F, with spaces wherever you like and without 0x. `base64` takes \
         the standard alphabet (A-Z a-z 0-9 + /), padded with = to a multiple of four characters.",
    )
    .example(
        r#"{ "send": { "hex": "0xff" } }"#,
        r#"{ "send": { "hex": "ff" } }"#,
    ),
    entry(
        BAD_TEMPLATE,
        "a bad template",
        "What stands between {{ and }} is not an expression that can be read, or uses a filter that does not exist; \
         docs/scenario-format.md lists the filters. Where two braces are meant as they are, use `literal`.",
    )
    .example(
        r#"{ "send": "{{ greeting" }"#,
        r#"{ "send": { "literal": "{{ greeting" } }"#,
    ),
    entry(
        BAD_PATTERN,
        "a bad regular expression",
        "The pattern cannot be compiled. In JSON every backslash of a pattern is written twice: \"\\\\d+\". Patterns \
         work on bytes and in linear time, so there are no look-around assertions and no back-references.",
    )
    .example(
        r#"{ "expect": { "regex": "id=(\\d+" } }"#,
        r#"{ "expect": { "regex": "id=(\\d+)" } }"#,
    ),
    entry(
        UNKNOWN_CLIENT,
        "no client has this name",
        "`as` names a client that `clients` does not list. Without `clients` there is one client, named `client`.",
    )
    .example(
        r#""clients": ["alice", "bob"], "steps": [{ "as": "alcie", "send": "hi" }]"#,
        r#""clients": ["alice", "bob"], "steps": [{ "as": "alice", "send": "hi" }]"#,
    ),
    entry(
        WHOSE_STEP,
        "a step that does not say which client it belongs to",
        "With two clients or more, every step that uses a connection says with `as` which client it belongs to. `as` \
         beside a `repeat` holds for all the steps in it.",
    )
    .example(
        r#""clients": ["alice", "bob"], "steps": [{ "send": "hi" }]"#,
        r#""clients": ["alice", "bob"], "steps": [{ "as": "bob", "send": "hi" }]"#,
    ),
    entry(
        UNDEFINED_NAME,
        "a name that nothing defines",
        "A template reads a name that is not a var, not a column of the cases, not a capture and not a built-in \
         name. Define it in `vars`, or give it with --var NAME=VALUE (to `backchat check` too). Every case must give \
         a name that is read, unless `vars` does.",
    )
    .example(
        r#"{ "send": "{{ greeting }}" }"#,
        r#""vars": { "greeting": "hi" }, "steps": [{ "send": "{{ greeting }}" }]"#,
    ),
    entry(
        NAME_TOO_EARLY,
        "a name that is read before it is set",
        "A capture has its value after the step that makes it, and a var after its own line. What reads it must come \
         later. A step cannot read what it captures itself.",
    )
    .example(
        "{ \"send\": \"{{ id }}\" }\n{ \"expect\": { \"regex\": \"(?<id>[0-9]+)\" } }",
        "{ \"expect\": { \"regex\": \"(?<id>[0-9]+)\" } }\n{ \"send\": \"{{ id }}\" }",
    ),
    entry(
        BAD_NAME,
        "a name that cannot be used",
        "A name begins with a letter or `_`, and goes on with letters, digits and `_`. Reserved are the built-in \
         names (scenario, case, index, run_id, seed, target), the names of the clients (`client`, where the file has \
         no `clients`), and the words of the template language, such as `and` and `true`.",
    )
    .example(
        r#""vars": { "client": "ann" }, "steps": [{ "send": "hi" }]"#,
        r#""vars": { "user": "ann" }, "steps": [{ "send": "hi" }]"#,
    ),
    entry(
        HOLDS_FOR_NOTHING,
        "an expectation that holds before anything has arrived",
        "On a byte stream (framing `raw`, and `expect_bytes`) an expectation takes the shortest run of bytes for \
         which it holds. This one holds for no bytes at all, so it would pass at once and test nothing. Say how much \
         is to be taken: exact bytes, `contains`, `length`, or a pattern that ends in something definite.",
    )
    .example(
        r#"{ "expect_bytes": { "any": true } }"#,
        r#"{ "expect_bytes": { "length": 5 } }"#,
    ),
    entry(
        PATTERN_END,
        "a pattern that looks at the end of a stream",
        "On a byte stream (framing `raw`, and `expect_bytes`) nobody knows where a message ends: more bytes may \
         always come. `$`, `\\z` and a `\\b` at the end of a pattern would depend on how the bytes happened to be cut \
         on their way. End the pattern in the bytes that mark the end.",
    )
    .example(
        r#"{ "expect_bytes": { "regex": "^OK$" } }"#,
        r#"{ "expect_bytes": { "regex": "^OK\\r\\n" } }"#,
    ),
    entry(
        NOT_ANCHORED,
        "a pattern that may begin anywhere",
        "On a byte stream a pattern without ^ is searched for, and all that stands before its match is taken with \
         it, whatever it is. Begin the pattern with ^ if it must be the next thing that arrives. This is a warning.",
    )
    .example(
        r#"{ "expect_bytes": { "regex": "OK\\n" } }"#,
        r#"{ "expect_bytes": { "regex": "^OK\\n" } }"#,
    ),
    entry(
        CAPTURES_NOTHING,
        "a capture that never has a value",
        "Nothing is captured where a match must not happen (in `not`), nor from messages that are ignored. Capture \
         beside the `not`, or in a step of its own.",
    )
    .example(
        r#"{ "expect": { "not": { "prefix": "no", "capture": "answer" } } }"#,
        r#"{ "expect": { "not": { "prefix": "no" }, "capture": "answer" } }"#,
    ),
    entry(
        EMPTY,
        "something is empty that must not be",
        "A list of steps, cases, clients or alternatives needs at least one entry, a name or label at least one \
         letter, and an expectation at least one condition. `capture` adds no condition: for any message at all, \
         write `any` beside it.",
    )
    .example(
        r#"{ "expect": { "capture": "greeting" } }"#,
        r#"{ "expect": { "any": true, "capture": "greeting" } }"#,
    ),
    entry(
        SAME_NAME,
        "the same name twice",
        "Clients and cases are known by their names, so no two may have the same one. A case without a `case` label \
         is named by its number, counted from 1.",
    )
    .example(
        r#""clients": ["alice", "alice"], "steps": [{ "as": "alice", "send": "hi" }]"#,
        r#""clients": ["alice", "bob"], "steps": [{ "as": "alice", "send": "hi" }]"#,
    ),
    entry(
        CONNECTION,
        "a step that cannot work on this connection",
        "After `close` or `expect_close` a client has no connection until a `connect` step; after `close: \"write\"` \
         it can read but not send. A client connects by itself before its first step: `connect` is for connecting \
         early or again.",
    )
    .example(
        "{ \"close\": \"clean\" }\n{ \"send\": \"hi\" }",
        "{ \"close\": \"clean\" }\n{ \"connect\": true }\n{ \"send\": \"hi\" }",
    ),
    entry(
        TOO_MUCH,
        "more than there may be",
        "A bound of the reader or of a run is passed: 65,535 names in a file, 65,535 clients, 65,535 conditions in \
         one step, 64 MiB in one message. To send more than that, use several steps.",
    )
    .example(
        r#"{ "send": { "repeat": "0123456789", "times": 10000000 } }"#,
        r#"{ "repeat": [{ "send": { "repeat": "0123456789", "times": 1000 } }], "times": 10000 }"#,
    ),
    entry(
        CONTRADICTION,
        "keys that contradict each other",
        "What is given cannot all be true, or one key needs another one to mean anything: a `min` above its `max`, a \
         `pace` where nothing is split, `ignore` where there are no messages, a `retry` whose rounds come further apart \
         than its time.",
    )
    .example(
        r#"{ "send": "hello", "pace": "5ms" }"#,
        r#"{ "send": "hello", "split": 1, "pace": "5ms" }"#,
    ),
    entry(
        NOT_ESCAPED,
        "a value that becomes part of a pattern",
        "In `regex` the value of a template is pattern text: a `.` in it stands for any byte, a `(` opens a group. \
         With `regex_escape` the value is matched as it is. This is a warning.",
    )
    .example(
        r#""vars": { "host": "a.b" }, "steps": [{ "expect": { "regex": "^{{ host }}" } }]"#,
        r#""vars": { "host": "a.b" }, "steps": [{ "expect": { "regex": "^{{ host | regex_escape }}" } }]"#,
    ),
    entry(
        NO_FILE,
        "a file that is not to be had",
        "A scenario may name other files: a payload, a table of cases, a fragment with steps. Paths are counted from the \
         folder of the file in which they stand. Only regular files in the scenario's own tree are read: the folder of \
         the nearest `backchat.json` above it, else the outer of two: the folder that was given and its folder called \
         `scenarios`, else its own. Absolute paths, `..` and links that lead out of the tree are refused, and nothing there is looked at.",
    ),
    entry(
        AT_ONCE,
        "steps that cannot be played at the same time",
        "The lists of a `parallel` are played at the same time, so nothing may depend on which of them is faster. What \
         a client sends belongs to one list, and what it expects to one (which may be another); `close` and `connect` \
         count as sends, but only `close: \"write\"` leaves the replies to another list. A client in a `retry` belongs to \
         its list alone. A name that one list sets, no other one may set or read. A `parallel` cannot stand in another one.",
    )
    .example(
        r#"{ "parallel": [[{ "send": "a" }], [{ "send": "b" }]] }"#,
        r#"{ "parallel": [[{ "send": "a" }, { "send": "b" }], [{ "expect": "c" }]] }"#,
    ),
    entry(
        BAD_POINTER,
        "no JSON pointer",
        "A JSON pointer (RFC 6901) says where in a JSON value another one stands: the keys and the numbers of elements on the \
         way, from 0, each with a `/` before it. In a key `~` is written `~0`, and `/` is written `~1`. The empty pointer is the \
         whole value.",
    )
    .example(
        r#"{ "expect": { "any": true, "capture": { "id": "result.id" } } }"#,
        r#"{ "expect": { "any": true, "capture": { "id": "/result/id" } } }"#,
    ),
    entry(
        WRONG_EXAMPLE,
        "an example for which its expectation does not hold",
        "An `example` is what the other side says when its part of the conversation is made up. A step that does not take \
         its own example would fail then, so it has to be one of the replies that the step is for: whole, and without the \
         line end that `framing` adds. On a byte stream the expectation must take all of it, and no less.",
    )
    .example(
        r#"{ "expect": { "regex": "^id=(?<id>\\d+)$" }, "example": "id=none" }"#,
        r#"{ "expect": { "regex": "^id=(?<id>\\d+)$" }, "example": "id=17" }"#,
    ),
    entry(
        NOT_ON_PACKETS,
        "something of byte streams on packets",
        "The framing `datagram` is that of datagram sockets (`udp`, `unix-datagram`, `unix-seqpacket`, `icmp`): a message is a \
         packet, sent and received whole. So there is nothing to be split, no bytes outside of messages to be sent or \
         expected, and no end that the other side is told of.",
    )
    .example(
        r#""framing": "datagram", "steps": [{ "send_bytes": { "hex": "00 ff" } }]"#,
        r#""framing": "datagram", "steps": [{ "send": { "hex": "00 ff" } }]"#,
    ),
    entry(
        ONLY_ON_PACKETS,
        "an end that only packets have",
        "Who sends a packet where nobody listens may be told so afterwards: that is the end \"refused\" of a datagram socket. \
         A byte stream is refused before it is there, which is `{ \"connect\": \"refused\" }`; once it is there, it is closed \
         or reset.",
    )
    .example(
        r#""framing": "line", "steps": [{ "expect_close": "refused" }]"#,
        r#""framing": "line", "steps": [{ "connect": "refused" }]"#,
    ),
    entry(
        BAD_PEM,
        "a file without what TLS needs from it",
        "`ca` and `cert` name files with certificates, `key` one with the private key of `cert`, all in PEM: text in which \
         a line says -----BEGIN CERTIFICATE----- or -----BEGIN PRIVATE KEY-----. A file in DER becomes one with \
         `openssl x509 -inform der -in FILE`, and a key that is locked with a pass phrase must be unlocked before: \
         `openssl pkey -in FILE`.",
    ),
    entry(
        BAD_SETTING,
        "a setting of backchat.json that cannot be used",
        "What a suite or a profile says is what a flag of `backchat run` would: `target` is read as --target, `spawn` as \
         --spawn, `report` as --report. `backchat run --help` shows what each takes; docs/project.md has examples. Paths \
         are counted from the folder of the file.",
    ),
    entry(
        UNUSED_NAME,
        "a name that nothing reads",
        "Nothing reads this var, capture, `set`, `with` or column. Mostly another name was meant where it should be read, or a \
         check was forgotten: what is captured is not compared with anything by that. Not looked at are names that a fragment \
         sets, columns of other files, and names that begin with `_`. This is a warning: the file can be played.",
    )
    .example(
        "{ \"expect\": { \"regex\": \"^id=(?<id>\\\\d+)$\" } }\n{ \"send\": \"get 17\" }",
        "{ \"expect\": { \"regex\": \"^id=(?<id>\\\\d+)$\" } }\n{ \"send\": \"get {{id}}\" }",
    ),
    entry(
        UNREACHABLE,
        "an alternative that is never taken",
        "Of the alternatives of `one_of` the first one counts that holds. One that holds for everything that a later one holds \
         for leaves that one nothing: what it captures is never set. On a byte stream the shortest run counts, so a longer \
         alternative is never taken that begins as a shorter one does. This is a warning: the file can be played.",
    )
    .example(
        r#"{ "expect": { "one_of": [{ "prefix": "2" }, "220 ready"] } }"#,
        r#"{ "expect": { "one_of": ["220 ready", { "prefix": "2" }] } }"#,
    ),
    entry(
        IDLE_WITHIN,
        "a `within` that makes no difference",
        "`within` is how long a step waits, instead of the file's `timeout`. Where it is the same as that `timeout`, or where the \
         `retry` around the step is over before, it changes nothing, and whoever reads the file will think that it does. This \
         is a warning: the file can be played.",
    )
    .example(
        r#"{ "retry": [{ "expect": "ready", "within": "5s" }], "within": "2s" }"#,
        r#"{ "retry": [{ "expect": "ready", "within": "200ms" }], "within": "2s" }"#,
    ),
    entry(
        CANNOT_ARRIVE,
        "an expectation that nothing can fulfil",
        "The framing says what a message can be: a line holds no line end, because that is what ends it; a message of \
         `fixed` has just this size, and none has more bytes than `max_message`. An expectation for anything else fails \
         whatever the server says. It is a warning for one alternative of several, and where the file names no framing, because over \
         packets it may hold.",
    )
    .example(
        r#"{ "framing": "line", "steps": [{ "expect": "Welcome!\n" }] }"#,
        r#"{ "framing": "line", "steps": [{ "expect": "Welcome!" }] }"#,
    ),
    entry(
        CANNOT_CARRY,
        "a message that the framing cannot carry",
        "The message has another size than every message of `fixed`, more bytes than the length of `length_prefixed` can count, or \
         fewer than the header that stands before it. The step would fail before anything is sent (BC2029). What is wrong \
         on purpose is sent with `send_bytes`.",
    )
    .example(
        r#"{ "framing": { "fixed": { "size": 4 } }, "steps": [{ "send": "ab" }] }"#,
        r#"{ "framing": { "fixed": { "size": 4 } }, "steps": [{ "send": "ab  " }] }"#,
    ),
    entry(
        NO_VALUE,
        "a value that cannot be computed",
        "The values of `vars`, of the cases and of `with` are known before the run, and with these the expression has no value, or \
         none that fits: a `times` that is no whole number, a number that is too large for its bytes, digits that are no `hex`. \
         The step would fail (BC2018) in every run.",
    )
    .example(
        r#"{ "vars": { "n": "three" }, "steps": [{ "repeat": [{ "send": "x" }], "times": "{{ n }}" }] }"#,
        r#"{ "vars": { "n": 3 }, "steps": [{ "repeat": [{ "send": "x" }], "times": "{{ n }}" }] }"#,
    ),
    entry(
        BAD_ADDRESS,
        "text that is no address",
        "An address is written as --target has it: tcp://HOST:PORT or HOST:PORT, tls://HOST:PORT, udp://HOST:PORT, unix:/PATH, \
         unix-datagram:/PATH, unix-seqpacket:/PATH or icmp://HOST. IPv6 addresses stand in brackets. It may have templates: \
         then it is read when the client connects.",
    )
    .example(
        r#"{ "connect": { "address": "127.0.0.1" } }"#,
        r#"{ "connect": { "address": "127.0.0.1:7001" } }"#,
    ),
];

/// An explanation without an example.
const fn entry(code: Code, title: &'static str, text: &'static str) -> Explanation {
    Explanation {
        code,
        title,
        text,
        example: None,
    }
}

impl Explanation {
    /// Adds a piece of a file that is wrong, and the same as it is right.
    const fn example(mut self, wrong: &'static str, right: &'static str) -> Self {
        self.example = Some((wrong, right));
        self
    }
}
