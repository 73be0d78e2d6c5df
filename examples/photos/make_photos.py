"""Makes train/ and val/ from photographs that come with scikit-image.

    python3 -m venv venv && venv/bin/pip install scikit-image==0.26.0 Pillow
    venv/bin/python make_photos.py

README.md says where the photographs come from.
"""

import os

import skimage
from PIL import Image, ImageOps

# Folder: photograph, and the part of it that shows the object in pixels
# (left, top, right, bottom).
CLASSES = {
    "n02123045": ("chelsea.png", (0, 0, 451, 300)),  # tabby cat
    "n03773504": ("rocket.jpg", (170, 60, 490, 427)),  # missile
    "n04266014": ("astronaut.png", (334, 0, 512, 292)),  # space shuttle
    "n04485082": ("camera.png", (150, 100, 470, 512)),  # tripod
    "n07920052": ("coffee.png", (40, 0, 560, 400)),  # espresso
}

# What is cut from each side of that part (fractions of its width and height),
# whether it is mirrored, and the longer side of the result in pixels.
VARIANTS = {
    "train": [
        (0.00, 0.00, 0.00, 0.00, False, 300),
        (0.12, 0.05, 0.00, 0.08, False, 280),
        (0.00, 0.10, 0.12, 0.00, True, 300),
        (0.06, 0.02, 0.10, 0.16, True, 260),
        (0.10, 0.12, 0.06, 0.02, False, 240),
    ],
    "val": [
        (0.04, 0.06, 0.04, 0.06, True, 290),
        (0.14, 0.00, 0.04, 0.12, True, 270),
        (0.02, 0.14, 0.14, 0.04, False, 250),
    ],
}

# Like n02105855_2933.JPEG of ImageNet: a PNG under a JPEG's name.
PNG_NAMED_JPEG = "n04266014_val_2.JPEG"


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    data = os.path.join(os.path.dirname(skimage.__file__), "data")
    for wnid, (photo, (left, top, right, bottom)) in CLASSES.items():
        part = Image.open(os.path.join(data, photo)).crop((left, top, right, bottom))
        width, height = part.size
        for split, variants in VARIANTS.items():
            folder = os.path.join(here, split, wnid)
            os.makedirs(folder, exist_ok=True)
            for number, variant in enumerate(variants):
                x0, y0, x1, y1, mirrored, longer = variant
                image = part.crop((round(x0 * width), round(y0 * height),
                                   round((1 - x1) * width),
                                   round((1 - y1) * height)))
                if mirrored:
                    image = ImageOps.mirror(image)
                scale = longer / max(image.size)
                image = image.resize([round(side * scale) for side in image.size],
                                     Image.BICUBIC)
                name = f"{wnid}_{split}_{number}.JPEG"
                if name == PNG_NAMED_JPEG:
                    image.save(os.path.join(folder, name), "PNG", optimize=True)
                else:
                    image.save(os.path.join(folder, name), "JPEG", quality=88)


if __name__ == "__main__":
    main()
