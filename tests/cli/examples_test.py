"""What examples/ shows does what it says."""
import subprocess
import unittest

from support import Case, PROGRAM, PROJECT, environment, main

EXAMPLES = PROJECT / "examples"


class Examples(Case):
    def run_example(self, name, *arguments):
        return subprocess.run([EXAMPLES / name, *arguments], cwd=self.folder, timeout=600,
                              env=environment(CADENZA=str(PROGRAM)), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def test_every_example_is_described(self):
        page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
        for path in EXAMPLES.iterdir():
            if path.name != "README.md":
                self.assertIn(f"`{path.name}`", page)

    def test_one_track(self):
        done = self.run_example("one_track.sh")
        self.assertEqual(done.returncode, 0, done.stderr)
        seed = self.sidecar("rain.json")["sampling"]["seed"]
        self.assertEqual(done.stdout.decode().splitlines(),
                         ["./rain.wav", f"again with: --seed {seed}"])

    def test_variations(self):
        done = self.run_example("variations.sh")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.decode().splitlines(),
                         [f"takes/take-{i}.mp3" for i in range(1, 5)])

    def test_from_list_makes_what_is_missing_and_reports_what_failed(self):
        (self.folder / "list.txt").write_text("calm piano\nbad\n-5 dB of rain\n")
        done = self.run_example("from_list.sh", "list.txt")
        self.assertEqual(done.returncode, 3, done.stderr)
        made = ["tracks/track-1.flac", "tracks/track-3.flac"]
        self.assertEqual(done.stdout.decode().splitlines(), made)
        (self.folder / "list.txt").write_text("calm piano\nbad prompt no more\n-5 dB of rain\n")
        done = self.run_example("from_list.sh", "list.txt")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.decode().splitlines(), ["tracks/track-2.flac"])

    def test_the_config_file_is_valid(self):
        done = self.run_program("generate", "calm music", "--dry-run", "--config",
                                EXAMPLES / "config.toml")
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    main()
