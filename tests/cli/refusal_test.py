"""Every documented bad input: its exit code, one line that names field or file, nothing written."""
import json
import os
import shutil
import struct
import unittest

from support import Case, MODEL, PROMPT, WINDOW_SECONDS, main

USAGE, NOT_FOUND, BAD_MODEL, IO = 2, 4, 5, 6


class Words(Case):
    def test_prompts(self):
        prompts = {"four characters": "abcd", "blanks do not count": "   abcd   ",
                   "501 characters": "é" * 501, "empty": "", "invalid UTF-8": b"calm \xff piano",
                   "control characters": "calm\x1b[31m piano"}
        for name, prompt in prompts.items():
            with self.subTest(name):
                self.refuse(USAGE, "generate", prompt, "-m", MODEL, names=["prompt"])

    def test_values(self):
        flags = {"--duration": ["0", "-1", "nan", "301", "1e999", "ten", "", "1e-999"],
                 "--tempo": ["39", "241", "brisk", "12O", "1_20"], "--key": ["H", "Q major"],
                 "--seed": ["-1", "9223372036854775808", "1.5"], "--count": ["0", "1001"],
                 "--temperature": ["-0.1", "5.01", "hot"], "--guidance": ["-1", "20.5"],
                 "--top-k": ["-1", "1.5"], "--top-p": ["-0.1", "1.01"], "--format": ["wave"],
                 "--bits": ["12", "32"], "--bitrate": ["0", "fast"], "--vbr": ["10"],
                 "--sample-rate": ["7999", "cd"], "--channels": ["0", "3"],
                 "--loudness": ["1", "-71", "loud"], "--fade-in": ["-1"], "--fade-out": ["x"],
                 "--template": ["poem"], "--max-prompt-chars": ["0"], "--id": ["../x", "con"],
                 "--device": ["tpu", "cuda:x"], "--precision": ["fp17"], "--threads": ["0", "-3"],
                 "--color": ["blue"], "--log-format": ["xml"], "--name-template": ["{x}", "../x"]}
        for flag, values in flags.items():
            for value in values:
                with self.subTest(f"{flag} {value}"):
                    self.refuse(USAGE, "generate", PROMPT, "-m", MODEL, flag, value,
                                names=[flag.lstrip("-")])

    def test_the_line_says_what_was_found_and_what_is_allowed(self):
        line = self.refuse(USAGE, "generate", PROMPT, "--tempo", "brisk")
        for part in ["tempo", "40..240", "slow", '"brisk"']:
            self.assertIn(part, line)

    def test_flags_and_commands(self):
        lines = {("generate", PROMPT, "--tempoo", "1"): ["--tempoo", "--tempo?"],
                 ("generat", PROMPT): ["generat", "generate?"],
                 ("generate", PROMPT, "--tempo", "--seed", "1"): ["tempo"],
                 ("generate", PROMPT, "--seed", "1", "--seed", "1"): ["seed", "twice"],
                 ("generate", PROMPT, "second prompt"): ["second prompt"],
                 ("generate", PROMPT, "-f", "mp3", "-o", "x.wav"): ["format", "x.wav"],
                 ("generate", PROMPT, "--negative-prompt", "x"): ["--negative-prompt"],
                 ("verfy", "x.json"): ["verify?"], ("models",): ["list", "info"],
                 (): ["generate"]}
        for arguments, names in lines.items():
            with self.subTest(arguments):
                self.refuse(USAGE, *arguments, names=names)

    def test_a_duration_beyond_the_window_names_both(self):
        line = self.refuse(USAGE, "generate", PROMPT, "-m", MODEL, "-d", "20")
        self.assertIn(f"duration: 20 s is longer than the model's window of {WINDOW_SECONDS} s",
                      line)

    def test_as_json_the_parts_are_members(self):
        done = self.run_program("generate", PROMPT, "--tempo", "brisk", "--log-format", "json")
        record = json.loads(done.stderr)
        self.assertEqual((record["level"], record["kind"], record["exit_code"]),
                         ("error", "usage", USAGE))
        self.assertIn("brisk", record["message"])


