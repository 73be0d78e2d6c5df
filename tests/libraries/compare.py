"""Loads an export by a library's own means and compares with our numbers.

    compare.py open_clip|transformers|openai|torch docs/weights.md

runs in a directory that holds export/ (what export_model wrote), image.png (a
photograph of the model's size), photo.png (before it was resized) and
expected.safetensors (our features and logits of it). The script of that
section of docs/weights.md runs as it stands there. Exits with 77 when the
library is not installed.
"""

import json
import pathlib
import shutil
import sys

import page_script

NOT_INSTALLED = 77
# Of the largest value: float32 sums in another order.
TOLERANCE = 1e-5

try:
    import torch
    from safetensors.torch import load_file
except ImportError as error:
    print(error, "- install it with tools/setup.sh", file=sys.stderr)
    sys.exit(NOT_INSTALLED)


def import_torchvision():
    """open_clip and transformers need it.

    Where torch is built without CUDA and torchvision with it, its operators
    cannot be loaded, and without their names it cannot be imported. Nothing
    here calls them.
    """
    try:
        import torchvision
    except RuntimeError:
        library = torch.library.Library("torchvision", "DEF")
        for name in ("nms", "qnms"):
            library.define(
                name + "(Tensor boxes, Tensor scores, float iou) -> Tensor")
        import torchvision
        torchvision.names_of_operators = library  # as long as the module


def check(what, found, expected):
    error = (found - expected).abs().max() / expected.abs().max()
    print("%s: relative error %.1e" % (what, error))
    assert found.shape == expected.shape, (found.shape, expected.shape)
    assert error <= TOLERANCE, (what, found, expected)


def check_script(page, heading, expected, names):
    variables, printed = page_script.run(page, heading)
    check("logits of the page's script", variables["logits"],
          expected["logits"])
    assert printed == names[expected["logits"].argmax()], printed


def class_names():
    return json.loads(
        pathlib.Path("export/class_names.json").read_text(encoding="utf-8"))


def compare_open_clip(page, expected):
    import open_clip

    # Pillow resizes the photograph, so the pixels are ours byte for byte.
    shutil.copy("photo.png", "image.png")
    check_script(page, "open_clip", expected, class_names())
    model = open_clip.create_model("local-dir:export").eval()
    check_text(expected, model.encode_text, model.context_length)


def compare_openai(page, expected):
    import open_clip
    from PIL import Image

    state = torch.load("export/model.pt", weights_only=True)
    assert all(tensor.dtype == torch.float32 for tensor in state.values())
    model = open_clip.load_openai_model("export/model.pt", device="cpu")
    preprocess = open_clip.image_transform(
        model.visual.image_size, is_train=False, mean=model.visual.image_mean,
        std=model.visual.image_std)
    with torch.no_grad():
        features = model.encode_image(
            preprocess(Image.open("photo.png")).unsqueeze(0))
    check("image features", features, expected["image_features"])
    check_text(expected, model.encode_text, model.context_length)


def compare_transformers(page, expected):
    import transformers

    check_script(page, "transformers", expected, class_names())
    if "tokens" in expected:
        model = transformers.CLIPModel.from_pretrained("export")
        check_text(expected,
                   lambda tokens: model.get_text_features(tokens).pooler_output)
        check("temperature", model.logit_scale,
              load_file("export/model.safetensors")["logit_scale"])


def compare_torch(page, expected):
    names = json.loads(pathlib.Path("export/config.json").read_text(
        encoding="utf-8"))["class_names"]
    shutil.copy("photo.png", "image.png")
    check_script(page, "torch", expected, names)


def check_text(expected, encode, length=None):
    tokens = expected["tokens"]
    if length is not None:
        tokens = torch.nn.functional.pad(tokens, (0, length - tokens.shape[1]))
    with torch.no_grad():
        check("text features", encode(tokens), expected["text_features"])


def main():
    library, page = sys.argv[1:]
    try:
        if library != "torch":
            import_torchvision()
        if library == "transformers":
            import transformers  # noqa: F401
        elif library != "torch":
            import open_clip  # noqa: F401
    except ImportError as error:
        print(error, "- install it with tools/setup.sh --libraries",
              file=sys.stderr)
        sys.exit(NOT_INSTALLED)
    compare = globals()["compare_" + library]
    compare(page, load_file("expected.safetensors"))


if __name__ == "__main__":
    main()
