"""`batch --watch`: each request file that comes is made once, and a bad one costs no other."""
import json
import signal
import subprocess
import time
import unittest

from support import Case, MODEL, PROGRAM, environment, main


class Watch(Case):
    def setUp(self):
        super().setUp()
        (self.folder / "in").mkdir()

    def words(self, *arguments, out="out"):
        return ["batch", "in", "--watch", "-m", MODEL, "--device", "cpu", "--out-dir", out,
                *arguments]

    def start(self, *arguments):
        running = subprocess.Popen([PROGRAM, *self.words(*arguments)], cwd=self.folder,
                                   env=environment(), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for stream in (running.stdout, running.stderr):
            self.addCleanup(stream.close)
        self.addCleanup(running.kill)
        return running

    def put(self, name, **row):
        (self.folder / "in" / name).write_text(json.dumps({"prompt": "calm piano music",
                                                           "duration": 0.3, **row}))

    def wait_for(self, name):
        deadline = time.monotonic() + 30
        while not (self.folder / name).exists():
            self.assertLess(time.monotonic(), deadline, name)
            time.sleep(0.02)

    def drain(self, running):
        running.send_signal(signal.SIGUSR1)
        said = running.communicate(timeout=30)
        return running.returncode, said[0].decode(), said[1].decode()

    def test_files_become_tracks_as_they_come_each_once(self):
        self.put("1.json", id="a")
        running = self.start()
        self.wait_for("out/a.json")
        self.put("2.json", id="b")
        self.wait_for("out/b.json")
        time.sleep(1.2)  # two more looks
        code, printed, said = self.drain(running)
        self.assertEqual((code, printed.splitlines()), (0, ["out/a.wav", "out/b.wav"]), said)
        running = self.start()
        self.put("3.json", id="c")
        self.wait_for("out/c.json")
        code, printed, said = self.drain(running)
        self.assertEqual((code, printed.splitlines()), (0, ["out/c.wav"]), said)
        self.assertIn("3 of 3 done", said)

    def test_a_file_still_being_written_is_left_alone(self):
        running = self.start()
        half = '{"id": "slow", "prompt": "calm piano'
        with open(self.folder / "in/slow.json", "w") as file:
            for letter in half:
                file.write(letter)
                file.flush()
                time.sleep(0.05)
            file.write(' music", "duration": 0.3}')
        self.wait_for("out/slow.json")
        self.assertEqual(self.drain(running)[0], 0)

    def test_a_bad_file_costs_no_other(self):
        running = self.start("--status-file", "s.json")
        self.wait_for("s.json")
        (self.folder / "in/1.json").write_text("{not json")
        self.put("2.json", id="bad", tempo=999)
        self.put("3.json", id="a")
        self.put("4.json", id="A")
        self.put("5.json", id="long", duration=300)
        self.put("6.json", promt="x")
        self.put("7.json", id="z")
        self.wait_for("out/z.json")
        code, printed, said = self.drain(running)
        self.assertEqual((code, sorted(printed.split())), (3, ["out/a.wav", "out/z.wav"]), said)
        for words in ["in/1.json:1", "in/2.json:1: row", "in/4.json:1: id:", "in/5.json:1",
                      "in/6.json:1"]:
            self.assertEqual(said.count(f"error: {words}"), 1, said)
        self.assertTrue((self.folder / "out/bad.error.json").exists())
        self.assertEqual(self.sidecar("s.json")["rows"], 4)

    def test_a_request_whose_id_was_made_of_another_one_fails_alone(self):
        self.put("1.json", id="a")
        running = self.start()
        self.wait_for("out/a.json")
        self.drain(running)
        before = (self.folder / "out/a.wav").read_bytes()
        self.put("1.json", id="a", prompt="driving techno beat")
        self.put("2.json", id="b")
        running = self.start()
        self.wait_for("out/b.json")
        code, _, said = self.drain(running)
        self.assertEqual(code, 3, said)
        self.assertIn("was another request", said)
        self.assertEqual((self.folder / "out/a.wav").read_bytes(), before)

    def test_ctrl_c_ends_a_watch_that_waits(self):
        running = self.start("--status-file", "s.json")
        self.wait_for("s.json")
        time.sleep(0.7)
        running.send_signal(signal.SIGINT)
        self.assertEqual(running.wait(timeout=5), -signal.SIGINT)

    def test_what_makes_no_sense_is_refused(self):
        (self.folder / "m.jsonl").write_text('{"prompt":"calm piano"}\n')
        for names, words in [(["watch", "m.jsonl", "folder"], ["m.jsonl", "--out-dir", "out"]),
                             (["out-dir", "watched"], ["in", "--out-dir", "./in"]),
                             (["watch", "shard"], ["in", "--out-dir", "o", "--shard", "1/2"])]:
            with self.subTest(words):
                self.refuse(2, "batch", *words, "--watch", "-m", MODEL, "--device", "cpu",
                            names=names)


if __name__ == "__main__":
    main()
