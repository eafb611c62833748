"""`cadenza report`: what folders of batches hold, for people and for the programs that read it."""
import json
import os
import shutil
import xml.etree.ElementTree as ElementTree

from support import Case, MODEL, main

GOOD = [{"id": f"r{i}", "prompt": f"calm piano {i}", "duration": 0.3 + i / 10} for i in range(5)]
BAD = [{"id": "fast", "prompt": "far too <fast> & \"loud\"", "tempo": 999},
       {"id": "long", "prompt": "far too long", "duration": 200}]


class Report(Case):
    def batch(self, *arguments, rows=None, out="out"):
        text = "".join(json.dumps(row) + "\n" for row in (rows or GOOD + BAD))
        (self.folder / "m.jsonl").write_text(text, encoding="utf-8")
        self.run_program("batch", "m.jsonl", "-m", MODEL, "--device", "cpu", "--out-dir", out,
                         *arguments)

    def report(self, *arguments, code=0, **options):
        done = self.run_program("report", *arguments, **options)
        self.assertEqual(done.returncode, code, done.stderr.decode("utf-8", "replace"))
        return done

    def figures(self, *folders, **options):
        return json.loads(self.report(*folders, "--format", "json", **options).stdout)

    def test_a_batch_is_summed_up_and_left_alone(self):
        self.batch()
        before = self.names()
        figures = self.figures("out", "--cost-per-hour", "3600")
        self.assertEqual((figures["tracks"], figures["done"], figures["failed"], figures["left"]),
                         (7, 5, 2, 0))
        self.assertEqual(figures["failed_by_kind"], {"usage": 2})
        self.assertAlmostEqual(figures["audio_seconds"], sum(row["duration"] for row in GOOD), 3)
        seconds = sorted(self.sidecar(f"out/r{i}.json")["generation_time_ms"] / 1000
                         for i in range(5))
        self.assertEqual(figures["seconds_per_track"], {"p50": seconds[2], "p95": seconds[4]})
        self.assertAlmostEqual(figures["cost"]["total"], figures["busy_seconds"])
        self.assertEqual(self.names(), before)

    def test_shards_in_folders_of_their_own_are_one_batch(self):
        for index in (1, 2, 3):
            self.batch("--shard", f"{index}/3", out=f"s{index}")
        whole = self.figures("s1", "s2", "s3")
        self.assertEqual((whole["done"], whole["failed"], whole["left"]), (5, 2, 0))
        self.assertEqual([folder["path"] for folder in whole["folders"]], ["s1", "s2", "s3"])
        part = self.figures("s1", "s3")
        self.assertEqual(part["left_by_kind"], {"not begun": 7 - part["done"] - part["failed"]})

    def test_a_row_in_two_folders_counts_once_and_a_contradiction_is_named(self):
        self.batch()
        shutil.copytree(self.folder / "out", self.folder / "copy")
        self.assertEqual(self.figures("out", "copy")["done"], 5)
        self.assertEqual(len(self.figures("out", "out", "./out/")["folders"]), 1)
        self.batch(rows=[{**GOOD[0], "seed": 5}], out="other")
        done = self.report("out", "other", "--format", "json")
        self.assertEqual(json.loads(done.stdout)["inconsistencies"],
                         ["r0: done in out and in other, as different requests"])
        self.assertIn(b"warning: inconsistent: r0", done.stderr)

    def test_junit_is_read_by_an_xml_parser_and_keeps_the_dialect(self):
        self.batch()
        text = self.report("out", "--format", "junit").stdout
        root = ElementTree.fromstring(text)
        self.assertTrue(text.startswith(b'<?xml version="1.0" encoding="UTF-8"?>'))
        self.assertEqual(root.tag, "testsuites")
        (suite,) = root
        self.assertEqual(suite.tag, "testsuite")
        for node in (root, suite):
            self.assertEqual([node.get(name) for name in ("tests", "failures", "errors", "skipped")],
                             ["7", "2", "0", "0"])
            self.assertGreaterEqual(float(node.get("time")), 0)
        self.assertEqual(suite.get("name"), "out")
        cases = {case.get("name"): case for case in suite}
        self.assertEqual(set(cases), {f"r{i}" for i in range(5)} | {"fast", "long"})
        for name, case in cases.items():
            self.assertEqual((case.tag, case.get("classname")), ("testcase", "out"))
            self.assertRegex(case.get("time"), r"^\d+\.\d{3}$")
            failures = list(case)
            self.assertEqual(len(failures), 1 if name in ("fast", "long") else 0)
            for failure in failures:
                self.assertEqual((failure.tag, failure.get("type")), ("failure", "usage"))
                self.assertTrue(failure.get("message"))
        self.assertIn("expected 40..240 or slow|moderate|fast", cases["fast"][0].get("message"))
        self.assertIn("window of 3 s", cases["long"][0].get("message"))

    def test_a_track_that_was_damaged_is_left_and_skipped(self):
        self.batch()
        (self.folder / "out/r1.wav").unlink()
        self.assertEqual(self.figures("out")["left_by_kind"], {"damaged": 1})
        root = ElementTree.fromstring(self.report("out", "--format", "junit").stdout)
        self.assertEqual(root.get("skipped"), "1")
        self.assertEqual(len(root.findall(".//testcase[@name='r1']/skipped")), 1)

    def test_table_and_markdown_say_the_same(self):
        self.batch()
        table = self.report("out").stdout.decode()
        markdown = self.report("out", "--format", "markdown").stdout.decode()
        self.assertIn("done                5 of 7\n", table)
        self.assertIn("| done | 5 of 7 |\n", markdown)
        self.assertIn("  fast  usage: tempo: expected 40..240", table)
        self.assertIn("| fast | usage | tempo: expected 40..240", markdown)
        rows = [line for line in markdown.splitlines() if line.startswith("| fast")]
        self.assertEqual(rows[0].replace("\\|", "").count("|"), 4)

    def test_a_torn_journal_is_read_to_its_last_whole_line(self):
        self.batch()
        with open(self.folder / "out/journal.jsonl", "ab") as journal:
            journal.write(b'{"v":1,"seq"')
        before = (self.folder / "out/journal.jsonl").read_bytes()
        self.assertEqual(self.figures("out")["done"], 5)
        self.assertEqual((self.folder / "out/journal.jsonl").read_bytes(), before)

    def test_every_damaged_journal_is_named_with_its_line_and_yields_no_figure(self):
        for out in ("a", "b"):
            self.batch(out=out)
            lines = (self.folder / out / "journal.jsonl").read_bytes().splitlines(True)
            (self.folder / out / "journal.jsonl").write_bytes(
                b"".join(lines[:2] + [b"garbage\n"] + lines[3:]))
        done = self.report("a", "b", code=6)
        self.assertEqual(done.stdout, b"")
        said = done.stderr.decode().splitlines()
        self.assertEqual(len(said), 2)
        for name, line in zip("ab", said):
            self.assertTrue(line.startswith(f"error: {name}/journal.jsonl:3: "), line)

    def test_a_folder_without_a_journal_is_refused(self):
        (self.folder / "empty").mkdir()
        self.refuse(4, "report", "empty", names=["empty", "journal.jsonl"])
        self.refuse(4, "report", "nothing", names=["nothing"])

    def test_words_are_judged_first(self):
        self.refuse(2, "report", names=["dir"])
        self.refuse(2, "report", "", names=["dir"])
        self.refuse(2, "report", "x", "--format", "xml", names=["format", "junit"])
        self.refuse(2, "report", "x", "--json", "--format", "junit", names=["json"])
        self.refuse(2, "report", "x", "--cost-per-hour", "-1", names=["cost-per-hour"])
        self.refuse(2, "report", "x", "--cost-per-hours", "1", names=["--cost-per-hour"])

    def test_an_audio_format_of_the_environment_means_nothing_here(self):
        self.batch()
        self.report("out", variables={"CADENZA_FORMAT": "mp3"})

    def test_results_lost_on_standard_output_end_with_six(self):
        self.batch()
        read_end, write_end = os.pipe()
        os.close(read_end)
        self.report("out", code=6, stdout=write_end)
        os.close(write_end)

    def test_a_journal_may_be_named_itself(self):
        self.batch()
        self.assertEqual(self.figures("out/journal.jsonl")["done"], 5)

    def test_a_batch_that_resumes_makes_again_what_the_report_calls_left(self):
        self.batch()
        (self.folder / "out/r1.wav").unlink()
        (self.folder / "out/r2.json").write_text("", encoding="utf-8")
        self.assertEqual(self.figures("out")["left"], 2)
        self.batch()
        self.assertEqual(self.figures("out")["left"], 0)


if __name__ == "__main__":
    main()
