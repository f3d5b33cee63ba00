//! What a person types again: words as a shell takes them, and seeds.

use crate::wire::escape_words;

/// A seed as it is shown and typed: 8 hexadecimal digits, or 16.
pub fn shown_seed(seed: u64) -> String {
    if u32::try_from(seed).is_ok() {
        format!("{seed:08x}")
    } else {
        format!("{seed:016x}")
    }
}

/// A word as a shell takes it, in which nothing can steer a terminal: what cannot be seen is written `$'\x1b'`.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    let is_shown = |c: char| {
        escape_words(c.encode_utf8(&mut [0; 4]))
            .to_string()
            .starts_with(c)
    };
    if word.chars().all(|c| c == '\\' || is_shown(c)) {
        return format!("'{}'", word.replace('\'', r"'\''"));
    }
    let mut shown = String::from("$'");
    for c in word.chars() {
        match c {
            '\'' | '\\' => shown.extend(['\\', c]),
            c if is_shown(c) => shown.push(c),
            c => shown.extend((c.encode_utf8(&mut [0; 4]).bytes()).map(|b| format!("\\x{b:02x}"))),
        }
    }
    shown + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_as_a_shell_takes_them_and_nothing_in_them_is_raw() {
        for (word, shown) in [
            ("a/b.json", "a/b.json"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            (r"a\d", r"'a\d'"),
            ("x=\x1b[31m", r"$'x=\x1b[31m'"),
            ("it's\n\\", r"$'it\'s\x0a\\'"),
            ("\u{202e}", r"$'\xe2\x80\xae'"),
            ("käse", "'käse'"),
        ] {
            assert_eq!(quoted(word), shown);
        }
    }

    #[test]
    fn seeds_have_one_of_two_widths() {
        assert_eq!(shown_seed(0x7f3a), "00007f3a");
        assert_eq!(shown_seed(u64::MAX >> 4), "0fffffffffffffff");
    }
}
