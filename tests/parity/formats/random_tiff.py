"""Random TIFF files, of kinds that Pillow does not write."""

import io
import struct
import zlib

import numpy
from PIL import Image

# photometric, bits, extra samples -> samples
KINDS = (
    [(photometric, bits, ()) for photometric in (0, 1, 3) for bits in (1, 2, 4, 8)]
    + [(2, 8, ()), (2, 16, ()), (2, 8, (0,)), (2, 8, (1,)), (2, 8, (2,)),
       (2, 16, (0,)), (2, 16, (1,)), (2, 16, (2,)), (2, 8, (0, 0)),
       (2, 8, (1, 0)), (2, 8, (2, 0)), (1, 8, (2,)), (3, 8, (2,)), (5, 8, ()),
       (5, 8, (0,))]
)
COLOURS = {0: 1, 1: 1, 2: 3, 3: 1, 5: 4}


def pack_bits(data, rng):
    out, at = b"", 0
    while at < len(data):
        run = 1
        while at + run < len(data) and run < 128 and data[at + run] == data[at]:
            run += 1
        if run > 1:
            out += bytes([257 - run, data[at]])
        else:
            run = min(int(rng.integers(1, 129)), len(data) - at)
            out += bytes([run - 1]) + data[at:at + run]
        at += run
    return out


def lzw(data):
    """TIFF 6.0, section 13: from the highest bit, codes grow one early."""
    value = used = 0
    out = bytearray()
    size, table, prefix = 9, {}, b""

    def emit(code):
        nonlocal value, used
        value = value << size | code
        used += size
        while used >= 8:
            used -= 8
            out.append(value >> used & 255)
            value &= (1 << used) - 1

    def code_of(text):
        return table[text] if len(text) > 1 else text[0]

    emit(256)
    for byte in data:
        longer = prefix + bytes([byte])
        if len(longer) == 1 or longer in table:
            prefix = longer
            continue
        emit(code_of(prefix))
        table[longer] = 258 + len(table)
        prefix = longer[-1:]
        if len(table) + 258 == 4094:
            emit(256)
            size, table = 9, {}
        elif len(table) + 258 == 1 << size:
            size += 1
    if prefix:
        emit(code_of(prefix))
        if len(table) + 259 == 1 << size:
            size += 1
    emit(257)
    if used:
        out.append(value << (8 - used) & 255)
    return bytes(out)


def reversed_bits(data):
    bits = numpy.unpackbits(numpy.frombuffer(data, numpy.uint8).reshape(-1, 1), axis=1)
    return numpy.packbits(bits[:, ::-1], axis=1).tobytes()


def rows_of(samples, bits, order):
    """[H, W, S] samples as rows of whole bytes."""
    lines = samples.reshape(len(samples), -1)
    if bits == 16:
        return lines.astype(order + "u2").tobytes()
    if bits == 8:
        return lines.astype(numpy.uint8).tobytes()
    spread = numpy.unpackbits(lines.astype(numpy.uint8)[..., None], axis=-1)
    return numpy.packbits(spread[..., 8 - bits:].reshape(len(lines), -1),
                          axis=1).tobytes()


def directory(order, tags, big):
    """The bytes from the first directory on, which lies at 8 (or 16)."""
    start = 16 if big else 8
    entry, inline, offset = (20, 8, "Q") if big else (12, 4, "I")
    head = start + (8 if big else 2) + entry * len(tags) + (8 if big else 4)
    entries, beside = b"", b""
    for tag, (kind, values) in sorted(tags.items()):
        data = struct.pack(order + str(len(values)) + {3: "H", 4: "I"}[kind], *values)
        entries += struct.pack(order + "HH" + offset, tag, kind, len(values))
        if len(data) <= inline:
            entries += data.ljust(inline, b"\0")
        else:
            entries += struct.pack(order + offset, head + len(beside))
            beside += data + b"\0" * (len(data) % 2)
    return (struct.pack(order + ("Q" if big else "H"), len(tags)) + entries
            + struct.pack(order + offset, 0) + beside)


