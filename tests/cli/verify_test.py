"""`cadenza verify`: a track is what its record says, or the fault is named."""
import json
import os
import shutil
import signal
import subprocess
import time

from support import Case, MODEL, PROGRAM, environment, main


class Verify(Case):
    def verify(self, *arguments, code=0, **options):
        words = ["verify", *arguments]
        if "-m" not in arguments and "--hashes-only" not in arguments:
            words += ["-m", MODEL]
        done = self.run_program(*words, **options)
        self.assertEqual(done.returncode, code, done.stderr.decode("utf-8", "replace"))
        return done

    def edit(self, name, change):
        record = self.sidecar(name)
        change(record)
        (self.folder / name).write_text(json.dumps(record), encoding="utf-8")

    def test_what_generate_made_is_made_again_byte_for_byte(self):
        self.make("a.wav", "--save-tokens", "--tempo", "84", "--fade-in", "0.1")
        self.make("b.mp3", "--loudness", "-20", "--vbr", "5", "--no-embed-prompt")
        self.make("c.flac", "--bits", "24", "--sample-rate", "44100", "--channels", "2")
        before = self.names()
        lines = self.verify(".").stdout.decode().splitlines()
        self.assertEqual(lines, [f"ok       ./{name}.json" for name in "abc"])
        self.assertEqual(self.names(), before)

    def test_what_batch_made_is_made_again_byte_for_byte(self):
        rows = [{"id": f"r{i}", "prompt": f"calm piano {i}", "duration": 0.3 + i / 10}
                for i in range(3)]
        (self.folder / "m.json").write_text(json.dumps(rows), encoding="utf-8")
        self.run_program("batch", "m.json", "-m", MODEL, "--device", "cpu", "--out-dir", "out")
        shutil.copy(self.folder / "m.json", self.folder / "out/manifest.json")
        self.assertEqual(len(self.verify("out").stdout.splitlines()), 3)

    def test_the_starter_needs_no_model_flag(self):
        self.run_program("generate", "calm piano music", "-d", "0.3", "-o", "s.wav", "-q")
        done = self.run_program("verify", "s.json")
        self.assertEqual((done.returncode, done.stdout), (0, b"ok       s.json\n"))

    def test_a_changed_file_ends_with_nine_and_is_named(self):
        self.make("a.wav")
        with open(self.folder / "a.wav", "ab") as audio:
            audio.write(b"x")
        for more in [[], ["--hashes-only"]]:
            done = self.verify("a.json", *more, code=9)
            self.assertIn(b"differs  a.json: a.wav: was changed on disk", done.stdout)
            self.assertIn(b"not as recorded: 1 of 1", done.stderr)

    def test_a_changed_weight_ends_with_nine_and_is_named(self):
        self.make("a.wav")
        shutil.copytree(MODEL, self.folder / "other")
        weights = next((self.folder / "other").glob("*.safetensors"))
        content = bytearray(weights.read_bytes())
        content[-2001] ^= 1  # the low bits of one weight
        weights.chmod(0o644)
        weights.write_bytes(content)
        done = self.run_program("verify", "a.json", "-m", "other", "--json")
        result = json.loads(done.stdout)
        names = [entry["input"] for entry in result["changed_inputs"]]
        self.assertIn(f"model.files.{weights.name}", names)
        self.assertEqual(done.returncode, 0 if result["status"] == "ok" else 9)

    def test_the_same_model_in_another_folder_makes_the_same_bytes(self):
        self.make("a.wav")
        shutil.copytree(MODEL, self.folder / "renamed")
        self.assertEqual(self.verify("a.json", "-m", "renamed").stdout, b"ok       a.json\n")

    def test_hashes_only_needs_no_model(self):
        self.make("a.wav")
        self.assertEqual(self.verify("a.wav", "--hashes-only").stdout, b"ok       a.json\n")

    def test_a_model_of_the_environment_does_not_contradict_the_record(self):
        self.run_program("generate", "calm piano music", "-d", "0.3", "-o", "s.wav", "-q")
        done = self.run_program("verify", "s.json", variables={"CADENZA_MODEL": "/nowhere"})
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_record_may_not_choose_a_folder(self):
        self.make("a.wav")
        self.edit("a.json", lambda record: record["model"].update(name=str(MODEL)))
        done = self.run_program("verify", "a.json")
        self.assertEqual(done.returncode, 4)
        self.assertIn(b"a.json: model.name: no model here is called", done.stderr)

    def test_a_damaged_record_is_one_line_with_file_and_field(self):
        self.make("a.wav")
        text = (self.folder / "a.json").read_text(encoding="utf-8")
        (self.folder / "a.json").write_text(text[:-30], encoding="utf-8")
        self.refuse(2, "verify", "a.json", "-m", MODEL, names=["a.json", "line"])
        (self.folder / "a.json").write_text(text, encoding="utf-8")
        self.edit("a.json", lambda record: record["audio"][0].update(sha256="12"))
        self.refuse(2, "verify", "a.json", "-m", MODEL, names=["a.json", "audio[0].sha256"])

    def test_a_damaged_record_does_not_hide_the_others(self):
        self.make("a.wav")
        self.make("b.wav")
        (self.folder / "a.json").write_text("{", encoding="utf-8")
        done = self.verify(".", code=2)
        self.assertEqual(done.stdout, b"failed   ./a.json\nok       ./b.json\n")

    def test_what_is_not_there_ends_with_four(self):
        self.make("a.wav")
        self.refuse(4, "verify", "b.json", names=["b.json"])
        self.refuse(4, "verify", "a.json", "-m", "nowhere", names=["nowhere"])
        (self.folder / "a.wav").unlink()
        self.refuse(4, "verify", "a.json", "-m", MODEL, names=["a.json", "a.wav"])
        (self.folder / "empty").mkdir()
        self.refuse(4, "verify", "empty", names=["empty"])

    def test_words_are_judged_first(self):
        self.refuse(2, "verify", names=["track", "cadenza verify"])
        self.refuse(2, "verify", "", names=["track"])
        self.refuse(2, "verify", "x", "--precision", "fp64", names=["precision"])
        self.refuse(2, "verify", "x", "--hash-only", names=["--hashes-only"])

    def test_json_is_one_object_a_line(self):
        self.make("a.wav", "--save-tokens")
        (self.folder / "b.json").write_text("{", encoding="utf-8")
        lines = self.verify("a.json", "b.json", "--json", code=2).stdout.splitlines()
        good, bad = map(json.loads, lines)
        self.assertEqual((good["record"], good["status"], good["faults"]), ("a.json", "ok", []))
        self.assertEqual([file["path"] for file in good["files"]], ["a.wav", "a.tokens"])
        self.assertEqual(good["files"][0]["remade"], self.sidecar("a.json")["audio"][0]["sha256"])
        self.assertEqual((bad["status"], bad["error"]["kind"]), ("failed", "usage"))

    def test_a_path_may_hold_a_comma(self):
        self.make("a, b.wav")
        self.assertEqual(self.verify("a, b.wav").stdout, b"ok       a, b.json\n")

    def test_results_lost_on_standard_output_end_with_six(self):
        self.make("a.wav")
        read_end, write_end = os.pipe()
        os.close(read_end)
        self.verify("a.json", code=6, stdout=write_end)
        os.close(write_end)

    def test_a_signal_ends_it_and_harms_nothing(self):
        self.make("a.wav", "-d", "3")
        for i in range(200):
            for suffix in ("wav", "json"):
                shutil.copy(self.folder / f"a.{suffix}", self.folder / f"a{i}.{suffix}")
        before = self.names()
        child = subprocess.Popen([PROGRAM, "verify", ".", "-m", MODEL], cwd=self.folder,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
        child.stdout.readline()
        child.send_signal(signal.SIGINT)
        start = time.monotonic()
        child.communicate(timeout=60)
        self.assertEqual(child.returncode, -signal.SIGINT)
        self.assertLess(time.monotonic() - start, 5)
        self.assertEqual(self.names(), before)


if __name__ == "__main__":
    main()
