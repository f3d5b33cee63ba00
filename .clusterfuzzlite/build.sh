#!/bin/bash -eu
# Builds all fuzz targets for ClusterFuzzLite and OSS-Fuzz: into $OUT, each with its seeds, its dictionary and its options.
#
# Runs in the folder of the repository. $SRC, $OUT, $SANITIZER and $RUSTFLAGS come from the image. No list of
# targets here: fuzz/limits is the only one.

flags=(-O --debug-assertions)
# Coverage counts what a person's build would run; it is no place for assertions.
if [ "${SANITIZER:-address}" = coverage ]; then
    flags=(-O)
fi
# Where it builds is said, not looked for: by its version, cargo-fuzz has chosen other places.
build=${CARGO_TARGET_DIR:-$PWD/fuzz/target}
cargo fuzz build "${flags[@]}" --target-dir "$build"

release=$build/$(rustc -vV | sed -n 's/^host: //p')/release
for target in $(bash ci/fuzz-limits.sh); do
    cp "$release/$target" "$OUT/"
    cp "fuzz/dictionaries/$target.dict" "$OUT/"
    zip -q -j -r "$OUT/${target}_seed_corpus.zip" "fuzz/seeds/$target"
    # The project's own scenarios are the best files to begin with.
    if [ "$target" = scenario_json ]; then
        find scenarios -name '*.json' -print0 | xargs -0 zip -q "$OUT/${target}_seed_corpus.zip"
    fi
    {
        echo '[libfuzzer]'
        bash ci/fuzz-limits.sh "$target" flags | sed 's/^-//; s/=/ = /; s,dictionaries/,,'
    } >"$OUT/$target.options"
done
