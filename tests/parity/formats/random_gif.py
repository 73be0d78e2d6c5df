"""Random GIF files, of kinds that Pillow does not write."""

import struct

import numpy


def lzw(numbers, bits, rng):
    """The codes of GIF89a, appendix F, with some early clear codes."""
    clear, end = 1 << bits, (1 << bits) + 1
    codes, size, table, prefix = [], bits + 1, {}, ()

    def emit(code):
        codes.append((code, size))

    emit(clear)
    for number in numbers:
        longer = prefix + (int(number),)
        if len(longer) == 1 or longer in table:
            prefix = longer
            continue
        emit(table[prefix] if len(prefix) > 1 else prefix[0])
        prefix = longer[-1:]
        next_code = end + 1 + len(table)
        if next_code < 4096:
            table[longer] = next_code
            if next_code == 1 << size and size < 12:
                size += 1
        if rng.random() < 0.002 or (next_code >= 4095 and rng.random() < 0.01):
            emit(clear)
            size, table = bits + 1, {}
    if prefix:
        emit(table[prefix] if len(prefix) > 1 else prefix[0])
        if end + 1 + len(table) == 1 << size and size < 12 and len(codes) > 1:
            size += 1
    emit(end)
    value = used = 0
    data = bytearray()
    for code, width in codes:
        value |= code << used
        used += width
        while used >= 8:
            data.append(value & 255)
            value >>= 8
            used -= 8
    if used:
        data.append(value)
    return bytes(data)


def sub_blocks(data, rng):
    out, at = b"", 0
    while at < len(data):
        size = int(rng.integers(1, 256))
        part = data[at:at + size]
        out += bytes([len(part)]) + part
        at += size
    return out + b"\0"


def palette(bits, rng, grey_share):
    if rng.random() < grey_share:  # greys that are their own numbers
        return bytes(numpy.repeat(numpy.arange(1 << bits), 3).tolist())
    return rng.integers(0, 256, 3 << bits, numpy.uint8).tobytes()


def frame(rng, canvas, numbers_of, grey_share):
    """An image descriptor and its data."""
    height, width = int(rng.integers(1, 40)), int(rng.integers(1, 40))
    top = int(rng.integers(0, canvas[0] + 3)) if rng.random() < 0.5 else 0
    left = int(rng.integers(0, canvas[1] + 3)) if rng.random() < 0.5 else 0
    interlaced = rng.random() < 0.4
    flags = 64 * interlaced
    table = b""
    if rng.random() < 0.4:
        bits = int(rng.integers(1, 9))
        flags |= 128 | (bits - 1)
        table = palette(bits, rng, grey_share)
    code_bits = int(rng.integers(2, 9))
    numbers = numbers_of(height * width, code_bits)
    return (b"," + struct.pack("<HHHHB", left, top, width, height, flags) + table
            + bytes([code_bits])
            + sub_blocks(lzw(numbers, code_bits, rng), rng))


def make(rng):
    def numbers_of(count, bits):
        # Runs, so that codes grow long.
        most = min(1 << bits, int(rng.integers(1, 257)))
        values = rng.integers(0, most, count)
        return numpy.repeat(values, rng.integers(1, 9, count))[:count]

    canvas = (int(rng.integers(0, 50)), int(rng.integers(0, 50)))
    out = b"GIF87a" if rng.random() < 0.3 else b"GIF89a"
    bits = int(rng.integers(1, 9))
    has_palette = rng.random() < 0.8
    out += struct.pack("<HHBBB", canvas[1], canvas[0],
                       128 * has_palette | (bits - 1), int(rng.integers(0, 4)), 0)
    if has_palette:
        out += palette(bits, rng, 0.2)
    for _ in range(int(rng.choice([1, 1, 1, 2, 3]))):
        if rng.random() < 0.3:
            out += b"!\xfe" + sub_blocks(b"a comment" * int(rng.integers(1, 60)), rng)
        if rng.random() < 0.2:
            out += b"!\xff\x0bNETSCAPE2.0\3\1\0\0\0"
        if rng.random() < 0.5:
            flags = int(rng.integers(0, 32))
            out += b"!\xf9\4" + bytes([flags, 5, 0, int(rng.integers(0, 256))]) + b"\0"
        # Greys of its own beside colours of all frames are misread.
        out += frame(rng, canvas, numbers_of, 0 if has_palette else 0.3)
    return out + b";"
