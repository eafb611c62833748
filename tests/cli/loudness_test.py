"""Delivered loudness as ffmpeg's meter hears it: -14 LUFS within 0.5, true peak at most -1 dBTP."""
import re
import subprocess
import unittest

from support import Case, main, need


def measured(path):
    """(integrated LUFS, true peak dBTP) by ffmpeg's ebur128."""
    said = subprocess.run(["ffmpeg", "-nostats", "-i", path, "-af", "ebur128=peak=true", "-f",
                           "null", "-"], stderr=subprocess.PIPE, check=True).stderr.decode()
    summary = said[said.rindex("Summary:"):]
    return (float(re.search(r"I:\s+(\S+) LUFS", summary).group(1)),
            float(re.search(r"Peak:\s+(\S+) dBFS", summary).group(1)))


@need("ffmpeg")
class Loudness(Case):
    def check_level(self, name, *flags, target=-14.0):
        self.make(name, "-d", "3", "--seed", "7", *flags, model="starter")
        loudness, peak = measured(self.folder / name)
        self.assertAlmostEqual(loudness, target, delta=0.5)
        self.assertLessEqual(peak, -0.95)  # the meter prints one decimal
        record = self.sidecar(name.rsplit(".", 1)[0] + ".json")["measured"]
        self.assertAlmostEqual(record["loudness_lufs"], loudness, delta=0.2)

    def test_the_default_is_fourteen_below(self):
        for suffix in ["wav", "mp3", "ogg", "opus"]:
            with self.subTest(suffix):
                self.check_level(f"{suffix}.{suffix}")

    def test_another_target_is_met(self):
        self.check_level("quiet.wav", "--loudness", "-23", target=-23.0)

    def test_peak_mode_reaches_the_ceiling(self):
        self.make("p.wav", "-d", "3", "--seed", "7", "--loudness", "peak", model="starter")
        self.assertAlmostEqual(measured(self.folder / "p.wav")[1], -1.0, delta=0.15)


if __name__ == "__main__":
    main()
