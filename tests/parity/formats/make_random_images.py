"""Makes a ZIP archive of random GIF, BMP, TIFF and animated WebP files.

    python3 make_random_images.py COUNT SEED OUTPUT.zip
        (Pillow 9.4.0 and numpy 1.26; other versions make other files)

Beside the files the archive has pixels.txt, for each file a line of its name,
width, height and the SHA-256 of what Pillow's open() and convert("RGB") make of
it; "refused" stands in place of these where Pillow refuses it.
"""

import hashlib
import io
import sys
import warnings
import zipfile

import numpy
import random_bmp
import random_gif
import random_tiff
import random_webp
from PIL import Image

MAKERS = {"bmp": random_bmp.make, "gif": random_gif.make, "tiff": random_tiff.make,
          "webp": random_webp.make}
TIME = (2020, 1, 1, 0, 0, 0)  # so that the archive depends on the seed alone


def expectation(data):
    try:
        image = Image.open(io.BytesIO(data)).convert("RGB")
    except Exception:  # of many kinds
        return "refused"
    digest = hashlib.sha256(image.tobytes()).hexdigest()
    return f"{image.width} {image.height} {digest}"


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    warnings.simplefilter("ignore")
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    lines = []
    with zipfile.ZipFile(sys.argv[3], "w", zipfile.ZIP_DEFLATED) as archive:
        def add(name, data):
            archive.writestr(zipfile.ZipInfo(name, TIME), data, zipfile.ZIP_DEFLATED)

        for i in range(count):
            suffix = list(MAKERS)[i % len(MAKERS)]
            data = MAKERS[suffix](numpy.random.default_rng([seed, i]))
            name = f"{i:05}.{suffix}"
            add(name, data)
            lines.append(f"{name} {expectation(data)}\n")
        add("pixels.txt", "".join(lines))


if __name__ == "__main__":
    main()
