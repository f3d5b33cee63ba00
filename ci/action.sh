#!/usr/bin/env bash
# What the action of GitHub runs: `backchat $COMMAND` with the words of $ARGS, which are split as a shell splits them. Nothing in them is expanded
# or run: a `$` or a `*` stands for itself. It does without what bash 3.2 lacks, which is what macOS has.
set -euo pipefail

# Splits $1 into the array `words`: at blanks and at ends of lines, but not within '…' or "…", and not after a backslash.
split() {
    local text="$1" length=${#1} word="" begun="" quote="" char next at
    words=()
    for ((at = 0; at < length; at++)); do
        char="${text:at:1}"
        next="${text:at+1:1}"
        if [ "$quote" = "'" ]; then
            if [ "$char" = "'" ]; then quote=""; else word+="$char"; fi
        elif [ "$char" = "\\" ]; then
            if [ -z "$next" ]; then
                echo "::error title=backchat::args: nothing stands after the last backslash" >&2
                return 2
            fi
            at=$((at + 1))
            # At the end of a line it joins it with the next one. Within "…" it is a letter where nothing has to be quoted.
            if [ "$next" != $'\n' ]; then
                begun=1
                if [ "$quote" = '"' ] && [[ "$next" != [\"\\\$\`] ]]; then
                    word+="\\"
                fi
                word+="$next"
            fi
        elif [ "$quote" = '"' ]; then
            if [ "$char" = '"' ]; then quote=""; else word+="$char"; fi
        else
            case "$char" in
            "'" | '"') quote="$char" begun=1 ;;
            ' ' | $'\t' | $'\n' | $'\r')
                if [ -n "$begun" ]; then words+=("$word"); fi
                word="" begun=""
                ;;
            *) word+="$char" begun=1 ;;
            esac
        fi
    done
    if [ -n "$quote" ]; then
        echo "::error title=backchat::args: a $quote is never closed; nothing was played" >&2
        return 2
    fi
    if [ -n "$begun" ]; then words+=("$word"); fi
}

case "${COMMAND:-run}" in
run) command=(run) ;;
"report merge") command=(report merge) ;;
"report show") command=(report show) ;;
*)
    echo "::error title=backchat::command: write run, report merge or report show" >&2
    exit 2
    ;;
esac
split "${ARGS:-}"
exec backchat "${command[@]}" ${words[@]+"${words[@]}"}
