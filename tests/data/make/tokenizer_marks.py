"""Record T5 ids of strings where transformers' normalizer and SentencePiece's part ways.

Combining marks, full-width and circled letters, controls, unusual spaces and special tokens, mixed at random. Needs
transformers 5.17 only; reads mono/, writes tokenizer/marks.json.

usage: tokenizer_marks.py FIXTURES
"""
import json
import random
import sys
from pathlib import Path

WORDS = "piano lofi techno 80s 120 bpm the drums, guitar's bass-line HELLO café naïve (live) #1 C#".split()
SPECIAL = ["<pad>", "</s>", "<unk>", "<extra_id_0>", "<extra_id_99>", "<extra_id_100>", "<extra_id_", "＜/s＞", "＜unk＞", "＜pad＞",
           "＜extra_id_7＞"]
SPACES = "\u0085\u00a0\u00ad\u1680\u2028\u200b\u200d\u2581\u3000\ufe0f\ufeff"
BLOCKS = [(0x00, 0x1f), (0x20, 0x7e), (0x7f, 0x24f), (0x300, 0x36f), (0x600, 0x6ff), (0x900, 0xdff), (0x1100, 0x11ff), (0x2000, 0x206f),
          (0x2100, 0x24ff), (0x3000, 0x33ff), (0xac00, 0xd7a3), (0xfb00, 0xffef), (0x1d400, 0x1d7ff), (0x1f1e6, 0x1f1ff), (0x1f300, 0x1faff)]


def part(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.2:
        return rng.choice(WORDS) + " "
    if kind < 0.25:
        return rng.choice(SPECIAL)
    if kind < 0.35:
        return rng.choice(SPACES)
    if kind < 0.6:
        return chr(rng.randint(*rng.choice(BLOCKS))) + chr(rng.randint(0x300, 0x36f)) * rng.randint(1, 3)
    return chr(rng.randint(*rng.choice(BLOCKS)))


def main() -> None:
    from transformers import AutoTokenizer

    fixtures = Path(sys.argv[1])
    rng = random.Random(7)
    texts = ["".join(part(rng) for _ in range(rng.choice([1, 2, 3, 5, 8]))) for _ in range(400)]
    ids = AutoTokenizer.from_pretrained(str(fixtures / "mono"))(texts).input_ids
    rows = [{"text": text, "ids": row} for text, row in zip(texts, ids)]
    out = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    (fixtures / "tokenizer" / "marks.json").write_text('{"cases":[\n' + out + "\n]}\n", encoding="ascii")


if __name__ == "__main__":
    main()
