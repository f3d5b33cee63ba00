#!/usr/bin/env bash
# What a release has for one target: `bash ci/release.sh [TARGET]`, by default Linux with musl, which is one static program. The
# names are those that [package.metadata.binstall] in Cargo.toml asks for; tests/it/release.rs compares them.
# Needs the target (rustup target add TARGET), and for musl its C compiler (apt-get install musl-tools). PROFILE=dev builds faster.
set -euo pipefail
cd "$(dirname "$0")/.."

target="${1:-x86_64-unknown-linux-musl}"
profile="${PROFILE:-dist}"
version="$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)"
name="backchat-v$version-$target"
built="$profile"
[ "$profile" = dev ] && built=debug

cargo build --locked --profile "$profile" --target "$target" --bin backchat
place="target/assets/$name"
rm -rf "$place" "$place".tgz*
mkdir -p "$place/completions" "$place/man"
cp "target/$target/$built/backchat" README.md CHANGELOG.md LICENSE-APACHE LICENSE-MIT "$place"
# They are the same for all targets: this machine's own program can say them where that of the target cannot run here.
program="$place/backchat"
"$program" --version >/dev/null 2>&1 || program="${BACKCHAT:?the program of $target does not run here: BACKCHAT=PATH names one that does}"
for shell in bash zsh fish elvish powershell; do
    "$program" completions "$shell" >"$place/completions/backchat.$shell"
done
"$program" man --write "$place/man" 2>/dev/null
tar -czf "$place.tgz" -C target/assets --owner 0 --group 0 --sort name "$name"
(cd target/assets && sha256sum "$name.tgz" >"$name.tgz.sha256")
echo "target/assets/$name.tgz"
