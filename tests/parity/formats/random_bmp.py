"""Random BMP files, of kinds that Pillow does not write."""

import struct

MASKS = {
    16: [(0x7C00, 0x3E0, 0x1F, 0), (0xF800, 0x7E0, 0x1F, 0)],
    24: [(0xFF0000, 0xFF00, 0xFF, 0)],
    32: [(0xFF0000, 0xFF00, 0xFF, 0), (0xFF000000, 0xFF0000, 0xFF00, 0),
         (0xFF000000, 0xFF0000, 0xFF00, 0xFF),
         (0xFF, 0xFF00, 0xFF0000, 0xFF000000),
         (0xFF0000, 0xFF00, 0xFF, 0xFF000000), (0, 0, 0, 0)],
}


def runs(rng, height, width, bits):
    """RLE8 or RLE4 of random pixels; what Pillow reads rightly."""
    out = b""
    for y in range(height):
        x = 0
        while x < width:
            left = width - x
            kind = rng.random()
            if kind < 0.4 and left >= 4:  # as they are, in an even number
                count = int(rng.integers(2, min(left, 254) // 2 + 1)) * 2
                if bits == 4:
                    data = rng.bytes(count // 2)
                else:
                    count -= int(rng.integers(0, 2))
                    data = rng.bytes(count)
                out += bytes([0, count]) + data + b"\0" * (len(data) % 2)
            else:
                count = int(rng.integers(1, min(left, 255) + 1))
                out += bytes([count]) + rng.bytes(1)
            x += count
            if x and rng.random() < 0.02:
                break
        if y < height - 1:
            out += b"\0\0"
        elif x < width:
            out += b"\0\0"
    return out + b"\0\1"


def make(rng):
    bits = int(rng.choice([1, 4, 8, 16, 24, 32]))
    height, width = int(rng.integers(1, 40)), int(rng.integers(1, 40))
    header_bytes = int(rng.choice([12, 40, 40, 64, 108, 124]))
    compression, masks = 0, (0, 0, 0, 0)
    if header_bytes != 12 and bits in (4, 8) and rng.random() < 0.4:
        compression = 1 if bits == 8 else 2
    if header_bytes not in (12, 64) and bits >= 16 and rng.random() < 0.6:
        compression = 3
        masks = MASKS[bits][int(rng.integers(0, len(MASKS[bits])))]
    top_down = header_bytes != 12 and rng.random() < 0.3
    colours, palette = 0, b""
    if bits <= 8:
        if header_bytes != 12 and rng.random() < 0.5:
            colours = int(rng.integers(1, (1 << bits) + 1))
        count = colours or 1 << bits
        size = 3 if header_bytes == 12 else 4
        # Other palettes of greys are misread.
        is_sound = bits == 1 if count == 2 else bits == 8 or compression
        if is_sound and rng.random() < 0.3:
            values = (0, 255) if count == 2 else range(count)
            palette = b"".join(bytes([value] * 3 + [0])[:size] for value in values)
        else:
            palette = rng.bytes(size * count)
    if header_bytes == 12:
        header = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        header = struct.pack("<IiiHHIIiiII", header_bytes, width,
                             -height if top_down else height, 1, bits,
                             compression, 0, 2835, 2835, colours, 0)
        if header_bytes >= 108:
            header += struct.pack("<IIII", *masks)
        header += rng.bytes(header_bytes - len(header))
        if header_bytes == 40 and compression == 3:
            header += struct.pack("<III", *masks[:3])
    if compression in (1, 2):
        pixels = runs(rng, height, width, bits)
    else:
        pixels = rng.bytes((width * bits + 31) // 32 * 4 * height)
    gap = rng.bytes(2 * int(rng.integers(0, 5)))
    at = 14 + len(header) + len(palette) + len(gap)
    if compression in (1, 2) and at % 2:
        gap += b"\0"
        at += 1
    if not gap and rng.random() < 0.2:
        at = 0
    return (b"BM" + struct.pack("<IHHI", 0, 0, 0, at) + header + palette + gap
            + pixels)
