#!/usr/bin/env python3
"""ImageNet and its five test sets in miniature, as their archives unpack.

    .venv/bin/python tests/e2e/imagenet_layouts.py DIR

Writes ImageNet (train and val), ImageNet-V2, R, Sketch and A, and ObjectNet with
its mappings, below DIR: the folders' names are the real ones, of classes that
all sets have, the pictures are parts of examples/photos. So accuracies mean
nothing. Among them is what the archives hold and trips a reader: CMYK, a PNG
named JPEG, a grey picture, an EXIF orientation, a border in ObjectNet, folders of
ObjectNet that are no class of ImageNet or two, hidden files.
"""

import argparse
import json
from pathlib import Path

from PIL import Image, ImageFilter, ImageOps

ROOT = Path(__file__).resolve().parents[2]
CLASSES = 4
TRAIN_IMAGES, TEST_IMAGES = 4, 1  # of each class
BORDER = 2  # px, red, around every picture of ObjectNet


def imagenet_classes():
    """wnid -> description, in label order."""
    table = ROOT / "ingest/classes/data/imagenet_classes.tsv"
    lines = table.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines)


def subset(name):
    table = ROOT / "ingest/classes/data/imagenet_subsets.tsv"
    rows = (line.split("\t") for line in table.read_text(encoding="utf-8").splitlines())
    return {wnid for of, wnid in rows if of == name}


def photographs():
    """Endless: parts of the photographs, no two alike for a long time."""
    files = sorted((ROOT / "examples/photos").glob("*/*/*.JPEG"))
    turn = 0
    while True:
        image = Image.open(files[turn % len(files)]).convert("RGB")
        cut = turn // len(files)
        width, height = image.size
        yield image.crop((5 * cut, 3 * cut, width - 2 * cut, height - 4 * cut))
        turn += 1


def save(image, path, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)


def save_train(image, path, number):
    """As the training set's pictures are, odd ones included."""
    if number == 0:
        save(image.convert("CMYK"), path, format="JPEG")
    elif number == 1:
        save(image, path, format="PNG")
    elif number == 2:
        exif = Image.Exif()
        exif[0x0112] = 6  # turned by 90 degrees
        save(image, path, format="JPEG", exif=exif)
    elif number == 3:
        save(image.convert("L"), path, format="JPEG")
    else:
        save(image, path, format="JPEG")


def write_objectnet(source, wnids, descriptions, photos):
    """Folder i is class i; the last one is two classes, and one is none."""
    folders = [f"object_{i}" for i in range(len(wnids) - 1)]
    names = [descriptions[wnid] for wnid in wnids]
    label_of = {folder: folder.replace("_", " ").title() for folder in folders}
    names_of = dict(zip(label_of.values(), names))
    names_of[label_of[folders[-1]]] += "; " + names[-1]
    label_of["no_class"] = "No class"
    for folder in label_of:
        for number in range(TEST_IMAGES):
            framed = ImageOps.expand(next(photos), BORDER, "red")
            save(framed, source / "images" / folder / f"{folder}{number}.png")
    mappings = {
        "folder_to_objectnet_label.json": json.dumps(label_of),
        "objectnet_to_imagenet_1k.json": json.dumps(names_of),
        "imagenet_to_label_2012_v2": "\n".join(descriptions.values()) + "\n",
        "pytorch_to_imagenet_2012_id.json": json.dumps(
            {label: label for label in range(len(descriptions))}
        ),
    }
    for name, text in mappings.items():
        file = source / "mappings" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory", type=Path)
    root = parser.parse_args().directory
    descriptions = imagenet_classes()
    in_all = subset("imagenet_r") & subset("imagenet_a")
    wnids = [wnid for wnid in descriptions if wnid in in_all][:CLASSES]
    labels = {wnid: label for label, wnid in enumerate(descriptions)}
    photos = photographs()

    imagenet = root / "ILSVRC2012"
    for number in range(TRAIN_IMAGES * CLASSES):
        wnid = wnids[number % CLASSES]
        save_train(next(photos), imagenet / "train" / wnid / f"{wnid}_{number}.JPEG",
                   number)
    test_sets = {
        imagenet / "val": lambda image: image,
        root / "imagenet-r": lambda image: ImageOps.posterize(image, 2),
        root / "sketch": lambda image: image.filter(ImageFilter.CONTOUR),
        root / "imagenet-a": ImageOps.flip,
    }
    for directory, change in test_sets.items():
        for number in range(TEST_IMAGES * CLASSES):
            folder = directory / wnids[number % CLASSES]
            save(change(next(photos)), folder / f"{number}.JPEG", format="JPEG")
    v2 = root / "imagenetv2-matched-frequency-format-val"
    for number in range(TEST_IMAGES * CLASSES):
        folder = v2 / str(labels[wnids[number % CLASSES]])
        save(next(photos), folder / f"{number}.jpeg", format="JPEG")
    (root / "imagenet-r" / "README.txt").write_text("Not an image.\n")
    (imagenet / "val" / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    write_objectnet(root / "objectnet-1.0", wnids, descriptions, photos)


if __name__ == "__main__":
    main()
