"""The metadata beside a track, the token file, and what is printed, agree with the files."""
import hashlib
import json
import struct
import unittest

from support import Case, MODEL, PROJECT, PROMPT, main

try:
    import jsonschema
except ImportError:
    jsonschema = None


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Record(Case):
    @unittest.skipUnless(jsonschema, "python3-jsonschema is not installed")
    def test_every_record_obeys_the_published_schema(self):
        schema = json.loads((PROJECT / "docs/sidecar.schema.json").read_text(encoding="utf-8"))
        requests = {
            "bare.wav": [],
            "full.flac": ["--genre", "jazz", "--mood", "calm", "--instruments", "piano, bass",
                          "--key", "F# minor", "--tempo", "96.5", "--temperature", "0.5",
                          "--top-k", "3", "--top-p", "0.9", "--guidance", "2", "--id", "full",
                          "--owner", "me", "--tags", "a,b", "--save-tokens", "--bits", "24"],
            "word.mp3": ["--tempo", "slow", "--bitrate", "192", "--greedy"],
            "loud.wav": ["--bits", "32f", "--loudness", "off", "--template", "natural"],
        }
        for name, flags in requests.items():
            with self.subTest(name):
                self.make(name, "-d", "0.5", *flags)
                jsonschema.validate(self.sidecar(name.rsplit(".", 1)[0] + ".json"), schema)

    def test_sizes_and_hashes_are_those_of_the_files(self):
        self.make("x.wav", "-d", "0.5", "--save-tokens")
        record = self.sidecar("x.json")
        audio = record["audio"][0]
        self.assertEqual(audio["path"], "x.wav")
        self.assertEqual(audio["bytes"], (self.folder / "x.wav").stat().st_size)
        self.assertEqual(audio["sha256"], sha256(self.folder / "x.wav"))
        self.assertEqual(record["tokens"]["path"], "x.tokens")
        self.assertEqual(record["tokens"]["sha256"], sha256(self.folder / "x.tokens"))
        for name, entry in record["model"]["files"].items():
            self.assertEqual(entry["sha256"], sha256(MODEL / name), name)

    def test_the_text_the_model_read_is_recorded(self):
        self.make("x.wav", "-d", "0.5", "--genre", "jazz", "--tempo", "120", "--key", "C minor")
        record = self.sidecar("x.json")
        self.assertEqual(record["conditioning_text"],
                         PROMPT + ". bpm: 120.0. key: c minor. genre: jazz")
        self.assertEqual(record["text_tokens"][-1], 1)  # T5's end token
        self.assertEqual(record["request"]["tempo"], 120)
        self.assertNotIn("top_k", record["request"])
        self.assertEqual(record["effective"]["top_k"], record["sampling"]["top_k"])

    def test_the_token_file_is_safetensors_with_the_delay_undone(self):
        self.make("x.wav", "-d", "0.5", "--save-tokens")
        raw = (self.folder / "x.tokens").read_bytes()
        size = struct.unpack("<Q", raw[:8])[0]
        header = json.loads(raw[8:8 + size])
        self.assertEqual(header["codes"]["dtype"], "I16")
        self.assertEqual(header["codes"]["shape"], [4, 25])  # 0.5 s at 50 Hz
        codes = struct.unpack(f"<{4 * 25}h", raw[8 + size:])
        self.assertTrue(all(0 <= code < 64 for code in codes))

    def test_json_on_standard_output_is_the_record_on_one_line(self):
        done = self.generate("-o", "x.wav", "-d", "0.5", "--count", "2", "--json")
        lines = done.stdout.decode().splitlines()
        self.assertEqual([json.loads(line) for line in lines],
                         [self.sidecar("x_1.json"), self.sidecar("x_2.json")])

    def test_standard_output_holds_one_path_a_track(self):
        done = self.generate("--out-dir", "takes", "-d", "0.5", "--count", "2")
        paths = done.stdout.decode().splitlines()
        self.assertEqual(len(paths), 2)
        for path in paths:
            self.assertTrue((self.folder / path).is_file())

    def test_no_metadata_means_audio_alone(self):
        self.make("x.wav", "-d", "0.5", "--no-metadata")
        self.assertEqual(self.names(), ["x.wav"])


if __name__ == "__main__":
    main()
