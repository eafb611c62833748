"""flag > environment > config file > default, and what a config file may not say."""
import json
import unittest

from support import Case, MODEL, PROMPT, main


class Precedence(Case):
    def tempo(self, *flags, variable=None, config=None):
        """(value, origin) of the tempo in the plan."""
        variables = {"XDG_CONFIG_HOME": str(self.folder)}
        if variable:
            variables["CADENZA_TEMPO"] = variable
        if config:
            (self.folder / "cadenza").mkdir(exist_ok=True)
            (self.folder / "cadenza/config.toml").write_text(f"tempo = {config}\n")
        plan = json.loads(self.generate("--dry-run", "--json", "-d", "1", *flags,
                                        variables=variables).stdout)
        setting = plan["settings"].get("tempo", {"value": None, "origin": None})
        self.assertEqual(plan["request"].get("tempo"),
                         float(setting["value"]) if setting["value"] else None)
        return setting["value"], setting["origin"]

    def test_a_flag_wins_over_a_variable_over_a_file_over_nothing(self):
        self.assertEqual(self.tempo(), (None, None))
        self.assertEqual(self.tempo(config="60"),
                         ("60", f"{self.folder}/cadenza/config.toml:1"))
        self.assertEqual(self.tempo(variable="70", config="60"), ("70", "CADENZA_TEMPO"))
        self.assertEqual(self.tempo("--tempo", "80", variable="70", config="60"),
                         ("80", "--tempo"))

    def test_a_wrong_variable_is_named(self):
        for name, value in {"DEVICE": "tpu", "PRECISION": "fp17", "THREADS": "-3", "TEMPO": "brisk",
                            "LOG_FORMAT": "xml"}.items():
            with self.subTest(name):
                self.refuse(2, "generate", PROMPT, "-m", MODEL, names=["CADENZA_" + name],
                            variables={"CADENZA_" + name: value})

    def test_a_misspelt_variable_is_pointed_out(self):
        done = self.generate("--dry-run", "-d", "1", variables={"CADENZA_TEMPOO": "1"})
        self.assertIn("did you mean CADENZA_TEMPO?", done.stderr.decode())


class ConfigFile(Case):
    def refuse_config(self, text, *names):
        (self.folder / "c.toml").write_text(text)
        return self.refuse(2, "generate", PROMPT, "-m", MODEL, "--config", "c.toml",
                           names=["c.toml", *names])

    def test_an_unknown_key_is_refused_with_the_nearest(self):
        self.refuse_config("\ntempoo = 120\n", ":2", "tempoo", "did you mean tempo?")

    def test_a_key_that_stands_twice(self):
        self.refuse_config("seed = 1\nseed = 2\n", ":2", "seed")

    def test_a_wrong_value_is_named_by_its_line(self):
        self.refuse_config("# mine\n\ntempo = 999\n", ":3", "tempo", "999")

    def test_what_belongs_to_one_run_only(self):
        for key in ["prompt", "output", "overwrite", "dry_run", "id", "config"]:
            with self.subTest(key):
                self.refuse_config(f'{key} = "x"\n', key)

    def test_no_value_of_an_unknown_key_is_shown(self):
        self.assertNotIn("hunter2", self.refuse_config('password = "hunter2"\n', "password"))

    def test_a_file_that_is_not_there(self):
        self.refuse(4, "generate", PROMPT, "--config", "gone.toml", names=["gone.toml"])
        self.refuse(4, "generate", PROMPT, names=["gone.toml"],
                    variables={"CADENZA_CONFIG": "gone.toml"})

    def test_a_toggle_of_the_file_is_turned_off_by_its_flag(self):
        (self.folder / "c.toml").write_text("greedy = true\n")
        plan = ["--dry-run", "--json", "-d", "1", "--config", "c.toml"]
        self.assertTrue(json.loads(self.generate(*plan).stdout)["request"]["greedy"])
        off = json.loads(self.generate(*plan, "--greedy=false").stdout)
        self.assertFalse(off["request"]["greedy"])


class DryRun(Case):
    def test_it_touches_nothing(self):
        self.generate("--dry-run", "-d", "1", "-o", "deep/x.wav")
        self.assertEqual(self.names(), [])

    def test_its_plan_is_what_happens(self):
        flags = ["--seed", "7", "-d", "0.5", "--genre", "jazz", "--count", "2"]
        plan = json.loads(self.generate(*flags, "--dry-run", "--json").stdout)
        self.generate(*flags)
        for track in plan["tracks"]:
            for name in track["files"]:
                self.assertTrue((self.folder / name).is_file(), name)
            record = self.sidecar(track["files"][-1])
            self.assertEqual(record["id"], track["id"])
            self.assertEqual(record["sampling"]["seed"], track["seed"])
            self.assertEqual(record["effective"], track["effective"])
            self.assertEqual(record["conditioning_text"], plan["conditioning_text"])


if __name__ == "__main__":
    main()
