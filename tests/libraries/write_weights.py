"""Writes weights as a library itself writes them, and what it computes.

    write_weights.py KIND

writes, in the working directory, weights/ (for import_model), image.png, image
and text features as expected.safetensors. Exits with 77 when the library
is not installed. KIND is the name of a function below without "write_".
"""

import collections
import json
import pathlib
import sys

import compare

try:
    import torch
    from PIL import Image
    from safetensors.torch import save_file
except ImportError as error:
    print(error, "- install it with tools/setup.sh", file=sys.stderr)
    sys.exit(compare.NOT_INSTALLED)

WEIGHTS = pathlib.Path("weights")
SIZE, CONTEXT, VOCABULARY = 64, 12, 100
# Begin, words, end (the last id of the vocabulary), padding.
TOKENS = torch.tensor([[98, 5, 17, 99, 0, 0], [98, 61, 99, 0, 0, 0]])


def image():
    """uint8 [3, SIZE, SIZE], written as image.png as well."""
    pixels = torch.randint(0, 256, (SIZE, SIZE, 3), dtype=torch.uint8)
    Image.fromarray(pixels.numpy()).save("image.png")
    return pixels.permute(2, 0, 1)


def normalised(mean, std):
    def column(values):
        return torch.tensor(values).view(3, 1, 1)

    return ((image() / 255 - column(mean)) / column(std)).unsqueeze(0)


def randomise(model):
    """So that no parameter is what a loader would make up."""
    for name, parameter in model.named_parameters():
        noise = torch.randn_like(parameter) * 0.05
        parameter.data = noise + (1 if "ln_" in name or "norm" in name else 0)
    return model.eval()


def save_expected(image_features, text_features=None):
    expected = {"image_features": image_features}
    if text_features is not None:
        expected["tokens"] = TOKENS
        expected["text_features"] = text_features
    save_file({name: t.contiguous() for name, t in expected.items()}, "expected.safetensors")


# transformers


def hugging_face_config(**changes):
    import transformers

    vision = dict(
        hidden_size=128, intermediate_size=301, num_hidden_layers=3,
        num_attention_heads=4, image_size=SIZE, patch_size=16, projection_dim=48,
        **changes,
    )
    text = dict(
        hidden_size=64, intermediate_size=256, num_hidden_layers=2,
        num_attention_heads=2, vocab_size=VOCABULARY, max_position_embeddings=CONTEXT,
        projection_dim=48, bos_token_id=98, eos_token_id=99, pad_token_id=0, **changes,
    )
    return transformers.CLIPConfig(
        text_config=text, vision_config=vision, projection_dim=48
    )


def save_hugging_face(model, directory, **options):
    import transformers

    mean, std = [0.5, 0.4, 0.3], [0.2, 0.3, 0.25]
    model.save_pretrained(directory, **options)
    transformers.CLIPImageProcessor(
        size={"shortest_edge": SIZE}, crop_size=SIZE, image_mean=mean, image_std=std
    ).save_pretrained(directory)
    pixels = normalised(mean, std)
    with torch.no_grad():
        if isinstance(model, transformers.CLIPModel):
            save_expected(
                model.get_image_features(pixels).pooler_output,
                model.get_text_features(TOKENS).pooler_output,
            )
        else:
            save_expected(model(pixels).image_embeds)


def hugging_face(**changes):
    import transformers

    return randomise(transformers.CLIPModel(hugging_face_config(**changes)))


def write_transformers():
    save_hugging_face(hugging_face(), WEIGHTS)


def write_transformers_sharded():
    model = hugging_face(hidden_act="gelu", layer_norm_eps=1e-3)
    save_hugging_face(model, WEIGHTS, max_shard_size="300KB")
    assert len(list(WEIGHTS.glob("*.safetensors"))) > 2


def write_transformers_pickled():
    model = hugging_face()
    save_hugging_face(model, WEIGHTS)
    (WEIGHTS / "model.safetensors").unlink()
    torch.save(model.state_dict(), WEIGHTS / "pytorch_model.bin")


