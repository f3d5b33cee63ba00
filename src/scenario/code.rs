//! The one table of codes: every kind of mistake a file can have, with its explanation.
//!
//! Codes are never reused and never change their meaning.

use super::Code;

/// A kind of mistake, explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explanation {
    /// Its stable name.
    pub code: Code,
    /// What it is, a few words.
    pub title: &'static str,
    /// Why it is a mistake and what to do, for a person who meets it for the first time.
    pub text: &'static str,
}

/// The explanation of a code such as `BC1004`, in any case of letters.
pub fn explain(code: &str) -> Option<&'static Explanation> {
    EXPLANATIONS
        .iter()
        .find(|entry| entry.code.0.eq_ignore_ascii_case(code))
}

pub(super) const MORE: Code = Code("BC1000");
pub(super) const NO_TEXT: Code = Code("BC1001");
pub(super) const SYNTAX: Code = Code("BC1002");
pub(super) const DEPTH: Code = Code("BC1003");
pub(super) const UNKNOWN_KEY: Code = Code("BC1004");
pub(super) const DUPLICATE_KEY: Code = Code("BC1005");
pub(super) const WRONG_TYPE: Code = Code("BC1006");
pub(super) const MISSING_KEY: Code = Code("BC1007");
pub(super) const NOT_YET: Code = Code("BC1008");
pub(super) const ONE_VERB: Code = Code("BC1009");
pub(super) const MISPLACED_KEY: Code = Code("BC1010");
pub(super) const UNKNOWN_WORD: Code = Code("BC1011");
pub(super) const OUT_OF_RANGE: Code = Code("BC1012");
pub(super) const BAD_DURATION: Code = Code("BC1013");
pub(super) const BAD_BYTES: Code = Code("BC1014");
pub(super) const BAD_TEMPLATE: Code = Code("BC1015");
pub(super) const BAD_PATTERN: Code = Code("BC1016");
pub(super) const UNKNOWN_CLIENT: Code = Code("BC1017");
pub(super) const WHOSE_STEP: Code = Code("BC1018");
pub(super) const UNDEFINED_NAME: Code = Code("BC1019");
pub(super) const NAME_TOO_EARLY: Code = Code("BC1020");
pub(super) const BAD_NAME: Code = Code("BC1021");
pub(super) const HOLDS_FOR_NOTHING: Code = Code("BC1022");
pub(super) const PATTERN_END: Code = Code("BC1023");
pub(super) const NOT_ANCHORED: Code = Code("BC1024");
pub(super) const CAPTURES_NOTHING: Code = Code("BC1025");
pub(super) const EMPTY: Code = Code("BC1026");
pub(super) const SAME_NAME: Code = Code("BC1027");
pub(super) const CONNECTION: Code = Code("BC1028");
pub(super) const TOO_MUCH: Code = Code("BC1029");
pub(super) const CONTRADICTION: Code = Code("BC1030");

pub(super) const NOT_ESCAPED: Code = Code("BC1031");

