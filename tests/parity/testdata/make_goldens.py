"""Makes input/ and expected/: small images of every kind, and their pixels.

    python3 make_goldens.py inputs     (Pillow 13.0.0 and numpy)
    python3 make_goldens.py expected   (Pillow 9.4.0 and numpy)

Later versions of Pillow shrink tall images vertically first, which moves some
bytes by one; 9.4.0 is the one that the project equals. The expected pixels are those of torchvision's Resize(SIZE, bicubic) and
CenterCrop(SIZE) on Pillow's open() and convert("RGB"), whose geometry is
written out below so that torchvision is not needed.
"""

import io
import os
import struct
import sys
import zlib

import numpy
from PIL import Image

SIZE = 32


def picture(width, height, seed):
    """Smooth colours, an edge, and some noise."""
    rng = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width]
    pixels = numpy.stack(
        [
            128 + 120 * numpy.sin(x / 9.0 + seed),
            128 + 120 * numpy.cos(y / 7.0),
            numpy.where(x * height > y * width, 230, 20),
        ],
        axis=-1,
    )
    pixels += rng.normal(0, 12, pixels.shape)
    return Image.fromarray(numpy.clip(pixels, 0, 255).astype(numpy.uint8))


def raw_png(pixels, bit_depth, color_type, interlaced=False):
    """What Pillow cannot write: pixels is [H, W, C] of samples."""

    def chunk(kind, data):
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    def rows(block):
        if block.size == 0:
            return b""
        lines = block.reshape(len(block), -1)
        if bit_depth == 16:
            return b"".join(b"\0" + line.astype(">u2").tobytes() for line in lines)
        bits = numpy.unpackbits(lines.astype(numpy.uint8)[..., None], axis=-1)
        bits = bits[..., 8 - bit_depth:].reshape(len(lines), -1)
        return b"".join(b"\0" + numpy.packbits(line).tobytes() for line in bits)

    passes = [(0, 0, 1, 1)]
    if interlaced:  # Adam7: first row, first column, row step, column step
        passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4),
                  (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)]
    data = b"".join(rows(pixels[y::dy, x::dx]) for y, x, dy, dx in passes)
    height, width = pixels.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, bit_depth, color_type, 0, 0,
                         int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
            + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))


def ycck(image):
    """A CMYK JPEG whose Adobe marker says that it is YCCK."""
    stream = io.BytesIO()
    image.convert("CMYK").save(stream, "JPEG")
    data = bytearray(stream.getvalue())
    data[data.index(b"Adobe") + 11] = 2
    return bytes(data)


def preprocess(image):
    width, height = image.size
    short, long = min(width, height), max(width, height)
    if short != SIZE:
        longer = int(SIZE * long / short)
        size = (SIZE, longer) if width <= height else (longer, SIZE)
        image = image.resize(size, Image.BICUBIC)
    width, height = image.size
    left = int(round((width - SIZE) / 2.0))
    top = int(round((height - SIZE) / 2.0))
    return image.crop((left, top, left + SIZE, top + SIZE))


def make_inputs(folder):
    base = picture(61, 45, 1)
    alpha = Image.linear_gradient("L").resize((61, 45))
    rgba = base.copy()
    rgba.putalpha(alpha)
    grey = base.convert("L")
    grey_alpha = grey.copy()
    grey_alpha.putalpha(alpha)
    palette = base.quantize(17)
    deep = numpy.asarray(base).astype(numpy.uint32) * 257 + 5
    deep = numpy.clip(deep, 0, 65535)
    grey_values = numpy.asarray(grey)[..., None]
    files = {
        "rgb_16_bits.png": raw_png(deep, 16, 2),
        "rgb_16_bits_interlaced.png": raw_png(deep, 16, 2, True),
        "grey_alpha_16_bits.png": raw_png(deep[..., :2], 16, 4),
        "interlaced.png": raw_png(numpy.asarray(base), 8, 2, True),
        "grey_interlaced.png": raw_png(grey_values, 8, 0, True),
        "grey_4_bits.png": raw_png(grey_values >> 4, 4, 0),
        "grey_2_bits.png": raw_png(grey_values >> 6, 2, 0),
        "ycck.jpg": ycck(base),
    }
    images = {
        "444.jpg": (base, {"quality": 90, "subsampling": 0}),
        "422.jpg": (base, {"quality": 90, "subsampling": 1}),
        "420.jpg": (base, {"quality": 75, "subsampling": 2}),
        "progressive.jpg": (base, {"progressive": True}),
        "grey.jpg": (grey, {}),
        "cmyk.jpg": (base.convert("CMYK"), {}),
        "exif_rotated.jpg": (base, {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\x01"
                                            b"\x01\x12\0\x03\0\0\0\x01\0\x06"
                                            b"\0\0\0\0\0\0"}),
        "not_ycc.jpg": (base, {"keep_rgb": True}),
        "restarts.jpg": (base, {"restart_marker_blocks": 2}),
        "portrait.jpg": (picture(31, 90, 2), {}),
        "tall.png": (picture(40, 150, 7), {}),
        "size_32.png": (picture(32, 32, 3), {}),
        "wide.png": (picture(150, 5, 4), {}),
        "one.png": (picture(1, 1, 5), {}),
        "high_32.png": (picture(32, 47, 6), {}),
        "rgb.png": (base, {}),
        "png_named.JPEG": (base, {"format": "PNG"}),
        "rgba.png": (rgba, {}),
        "grey.png": (grey, {}),
        "grey_alpha.png": (grey_alpha, {}),
        "palette.png": (palette, {}),
        "palette_4_bits.png": (base.quantize(9), {"bits": 4}),
        "palette_transparent.png": (palette, {"transparency": 3}),
        "one_bit.png": (base.convert("1"), {}),
        "lossy.webp": (base, {"quality": 80}),
        "lossless.webp": (base, {"lossless": True}),
        "alpha.webp": (rgba, {"quality": 80}),
    }
    for name, (image, options) in images.items():
        image.save(os.path.join(folder, name), **options)
    for name, data in files.items():
        with open(os.path.join(folder, name), "wb") as stream:
            stream.write(data)


def make_expected(inputs, folder):
    for name in sorted(os.listdir(inputs)):
        image = Image.open(os.path.join(inputs, name)).convert("RGB")
        preprocess(image).save(os.path.join(folder, name + ".png"))


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    inputs = os.path.join(here, "input")
    if sys.argv[1:] == ["inputs"]:
        make_inputs(inputs)
    elif sys.argv[1:] == ["expected"]:
        make_expected(inputs, os.path.join(here, "expected"))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
