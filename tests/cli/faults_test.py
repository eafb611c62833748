"""Full disks and closed pipes: exit 6, nothing half written, work never lost in silence."""
import os
import pathlib
import shutil
import subprocess
import unittest

from support import Case, MODEL, PROGRAM, PROMPT, main


def can_mount():
    return os.geteuid() == 0 and subprocess.run(
        ["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode == 0


class FullDisk(Case):
    @unittest.skipUnless(shutil.which("unshare") and can_mount(), "only root may mount a tmpfs")
    def test_a_full_disk_is_exit_6_and_leaves_nothing(self):
        place = self.folder / "small"
        place.mkdir()
        script = ('mount -t tmpfs -o size="$1"k none small && shift && "$@"; code=$?; '
                  'ls -A small >listing; exit $code')
        for size_kb, code in [(16, 6), (64, 6), (100, 6), (4096, 0)]:
            with self.subTest(size_kb):
                words = ["unshare", "-m", "sh", "-c", script, "sh", str(size_kb), PROGRAM, "generate",
                         PROMPT, "-m", MODEL, "--device", "cpu", "-d", "2", "-o", "small/x.wav"]
                done = subprocess.run(words, cwd=self.folder, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                said = done.stderr.decode()
                self.assertEqual(done.returncode, code, said)
                left = (self.folder / "listing").read_text().split()
                self.assertEqual(left, [] if code else ["x.json", "x.wav"])
                if code:
                    self.assertIn("x.wav", said)

    @unittest.skipUnless(pathlib.Path("/dev/full").exists(), "there is no /dev/full")
    def test_lost_results_are_an_error_but_the_track_is_kept(self):
        with open("/dev/full", "wb") as full:
            done = self.run_program("generate", PROMPT, "-m", MODEL, "-d", "0.5", "-o", "x.wav",
                                    stdout=full)
        self.assertEqual(done.returncode, 6)
        self.assertIn("standard output", done.stderr.decode())
        self.assertEqual(self.names(), ["x.json", "x.wav"])

    def test_a_closed_pipe_is_no_crash(self):
        reader, writer = os.pipe()
        os.close(reader)
        done = self.run_program("generate", PROMPT, "-m", MODEL, "-d", "0.5", "-o", "x.wav",
                                stdout=writer)
        os.close(writer)
        self.assertEqual(done.returncode, 6)
        self.assertEqual(self.names(), ["x.json", "x.wav"])

    def test_a_closed_standard_stream_does_not_become_part_of_a_file(self):
        whole = self.make("whole.wav", "-d", "0.5", "--seed", "7")
        for stream, code in [(0, 0), (1, 6), (2, 0)]:
            with self.subTest(stream):
                name = f"closed{stream}"
                done = self.run_program("generate", PROMPT, "-m", MODEL, "--device", "cpu", "-d",
                                        "0.5", "--seed", "7", "-o", name + ".wav",
                                        preexec_fn=lambda: os.close(stream))
                self.assertEqual(done.returncode, code)
                self.assertEqual((self.folder / (name + ".wav")).read_bytes(), whole)
                self.assertEqual(self.sidecar(name + ".json")["status"], "completed")


if __name__ == "__main__":
    main()
