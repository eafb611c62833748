#!/bin/sh
# Four takes of one idea as MP3, in FOLDER (default: takes). The same seed gives the same four.
set -eu
cadenza=${CADENZA:-cadenza}
folder=${1:-takes}

"$cadenza" generate "driving drum machine" --genre techno --tempo 128 --duration 4 \
    --count 4 --seed 7 --format mp3 --out-dir "$folder" --name-template "take-{index}"
