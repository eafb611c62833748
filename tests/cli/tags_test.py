"""The marks inside the audio, read back by another program."""
import json
import subprocess
import unittest

from support import Case, PROMPT, main, need

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def read_tags(path):
    """Tag names in lower case -> values, of the file and of its stream, as ffprobe reads them."""
    done = subprocess.run(["ffprobe", "-v", "error", "-show_format", "-show_streams", "-of", "json",
                           path], stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    places = [found["format"], *found["streams"]]
    return {name.lower(): value for place in places for name, value in place.get("tags", {}).items()}


@need("ffprobe")
class Tags(Case):
    def test_every_tagged_format_says_what_made_it(self):
        for suffix in ["mp3", "flac", "ogg", "opus"]:
            with self.subTest(suffix):
                self.make(f"{suffix}.{suffix}", "-d", "0.5", "--seed", "7")
                tags = read_tags(self.folder / f"{suffix}.{suffix}")
                self.assertEqual(tags["ai_generated"], "true")
                self.assertEqual(tags["digital_source_type"], SOURCE_TYPE)
                self.assertEqual(tags["seed"], "7")
                self.assertEqual(tags["model"], "mono")
                self.assertIn("model_license", tags)
                self.assertTrue(tags["tool"].startswith("cadenza "))
                self.assertEqual(tags["prompt"], PROMPT)

    def test_a_wav_says_it_in_its_chunks(self):
        raw = self.make("x.wav", "-d", "0.5", "--seed", "7")
        self.assertIn(SOURCE_TYPE.encode(), raw)
        for chunk in [b"LIST", b"bext", b"iXML"]:
            self.assertIn(chunk, raw)
        self.assertEqual(read_tags(self.folder / "x.wav")["title"], PROMPT)

    def test_the_prompt_stays_out_when_asked(self):
        for suffix in ["wav", "mp3", "flac", "ogg", "opus"]:
            with self.subTest(suffix):
                raw = self.make(f"p.{suffix}", "-d", "0.5", "--no-embed-prompt", "--save-tokens",
                                "--overwrite")
                tokens = (self.folder / "p.tokens").read_bytes()
                for place in (raw, tokens):
                    for spelling in (PROMPT.encode(), PROMPT.encode("utf-16-le")):
                        self.assertNotIn(spelling, place)
                self.assertIn(b"a\0i\0_\0g\0e\0n" if suffix == "mp3" else b"ai_generated", raw)

    def test_words_of_any_script_survive(self):
        prompt = "Café 東京 — ночь"
        for suffix in ["mp3", "flac", "ogg", "opus"]:
            with self.subTest(suffix):
                self.make(f"{suffix}.{suffix}", "-d", "0.5", prompt=prompt)
                self.assertEqual(read_tags(self.folder / f"{suffix}.{suffix}")["prompt"], prompt)


if __name__ == "__main__":
    main()
