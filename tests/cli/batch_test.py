"""`cadenza batch`: each row exactly once, as `generate` would make it, whatever happens in between."""
import json
import unittest

from support import Case, MODEL, main

ROWS = [{"id": "a", "prompt": "calm piano music", "duration": 0.5},
        {"id": "b", "prompt": "driving techno beat", "duration": 1, "tempo": 128},
        {"prompt": "slow strings, sad", "duration": 0.3}]


class Batch(Case):
    def batch(self, *arguments, rows=ROWS, code=0, out="out"):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (self.folder / "m.jsonl").write_text(text, encoding="utf-8")
        done = self.run_program("batch", "m.jsonl", "-m", MODEL, "--device", "cpu", "--out-dir", out,
                                *arguments)
        self.assertEqual(done.returncode, code, done.stderr.decode("utf-8", "replace"))
        return done

    def tracks(self, out="out"):
        return {path.name: path.read_bytes() for path in sorted((self.folder / out).glob("*.wav"))}

    def test_every_row_becomes_a_track_with_its_record(self):
        done = self.batch()
        self.assertEqual(len(done.stdout.splitlines()), 3)
        self.assertEqual(len(self.tracks()), 3)
        for name in self.tracks():
            self.assertEqual(self.sidecar("out/" + name.replace(".wav", ".json"))["status"],
                             "completed")

    def test_a_second_run_makes_nothing_again(self):
        self.batch()
        before = self.names()
        done = self.batch()
        self.assertEqual((done.stdout, self.names()), (b"", before))
        self.assertIn(b"3 of 3 done", done.stderr)

    def test_a_row_is_what_generate_makes_of_it(self):
        self.batch()
        seed = str(self.sidecar("out/b.json")["sampling"]["seed"])
        alone = self.make("alone.wav", "-d", "1", "--tempo", "128", "--seed", seed,
                          prompt="driving techno beat")
        self.assertEqual(alone, self.tracks()["b.wav"])

    def test_order_and_shards_change_no_byte(self):
        self.batch()
        self.batch(rows=ROWS[::-1], out="reversed")
        for index in (1, 2):
            self.batch("--shard", f"{index}/2", out="shards")
        self.assertEqual(self.tracks(), self.tracks("reversed"))
        self.assertEqual(self.tracks(), self.tracks("shards"))

    def test_batch_size_and_threads_change_no_byte(self):
        rows = [{"id": f"r{i}", "prompt": "calm piano music" + " and strings" * (i % 3),
                 "duration": 0.2 + 0.3 * (i % 4)} for i in range(9)]
        for precision in ("fp32", "int8"):
            self.batch("--batch-size", "1", "--precision", precision, rows=rows, out=precision)
            self.assertEqual(len(self.tracks(precision)), 9)
            for size, threads in (("auto", "2"), ("4", "1"), ("16", "3")):
                out = f"{precision}-{size}"
                self.batch("--batch-size", size, "--threads", threads, "--precision", precision,
                           rows=rows[::-1], out=out)
                self.assertEqual(self.tracks(out), self.tracks(precision), out)

    def test_a_bad_row_fails_alone(self):
        done = self.batch(rows=[*ROWS, {"id": "bad", "prompt": "too fast", "tempo": 999}], code=3)
        self.assertIn(b"m.jsonl:4: row 4 id=bad: tempo", done.stderr)
        self.assertEqual(len(self.tracks()), 3)

    def test_two_rows_of_one_name_refuse_the_manifest(self):
        done = self.batch(rows=[ROWS[0], ROWS[0]], code=2)
        self.assertIn(b"m.jsonl:2", done.stderr)
        self.assertEqual(self.names(), ["m.jsonl"])

    def test_a_dry_run_touches_nothing(self):
        plan = [json.loads(line) for line in self.batch("--dry-run").stdout.splitlines()]
        self.assertEqual({row.get("id") for row in plan} >= {"a", "b"}, True)
        self.assertEqual(self.names(), ["m.jsonl"])


if __name__ == "__main__":
    main()
