"""Ctrl-C and its relatives: a clean end, death by the signal, nothing left behind."""
import os
import signal
import subprocess
import time
import unittest

from support import Case, PROGRAM, PROMPT, environment, main


class Stop(Case):
    def start(self, *arguments, **options):
        """A run that is in the middle of decoding when this returns."""
        words = [PROGRAM, "generate", PROMPT, "--device", "cpu", "-d", "12", "-v", *arguments]
        running = subprocess.Popen(words, cwd=self.folder, env=environment(), text=True,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, **options)
        self.addCleanup(running.stdout.close)
        self.addCleanup(running.stderr.close)
        self.addCleanup(running.kill)
        for line in running.stderr:
            if line.startswith("decode: "):
                return running
        self.fail("the run ended before it decoded")

    def end(self, running):
        started = time.monotonic()
        said = running.stderr.read()
        code = running.wait(timeout=60)
        self.assertLess(time.monotonic() - started, 5)
        return code, said

    def test_a_signal_leaves_no_file_and_is_seen_by_the_shell(self):
        for number, death in [(signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGTERM),
                              (signal.SIGHUP, signal.SIGTERM)]:
            with self.subTest(number.name):
                running = self.start("-o", "x.wav", "--save-tokens")
                running.send_signal(number)
                code, said = self.end(running)
                self.assertEqual(code, -death)
                self.assertEqual(len([line for line in said.splitlines()
                                      if line.startswith("error: ")]), 1, said)
                self.assertEqual(self.names(), [])

    def test_a_killed_run_leaves_no_name_that_looks_finished(self):
        running = self.start("-o", "x.wav")
        running.kill()
        running.wait()
        self.assertEqual([name for name in self.names() if not name.startswith(".cadenza-tmp-")],
                         [])

    def test_a_signal_that_was_ignored_by_the_caller_stays_ignored(self):
        running = self.start("-o", "x.wav",
                             preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        running.send_signal(signal.SIGHUP)
        time.sleep(0.3)
        self.assertIsNone(running.poll())
        running.send_signal(signal.SIGINT)
        self.assertEqual(self.end(running)[0], -signal.SIGINT)


if __name__ == "__main__":
    main()
