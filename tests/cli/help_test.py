"""Help and version answer without the engine; the documentation lists what the program has."""
import json
import re
import shutil
import subprocess
import unittest

from support import Case, PROGRAM, PROJECT, environment, main, need

COMMANDS = [[], ["generate"], ["models"], ["models", "list"], ["models", "info"], ["verify"], ["report"],
            ["doctor"], ["help"]]
CODES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "75", "130", "143"]


class Help(Case):
    def page(self, *command):
        done = self.run_program(*command, "--help")
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        return done.stdout.decode()

    def test_every_page_begins_with_examples_and_fits_eighty_columns(self):
        for command in COMMANDS:
            with self.subTest(command):
                page = self.page(*command)
                self.assertTrue(page.startswith("Examples:\n  cadenza "), page[:80])
                self.assertLessEqual(max(map(len, page.splitlines())), 80)

    def test_the_exit_codes_are_told(self):
        for command in [[], ["generate"]]:
            codes = re.findall(r"^ +(\d+)  ", self.page(*command), re.M)
            self.assertEqual(codes, CODES)

    def test_help_may_be_asked_for_in_three_ways(self):
        page = self.page("generate")
        self.assertEqual(self.run_program("generate", "-h").stdout.decode(), page)
        self.assertEqual(self.run_program("help", "generate").stdout.decode(), page)
        self.assertEqual(self.run_program("help", "models", "info").stdout.decode(),
                         self.page("models", "info"))

    def test_later_features_are_not_promised(self):
        page = self.page("generate")
        for flag in ["--continue", "--melody", "--sections", "--negative-prompt", "--bars",
                     "--loop", "--upload", "--presign", "--waveform"]:
            self.assertNotIn(flag, page)

    def test_hidden_spellings_are_not_shown(self):
        page = self.page("generate")
        for flag in ["--bpm", "--secs", "--cfg-coef", "--guidance-scale", "--dtype", " -g"]:
            self.assertNotIn(flag, page)

    def test_the_version_is_one_line_and_a_record(self):
        line = self.run_program("--version").stdout.decode()
        record = json.loads(self.run_program("--version", "--json").stdout)
        self.assertEqual(record["name"], "cadenza")
        self.assertEqual(line, f"cadenza {record['version']} ({record['commit']})\n")

    @need("strace")
    def test_help_version_and_refusals_never_open_the_engine(self):
        for words in [["--help"], ["--version"], ["generate", "x", "--tempo", "brisk"],
                      ["models", "list"], ["generate", "calm piano", "--dry-run"]]:
            with self.subTest(words):
                log = self.folder / "trace"
                subprocess.run(["strace", "-f", "-e", "trace=open,openat", "-o", log, PROGRAM, *words],
                               cwd=self.folder, env=environment(), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
                traced = log.read_text()
                self.assertIn("libc.so", traced)
                for library in ["libcadenza_engine", "libtorch", "libc10"]:
                    self.assertNotIn(library, traced)


class Documentation(Case):
    def test_every_flag_is_documented_and_every_documented_flag_exists(self):
        text = (PROJECT / "docs/CLI.md").read_text(encoding="utf-8")
        pages = "".join(self.run_program(*command, "--help").stdout.decode()
                        for command in COMMANDS)
        flags = set(re.findall(r"^  (?:-\w, |    )(--[a-z0-9-]+)", pages, re.M))
        documented = set(re.findall(r"^\| `(?:-\w`, `)?(--[a-z0-9-]+)", text, re.M))
        self.assertEqual(flags, documented)

    def test_every_exit_code_is_documented(self):
        text = (PROJECT / "docs/CLI.md").read_text(encoding="utf-8")
        self.assertEqual(re.findall(r"^\| (\d+) \|", text, re.M), CODES)


class Doctor(Case):
    def test_it_finds_the_engine_and_says_what_would_go_wrong(self):
        done = self.run_program("doctor", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        report = json.loads(done.stdout)
        self.assertTrue(report["engine"]["is_available"])
        self.assertIn("starter", report["models"])
        self.assertEqual(report["problems"], [])
        wrong = json.loads(self.run_program("doctor", "--model", "./gone", "--json").stdout)
        self.assertIn("gone", "".join(wrong["problems"]))

    def test_without_the_engine_it_exits_7(self):
        copy = self.folder / "bin"
        copy.mkdir()
        shutil.copy2(PROGRAM, copy / "cadenza")
        done = subprocess.run([copy / "cadenza", "doctor"], env=environment(), cwd=self.folder,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 7)
        self.assertIn(b"engine", done.stderr)


class Models(Case):
    def test_the_starter_is_listed_and_described(self):
        listed = json.loads(self.run_program("models", "list", "--json").stdout)
        self.assertEqual(listed[0]["name"], "starter")
        info = json.loads(self.run_program("models", "info", "starter", "--json",
                                           "--hashes").stdout)
        self.assertEqual({key: listed[0][key] for key in ("license", "parameters", "window_s")},
                         {key: info[key] for key in ("license", "parameters", "window_s")})
        for entry in info["files"]:
            self.assertRegex(entry["sha256"], r"^[0-9a-f]{64}$")

    def test_text_and_json_tell_the_same(self):
        text = self.run_program("models", "info", PROJECT / "tests/data/mono").stdout.decode()
        info = json.loads(self.run_program("models", "info", PROJECT / "tests/data/mono",
                                           "--json").stdout)
        for field, key in [("parameters", "parameters"), ("licence", "license")]:
            self.assertRegex(text, rf"(?m)^{field}\s+{info[key]}$")


if __name__ == "__main__":
    main()
