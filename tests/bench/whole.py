"""The program as a whole: start-up, the starter, load, memory, a batch against single runs.

    python tests/bench/whole.py build/bin/cadenza CHECKPOINT [--seconds N] [--clips N]

CHECKPOINT: a folder as random_checkpoint.py writes it. Nothing but Python's own library is needed.
Run it on a machine that does nothing else; each figure is the best of the runs it names.
"""

import argparse
import json
import mmap
import os
import pathlib
import subprocess
import tempfile
import time

FULL_CLIP_STEPS = 1503


def run(command, environment, **options):
    """Wall seconds, and peak memory in MB."""
    begin = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, **options) as process:
        error = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begin
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}: {error.decode()}")
    return seconds, usage.ru_maxrss / 1024


def best(times, work):
    return min(work() for _ in range(times))


def row(name, what, figure, target=""):
    print(f"| {name} | {what} | {figure} | {target} |", flush=True)


def starter(program, environment, folder):
    def help_ms():
        return run([program, "--help"], environment)[0] * 1e3

    def ten_seconds():
        return run([program, "generate", "calm piano music", "-d", "10", "-o", folder / "s.wav",
                    "--overwrite"], environment)[0]

    row("S6", "`cadenza --help`, best of 10", f"{best(10, help_ms):.1f} ms", "< 20 ms")
    row("S6", "starter, 10 s of audio, start to file closed, best of 5",
        f"{best(5, ten_seconds):.2f} s", "< 1 s")


def read_seconds(paths_and_bytes):
    """Plain reads, from the page cache into memory that was not touched before."""
    begin = time.perf_counter()
    for path, size in paths_and_bytes:
        memory = mmap.mmap(-1, size)
        with open(path, "rb", buffering=0) as file:
            view, done = memoryview(memory), 0
            while done < size:
                done += file.readinto(view[done:])
    return time.perf_counter() - begin


def clip(program, environment, folder, model, precision, seconds):
    output = folder / "clip.wav"
    _, memory = run([program, "generate", "calm piano music", "-m", model, "-d", str(seconds),
                     "--precision", precision, "--seed", "1", "-o", output, "--overwrite"],
                    environment)
    timings = json.loads(output.with_suffix(".json").read_text())["timings"]
    return timings, memory


def load_and_memory(program, environment, folder, model, precision):
    run([program, "models", "pack", model, "--precision", precision], environment)
    pack = next(pathlib.Path(environment["XDG_CACHE_HOME"]).rglob(f"*.{precision}.pack"))
    loads = [clip(program, environment, folder, model, precision, 1)[0]["load"] for _ in range(3)]
    megabytes = pack.stat().st_size / 1e6
    # T5 and the codec's decoder are read from the checkpoint in fp32: 0.11 and 0.028 G parameters.
    rest = 552
    weights = next(pathlib.Path(model).glob("*.safetensors"))
    read = best(3, lambda: read_seconds([(pack, pack.stat().st_size), (weights, rest * 10**6)]))
    row("S10", f"load, {precision}, warm, best of 3, against one thread reading {megabytes:.0f} + "
        f"{rest} MB", f"{min(loads) / 1e3:.2f} s / {read:.2f} s = **{min(loads) / 1e3 / read:.2f}**",
        "1.2")
    _, memory = clip(program, environment, folder, model, precision, 30)
    config = json.loads((pathlib.Path(model) / "config.json").read_text())["decoder"]
    value_bytes = 4 if precision == "fp32" else 2
    cache = 4 * config["num_hidden_layers"] * config["hidden_size"] * FULL_CLIP_STEPS * value_bytes
    needed = megabytes + rest + cache / 1e6
    peak = memory * 1.048576
    row("S11", f"peak memory of 30 s, {precision}: weights + keys and values are {needed:.0f} MB",
        f"{peak:.0f} MB: **{peak - needed:+.0f} MB**", "+300 MB")


def batch(program, environment, folder, model, precision, clips, seconds):
    manifest = folder / "clips.jsonl"
    manifest.write_text("".join(
        json.dumps({"id": f"c{i}", "prompt": f"calm piano music, take {i}", "duration": seconds})
        + "\n" for i in range(clips)))
    walls = {}
    for size in (1, 4, clips):
        walls[size], _ = run([program, "batch", manifest, "-m", model, "--precision", precision,
                              "--out-dir", folder / f"batch-{precision}-{size}",
                              "--batch-size", str(size)], environment)
    for size in (4, clips):
        row("S9", f"{clips} clips of {seconds} s, {precision}, {size} at a time, whole process",
            f"{walls[size]:.1f} s / {walls[1]:.1f} s = **{100 * walls[size] / walls[1]:.0f} %**",
            "60 %" if size == clips else "")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("checkpoint")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--clips", type=int, default=16)
    options = parser.parse_args()
    program = pathlib.Path(options.program).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        environment = {"PATH": os.environ["PATH"], "HOME": name, "XDG_CACHE_HOME": name}
        print("| | what | measured | target |\n|---|---|---|---|")
        starter(program, environment, folder)
        for precision in ("bf16", "int8", "int4"):
            load_and_memory(program, environment, folder, options.checkpoint, precision)
            timings, _ = clip(program, environment, folder, options.checkpoint, precision, 30)
            row("S4", f"clip of 30 s, {precision}",
                f"{timings['decode'] / 1e3:.1f} s + codec {timings['codec'] / 1e3:.1f} s")
        for precision in ("bf16", "int8"):
            batch(program, environment, folder, options.checkpoint, precision, options.clips,
                  options.seconds)


if __name__ == "__main__":
    main()
