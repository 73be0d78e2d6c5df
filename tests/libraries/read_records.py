"""Records and their exports, read by other people's libraries.

    read_records.py records|tf_example|webdataset|croissant docs/python.md PROTO

Runs in the directory that records_in_python_test.cc has filled: `photos`,
`cams`, `counterfactuals` and `predictions/photos` with three records each,
whose values follow from their number as said below; exports of `photos`. The
scripts of docs/python.md run as they stand there. PROTO: the folder of records.proto.
Exits with 77 when a library is not installed.
"""

import importlib
import io
import pathlib
import subprocess
import sys

import page_script

NOT_INSTALLED = 77
LIBRARIES = {
    "records": "google.protobuf",
    "tf_example": "tfrecord",
    "webdataset": "webdataset",
    "croissant": "mlcroissant",
}
# Three images of two classes; the last one is a file, photo.JPEG.
NUMBERS = range(3)
LABELS = [0, 1, 0]
CLASSES = ["cat", "dog"]
SHAPES = [(4, 6, 3), (4, 6, 3), (184, 290, 3)]


def pixels(number):
    """Of the first two images: [4, 6, 3] bytes."""
    return [[[10 * number + 7 * y + 3 * x + c for c in range(3)]
             for x in range(6)] for y in range(4)]


def check_lines(page, heading, expected):
    _, printed = page_script.run(page, heading)
    assert printed.splitlines() == expected, (heading, printed, expected)


def read_with_protobuf(page, proto):
    subprocess.run(["protoc", "--proto_path=" + proto, "--python_out=.",
                    "records.proto"], check=True)
    pathlib.Path("shards.py").write_text(
        page_script.text_of(page, "shards.py"), encoding="utf-8")
    relevance = [tuple((n + patch) / 8 for patch in range(4)) for n in NUMBERS]
    check_lines(page, "CAMs", [
        f"photo-{n} {LABELS[n]} 2x2 {relevance[n]}" for n in NUMBERS])
    masked = [[(patch + n) % 2 for patch in range(9)] for n in NUMBERS]
    check_lines(page, "Masks", [
        f"photo-{n} 0 {masked[n]} ['donor-{n}']" for n in NUMBERS])
    check_lines(page, "Predictions", [
        f"photo-{n} {LABELS[n] == 0} {{0: {n + 0.5}, 1: {float(-n)}}}"
        for n in NUMBERS])


def read_tf_examples(page):
    check_lines(page, "tf.train.Example",
                [f"photo-{n} {LABELS[n]}" for n in NUMBERS])
    from tfrecord.reader import tfrecord_loader

    shards = sorted(map(str, pathlib.Path("tf_example").glob("*.tfrecord")))
    examples = [example for shard in shards
                for example in tfrecord_loader(shard, None)]
    assert len(examples) == len(NUMBERS), shards
    for n, example in enumerate(examples):
        check_image(n, example["image/encoded"])
        assert example["image/class/text"].decode() == CLASSES[LABELS[n]]
    (second,) = tfrecord_loader(shards[0], shards[0] + ".idx", shard=(1, 2))
    assert second["image/id"] == b"photo-1", second["image/id"]


def read_webdataset(page):
    import webdataset

    check_lines(page, "WebDataset",
                [f"photo-{n} {LABELS[n]} {SHAPES[n]}" for n in NUMBERS])
    shards = "webdataset/photos-{000000..000001}.tar"
    samples = list(webdataset.WebDataset(shards, shardshuffle=False))
    assert [s["__key__"] for s in samples] == [f"{n:09d}" for n in NUMBERS]
    for n, sample in enumerate(samples):
        check_image(n, sample["png" if n < 2 else "jpg"])


def check_image(number, encoded):
    import numpy
    from PIL import Image

    if number == 2:
        assert encoded == pathlib.Path("photo.JPEG").read_bytes()
        return
    image = numpy.asarray(Image.open(io.BytesIO(encoded)))
    assert image.tolist() == pixels(number), number


def read_croissant(page):
    import mlcroissant

    check_lines(page, "Croissant",
                [f"{n} {name}" for n, name in enumerate(CLASSES)])
    metadata = mlcroissant.Dataset("photos/croissant.json").metadata
    assert not metadata.ctx.issues.errors, metadata.ctx.issues.report()
    assert [file.name for file in metadata.distribution] == [
        f"photos-0000{n}-of-00002.tfrecord" for n in range(2)]


def main():
    what, page, proto = sys.argv[1:]
    try:
        importlib.import_module(LIBRARIES[what])
    except ImportError as error:
        print(error, "- install it with tools/setup.sh --libraries",
              file=sys.stderr)
        sys.exit(NOT_INSTALLED)
    sys.path.insert(0, ".")
    if what == "records":
        read_with_protobuf(page, proto)
    elif what == "tf_example":
        read_tf_examples(page)
    elif what == "webdataset":
        read_webdataset(page)
    else:
        read_croissant(page)


if __name__ == "__main__":
    main()