def write_transformers_vision():
    import transformers

    config = hugging_face_config(hidden_act="gelu").vision_config
    model = transformers.CLIPVisionModelWithProjection(config)
    save_hugging_face(randomise(model), WEIGHTS)


# open_clip, and what people do with its state dicts

OPEN_CLIP = {
    "embed_dim": 48,
    "vision_cfg": {
        "image_size": SIZE, "patch_size": 16, "layers": 3, "width": 128,
        "head_width": 32, "mlp_ratio": 2.0,
    },
    "text_cfg": {
        "context_length": CONTEXT, "vocab_size": VOCABULARY, "width": 64, "heads": 2,
        "layers": 2,
    },
}


def open_clip_model(**changes):
    import open_clip

    model = randomise(open_clip.CLIP(**OPEN_CLIP, **changes))
    mean, std = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
    open_clip.model.set_model_preprocess_cfg(
        model, {"mean": mean, "std": std, "size": (SIZE, SIZE)}
    )
    tokens = torch.nn.functional.pad(TOKENS, (0, CONTEXT - TOKENS.shape[1]))
    with torch.no_grad():
        save_expected(
            model.encode_image(normalised(mean, std)), model.encode_text(tokens)
        )
    return model


def write_open_clip():
    from open_clip.push_to_hf_hub import save_config_for_hf

    model = open_clip_model()
    WEIGHTS.mkdir()
    save_file(model.state_dict(), WEIGHTS / "open_clip_model.safetensors")
    save_config_for_hf(model, WEIGHTS / "open_clip_config.json", OPEN_CLIP)


def save_torch(content, **options):
    WEIGHTS.mkdir()
    torch.save(content, WEIGHTS / "model.pt", **options)


def state_dict():
    # Flags: --activation=gelu, --heads=4, --text_heads=2.
    return open_clip_model().state_dict()


def write_torch_zip():
    save_torch(state_dict())


def write_torch_defaultdict():
    weights = collections.defaultdict(int, state_dict())
    weights["epoch"] = 7
    save_torch(weights)


def write_torch_training():
    parameter = torch.nn.Parameter(torch.zeros(3))
    optimizer = torch.optim.AdamW([parameter])
    parameter.grad = torch.ones(3)
    optimizer.step()
    save_torch(
        {
            "epoch": 3,
            "name": "run",
            "state_dict": {"module." + name: t for name, t in state_dict().items()},
            "optimizer": optimizer.state_dict(),
            "scaler": None,
        }
    )


def write_torch_legacy():
    save_torch(state_dict(), _use_new_zipfile_serialization=False)


# ftfy


def write_ftfy():
    """Lines as people's class lists have them, and what CLIP makes of each."""
    import ftfy

    lines = [
        "mother\u2019s \u201cbest\u201d caf\u00e9", "cafe\u0301 \u2126 \uff54ench \uff76\uff9e",
        "\ufb01sh \u0149 \u01c4 \u0132", "rock &amp; roll &rsquo; &#146; &notit;", "<b> &amp;",
        "\ufeffa\x07b\ufffc", "\x1b[31mred\x1b[0m", "\u1100\u1161 \u0085 \u3000x",
        "Stra\u00dfe \u2013 \u2014 \u2026 \u00a0 \u200b\u2009.", "\u02bbokina \u2032 \u2033",
        "na\u00efve \u00c5ngstr\u00f6m A\u030angstro\u0308m", "\U0001f1e6 \u2764\ufe0f \U0001d49c",
    ]
    WEIGHTS.mkdir()
    text = json.dumps([[line, ftfy.fix_text(line)] for line in lines])
    (WEIGHTS / "lines.json").write_text(text)


def main():
    torch.manual_seed(11)
    kind = sys.argv[1]
    try:
        compare.import_torchvision()
        globals()["write_" + kind]()
    except ImportError as error:
        print(error, "- install it with tools/setup.sh --libraries", file=sys.stderr)
        sys.exit(compare.NOT_INSTALLED)


if __name__ == "__main__":
    main()
