"""The same request gives the same bytes; another seed or prompt gives others."""
import json
import unittest

from support import Case, main


class Repeat(Case):
    def test_same_seed_same_bytes_in_every_format(self):
        for suffix in ["wav", "flac", "ogg", "mp3", "opus"]:
            with self.subTest(suffix):
                first = self.make(f"a.{suffix}", "-d", "0.5", "--seed", "7", "--overwrite")
                second = self.make(f"b.{suffix}", "-d", "0.5", "--seed", "7", "--overwrite")
                self.assertEqual(first, second)

    def test_another_seed_prompt_or_field_gives_other_sound(self):
        first = self.make("a.wav", "-d", "0.5", "--seed", "7", "--no-embed-prompt")
        changes = {"seed": ["--seed", "8"], "tempo": ["--seed", "7", "--tempo", "90"]}
        for name, flags in changes.items():
            with self.subTest(name):
                other = self.make(f"{name}.wav", "-d", "0.5", "--no-embed-prompt", *flags)
                self.assertNotEqual(first[-16000:], other[-16000:])
        other = self.make("p.wav", "-d", "0.5", "--seed", "7", prompt="driving drum machine")
        self.assertNotEqual(first[-16000:], other[-16000:])

    def test_time_zone_locale_and_threads_of_a_shell_change_nothing(self):
        first = self.make("a.wav", "-d", "0.5", "--seed", "7")
        second = self.make("b.wav", "-d", "0.5", "--seed", "7",
                           variables={"TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8", "HOME": ""})
        self.assertEqual(first, second)

    def test_a_drawn_seed_is_printed_and_recorded_and_repeats_the_track(self):
        done = self.generate("-o", "a.wav", "-d", "0.5")
        record = self.sidecar("a.json")
        seed = record["sampling"]["seed"]
        self.assertNotIn("seed", record["request"])
        self.assertIn(f"seed {seed}", done.stderr.decode())
        again = self.make("b.wav", "-d", "0.5", "--seed", str(seed))
        self.assertEqual((self.folder / "a.wav").read_bytes(), again)

    def test_a_variation_is_repeated_alone_by_its_recorded_request(self):
        self.generate("-o", "v.wav", "-d", "0.5", "--seed", "7", "--count", "3")
        effective = self.sidecar("v_3.json")["effective"]
        self.assertEqual(effective["count"], 1)
        alone = self.make("alone.wav", "-d", "0.5", "--seed", str(effective["seed"]))
        self.assertEqual((self.folder / "v_3.wav").read_bytes(), alone)
        self.assertNotEqual((self.folder / "v_1.wav").read_bytes(), alone)

    def test_equal_work_has_an_equal_id(self):
        ids = [json.loads(self.generate("-o", f"{name}.wav", "-d", "0.5", "--seed", seed,
                                        "--json").stdout)["id"]
               for name, seed in [("a", "7"), ("b", "7"), ("c", "8")]]
        self.assertEqual(ids[0], ids[1])
        self.assertNotEqual(ids[0], ids[2])


if __name__ == "__main__":
    main()
