//! `run --transports`: the same cases once over each.

use super::super::error::CliError;
use crate::runner::{CaseRef, Suite};
use crate::target::{Target, Transport};

/// Plays all cases over each of the transports, each time as suites of their own; without any, as they are.
///
/// # Errors
///
/// Fails when a suite is not played against the built-in server.
pub(super) fn over_each(
    transports: &[Transport],
    suites: &mut Vec<Suite>,
    cases: &mut Vec<CaseRef>,
) -> Result<(), CliError> {
    if transports.is_empty() {
        return Ok(());
    }
    if !(suites.iter()).all(|suite| matches!(suite.target, Target::Embedded)) {
        return Err(CliError::Usage(
            "--transports is of the built-in server, and a suite that is selected has a target of its own: say --suite, or name paths"
                .into(),
        ));
    }
    let (of_all, count) = (std::mem::take(cases), suites.len());
    let once = std::mem::take(suites);
    for (n, transport) in transports.iter().enumerate() {
        suites.extend(once.iter().map(|suite| Suite {
            target: Target::Over(*transport),
            name: Some(transport.name().into()),
            ..suite.clone()
        }));
        cases.extend(of_all.iter().map(|case| CaseRef {
            id: format!("{}@{transport}", case.id).into(),
            suite: n * count + case.suite,
            ..case.clone()
        }));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_transport_has_suites_of_its_own_and_other_targets_have_none() {
        let mut suites = vec![Suite::default(), Suite::default()];
        let both = [Transport::Tcp6, Transport::Udp4];
        assert!(over_each(&both, &mut suites, &mut Vec::new()).is_ok());
        let targets: Vec<String> = suites.iter().map(|one| one.target.to_string()).collect();
        assert_eq!(targets.len(), 4);
        assert!(
            targets[0].ends_with("tcp6") && targets[3].ends_with("udp4"),
            "{targets:?}"
        );
        let mut elsewhere = vec![Suite::of("localhost:1".parse().expect("a target"))];
        assert!(over_each(&both, &mut elsewhere, &mut Vec::new()).is_err());
    }
}
