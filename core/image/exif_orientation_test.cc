#include "core/image/exif_orientation.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using ::testing::ElementsAreArray;

std::string Bytes(const std::vector<int>& values) {
  return std::string(values.begin(), values.end());
}

// A directory of ImageWidth (a LONG) and Orientation (a SHORT).
std::string Tiff(int orientation, bool little_endian = true) {
  if (little_endian) {
    return Bytes({'I',  'I', 42, 0, 8, 0, 0, 0, 2,           0,        //
                  0,    1,   4,  0, 1, 0, 0, 0, 6,           0, 0, 0,  //
                  0x12, 1,   3,  0, 1, 0, 0, 0, orientation, 0, 0, 0,
                  0,    0,   0,  0});
  }
  return Bytes({'M', 'M',  0, 42, 0, 0, 0, 8, 0, 2,                  //
                1,   0,    0, 4,  0, 0, 0, 1, 0, 0,           0, 6,  //
                1,   0x12, 0, 3,  0, 0, 0, 1, 0, orientation, 0, 0,
                0,   0,    0, 0});
}

std::string Segment(int marker, const std::string& data) {
  const int length = static_cast<int>(data.size()) + 2;
  return Bytes({0xFF, marker, length >> 8, length & 255}) + data;
}

std::string Exif(const std::string& tiff) {
  return std::string("Exif\0\0", 6) + tiff;
}

std::string Jpeg(const std::string& segments) {
  return Bytes({0xFF, 0xD8}) + segments + Segment(0xDA, "scan");
}

TEST(ExifOrientation, IsReadInBothByteOrders) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool little_endian : {true, false}) {
      EXPECT_EQ(ExifOrientation(Jpeg(
                    Segment(0xE1, Exif(Tiff(orientation, little_endian))))),
                orientation);
    }
  }
}

TEST(ExifOrientation, IsTheFirstOneOfAJpeg) {
  // Behind JFIF, XMP (also an APP1) and a fill byte, before another and a scan.
  EXPECT_EQ(ExifOrientation(Jpeg(Segment(0xE0, "JFIF") +
                                 Segment(0xE1, "http://ns.adobe.com/xap/1.0/") +
                                 "\xFF" + Segment(0xE1, Exif(Tiff(6))) +
                                 Segment(0xE1, Exif(Tiff(3))))),
            6);
  EXPECT_EQ(ExifOrientation(Jpeg("") + Segment(0xE1, Exif(Tiff(6)))), 1);
}

TEST(ExifOrientation, IsReadFromPngAndWebp) {
  const std::string tiff = Tiff(8);
  const int size = static_cast<int>(tiff.size());
  const std::string checksum(4, '\0');
  EXPECT_EQ(ExifOrientation("\x89PNG\r\n\x1A\n" + Bytes({0, 0, 0, 2}) +
                            "IHDRxx" + checksum + Bytes({0, 0, 0, size}) +
                            "eXIf" + tiff + checksum),
            8);
  // A chunk of odd length is padded.
  const std::string before = "RIFF....WEBPVP8 " + Bytes({1, 0, 0, 0, 'x', 0});
  EXPECT_EQ(ExifOrientation(before + "EXIF" + Bytes({size, 0, 0, 0}) + tiff),
            8);
  EXPECT_EQ(ExifOrientation(before + "EXIF" + Bytes({size + 6, 0, 0, 0}) +
                            Exif(tiff)),
            8);
}

TEST(ExifOrientation, IsUprightWithoutAProperOne) {
  for (const int no_orientation : {0, 9, 255}) {
    EXPECT_EQ(ExifOrientation(Jpeg(Segment(0xE1, Exif(Tiff(no_orientation))))),
              1);
  }
  std::string text = Tiff(6);
  text[24] = 2;  // of type ASCII
  for (const std::string& file :
       {std::string(), std::string("GIF89a"), Jpeg(""),
        Jpeg(Segment(0xE1, Exif(text))), Jpeg(Segment(0xE1, Exif("II"))),
        Jpeg(Segment(0xE2, Exif(Tiff(6))))}) {
    EXPECT_EQ(ExifOrientation(file), 1);
  }
}

TEST(ExifOrientation, TakesFilesThatAreCutAnywhere) {
  const std::string whole = Jpeg(Segment(0xE1, Exif(Tiff(6))));
  // SOI, the segment's head, Exif, the TIFF header, the number of entries and
  // two of them.
  const size_t needed = 2 + 4 + 6 + 8 + 2 + 2 * 12;
  for (size_t size = 0; size <= whole.size(); ++size) {
    EXPECT_EQ(ExifOrientation(whole.substr(0, size)), size < needed ? 1 : 6)
        << size;
  }
}

// [[1, 2, 3], [4, 5, 6]] in all channels.
Image TwoByThree() {
  Image image(2, 3);
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<uint8_t>(i / 3 + 1);
  }
  return image;
}

TEST(ApplyOrientation, TurnsAndMirrors) {
  // Pillow 13.0: exif_transpose of that image with the orientation in its EXIF.
  const std::vector<std::vector<int>> expected = {
      {1, 2, 3, 4, 5, 6}, {3, 2, 1, 6, 5, 4}, {6, 5, 4, 3, 2, 1},
      {4, 5, 6, 1, 2, 3}, {1, 4, 2, 5, 3, 6}, {4, 1, 5, 2, 6, 3},
      {6, 3, 5, 2, 4, 1}, {3, 6, 2, 5, 1, 4}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const Image turned = ApplyOrientation(TwoByThree(), orientation);
    EXPECT_EQ(turned.height, orientation < 5 ? 2 : 3);
    EXPECT_EQ(turned.width, orientation < 5 ? 3 : 2);
    std::vector<int> values;
    for (size_t i = 0; i < turned.pixels.size(); ++i) {
      EXPECT_EQ(turned.pixels[i], turned.pixels[i - i % 3]);
      if (i % 3 == 0) values.push_back(turned.pixels[i]);
    }
    EXPECT_THAT(values, ElementsAreArray(expected[orientation - 1]))
        << orientation;
  }
}

}  // namespace
}  // namespace maskfill
