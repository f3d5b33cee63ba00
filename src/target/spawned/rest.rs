//! Whether a program waits for something, or is still busy: with what it was told last, or with its own end.
//!
//! A connection ends a moment before the process that held it, so that a program which is dying looks as one that has just
//! hung up. But one that has hung up goes back to wait for clients, and one that dies does not: the system tells them
//! apart.

use std::fs;

/// How many threads of a program and of its children are looked at; of one with more, the first ones.
const MOST: usize = 256;

/// What the system's flags of a process say of one that is ending: its files are closed after that.
const EXITING: u64 = 0x4;

/// What the threads of a program and of its children do.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look {
    /// Whether one of them does not wait for anything.
    pub(super) busy: bool,
    /// How much of a processor they have had, in hundredths of a second.
    pub(super) ticks: u64,
    looked: usize,
}

impl Look {
    /// Looks at a process; where the system does not tell, it rests.
    pub(super) fn at(process: i32) -> Self {
        let mut look = Self::default();
        look.process(process, true);
        if look.looked == 0 {
            // It has ended; or the system has no such lists.
            look.busy = fs::exists("/proc/self/task").unwrap_or_default();
        }
        look
    }

    fn process(&mut self, process: i32, is_first: bool) {
        let threads = fs::read_dir(format!("/proc/{process}/task"));
        for thread in threads.into_iter().flatten().flatten() {
            self.looked += 1;
            if self.looked > MOST {
                return;
            }
            // Those that it waits for first: it goes on when they have ended, and not the other way round.
            let children = fs::read_to_string(thread.path().join("children"));
            for child in children.unwrap_or_default().split_whitespace() {
                self.process(child.parse().unwrap_or_default(), false);
            }
            let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            self.thread(&stat, is_first);
        }
    }

    /// Takes a thread's line into account; a child that has ended waits to be taken note of.
    fn thread(&mut self, stat: &str, is_first: bool) {
        // The name may hold anything; behind its bracket: state, parent, group, session, terminal, its group, flags, four
        // counts, time in the program, time in the system.
        let fields = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
        let fields: Vec<&str> = fields.split_whitespace().take(13).collect();
        let number = |n: usize| {
            fields
                .get(n)
                .and_then(|field| field.parse::<u64>().ok())
                .unwrap_or_default()
        };
        self.ticks += number(11) + number(12);
        self.busy |= match fields.first() {
            // It has ended just now, and whoever waits for it does something about that.
            None => true,
            Some(&("Z" | "X")) => is_first,
            Some(&("R" | "D")) => true,
            Some(_) => number(6) & EXITING != 0,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_is_told_from_who_is_busy_or_ending() {
        for (stat, first, child) in [
            ("7 (a) b) S 1 7 7 0 -1 4194560 93 0 0 0 3 4 0", false, false),
            ("7 (a) R 1 7 7 0 -1 4194560 93 0 0 0 3 4 0", true, true),
            ("7 (a) D 1 7 7 0 -1 4194560 93 0 0 0 3 4 0", true, true),
            ("7 (a) S 1 7 7 0 -1 4194564 93 0 0 0 3 4 0", true, true),
            ("7 (a) Z 1 7 7 0 -1 4194564 93 0 0 0 3 4 0", true, false),
            ("7 (a) t 1 7 7 0 -1 0 93 0 0 0 3 4 0", false, false),
        ] {
            let (mut own, mut of_child) = (Look::default(), Look::default());
            own.thread(stat, true);
            of_child.thread(stat, false);
            assert_eq!((own.busy, of_child.busy), (first, child), "{stat}");
            assert_eq!(own.ticks, 7);
        }
        let mut gone = Look::default();
        gone.thread("", false);
        assert!(gone.busy);
    }

    #[test]
    fn a_process_that_runs_is_busy() {
        let own = i32::try_from(std::process::id()).unwrap();
        assert!(Look::at(own).busy, "it is looking");
        assert!(Look::at(i32::MAX).busy, "there is none any more");
    }
}
