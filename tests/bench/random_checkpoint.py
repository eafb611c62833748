"""Writes a checkpoint of musicgen-small's shape with random weights, so that speed and memory can be
measured at full size with nothing downloaded.

    python tests/bench/random_checkpoint.py FOLDER [--tokenizer tests/data/mono/spiece.model]

About 2.4 GB of fp32. What it makes sounds like noise.
"""

import argparse
import pathlib
import shutil

import torch
import transformers


def make_model():
    text = transformers.T5Config(
        vocab_size=32128, d_model=768, d_ff=3072, d_kv=64, num_heads=12, num_layers=12,
        is_encoder_decoder=False, use_cache=False)
    codec = transformers.EncodecConfig(
        sampling_rate=32000, upsampling_ratios=[8, 5, 4, 4], target_bandwidths=[2.2],
        codebook_size=2048, codebook_dim=128, hidden_size=128, num_filters=64,
        kernel_size=7, last_kernel_size=7, residual_kernel_size=3, num_lstm_layers=2,
        use_causal_conv=False, use_conv_shortcut=False, pad_mode="reflect", normalize=False)
    decoder = transformers.MusicgenDecoderConfig()  # its defaults are musicgen-small
    config = transformers.MusicgenConfig(
        text_encoder=text.to_dict(), audio_encoder=codec.to_dict(), decoder=decoder.to_dict())
    torch.manual_seed(0)
    return transformers.MusicgenForConditionalGeneration(config).eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    here = pathlib.Path(__file__).resolve().parent
    parser.add_argument("--tokenizer", type=pathlib.Path,
                        default=here.parent / "data" / "mono" / "spiece.model")
    options = parser.parse_args()
    make_model().save_pretrained(options.folder)
    shutil.copy(options.tokenizer, options.folder / "spiece.model")


if __name__ == "__main__":
    main()