def blocks_of(samples, tags, rng, bits, order, planes):
    """The strips or tiles, as in the file, and their tags."""
    height, width, count = samples.shape
    if rng.random() < 0.4:
        size = [int(rng.integers(1, 4)) * 16 for _ in range(2)]
        tags[323], tags[322] = (4, (size[0],)), (4, (size[1],))
        down, across = -(-height // size[0]), -(-width // size[1])
        padded = numpy.zeros((down * size[0], across * size[1], count), samples.dtype)
        padded[:height, :width] = samples
        offsets, counts = 324, 325
    else:
        size = [int(rng.integers(1, height + 1)), width]
        tags[278] = (4, (size[0],))
        down, across, padded = -(-height // size[0]), 1, samples
        offsets, counts = 273, 279
    blocks = []
    for layer in numpy.split(padded, count, -1) if planes else [padded]:
        for y in range(down):
            for x in range(across):
                part = layer[y * size[0]:(y + 1) * size[0],
                             x * size[1]:(x + 1) * size[1]]
                blocks.append(rows_of(part, bits, order))
    return blocks, offsets, counts


def make_by_hand(rng):
    photometric, bits, extra = KINDS[int(rng.integers(0, len(KINDS)))]
    count = COLOURS[photometric] + len(extra)
    order = str(rng.choice(["<", ">"]))
    height, width = int(rng.integers(1, 50)), int(rng.integers(1, 50))
    runs = numpy.repeat(rng.integers(0, 1 << bits, height * width * count),
                        rng.integers(1, 6, height * width * count))
    samples = runs[:height * width * count].reshape(height, width, count)
    planes = (count > 2 and extra in ((), (2,)) and bits == 8
              and rng.random() < 0.3)
    backwards = photometric < 2 and bits == 1 and rng.random() < 0.3
    compression = int(rng.choice([1, 5, 8, 32773, 32946]))
    tags = {256: (4, (width,)), 257: (4, (height,)), 258: (3, (bits,) * count),
            259: (3, (compression,)), 262: (3, (photometric,)),
            277: (3, (count,)), 284: (3, (2 if planes else 1,))}
    if extra:
        tags[338] = (3, extra)
    if backwards:
        tags[266] = (3, (2,))
    if rng.random() < 0.4:
        tags[274] = (3, (int(rng.integers(1, 9)),))
    if photometric == 3:
        tags[320] = (3, tuple(rng.integers(0, 65536, 3 << bits).tolist()))
    if rng.random() < 0.2:
        tags[339] = (3, (1,) * count)
    blocks, offsets, counts = blocks_of(samples, tags, rng, bits, order, planes)
    compress = {1: lambda data: data, 5: lzw, 8: zlib.compress, 32946: zlib.compress,
                32773: lambda data: pack_bits(data, rng)}[compression]
    blocks = [compress(block) for block in blocks]
    if backwards:
        blocks = [reversed_bits(block) for block in blocks]
    big = order == "<" and rng.random() < 0.1
    # Twice: the first time for the size of the directory.
    at = [0] * len(blocks)
    for _ in range(2):
        tags[offsets] = (4, tuple(at))
        tags[counts] = (4, tuple(len(block) for block in blocks))
        body = directory(order, tags, big)
        start = (16 if big else 8) + len(body)
        at = [start + sum(map(len, blocks[:i])) for i in range(len(blocks))]
    tags[offsets] = (4, tuple(at))
    mark = {"<": b"II", ">": b"MM"}[order]
    if big:
        head = mark + struct.pack(order + "HHHQ", 43, 8, 0, 16)
    else:
        head = mark + struct.pack(order + "HI", 42, 8)
    return head + directory(order, tags, big) + b"".join(blocks)


def make_by_libtiff(rng):
    """What libtiff compresses for Pillow: JPEG, the fax codes, predictors."""
    height, width = int(rng.integers(1, 60)), int(rng.integers(1, 60))
    y, x = numpy.mgrid[0:height, 0:width]
    smooth = numpy.stack([128 + 120 * numpy.sin(x / 9.0), 128 + 120 * numpy.cos(y / 7.0),
                          4 * x + 2 * y], -1) + rng.normal(0, 9, (height, width, 3))
    image = Image.fromarray(numpy.clip(smooth, 0, 255).astype(numpy.uint8))
    mode, options = [
        ("RGB", {"compression": "jpeg"}), ("L", {"compression": "jpeg"}),
        ("CMYK", {"compression": "jpeg"}), ("1", {"compression": "group3"}),
        ("1", {"compression": "group4"}), ("1", {"compression": "tiff_ccitt"}),
        ("RGB", {"compression": "tiff_lzw", "tiffinfo": {317: 2}}),
        ("L", {"compression": "tiff_adobe_deflate", "tiffinfo": {317: 2}}),
        ("RGBA", {"compression": "tiff_deflate", "tiffinfo": {317: 2}}),
        ("P", {"compression": "packbits"}),
    ][int(rng.integers(0, 10))]
    if options["compression"] == "jpeg":
        options["quality"] = int(rng.integers(30, 96))
    if rng.random() < 0.3:
        options["tiffinfo"] = {**options.get("tiffinfo", {}),
                               278: int(rng.integers(1, 8)) * 8}
    stream = io.BytesIO()
    image = image.convert(mode)
    if mode != "CMYK" and rng.random() < 0.2:
        options.update(save_all=True, append_images=[image])
    image.save(stream, "TIFF", **options)
    return stream.getvalue()


def make(rng):
    return make_by_hand(rng) if rng.random() < 0.7 else make_by_libtiff(rng)