/// All codes, in order.
pub const EXPLANATIONS: &[Explanation] = &[
    Explanation {
        code: MORE,
        title: "more mistakes than are shown",
        text: "A file's mistakes are shown up to a bound. Correct those that are shown and check the file again.",
    },
    Explanation {
        code: NO_TEXT,
        title: "the file is no UTF-8 text, or too large",
        text: "A scenario is a text file in UTF-8, without a byte order mark, of 64 MiB at most. Bytes that are no text are \
               written with { \"hex\": \"…\" } or { \"base64\": \"…\" }. Most editors save as UTF-8 when asked to.",
    },
    Explanation {
        code: SYNTAX,
        title: "the file is no JSON",
        text: "A scenario is JSON; comments (// and /* */) and a comma after the last element are accepted, nothing else \
               beyond the standard. A mistake of this kind is shown alone, because what follows it could only be guessed.",
    },
    Explanation {
        code: DEPTH,
        title: "nested too deep",
        text: "Objects and arrays may be nested 128 levels deep. A scenario that needs more was made by a program that has \
               gone wrong.",
    },
    Explanation {
        code: UNKNOWN_KEY,
        title: "unknown key",
        text: "The key is not known at this place. Keys are written in small letters with `_` between words; \
               docs/scenario-format.md lists them. Prose for readers goes into `description` or `note`, or into a comment.",
    },
    Explanation {
        code: DUPLICATE_KEY,
        title: "a key given twice",
        text: "An object gives the same key twice. Readers of JSON disagree on which one counts, so neither does.",
    },
    Explanation {
        code: WRONG_TYPE,
        title: "a value of the wrong type",
        text: "The key takes another type of value: text where a number is given, an array where one value is given, and so \
               on. What is sent and expected is always text or an object: write \"5\", not 5.",
    },
    Explanation {
        code: MISSING_KEY,
        title: "a required key is missing",
        text: "A scenario needs `steps`, and a `repeat` needs `times`. A JSON file without `steps` is no scenario: rename it so \
               that it begins with `_` if it lies among scenarios and is something else.",
    },
    Explanation {
        code: NOT_YET,
        title: "not supported yet",
        text: "The key, verb or value is part of the format, but this version of backchat cannot play it. Nothing is wrong \
               with the file; a later version will accept it.",
    },
    Explanation {
        code: ONE_VERB,
        title: "a step has not exactly one verb",
        text: "A step is an object with one verb, such as `send` or `expect`, and what goes with it. Two verbs are two \
               steps, written one after the other. A step with nothing but a `note` is a remark for the report.",
    },
    Explanation {
        code: MISPLACED_KEY,
        title: "a key that does not go with this verb",
        text: "Some keys belong to some verbs only: `split`, `pace` and `may_fail` to sends, `within` to steps that wait for \
               something, `times` and `index` to `repeat`.",
    },
    Explanation {
        code: UNKNOWN_WORD,
        title: "a word that is none of the choices",
        text: "The key takes one of a few words, and this is none of them.",
    },
    Explanation {
        code: OUT_OF_RANGE,
        title: "a number out of range",
        text: "The number is too small, too large, or not whole where a whole one is needed.",
    },
    Explanation {
        code: BAD_DURATION,
        title: "a bad duration",
        text: "A duration is a number with its unit, without a blank, in quotes: \"250us\", \"50ms\", \"2s\", \"1.5s\", \"1m\". It may \
               have decimals as long as it is a whole number of nanoseconds, and is 24 hours (\"1440m\") at most.",
    },
    Explanation {
        code: BAD_BYTES,
        title: "bad hexadecimal digits or base64",
        text: "`hex` takes pairs of the digits 0-9 a-f A-F, blanks between them as you like. `base64` takes the standard \
               alphabet (A-Z a-z 0-9 + /), padded with = to a multiple of four.",
    },
    Explanation {
        code: BAD_TEMPLATE,
        title: "a bad template",
        text: "What stands between {{ and }} is no expression. To send two braces as they are, write \
               { \"literal\": \"{{\" }}.",
    },
    Explanation {
        code: BAD_PATTERN,
        title: "a bad regular expression",
        text: "The pattern cannot be compiled. In JSON every backslash of a pattern is written twice: \"\\\\d+\". Patterns work on \
               bytes and in linear time, so there are no look-around assertions and no back-references.",
    },
    Explanation {
        code: UNKNOWN_CLIENT,
        title: "no client has this name",
        text: "`as` names a client that `clients` does not list. Without `clients` there is one, named `client`.",
    },
    Explanation {
        code: WHOSE_STEP,
        title: "a step that does not say whose it is",
        text: "With two clients or more every step that uses a connection says whose it is, with `as`. `as` beside a \
               `repeat` counts for all the steps in it.",
    },
    Explanation {
        code: UNDEFINED_NAME,
        title: "a name that nothing defines",
        text: "A template reads a name that is no var, no column of the cases, no capture, and none of the built-in names. \
               Names that the command line sets with --var are known only when they are given.",
    },
    Explanation {
        code: NAME_TOO_EARLY,
        title: "a name that is read before it is set",
        text: "A capture has its value from the step that makes it on, a var from its line on. What reads it must come later.",
    },
    Explanation {
        code: BAD_NAME,
        title: "a name that cannot be used",
        text: "A name begins with a letter or `_`, and goes on with letters, digits and `_`. Built-in names (scenario, case, \
               index, run_id, seed, target and the names of the clients) and words of the template language (such as `and` and \
               `true`) cannot be set.",
    },
    Explanation {
        code: HOLDS_FOR_NOTHING,
        title: "an expectation that holds before anything has arrived",
        text: "On a byte stream (framing `raw`, and `expect_bytes`) an expectation takes the shortest run of bytes that it \
               holds for. This one holds for no bytes at all, so it would always pass at once and test nothing. Say how much \
               is to be taken: with exact bytes, `contains`, `length`, or a pattern that ends in something definite.",
    },
    Explanation {
        code: PATTERN_END,
        title: "a pattern that looks at the end of a stream",
        text: "On a byte stream (framing `raw`, and `expect_bytes`) nobody knows where a message ends: more bytes may always \
               come. `$`, `\\z` and a `\\b` at the end of a pattern would depend on how the bytes happened to be cut. End the \
               pattern in bytes that mark the end, such as \\r\\n.",
    },
    Explanation {
        code: NOT_ANCHORED,
        title: "a pattern that may begin anywhere",
        text: "On a byte stream a pattern without ^ is searched for, and all that stands before it is taken with it, \
               whatever it is. Begin the pattern with ^ if it must be the next thing that arrives.",
    },
    Explanation {
        code: CAPTURES_NOTHING,
        title: "a capture that never has a value",
        text: "Nothing is captured where a match must not happen (in `not`), nor from messages that are ignored.",
    },
    Explanation {
        code: EMPTY,
        title: "something is empty that must not be",
        text: "A list of steps, cases, clients or alternatives needs at least one entry, a name or label at least one letter.",
    },
    Explanation {
        code: SAME_NAME,
        title: "the same name twice",
        text: "Clients and cases are known by their names, so no two may have the same. Cases without a `case` label are \
               named by their number, from 1.",
    },
    Explanation {
        code: CONNECTION,
        title: "a step that cannot work on this connection",
        text: "After `close` or `expect_close` a client has no connection until a `connect` step; after `close: \"write\"` it \
               cannot send. A client connects by itself before its first step: `connect` is for connecting early or again.",
    },
    Explanation {
        code: TOO_MUCH,
        title: "more than there may be",
        text: "A bound of the reader or of a run is passed: names (65,535 in a file), clients (65,535), conditions in one step \
               (65,535), bytes in one message (64 MiB).",
    },
    Explanation {
        code: CONTRADICTION,
        title: "keys that contradict each other",
        text: "What is given cannot all be true, or one key needs another one to mean anything: a `min` above its `max`, a \
               `pace` where nothing is split.",
    },
    Explanation {
        code: NOT_ESCAPED,
        title: "a value that becomes part of a pattern",
        text: "In `regex` the value of a template is pattern text: a `.` in it stands for any byte, a `(` opens a group. Write \
               {{ name | regex_escape }} where the value is meant as it is.",
    },
];
