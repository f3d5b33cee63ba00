//! The word that was probably meant.

/// The word of `candidates` that `word` was probably meant to be.
///
/// Case, `-` and a missing `_` do not count; otherwise one letter in three may be wrong.
pub fn nearest<'c>(
    word: &str,
    candidates: impl Iterator<Item = &'c str> + Clone,
) -> Option<&'c str> {
    if word.is_empty() || word.len() > NEAREST_MAX {
        return None;
    }
    let plain = |word: &str| {
        word.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    let wanted = plain(word);
    let allowed = wanted.chars().count().div_ceil(3);
    candidates
        .take(MAX_CANDIDATES)
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= allowed + 2)
        .map(|candidate| (strsim::osa_distance(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= allowed && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How long a word may be for its nearest neighbour to be looked for: 64 bytes.
const NEAREST_MAX: usize = 64;

/// How many words are compared: 1,000. A file may have names and clients by the ten thousand.
const MAX_CANDIDATES: usize = 1000;
