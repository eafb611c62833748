#!/bin/sh
# One track from words, in FOLDER (default: here). Prints the path and the seed that repeats it.
set -eu
cadenza=${CADENZA:-cadenza}
folder=${1:-.}

"$cadenza" generate "calm piano over soft rain" \
    --tempo 72 --key "A minor" --duration 4 --output "$folder/rain.wav"

sed -n 's/^    "seed": \([0-9]*\).*/again with: --seed \1/p' "$folder/rain.json" | tail -n 1
