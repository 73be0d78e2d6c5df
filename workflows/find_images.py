#!/usr/bin/env python3
"""Says how a directory of images is laid out, as a configuration of photos.yaml.

    .venv/bin/python workflows/find_images.py DIR RUN [--layout=LAYOUT]

imagenet: DIR/<split>/<wnid>/*, or DIR/<wnid>/*; labels are ImageNet's.
folder:   DIR/<split>/<class>/*, or DIR/<class>/*; any class folders, whose
          names are the names of the classes: "golden_retriever" is "a photo of a
          golden retriever".
auto:     folder, unless all class folders have names of ImageNet's.

<split> is train and val; where there is one only, the same images train and
test. Writes RUN/images.json and, for folder, RUN/classes.json and
RUN/class_names.json; says on stderr what it found. Exit code 66 where there is
nothing to be found, 64 where what is asked for does not fit.
"""

import argparse
import json
import os
import re
import sys
from pathlib import Path

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")  # that ingest takes
SPLITS = ("train", "val")
WNID = re.compile(r"n\d{8}")


def fail(message, code=66):
    print(f"error: {message}", file=sys.stderr)
    sys.exit(code)


def is_image(name):
    return name.lower().endswith(SUFFIXES) and not name.startswith(".")


def count_images(directory):
    return sum(
        is_image(name)
        for _, _, names in os.walk(directory)
        for name in names
    )


def class_folders(directory):
    """Name -> images of every folder in `directory`; {} if images lie deeper."""
    folders = {
        path.name: path
        for path in directory.iterdir()
        if path.is_dir() and not path.name.startswith(".")
    }
    if not any(is_image(n) for path in folders.values() for n in os.listdir(path)):
        return {}
    return {name: count_images(path) for name, path in folders.items()}


def short(names):
    names = list(names)
    rest = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + rest


def class_names(folders):
    """What prompts call the classes."""
    numbered = re.compile(r"(n\d{8}|\d+)[-_. ]+(?=.)")
    names = folders
    if all(numbered.match(name) for name in folders):  # "001.Albatross"
        names = [numbered.sub("", name, count=1) for name in folders]
    names = [" ".join(name.replace("_", " ").split()) for name in names]
    if "" in names or len(set(names)) < len(names):
        return folders
    return names


def write(path, value):
    """Leaves an equal file alone: stages go by time stamps and contents."""
    text = json.dumps(value, indent=1, ensure_ascii=False) + "\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def find(directory, layout):
    """(configuration, class folders or None, message)."""
    if (directory / "ILSVRC2012").is_dir():
        directory = directory / "ILSVRC2012"
    splits = [name for name in SPLITS if (directory / name).is_dir()]
    splits = [name for name in splits if class_folders(directory / name)]
    where = [f"{name}/" for name in splits] or [""]
    found = {place: class_folders(directory / place) for place in where}
    classes = sorted(
        {name for folders in found.values() for name in folders},
        key=os.fsencode,
    )
    images = sum(sum(folders.values()) for folders in found.values())
    if not images:
        fail(
            f'found no images in folders of "{directory}"; expected class folders,'
            " <class>/*.jpg, or <split>/<class>/*.jpg with the splits train and"
            " val; or ImageNet's <split>/<wnid>/*.JPEG. It holds:"
            f" {short(sorted(os.listdir(directory))) or 'nothing'}"
        )
    wnids = all(WNID.fullmatch(name) for name in classes)
    if layout == "imagenet" and not wnids:
        others = [name for name in classes if not WNID.fullmatch(name)]
        fail(
            f"--layout=imagenet expects folders named like n02123045, found"
            f" {short(others)}; give --layout=folder to take the folders' names"
            " as the classes' names",
            64,
        )
    folder = layout == "folder" or (layout == "auto" and not wnids)
    for place, folders in found.items():
        empty = [name for name, count in folders.items() if not count]
        if folder and empty:
            fail(
                f"every folder in {directory / place} is a class, and these hold no"
                f" images ({' '.join(SUFFIXES)}): {short(empty)}; move them elsewhere"
            )
    if folder and len(classes) < 2:
        fail(f'"{directory}" holds one class only ({classes[0]}), expected two')

    sets = {}
    for name in splits or ["train"]:
        sets[name] = {"split": name, "directory": name if folder and splits else ""}
        # ImageNet-Sketch is <wnid>/* with the labels of all 1000 classes.
        other = "imagenet" if splits else "imagenet_sketch"
        sets[name]["layout"] = "folder" if folder else other
    config = {
        "images": str(directory),
        "sets": sets,
        "train_set": "train" if "train" in sets else "val",
        "eval_sets": list(sets),
    }
    counts = ", ".join(
        f"{sum(folders.values())} images of {len(folders)} classes in"
        f" {directory / place if place else directory}"
        for place, folders in found.items()
    )
    what = f"found {counts}"
    if folder:
        names = class_names(classes)
        what += f"; the classes are called after their folders: {short(names)}"
        if any(WNID.fullmatch(name) for name in classes) and wnids:
            what += "; --layout=imagenet would call them by ImageNet's names"
    else:
        what += ", labelled by ImageNet's wnids"
    if len(sets) == 1:
        what += (
            f". Only {directory / splits[0]} is there" if splits
            else ". There is no split into train/ and val/"
        ) + ": the same images train and test, and accuracies say nothing of new images"
    return config, classes if folder else None, what


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument(
        "--layout", choices=("auto", "imagenet", "folder"), default="auto"
    )
    arguments = parser.parse_args()
    run = arguments.run.resolve()
    directory = arguments.directory.resolve()
    if not directory.is_dir():
        fail(f'found no directory "{arguments.directory}"')
    config, classes, what = find(directory, arguments.layout)
    run.mkdir(parents=True, exist_ok=True)
    if classes:
        write(run / "classes.json", classes)
        write(run / "class_names.json", class_names(classes))
        config["classes"] = str(run / "classes.json")
        config["class_names"] = str(run / "class_names.json")
    write(run / "images.json", config)
    print(f"[images] {what}", file=sys.stderr)


if __name__ == "__main__":
    main()
