"""What a batch tells programs: events, status, metrics, JUnit, GitHub, and what it cost."""
import json
import re
import signal
import subprocess
import time
import unittest
import xml.etree.ElementTree as xml

from support import Case, MODEL, PROGRAM, PROJECT, environment, main

try:
    import jsonschema
except ImportError:
    jsonschema = None

ROWS = [{"id": "a", "prompt": "calm piano music", "duration": 0.5},
        {"id": "b", "prompt": "techno | <beat>", "duration": 0.4},
        {"id": "bad", "prompt": "too fast", "tempo": 999}]
SAMPLE = re.compile(r'^([a-z_:][a-z0-9_:]*)(\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)$')


def read_metrics(text):
    """Prometheus text format 0.0.4, strictly: HELP, TYPE, then the samples of that family only."""
    samples, family, kind, seen = {}, None, None, set()
    assert text.endswith("\n")
    lines = text.splitlines()
    for index, line in enumerate(lines):
        if line.startswith("# HELP "):
            family, kind = line.split(" ", 3)[2], None
            assert family not in seen, f"{family} stands twice"
            seen.add(family)
            assert lines[index + 1].startswith(f"# TYPE {family} ")
            continue
        if line.startswith("# TYPE "):
            kind = line.split(" ")[3]
            assert kind in ("counter", "gauge", "summary"), line
            continue
        match = SAMPLE.match(line)
        assert match, line
        name, labels, value = match.groups()
        suffixes = ("", "_sum", "_count") if kind == "summary" else ("",)
        assert name in [family + suffix for suffix in suffixes], line
        assert (name, labels) not in samples, f"{line} stands twice"
        assert kind != "counter" or name.endswith("_total"), line
        samples[name, labels] = float(value)
    return samples


