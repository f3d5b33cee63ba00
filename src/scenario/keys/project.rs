//! The keys of `backchat.json`: suites and profiles.

use super::key::{Form, Key, Place, Word};

/// The file itself.
pub(super) const PROJECT: &[Key] = &[
    Key::new("$schema", Form::Text, "For editors; not read.")
        .example(r#""./schema/project.schema.json""#),
    Key::new(
        "suites",
        Form::Named,
        "Scenarios that share what they are played against, each suite under its name.",
    )
    .holds(Place::Suite)
    .example(r#"{ "server": { "paths": ["scenarios"], "spawn": "./server --port {port}" } }"#)
    .also(&["suite", "targets"]),
    Key::new(
        "profiles",
        Form::Named,
        "Flags of `backchat run`, each profile under its name; `default` holds unless another says otherwise.",
    )
    .holds(Place::Profile)
    .example(r#"{ "default": { "timeout": "2s" }, "ci": { "retries": 2, "report": ["junit"] } }"#)
    .also(&["profile"]),
];

/// A suite.
pub(super) const SUITE: &[Key] = &[
    Key::new("description", Form::Text, "Prose for the reader of the file.")
        .example(r#""The server as it is started in production.""#)
        .also(&["comment", "doc"]),
    Key::new(
        "paths",
        Form::Names,
        "Scenario files, and folders to look for them in, from the folder of this file.",
    )
    .required()
    .example(r#"["scenarios"]"#)
    .also(&["path", "scenarios", "files"]),
    Key::new(
        "target",
        Form::Text,
        "What to connect to, as `--target` takes it; with `spawn`, where the program listens.",
    )
    .default(r#""embedded""#)
    .example(r#""tcp://localhost:6379""#)
    .also(&["address", "url", "uri"]),
    Key::new(
        "targets",
        Form::Targets,
        "What clients connect to that name it with `target`, as `--target NAME=ADDRESS` takes it; with `spawn`, where the program \
         listens too.",
    )
    .example(r#"{ "admin": "tcp://localhost:9000" }"#),
    Key::new(
        "spawn",
        Form::Text,
        "The command of a program to start and play against, as `--spawn` takes it; started in the folder of this file.",
    )
    .example(r#""./server --port {port}""#)
    .also(&["command", "cmd", "program"]),
    Key::new(
        "ready_when",
        Form::Text,
        "When the program is ready, as `--ready-when` takes it.",
    )
    .default(r#""port""#)
    .example(r#""output:^listening""#),
    Key::new(
        "ready_timeout",
        Form::SomeTime,
        "How long the program may take to be ready.",
    )
    .default(r#""10s""#)
    .example(r#""30s""#),
    Key::new(
        "stop_timeout",
        Form::Duration,
        "How long the program may take to end after SIGTERM, before it is killed.",
    )
    .default(r#""2s""#),
    Key::new(
        "fresh",
        Form::Flag,
        "Each case has a program of its own.",
    )
    .default("false"),
    Key::new(
        "pass_socket",
        Form::Flag,
        "The program is given its socket, listening, as file descriptor 3.",
    )
    .default("false")
    .also(&["socket_activation"]),
    Key::new(
        "health",
        Form::Path,
        "A scenario that is played after each case; where it fails, the case before it has failed.",
    )
    .example(r#""scenarios/_health.json""#),
    Key::new(
        "requires",
        Form::Requirements,
        "What must be there for any scenario of the suite; where it is not, all are skipped with this reason.",
    )
    .also(&["needs", "require"]),
    Key::new(
        "features",
        Form::Names,
        "What the server can do, for scenarios that require `feature:NAME`.",
    )
    .example(r#"["streams"]"#)
    .also(&["feature"]),
    Key::new(
        "vars",
        Form::Vars,
        "Names and their values, for all scenarios of the suite; a scenario's own are stronger.",
    )
    .also(&["variables"]),
    Key::new(
        "framing",
        Form::Framing,
        "How bytes are cut into messages where a scenario does not say.",
    )
    .default(r#""line""#),
    Key::new("tls", Form::Options, "How connections to the target use TLS.")
        .holds(Place::SuiteTls)
        .example(r#"{ "ca": "tests/ca.pem" }"#),
];

/// TLS of a suite.
pub(super) const SUITE_TLS: &[Key] = &[
    Key::new(
        "ca",
        Form::Path,
        "A PEM file: the certificates that are trusted instead of the system's.",
    )
    .example(r#""tests/ca.pem""#),
    Key::new(
        "cert",
        Form::Path,
        "A PEM file: the client's certificate, and those between it and its root.",
    )
    .example(r#""tests/client.pem""#),
    Key::new(
        "key",
        Form::Path,
        "A PEM file: the key of `cert`; looked for in that file unless given.",
    )
    .example(r#""tests/client.key""#),
    Key::new(
        "insecure",
        Form::Flag,
        "The server need not prove who it is: any certificate will do.",
    )
    .default("false"),
];

/// A profile: what stands for flags of `backchat run` that are not typed. Each key is the flag of its name.
pub(in crate::scenario) const PROFILE: &[Key] = &[
    Key::new(
        "suites",
        Form::Names,
        "The suites that are played where neither PATHS nor `--suite` say; all unless given.",
    )
    .example(r#"["server"]"#)
    .also(&["suite"]),
    Key::new("jobs", Form::Whole, "How many conversations are played at a time.")
        .range(1, 1 << 16)
        .default("8"),
    Key::new(
        "timeout",
        Form::SomeTime,
        "How long a step waits where its file does not say.",
    )
    .default(r#""5s""#),
    Key::new(
        "slow_timeout",
        Form::SomeTime,
        "After how long a case is called slow.",
    )
    .default(r#""5s""#),
    Key::new(
        "fail_fast",
        Form::Flag,
        "The run stops at the first failure; so it does unless given, but not in CI.",
    ),
    Key::new("max_fail", Form::Whole, "The run stops at this failure.")
        .range(1, u32::MAX as u64)
        .example("10"),
    Key::new(
        "retries",
        Form::Whole,
        "How often a case that has failed is tried again.",
    )
    .range(0, 100)
    .default("0"),
    Key::new(
        "flaky_result",
        Form::Word(FLAKY),
        "What a case comes to that passes only when tried again.",
    )
    .default(r#""pass""#),
    Key::new("repeat", Form::Whole, "How often each case is played.")
        .range(1, u32::MAX as u64)
        .default("1"),
    Key::new(
        "overlap",
        Form::Flag,
        "The times that one case is repeated may overlap, where its `locks` do not forbid it.",
    )
    .default("false"),
    Key::new("segment", Form::Word(SEGMENT), "How every send is cut.").default(r#""whole""#),
    Key::new(
        "shuffle",
        Form::Flag,
        "Cases are played in another order, which the seed decides.",
    )
    .default("false"),
    Key::new(
        "deny_skips",
        Form::Flag,
        "The run fails when a scenario is skipped.",
    )
    .default("false"),
    Key::new("max_steps", Form::Whole, "How many steps one conversation may have.")
        .range(1, u64::MAX)
        .default("1000000"),
    Key::new(
        "filter",
        Form::Names,
        "Only cases whose id contains one of these, or matches it where it has a `*`.",
    )
    .example(r#"["login/*"]"#),
    Key::new("tag", Form::Names, "Only scenarios with one of these tags.")
        .example(r#"["quick"]"#)
        .also(&["tags"]),
    Key::new("skip", Form::Names, "No scenarios with one of these tags.")
        .example(r#"["slow"]"#),
    Key::new(
        "report",
        Form::Names,
        "The reports that are written, each as `--report` takes it; a path is from the folder of this file.",
    )
    .example(r#"["junit", "html=out/report.html"]"#)
    .also(&["reports"]),
    Key::new(
        "out",
        Form::Path,
        "The folder of the log and of reports that name no path.",
    )
    .example(r#""backchat-out""#),
];

const FLAKY: &[Word] = &[
    Word::new("pass", "It has passed, and is shown."),
    Word::new("fail", "The run fails."),
];

const SEGMENT: &[Word] = &[
    Word::new("whole", "As the scenario says."),
    Word::new("byte", "Byte by byte."),
    Word::new("random", "Anywhere, by the seed."),
];
