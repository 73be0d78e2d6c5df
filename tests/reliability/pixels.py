"""Random images, decoded, resized and cropped by us and by Pillow."""

import io
import random
import subprocess
import tarfile

import PIL
from PIL import Image, ImageFile, features

SIDES = (16, 32, 64)
# An optimised JPEG is written at once: of noise it is larger than Pillow thinks.
ImageFile.MAXBLOCK = 1 << 22
_JPEG = ("L", "RGB", "CMYK")
_PNG = ("1", "L", "LA", "P", "RGB", "RGBA")
_WEBP = ("RGB", "RGBA")


def random_picture(rng):
    """Noise on a small grid made larger: smooth parts and edges."""
    width, height = (rng.randint(1, rng.choice((20, 120, 320)))
                     for _ in range(2))
    small = (max(1, width // rng.randint(1, 9)),
             max(1, height // rng.randint(1, 9)))
    noise = Image.frombytes("RGBA", small,
                            rng.randbytes(4 * small[0] * small[1]))
    return noise.resize((width, height), rng.choice(
        (Image.Resampling.NEAREST, Image.Resampling.BICUBIC)))


def random_file(rng):
    """(bytes, suffix) of an image as people have them."""
    picture = random_picture(rng)
    out = io.BytesIO()
    kind = rng.choice(("jpg", "jpg", "png", "webp"))
    if kind == "jpg":
        picture.convert("RGB").convert(rng.choice(_JPEG)).save(
            out, "JPEG", quality=rng.randint(5, 100),
            progressive=rng.random() < 0.3, optimize=rng.random() < 0.3,
            subsampling=rng.choice((0, 1, 2)))
    elif kind == "png":
        mode = rng.choice(_PNG)
        if mode in ("1", "P"):
            picture = picture.convert("RGB")
        picture.convert(mode).save(out, "PNG",
                                   compress_level=rng.randint(0, 9))
    else:
        picture.convert(rng.choice(_WEBP)).save(
            out, "WEBP", quality=rng.randint(0, 100),
            lossless=rng.random() < 0.3)
    return out.getvalue(), kind


def as_pillow_9(data, side):
    """torchvision's Resize and CenterCrop of CLIP on a Pillow image.

    Pillow 13 resizes tall images in the other order, which rounds otherwise
    (docs/decisions/005): here the columns' number is changed first, as Pillow 9
    does.
    """
    image = Image.open(io.BytesIO(data)).convert("RGB")
    width, height = image.size
    if width <= height:
        wide, high = side, int(side * height / width)
    else:
        wide, high = int(side * width / height), side
    for size in ((wide, height), (wide, high)):
        image = image.resize(size, Image.Resampling.BICUBIC)
    left, top = round((wide - side) / 2), round((high - side) / 2)
    return image.crop((left, top, left + side, top + side)).tobytes()


def compare(programs, directory, seed, times):
    """(images, what Pillow this is, those that differ as text)."""
    wrong = []
    for number, side in enumerate(SIDES):
        rng = random.Random(f"{seed} {side}")
        place = directory / str(side)
        images = place / "images" / "one"
        images.mkdir(parents=True)
        expected = []
        for i in range(number, times, len(SIDES)):
            data, suffix = random_file(rng)
            (images / f"{i:06d}.{suffix}").write_bytes(data)
            expected.append((f"image {i} ({suffix}) at {side} px",
                             as_pillow_9(data, side)))
        for command in (
                ["ingest/ingest", "--source=images", "--pixels=preprocessed",
                 "--name=random", "--num_shards=1", f"--image_size={side}",
                 "--output=records"],
                ["record_tool/records", "export", "records", "--to=webdataset",
                 "--output=tar"]):
            subprocess.run([str(programs / command[0]), *command[1:]],
                           cwd=place, check=True, stderr=subprocess.DEVNULL)
        (tar,) = (place / "tar").glob("*.tar")
        with tarfile.open(tar) as archive:
            found = [Image.open(archive.extractfile(member)).tobytes()
                     for member in archive if member.name.endswith(".png")]
        if len(found) != len(expected):
            wrong.append(f"{len(found)} images came back of {len(expected)}")
        wrong += [name + " has other pixels"
                  for (name, pixels), ours in zip(expected, found)
                  if pixels != ours]
    pillow = (f"Pillow {PIL.__version__}, libjpeg-turbo "
              f"{features.version('libjpeg_turbo')}, libwebp "
              f"{features.version('webp')}")
    return times, pillow, wrong
