"""A track is exactly as long as asked: llround(duration x rate) samples, whatever the format."""
import subprocess
import unittest
import wave

from support import Case, main, need

DURATIONS = ["0.001", "0.5", "1", "1.23456", "2.99999", "3"]


def decoded_frames(path, rate):
    """Samples per channel as ffmpeg decodes them."""
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", path, "-ar", str(rate), "-ac", "1",
                           "-f", "s16le", "-"], stdout=subprocess.PIPE, check=True)
    return len(done.stdout) // 2


class Length(Case):
    def test_wav_is_exact_for_every_duration(self):
        for duration in DURATIONS:
            with self.subTest(duration):
                name = f"d{duration}.wav"
                self.make(name, "-d", duration)
                with wave.open(str(self.folder / name)) as sound:
                    self.assertEqual(sound.getnframes(), round(float(duration) * 32000))
                    self.assertEqual(sound.getframerate(), 32000)
                record = self.sidecar(f"d{duration}.json")
                self.assertEqual(record["audio"][0]["frames"], round(float(duration) * 32000))

    @need("ffmpeg")
    def test_every_format_is_exact_as_another_program_decodes_it(self):
        for suffix, rate in [("flac", 32000), ("ogg", 32000), ("mp3", 32000), ("opus", 48000)]:
            with self.subTest(suffix):
                self.make(f"{suffix}.{suffix}", "-d", "1.23456")
                frames = decoded_frames(self.folder / f"{suffix}.{suffix}", rate)
                self.assertEqual(frames, round(1.23456 * rate))

    @need("ffmpeg")
    def test_another_sample_rate_keeps_the_duration(self):
        for rate in ["8000", "44100", "48000"]:
            with self.subTest(rate):
                self.make(f"r{rate}.wav", "-d", "1.1", "--sample-rate", rate)
                with wave.open(str(self.folder / f"r{rate}.wav")) as sound:
                    self.assertEqual(sound.getnframes(), round(1.1 * int(rate)))

    def test_channels_and_bits_are_as_asked(self):
        self.make("s.wav", "-d", "0.5", "--channels", "2", "--bits", "24")
        with wave.open(str(self.folder / "s.wav")) as sound:
            self.assertEqual((sound.getnchannels(), sound.getsampwidth()), (2, 3))
            self.assertEqual(sound.getnframes(), 16000)


if __name__ == "__main__":
    main()
