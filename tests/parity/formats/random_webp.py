"""Random animated WebP files, whose first frame may be a part of the canvas."""

import io
import struct

import numpy
from PIL import Image


def chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def number_of_24_bits(value):
    return struct.pack("<I", value)[:3]


def frame(rng, height, width):
    """The chunks of a still picture, without what is around them."""
    channels = int(rng.choice([3, 4]))
    coarse = rng.integers(0, 256, (-(-height // 6), -(-width // 6), channels))
    pixels = numpy.repeat(numpy.repeat(coarse, 6, 0), 6, 1)[:height, :width]
    stream = io.BytesIO()
    Image.fromarray(pixels.astype(numpy.uint8)).save(
        stream, "WEBP", lossless=bool(rng.random() < 0.5), exact=True)
    data, at, chunks = stream.getvalue(), 12, b""
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 4)[0]
        size += 8 + size % 2
        if data[at:at + 4] in (b"VP8 ", b"VP8L", b"ALPH"):
            chunks += data[at:at + size]
        at += size
    return chunks


def make(rng):
    height, width = int(rng.integers(1, 50)), int(rng.integers(1, 50))
    frames = b""
    for _ in range(int(rng.integers(1, 4))):
        top, left = (2 * int(rng.integers(0, (side + 1) // 2)) for side in (height, width))
        rows = int(rng.integers(1, height - top + 1))
        columns = int(rng.integers(1, width - left + 1))
        frames += chunk(b"ANMF", b"".join(
            number_of_24_bits(value)
            for value in (left // 2, top // 2, columns - 1, rows - 1, 40))
            + bytes([int(rng.integers(0, 4))]) + frame(rng, rows, columns))
    body = (b"WEBP"
            + chunk(b"VP8X", bytes([0x12, 0, 0, 0]) + number_of_24_bits(width - 1)
                    + number_of_24_bits(height - 1))
            + chunk(b"ANIM", rng.bytes(4) + b"\0\0") + frames)
    return b"RIFF" + struct.pack("<I", len(body)) + body
