"""What decode_benchmark measures, done by Pillow.

python3 pillow_decode.py --source=DIR --size=224 --seconds=3
Prints one line: "images_per_second X". One thread; files held in memory; the
geometry is torchvision's Resize(size, bicubic) and CenterCrop(size).
"""

import argparse
import io
import os
import sys
import time

from PIL import Image

SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")


def read_all(source):
    files = []
    for folder, _, names in sorted(os.walk(source)):
        for name in sorted(names):
            with open(os.path.join(folder, name), "rb") as stream:
                data = stream.read()
            if data.startswith(SIGNATURES):
                files.append(data)
    return files


def preprocess(data, size):
    image = Image.open(io.BytesIO(data)).convert("RGB")
    width, height = image.size
    if min(width, height) != size:
        if width <= height:
            image = image.resize((size, int(size * height / width)), Image.BICUBIC)
        else:
            image = image.resize((int(size * width / height), size), Image.BICUBIC)
    width, height = image.size
    left = int(round((width - size) / 2.0))
    top = int(round((height - size) / 2.0))
    return image.crop((left, top, left + size, top + size))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", required=True)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--seconds", type=float, default=3.0)
    options = parser.parse_args()
    files = read_all(options.source)
    if not files:
        sys.exit(f"error: {options.source} holds no images")
    for data in files:
        preprocess(data, options.size)
    images = 0
    start = time.perf_counter()
    while True:
        for data in files:
            preprocess(data, options.size)
        images += len(files)
        seconds = time.perf_counter() - start
        if seconds >= options.seconds:
            break
    print(f"images_per_second {images / seconds:.1f}")


if __name__ == "__main__":
    main()