class Events(Case):
    def words(self, *arguments, rows=ROWS):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (self.folder / "m.jsonl").write_text(text, encoding="utf-8")
        return ["batch", "m.jsonl", "-m", MODEL, "--device", "cpu", "--out-dir", "out", *arguments]

    def batch(self, *arguments, rows=ROWS, code=3, **options):
        done = self.run_program(*self.words(*arguments, rows=rows), **options)
        self.assertEqual(done.returncode, code, done.stderr.decode("utf-8", "replace"))
        return done

    def start(self, *arguments, count=40):
        rows = [{"id": f"r{i}", "prompt": "slow strings", "duration": 3} for i in range(count)]
        running = subprocess.Popen([PROGRAM, *self.words(*arguments, "--batch-size", "1", rows=rows)],
                                   cwd=self.folder, env=environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for stream in (running.stdout, running.stderr):
            self.addCleanup(stream.close)
        self.addCleanup(running.kill)
        return running

    def path(self, name):
        return self.folder / name

    def test_standard_output_holds_events_and_nothing_else(self):
        events = [json.loads(line) for line in self.batch("--events", "-").stdout.splitlines()]
        self.assertEqual([event["seq"] for event in events], list(range(len(events))))
        self.assertEqual(len({event["run"] for event in events}), 1)
        self.assertEqual((events[0]["event"], events[-1]["event"]), ("run_started", "run_ended"))
        self.assertEqual((events[-1]["status"], events[-1]["done"], events[-1]["failed"]),
                         ("partial", 2, 1))
        done = {event["id"]: event for event in events if event["event"] == "row_completed"}
        for name in ("a", "b"):
            for file in done[name]["files"]:
                self.assertEqual(self.path(file["path"]).stat().st_size, file["bytes"])

    @unittest.skipUnless(jsonschema, "python3-jsonschema is not installed")
    def test_every_event_obeys_the_schema_and_the_schema_is_strict(self):
        schema = json.loads((PROJECT / "docs/events.schema.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        validator = jsonschema.Draft202012Validator(schema)
        self.batch("--events", "e.ndjson", "--cost-per-hour", "2")
        self.path("out/a.wav").unlink()  # so that the second run has something to note
        self.batch("--events", "e.ndjson")
        events = [json.loads(line) for line in self.path("e.ndjson").read_text().splitlines()]
        self.assertLess({"run_started", "row_started", "row_completed", "row_failed", "note",
                         "run_ended"}, {event["event"] for event in events} | {"row_retried"})
        self.assertEqual(len({event["run"] for event in events}), 2)
        for event in events:
            self.assertEqual([fault.message for fault in validator.iter_errors(event)], [])
            self.assertFalse(validator.is_valid({**event, "event": "surprise"}))
            for name in ("schema_version", "seq", "time", "run"):
                self.assertFalse(validator.is_valid({k: v for k, v in event.items() if k != name}))

    def test_a_reader_that_goes_away_costs_no_track(self):
        running = subprocess.Popen([PROGRAM, *self.words("--events", "-")], cwd=self.folder,
                                   env=environment(), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        running.stdout.close()
        self.addCleanup(running.stderr.close)
        said = running.stderr.read().decode()
        self.assertEqual(running.wait(timeout=60), 6, said)
        self.assertIn("results were lost", said)
        self.assertTrue(self.path("out/a.json").exists() and self.path("out/b.json").exists())

    def test_a_full_disk_under_the_event_file_costs_no_track(self):
        done = self.batch("--events", "/dev/full", code=6)
        self.assertIn(b"error: events: /dev/full: No space left on device", done.stderr)
        self.assertTrue(self.path("out/a.json").exists())

    def test_an_interrupted_run_ends_its_events_and_its_status(self):
        running = self.start("--events", "-", "--status-file", "s.json", "--junit", "j.xml")
        for line in running.stdout:
            if json.loads(line)["event"] == "row_completed":
                break
        status = self.sidecar("s.json")
        self.assertEqual((status["state"], status["pid"]), ("running", running.pid))
        running.send_signal(signal.SIGINT)
        events = [json.loads(line) for line in running.stdout.read().splitlines()]
        self.assertEqual(running.wait(timeout=10), -signal.SIGINT)
        self.assertEqual((events[-1]["event"], events[-1]["status"]), ("run_ended", "stopped"))
        self.assertEqual(events[-1]["error"]["kind"], "interrupted")
        self.assertEqual(self.sidecar("s.json")["state"], "stopped")
        suite = xml.parse(self.path("j.xml")).getroot().find("testsuite")
        self.assertEqual(int(suite.get("skipped")), events[-1]["left"])

    def test_the_status_is_whole_whenever_it_is_read(self):
        running = self.start("--status-file", "s.json", "--max-seconds", "4", count=400)
        updates = set()
        while running.poll() is None:
            if self.path("s.json").exists():
                updates.add(self.sidecar("s.json")["updated"])
            time.sleep(0.005)
        self.assertEqual(running.returncode, 75)
        self.assertGreaterEqual(len(updates), 3)
        status = self.sidecar("s.json")
        self.assertEqual(status["rows"], status["done"] + status["failed"] + status["left"])
        self.assertGreater(status["left_seconds"], 0)
        self.assertEqual([name for name in self.names() if "tmp" in name], [])

    def test_metrics_are_prometheus_text(self):
        self.batch("--metrics-file", "c.prom", "--cost-per-hour", "36")
        text = self.path("c.prom").read_text()
        samples = read_metrics(text)
        try:
            from prometheus_client.parser import text_string_to_metric_families
            self.assertGreater(len(list(text_string_to_metric_families(text))), 10)
        except ImportError:
            pass  # read_metrics is the stricter of the two
        self.assertEqual(samples["cadenza_rows", None], 3)
        self.assertEqual(samples["cadenza_rows_completed_total", None], 2)
        self.assertEqual(samples["cadenza_rows_failed_total", '{kind="usage"}'], 1)
        self.assertEqual(samples["cadenza_rows_left", None], 0)
        self.assertAlmostEqual(samples["cadenza_music_seconds_total", None], 0.9, places=4)
        self.assertGreater(samples["cadenza_run_cost", None], 0)

    def test_junit_tells_the_outcome_of_every_row(self):
        self.batch("--junit", "j.xml")
        suite = xml.parse(self.path("j.xml")).getroot().find("testsuite")
        cases = {case.get("name"): case for case in suite}
        self.assertEqual(set(cases), {"a: calm piano music", "b: techno | <beat>", "bad"})
        self.assertEqual(cases["bad"].find("failure").get("type"), "usage")
        self.assertIn("tempo", cases["bad"].find("failure").get("message"))
        self.batch("--junit", "j.xml")
        suite = xml.parse(self.path("j.xml")).getroot().find("testsuite")
        self.assertEqual((suite.get("tests"), suite.get("skipped"), suite.get("failures")),
                         ("3", "2", "1"))

    def test_github_gets_annotations_and_a_summary_and_nobody_else_does(self):
        github = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(self.path("sum.md"))}
        done = self.batch(variables=github)
        self.assertIn(b"\n::error title=cadenza batch,file=m.jsonl,line=3::bad: tempo: expected",
                      b"\n" + done.stderr)
        self.assertNotIn(b"::", done.stdout)
        summary = self.path("sum.md").read_text()
        self.assertIn("| done | 2 of 3 |", summary)
        self.assertIn("| bad |", summary)
        self.batch(variables=github)
        self.assertTrue(self.path("sum.md").read_text().startswith(summary))
        self.assertNotIn(b"::error", self.batch().stderr)

    def test_the_summary_tells_speed_failures_and_cost(self):
        said = self.batch("--cost-per-hour", "36").stderr.decode()
        self.assertRegex(said, r"(?m)^2 of 3 done, 1 failed \(1 usage\), in [\d.]+ s; seconds per "
                               r"track: p50 [\d.]+, p95 [\d.]+; real-time factor [\d.]+; "
                               r"cost 0\.\d{4}$")

    def test_a_spent_budget_ends_the_run_with_75_and_it_goes_on_next_time(self):
        done = self.batch("--cost-per-hour", "3600000", "--max-cost", "0.001", code=75)
        self.assertIn(b"stopped by --max-cost: 3 tracks are left", done.stderr)
        self.batch()
        self.assertTrue(self.path("out/a.json").exists())

    def test_what_makes_no_sense_is_refused_before_anything_is_made(self):
        for names, words in [
                (["max-cost", "--cost-per-hour"], ["--max-cost", "1"]),
                (["cost-per-hour", '"five"'], ["--cost-per-hour", "five"]),
                (["cost-per-hour", '"-1"'], ["--cost-per-hour=-1"]),
                (["events", "json"], ["--events", "-", "--json"]),
                (["events", "empty"], ["--events", ""]),
                (["junit", "is the file of status-file"], ["--junit", "x", "--status-file", "./x"]),
                (["junit", "m.jsonl"], ["--junit", "m.jsonl"]),
                (["events", "m.jsonl"], ["--events", "m.jsonl"]),
                (["status-file", "folder"], ["--status-file", "."])]:
            with self.subTest(words):
                self.words()
                self.refuse(2, *self.words(*words), names=names)


if __name__ == "__main__":
    main()
