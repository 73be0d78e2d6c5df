"""Makes the files in this folder: python3 make_testdata.py (needs Pillow).

All show the same 16 x 12 pixel picture, a smooth one with an edge.
"""

import os
import struct
import zlib

from PIL import Image


def main():
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    base = Image.new("RGB", (16, 12))
    for y in range(12):
        for x in range(16):
            base.putpixel((x, y), (16 * x, 20 * y, 255 if x > y else 30))
    rgba = base.copy()
    rgba.putalpha(Image.linear_gradient("L").resize((16, 12)))
    base.save("rgb.jpg", quality=85)
    base.save("progressive.jpg", quality=85, progressive=True)
    base.convert("CMYK").save("cmyk.jpg", quality=85)
    base.convert("L").save("grey.jpg", quality=85)
    base.save("rgb.png")
    rgba.save("rgba.png")
    base.quantize(7).save("palette.png")
    base.save("lossy.webp", quality=85)
    base.save("lossless.webp", lossless=True)
    rgba.save("alpha.webp", quality=85)
    base.save("animated.webp", save_all=True, append_images=[base.rotate(180)])
    turned = base.rotate(180)
    base.save("palette.gif")
    base.save("animated.gif", save_all=True, append_images=[turned])
    base.save("rgb.bmp")
    base.quantize(7).save("palette.bmp")
    base.save("rgb.tiff")
    rgba.save("rgba.tiff")
    base.convert("CMYK").save("cmyk.tiff")
    base.quantize(7).save("packbits.tiff", compression="packbits")
    base.save("lzw.tiff", compression="tiff_lzw", tiffinfo={317: 2})
    base.save("deflate.tiff", compression="tiff_adobe_deflate")
    base.save("jpeg.tiff", compression="jpeg", quality=85)
    base.convert("1").save("fax.tiff", compression="group4")
    base.save("pages.tiff", save_all=True, append_images=[turned])

    # Runs of RLE8, which Pillow does not write: each row as it is.
    palette = base.quantize(7)
    colours = palette.getpalette("RGB")[:21]
    with open("runs.bmp", "wb") as stream:
        stream.write(struct.pack("<2sIHHI", b"BM", 0, 0, 0, 54 + 28))
        stream.write(struct.pack("<IiiHHIIiiII", 40, 16, 12, 1, 8, 1, 0, 0, 0, 7, 0))
        for i in range(0, 21, 3):
            stream.write(bytes([colours[i + 2], colours[i + 1], colours[i], 0]))
        for y in reversed(range(12)):
            row = bytes(palette.getpixel((x, y)) for x in range(16))
            stream.write(bytes([0, 12]) + row[:12])
            for x in range(12, 16):
                stream.write(bytes([1, row[x]]))
            stream.write(b"\0\1" if y == 0 else b"\0\0")

    def chunk(kind, data):
        crc = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)

    def png(name, header, rows, before=b""):
        with open(name, "wb") as stream:
            stream.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before
                         + chunk(b"IDAT", zlib.compress(rows))
                         + chunk(b"IEND", b""))

    # 2 x 1 pixels of 16 bits of grey.
    png("grey_16_bits.png", struct.pack(">IIBBBBB", 2, 1, 16, 0, 0, 0, 0),
        b"\0" + struct.pack(">HH", 300, 40000))
    # 3 x 1 pixels of which the last is not in the palette of two colours.
    png("palette_too_short.png", struct.pack(">IIBBBBB", 3, 1, 8, 3, 0, 0, 0),
        b"\0\0\1\2", chunk(b"PLTE", bytes([10, 20, 30, 40, 50, 60])))
    # Says that it has 2^30 pixels.
    png("bomb.png", struct.pack(">IIBBBBB", 1 << 15, 1 << 15, 8, 2, 0, 0, 0),
        b"\0" * 100)


if __name__ == "__main__":
    main()
