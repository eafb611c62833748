"""Where tracks go: names, folders, standard input and output."""
import subprocess
import unittest

from support import Case, MODEL, PROMPT, main


class Names(Case):
    def test_without_a_name_prompt_and_id_make_one(self):
        self.generate("-d", "0.5", "--seed", "7")
        audio, = self.folder.glob("*.wav")
        self.assertRegex(audio.name, r"^calm-piano-music-[0-9a-f]{8}\.wav$")
        self.assertTrue(audio.with_suffix(".json").is_file())

    def test_count_numbers_the_files(self):
        self.generate("-o", "x.wav", "-d", "0.5", "--count", "3")
        self.assertEqual(self.names(), ["x_1.json", "x_1.wav", "x_2.json", "x_2.wav", "x_3.json",
                                        "x_3.wav"])

    def test_a_template_names_folders_and_files(self):
        self.generate("-d", "0.5", "--out-dir", "o", "--name-template", "{owner}/{seed}-take",
                      "--owner", "me", "--seed", "5", "-f", "flac")
        self.assertTrue((self.folder / "o/me/5-take.flac").is_file())

    def test_a_file_that_exists_is_kept_unless_told_otherwise(self):
        (self.folder / "x.wav").write_text("mine")
        self.refuse(2, "generate", PROMPT, "-m", MODEL, "-o", "x.wav", names=["x.wav"])
        self.assertEqual((self.folder / "x.wav").read_text(), "mine")
        self.assertEqual(self.make("x.wav", "-d", "0.5", "--overwrite")[:4], b"RIFF")

    def test_a_record_that_exists_stops_the_run_before_it_starts(self):
        (self.folder / "x.json").write_text("mine")
        self.refuse(2, "generate", PROMPT, "-m", MODEL, "-o", "x.wav", names=["x.json"])

    def test_the_prompt_comes_from_standard_input_or_a_file(self):
        words = "slow strings\n".encode()
        self.generate("-o", "a.wav", "-d", "0.5", prompt="-", input=words)
        (self.folder / "p.txt").write_bytes(b"\xef\xbb\xbf" + words)
        done = self.run_program("generate", "--prompt-file", "p.txt", "-m", MODEL, "-d", "0.5",
                                "-o", "b.wav")
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in ["a.json", "b.json"]:
            self.assertEqual(self.sidecar(name)["request"]["prompt"], "slow strings")

    def test_a_dash_writes_the_audio_to_standard_output_and_nothing_else(self):
        done = self.generate("-o", "-", "-d", "0.5", "--seed", "7")
        self.assertEqual(done.stdout, self.make("x.wav", "-d", "0.5", "--seed", "7"))
        self.assertEqual(self.names(), ["x.json", "x.wav"])

    def test_audio_is_not_written_to_a_terminal(self):
        import pty
        try:
            ours, theirs = pty.openpty()
        except OSError as error:  # a root without /dev/pts
            self.skipTest(f"no terminal to be had: {error}")
        self.refuse(2, "generate", PROMPT, "-m", MODEL, "-o", "-", names=["terminal"],
                    stdout=theirs)
        for descriptor in (ours, theirs):
            subprocess.os.close(descriptor)

    def test_quiet_says_nothing_and_verbose_shows_progress(self):
        self.assertEqual(self.generate("-o", "q.wav", "-d", "1", "-q").stderr, b"")
        said = self.generate("-o", "v.wav", "-d", "1", "-v").stderr.decode()
        self.assertIn("decode: 50 %", said)
        self.assertNotIn("\r", said)


if __name__ == "__main__":
    main()
