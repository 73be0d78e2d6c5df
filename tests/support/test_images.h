// Small image files for tests of ingest.
#ifndef MASKFILL_TESTS_SUPPORT_TEST_IMAGES_H_
#define MASKFILL_TESTS_SUPPORT_TEST_IMAGES_H_

#include <string>

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/image/encode_png.h"
#include "core/image/image.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {

// The bytes of a PNG of 10 x 8 px; another one for another `seed`.
inline std::string TestPng(int seed) {
  Image image(8, 10);
  for (size_t i = 0; i < image.pixels.size(); ++i) {
    image.pixels[i] = static_cast<uint8_t>(i * 7 + seed * 31);
  }
  absl::StatusOr<std::string> png = EncodePng(image);
  EXPECT_OK(png);
  return *std::move(png);
}

// Writes a file together with the folders above it.
inline void WriteTestFile(const std::string& path, const std::string& bytes) {
  ASSERT_OK(MakeDirectories(Dirname(path)));
  ASSERT_OK(WriteFileAtomically(path, bytes));
}

// <dir>/{ant,bee,cat}/{0..n-1}.png, in that order with the seeds 0, 1, ...
inline void WriteClassFolders(const std::string& dir, int images_per_class) {
  int seed = 0;
  for (const char* name : {"ant", "bee", "cat"}) {
    for (int i = 0; i < images_per_class; ++i) {
      WriteTestFile(
          JoinPath(dir, std::string(name) + "/" + std::to_string(i) + ".png"),
          TestPng(seed++));
    }
  }
}

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_TEST_IMAGES_H_
