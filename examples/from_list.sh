#!/bin/sh
# One track per line of LIST, in FOLDER (default: tracks). A track whose metadata is there is done:
# metadata is written last. Run it again and only what is missing is made.
set -eu
cadenza=${CADENZA:-cadenza}
list=$1
folder=${2:-tracks}

number=0
failed=0
while IFS= read -r prompt; do
    number=$((number + 1))
    name="$folder/track-$number"
    [ -e "$name.json" ] && continue
    # 75 means "run me again": out of memory, say. Any other failure is of this line alone.
    code=0
    "$cadenza" generate --duration 4 --seed "$number" --output "$name.flac" --overwrite \
        -- "$prompt" || code=$?
    case $code in
        0) ;;
        75 | 130 | 143) exit "$code" ;;
        *) failed=3 ;;
    esac
done <"$list"
exit "$failed"
