"""What the tests of the executable share: running it, reading its answers, and a case with a folder.

Every test file is called as:  NAME_test.py PROGRAM PROJECT_FOLDER
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM, PROJECT = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
MODEL = PROJECT / "tests/data/mono"  # tiny, random, a window of 3 s
WINDOW_SECONDS = 3
PROMPT = "calm piano music"


def environment(**changes):
    """The caller's environment without what would change an answer."""
    ours = ("CADENZA_", "XDG_C", "HF_", "NO_COLOR", "CLICOLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    kept["XDG_CONFIG_HOME"] = "/nonexistent"
    kept["XDG_CACHE_HOME"] = "/nonexistent"
    kept.update(changes)
    return kept


class Case(unittest.TestCase):
    """A test with an empty folder, in which the program runs."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cadenza-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def run_program(self, *arguments, variables=None, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        if "input" in options:
            del options["stdin"]
        options.setdefault("stdout", subprocess.PIPE)
        return subprocess.run([PROGRAM, *arguments], cwd=self.folder, stderr=subprocess.PIPE,
                              env=environment(**(variables or {})), timeout=300, **options)

    def generate(self, *arguments, prompt=PROMPT, model=MODEL, **options):
        """Runs `generate` on the tiny model; it must succeed."""
        words = ["generate", prompt, "--model", model, "--device", "cpu", *arguments]
        if "-d" not in words:
            words += ["-d", "0.5"]
        done = self.run_program(*words, **options)
        self.assertEqual(done.returncode, 0, done.stderr.decode("utf-8", "replace"))
        return done

    def make(self, name, *arguments, **options):
        """Generates into a file of that name and returns its bytes."""
        overwrite = [] if "--overwrite" in arguments else ["--overwrite"]
        self.generate("-o", name, *overwrite, *arguments, **options)
        return (self.folder / name).read_bytes()

    def refuse(self, code, *arguments, names=(), **options):
        """Runs the program, which must exit with `code`, say one bounded error line that holds all
        of `names`, and leave the folder as it was."""
        before = self.names()
        done = self.run_program(*arguments, **options)
        said = done.stderr.decode("utf-8")
        self.assertEqual(done.returncode, code, said)
        lines = [line for line in said.splitlines() if not line.startswith("  ")]
        self.assertEqual(len(lines), 1, said)
        self.assertTrue(lines[0].startswith("error: "), said)
        self.assertLessEqual(len(lines[0]), 300)
        for name in names:
            self.assertIn(name.lower(), lines[0].lower())
        self.assertEqual(self.names(), before)
        return lines[0]

    def names(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))

    def sidecar(self, name):
        return json.loads((self.folder / name).read_text(encoding="utf-8"))


def need(tool):
    """Skips the test aloud where the program that judges our output is not installed."""
    return unittest.skipUnless(shutil.which(tool), f"{tool} is not installed")


def main():
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)
