"""What Python's transformers needs for the same work, to put beside bench_decode.

    python tests/bench/transformers_clip.py [--threads N] [--steps N] [--codec-seconds N]

Random weights at musicgen-small's shape, so nothing is downloaded. Prints milliseconds a guided
decode step (two rows, 16 text tokens) in fp32 and bf16, and seconds of codec decoding for a second
of audio. A 30 s clip is 1503 steps and 30 s of codec.
"""

import argparse
import statistics
import sys
import time

try:
    import torch
    import transformers
except ImportError as error:
    print(f"not measured: {error.name} is not installed (pip install torch transformers)")
    sys.exit(0)

TEXT_TOKENS = 16
POSITIONS = (8, 752, 1496)
STEPS_OF_30_SECONDS = 1503


def make_decoder(dtype):
    config = transformers.MusicgenDecoderConfig()  # its defaults are musicgen-small
    torch.manual_seed(0)
    return transformers.MusicgenForCausalLM(config).to(dtype).eval()


def make_codec():
    config = transformers.EncodecConfig(
        sampling_rate=32000, upsampling_ratios=[8, 5, 4, 4], target_bandwidths=[2.2],
        codebook_size=2048, codebook_dim=128, hidden_size=128, num_filters=64,
        kernel_size=7, last_kernel_size=7, residual_kernel_size=3, num_lstm_layers=2,
        use_causal_conv=False, use_conv_shortcut=False, pad_mode="reflect", normalize=False)
    torch.manual_seed(0)
    return transformers.EncodecModel(config).eval()


def fed_cache(config, columns, dtype):
    """A cache as it is after so many columns; its values do not matter to the time."""
    cache = transformers.EncoderDecoderCache(
        transformers.DynamicCache(), transformers.DynamicCache())
    shape = (2, config.num_attention_heads, columns,
             config.hidden_size // config.num_attention_heads)
    for layer in range(config.num_hidden_layers):
        cache.self_attention_cache.update(
            torch.randn(shape, dtype=dtype), torch.randn(shape, dtype=dtype), layer)
    return cache


def step_times(decoder, columns, steps):
    """Milliseconds of each step from `columns` columns on."""
    config, dtype = decoder.config, decoder.dtype
    text = torch.randn(2, TEXT_TOKENS, config.hidden_size, dtype=dtype)
    mask = torch.tensor([[1] * TEXT_TOKENS, [0] * TEXT_TOKENS])
    text[1] = 0
    tokens = torch.full((2 * config.num_codebooks, 1), 5)
    cache = fed_cache(config, columns, dtype)
    times = []
    for _ in range(steps + 2):
        begin = time.perf_counter()
        cache = decoder(input_ids=tokens, encoder_hidden_states=text, encoder_attention_mask=mask,
                        past_key_values=cache, use_cache=True).past_key_values
        times.append(1e3 * (time.perf_counter() - begin))
    return times[2:]


def codec_seconds(seconds):
    """Seconds for a second of audio."""
    codec = make_codec()
    codes = torch.randint(0, 2048, (1, 1, 4, 50 * seconds))
    codec.decode(codes[..., :50], [None])
    begin = time.perf_counter()
    codec.decode(codes, [None])
    return (time.perf_counter() - begin) / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--codec-seconds", type=int, default=10)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"transformers {transformers.__version__}, torch {torch.__version__}, "
          f"{options.threads} threads, median of {options.steps}\n")
    print("| weights | t | step, ms | best, ms |")
    print("|---|---|---|---|")
    with torch.inference_mode():
        for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16)):
            decoder = make_decoder(dtype)
            for columns in POSITIONS:
                times = step_times(decoder, columns, options.steps)
                print(f"| {name} | {columns} | {statistics.median(times):.1f} "
                      f"| {min(times):.1f} |", flush=True)
        seconds = codec_seconds(options.codec_seconds)
    print(f"\ncodec: {seconds:.2f} s for a second of audio, "
          f"{30 * seconds:.1f} s for a clip of 30 s")


if __name__ == "__main__":
    main()
