#!/usr/bin/env python3
"""Kills a batch of fake tracks at random moments, runs it again, and looks at what is left.

usage: killstorm.py FAKE_BATCH [--kills N] [--rows N] [--signal KILL|TERM|INT] [--seed S] [--expect-fault]

After every kill nothing visible may be half written and no track recorded as done may be missing. After up to ten kills
the batch is run to its end: then every track is there with the right bytes, recorded as done exactly once, and no
temporary file is left. Moments are drawn from the whole run and, as often, from its first and last tenth.
--expect-fault: succeed only if a fault is found; for the broken twin.
"""
import argparse
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import zlib


def audio(name):
    return "".join(hashlib.sha256(f"{name}{i}".encode()).hexdigest() for i in range(300)).encode()


def sidecar(name):
    return f'{{"id":"{name}"}}\n'.encode()


def records(folder):
    """Whole records of the journal; a torn last line does not count."""
    path = os.path.join(folder, "journal.jsonl")
    if not os.path.exists(path):
        return []
    lines = open(path, "rb").read().split(b"\n")[:-1]
    good = []
    for line in lines:
        body, _, tail = line.rpartition(b',"crc":"')
        if tail != b'%08x"}' % zlib.crc32(body):
            raise ValueError(f"line {len(good) + 1} of the journal is damaged")
        good.append(json.loads(line))
    if [record["seq"] for record in good] != list(range(len(good))):
        raise ValueError("the journal's numbers have gaps")
    return good


class Storm:
    def __init__(self, options):
        self.options = options
        self.dice = random.Random(options.seed)
        self.number = getattr(signal, "SIG" + options.signal)
        self.expected = {}
        for i in range(options.rows):
            self.expected[f"row-{i}.wav"] = audio(f"row-{i}")
            self.expected[f"row-{i}.json"] = sidecar(f"row-{i}")

    def start(self, folder):
        return subprocess.Popen([self.options.program, folder, str(self.options.rows), "50"], stderr=subprocess.PIPE)

    def look(self, folder, is_final=False):
        """What is wrong with the folder at this moment."""
        names = set(os.listdir(folder)) if os.path.isdir(folder) else set()
        said = [f"{name} is half written" for name in sorted(names & self.expected.keys())
                if open(os.path.join(folder, name), "rb").read() != self.expected[name]]
        try:
            done = [record["id"] for record in records(folder) if record["type"] == "done"]
        except ValueError as error:
            return said + [str(error)]
        said += [f"{name} is recorded, {name}{end} is not there" for name in done for end in (".wav", ".json")
                 if name + end not in names]
        said += [f"{name} is recorded {done.count(name)} times" for name in set(done) if done.count(name) > 1]
        if is_final:
            said += [f"{name} is missing" for name in sorted(self.expected.keys() - names)]
            said += [f"row-{i} is not recorded" for i in range(self.options.rows) if f"row-{i}" not in done]
            said += [f"{name} is left behind" for name in sorted(names) if name.startswith(".cadenza-tmp")]
        return said

    def strike(self, folder, wait):
        """One run, ended by the signal after `wait` seconds; returns (hit, complaints)."""
        child = self.start(folder)
        try:
            _, words = child.communicate(timeout=wait)
            return False, [] if child.returncode == 0 else [f"exit {child.returncode}: {words.decode()[-160:].strip()}"]
        except subprocess.TimeoutExpired:
            child.send_signal(self.number)
        child.communicate(timeout=60)
        # Before main has installed its handlers a signal is a plain death.
        allowed = {-self.number, 0} | ({128 + self.number} if self.number != signal.SIGKILL else set())
        return True, [] if child.returncode in allowed else [f"exit {child.returncode} after SIG{self.options.signal}"]

    def batch(self, length, kills):
        with tempfile.TemporaryDirectory(dir=self.options.dir) as place:
            folder = os.path.join(place, "out")
            said, hits = [], 0
            for _ in range(kills):
                wait = self.dice.choice([self.dice.uniform(0, length), self.dice.uniform(0, length / 10),
                                         self.dice.uniform(length * 0.9, length)])
                hit, complaints = self.strike(folder, wait)
                hits += hit
                said += complaints + self.look(folder)
                if not hit:
                    break
            child = self.start(folder)
            _, words = child.communicate(timeout=600)
            if child.returncode != 0:
                said.append(f"the last run exits {child.returncode}: {words.decode()[-160:].strip()}")
            return hits, said + self.look(folder, is_final=True)

    def undisturbed(self):
        with tempfile.TemporaryDirectory(dir=self.options.dir) as place:
            folder = os.path.join(place, "out")
            began = time.monotonic()
            self.start(folder).communicate()
            length = time.monotonic() - began
            said = self.look(folder, is_final=True)
            if said:
                sys.exit(f"without kills: {said[0]}")
            return length


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--rows", type=int, default=20)
    parser.add_argument("--signal", default="KILL", choices=["KILL", "TERM", "INT"])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dir", help="where the folders are made")
    parser.add_argument("--expect-fault", action="store_true")
    options = parser.parse_args()
    storm = Storm(options)
    length = storm.undisturbed()
    print(f"seed {options.seed}; an undisturbed run of {options.rows} rows takes {length:.3f} s", flush=True)
    kills = passed = failed = 0
    while kills < options.kills and passed + failed < options.kills * 2:
        hits, said = storm.batch(length, min(10, options.kills - kills))
        kills, passed, failed = kills + hits, passed + (not said), failed + bool(said)
        if said and failed <= 3:
            print(f"batch {passed + failed}: " + "; ".join(said[:3]))
    print(f"{kills} kills, {passed} batches passed, {failed} failed" +
          (f", fewer than {300 / kills:.2f} % of kills do harm at 95 %" if kills and not failed else ""))
    if kills < options.kills:
        sys.exit("too few kills hit a living process")
    sys.exit(0 if bool(failed) == options.expect_fault else 1)


if __name__ == "__main__":
    main()