class Places(Case):
    def refuse_output(self, code, path, *names):
        self.refuse(code, "generate", PROMPT, "-m", MODEL, "-d", "1", "-o", path, names=names)

    def test_outputs(self):
        (self.folder / "taken").mkdir()
        (self.folder / "plain").write_text("a file")
        (self.folder / "song.wav").write_text("mine")
        self.refuse_output(USAGE, "song.wav", "song.wav")
        self.refuse_output(USAGE, "taken", "taken")
        self.refuse_output(USAGE, "", "output")
        self.refuse_output(IO, "plain/x.wav", "plain")
        self.refuse_output(IO, "/proc/cadenza/x.wav", "/proc/cadenza")
        self.refuse_output(IO, "x" * 300 + ".wav", "xxx")

    @unittest.skipIf(os.geteuid() == 0, "root may write everywhere")
    def test_a_folder_without_permission(self):
        (self.folder / "locked").mkdir(mode=0o500)
        self.refuse_output(IO, "locked/x.wav", "locked")

    def test_models_that_are_not_there(self):
        (self.folder / "plain").write_text("not a model")
        for model in ["./nothing", "/dev/null", "plain", "smal", "facebook/musicgen-none"]:
            with self.subTest(model):
                self.refuse(NOT_FOUND, "generate", PROMPT, "-m", model,
                            names=[model.rsplit("/", 1)[-1]])
        for model in ["", "http://127.0.0.1:9/model"]:
            with self.subTest(model):
                self.refuse(USAGE, "generate", PROMPT, "-m", model, names=["model"])

    def test_a_prompt_file_that_is_not_there(self):
        self.refuse(NOT_FOUND, "generate", "--prompt-file", "gone.txt", names=["gone.txt"])


class Models(Case):
    def setUp(self):
        super().setUp()
        self.model = self.folder / "model"
        shutil.copytree(MODEL, self.model, ignore=shutil.ignore_patterns("goldens"))
        self.weights = self.model / "model.safetensors"

    def refuse_model(self, *names):
        self.refuse(BAD_MODEL, "generate", PROMPT, "-m", self.model, "-d", "1", "-o", "x.wav",
                    "--device", "cpu", names=names)

    def change_header(self, change):
        """Rewrites the weights with header and data as `change(header, data)` gives them back."""
        raw = self.weights.read_bytes()
        size = struct.unpack("<Q", raw[:8])[0]
        header, data = change(json.loads(raw[8:8 + size]), bytearray(raw[8 + size:]))
        text = json.dumps(header).encode()
        self.weights.write_bytes(struct.pack("<Q", len(text)) + text + bytes(data))

    def test_a_truncated_file(self):
        self.weights.write_bytes(self.weights.read_bytes()[:-100])
        self.refuse_model("model.safetensors")

    def test_a_pointer_in_place_of_weights(self):
        self.weights.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\n")
        self.refuse_model("model.safetensors")

    def test_a_tensor_that_is_missing(self):
        name = "decoder.lm_heads.0.weight"

        def rename(header, data):
            header["other"] = header.pop(name)
            return header, data
        self.change_header(rename)
        self.refuse(BAD_MODEL, "models", "info", self.model)

    def test_a_tensor_of_another_shape(self):
        name = "decoder.lm_heads.0.weight"

        def reshape(header, data):
            header[name]["shape"] = [header[name]["shape"][0] * header[name]["shape"][1]]
            return header, data
        self.change_header(reshape)
        self.refuse_model("model.safetensors")

    def test_a_weight_that_is_no_number_unless_it_is_allowed(self):
        name = "decoder.lm_heads.0.weight"

        def spoil(header, data):
            begin = header[name]["data_offsets"][0]
            data[begin:begin + 4] = struct.pack("<f", float("nan"))
            return header, data
        self.change_header(spoil)
        self.refuse_model(name)

    def test_a_wrong_vocabulary(self):
        config = json.loads((self.model / "config.json").read_text())
        config["decoder"]["vocab_size"] += 1
        (self.model / "config.json").write_text(json.dumps(config))
        self.refuse_model()

    def test_a_config_that_is_no_json(self):
        (self.model / "config.json").write_text('{"decoder": {')
        self.refuse_model("config.json")


if __name__ == "__main__":
    main()
