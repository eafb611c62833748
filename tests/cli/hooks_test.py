"""What a batch calls when a row ends: each once, and nothing it does can cost a track."""
import http.server
import json
import os
import signal
import subprocess
import threading
import time
import unittest

from support import Case, MODEL, PROGRAM, environment, main

ROWS = [{"id": "a", "prompt": "calm piano music", "duration": 0.5},
        {"id": "b", "prompt": "driving techno beat", "duration": 0.4},
        {"id": "bad", "prompt": "too fast", "tempo": 999}]
SECRET = "s3cr3t-canary"


class Server(http.server.ThreadingHTTPServer):
    """Answers with the codes of `script`, then 200; keeps what it was sent."""

    def __init__(self, script=()):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.bodies, self.headers = list(script), [], []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook/{SECRET}"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        code = self.server.script.pop(0) if self.server.script else 200
        if code == 200:
            self.server.bodies.append(json.loads(body))
            self.server.headers.append(self.headers)
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Hooks(Case):
    def words(self, *arguments, rows=ROWS):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (self.folder / "m.jsonl").write_text(text, encoding="utf-8")
        return ["batch", "m.jsonl", "-m", MODEL, "--device", "cpu", "--out-dir", "out", *arguments]

    def batch(self, *arguments, code=3, rows=ROWS, variables=None):
        done = self.run_program(*self.words(*arguments, rows=rows),
                                variables={"no_proxy": "*", **(variables or {})})
        self.assertEqual(done.returncode, code, done.stderr.decode("utf-8", "replace"))
        return done

    def serve(self, script=()):
        server = Server(script)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def results(self, name="got"):
        return [json.loads(line) for line in (self.folder / name).read_text().splitlines()]

    def test_the_command_gets_each_result_once(self):
        self.batch("--on-complete", "cat >> got")
        results = {result["id"]: result for result in self.results()}
        self.assertEqual(len(self.results()), 3)
        self.assertEqual({name: result["status"] for name, result in results.items()},
                         {"a": "completed", "b": "completed", "bad": "failed"})
        self.assertEqual(results["a"]["files"][0]["path"], "out/a.wav")
        self.assertEqual(results["bad"]["error"]["kind"], "usage")
        self.batch("--on-complete", "cat >> got")  # only the failed row is tried again
        self.assertEqual(len(self.results()), 4)

    def test_when_the_command_runs_the_track_is_there(self):
        self.batch("--on-complete", "test -s out/a.json || test -s out/b.json || "
                                    "test -s out/bad.error.json || echo missing >> got")
        self.assertFalse((self.folder / "got").exists())

    def test_a_command_that_fails_is_recorded_and_harmless(self):
        done = self.batch("--on-complete", "exit 3", "--events", "-")
        notes = [json.loads(line)["message"] for line in done.stdout.splitlines()
                 if b'"note"' in line]
        self.assertEqual(sorted(notes), [f"{name}: on-complete: exit status 3"
                                         for name in ("a", "b", "bad")])
        self.assertIn(b"a: on-complete: exit status 3", done.stderr)
        self.assertTrue((self.folder / "out/a.json").exists())

    def test_what_the_command_prints_is_not_a_result(self):
        done = self.batch("--on-complete", "echo printed")
        self.assertEqual(sorted(done.stdout.split()), [b"out/a.wav", b"out/b.wav"])
        self.assertEqual(done.stderr.count(b"printed\n"), 3)

    def test_a_command_that_hangs_is_ended(self):
        started = time.monotonic()
        done = self.batch("--on-complete", "sleep 100", "--hook-timeout", "0.3")
        self.assertLess(time.monotonic() - started, 30)
        self.assertIn(b"a: on-complete: no end after 0.3 s", done.stderr)

    def test_the_command_holds_no_lock_of_the_batch(self):
        self.batch("--on-complete", "ls -l /proc/$$/fd > fds; setsid sleep 5 2>/dev/null &")
        fds = (self.folder / "fds").read_text()
        self.assertNotIn("journal", fds)
        self.assertNotIn("lock", fds)
        self.batch()  # while the sleepers live: the folder is free

    def test_ctrl_c_ends_a_hanging_command_within_five_seconds(self):
        rows = [{"id": f"r{i}", "prompt": "slow strings", "duration": 3} for i in range(30)]
        running = subprocess.Popen([PROGRAM, *self.words("--on-complete", "echo $$ > pid; sleep 100",
                                                         "--batch-size", "1", rows=rows)],
                                   cwd=self.folder, env=environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for stream in (running.stdout, running.stderr):
            self.addCleanup(stream.close)
        self.addCleanup(running.kill)
        running.stdout.readline()
        deadline = time.monotonic() + 20
        while not (self.folder / "pid").exists() or not (self.folder / "pid").read_text():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        self.assertEqual(running.wait(timeout=5), -signal.SIGINT)
        with self.assertRaises(ProcessLookupError):
            os.kill(int((self.folder / "pid").read_text()), 0)

    def test_the_address_gets_each_result_and_the_run_s(self):
        server = self.serve()
        done = self.batch("--notify-url", server.url,
                          variables={"CADENZA_NOTIFY_HEADER": f"X-Key: {SECRET}"})
        self.assertEqual(sorted(body["id"] for body in server.bodies[:-1]), ["a", "b", "bad"])
        self.assertEqual((server.bodies[-1]["status"], server.bodies[-1]["done"]), ("partial", 2))
        for headers in server.headers:
            self.assertEqual((headers["X-Key"], headers["Content-Type"]),
                             (SECRET, "application/json"))
        for text in (done.stdout, done.stderr):
            self.assertNotIn(SECRET.encode(), text)

    def test_the_address_may_come_from_the_environment(self):
        server = self.serve()
        self.batch(variables={"CADENZA_NOTIFY_URL": server.url})
        self.assertEqual(len(server.bodies), 4)

    def test_a_busy_server_is_asked_again_a_refusing_one_is_not(self):
        server = self.serve([503, 500, 404])
        done = self.batch("--notify-url", server.url)
        self.assertEqual(len(server.bodies), 3)  # of four, the one told 404 is missing
        self.assertEqual(done.stderr.count(b"notify-url: HTTP 404"), 1)
        self.assertNotIn(SECRET.encode(), done.stderr)

    def test_a_dead_server_costs_no_track_and_is_not_shown(self):
        done = self.batch("--notify-url", f"http://127.0.0.1:1/{SECRET}", rows=ROWS[:1], code=0)
        self.assertRegex(done.stderr, rb"a: notify-url: .*after 5 tries")
        self.assertNotIn(SECRET.encode(), done.stderr)
        self.assertTrue((self.folder / "out/a.json").exists())

    def test_what_makes_no_sense_is_refused(self):
        for names, words, variables in [
                (["notify-url", "http"], ["--notify-url", f"ftp://x/{SECRET}"], {}),
                (["CADENZA_NOTIFY_HEADER", "NAME: VALUE"], ["--notify-url", "http://x/"],
                 {"CADENZA_NOTIFY_HEADER": SECRET}),
                (["hook-timeout", '"0"'], ["--on-complete", "true", "--hook-timeout", "0"], {}),
                (["hook-timeout", "on-complete"], ["--hook-timeout", "3"], {}),
                (["on-complete", "empty"], ["--on-complete", ""], {})]:
            with self.subTest(words):
                self.words()
                line = self.refuse(2, *self.words(*words, rows=ROWS[:2]), names=names,
                                   variables=variables)
                self.assertNotIn(SECRET, line)


if __name__ == "__main__":
    main()
