// Every file of a directory of goldens, byte for byte: input/NAME decoded,
// resized and cropped equals expected/NAME.png, which Pillow and torchvision
// made. The small directory in testdata/ always serves; MASKFILL_IMAGES_DIR
// names one more.
#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/image/clip_preprocess.h"
#include "core/image/decode.h"
#include "core/image/image.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

constexpr char kOwnGoldens[] = "tests/parity/testdata";

absl::StatusOr<Image> ReadImage(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  return Annotate(DecodeImage(bytes), path);
}

// What differs between two images, or "".
std::string Difference(const Image& actual, const Image& expected) {
  if (actual.height != expected.height || actual.width != expected.width) {
    return absl::StrCat("size ", actual.width, "x", actual.height,
                        ", expected ", expected.width, "x", expected.height);
  }
  int64_t differing = 0;
  int largest = 0;
  for (size_t i = 0; i < actual.pixels.size(); ++i) {
    const int difference = std::abs(actual.pixels[i] - expected.pixels[i]);
    differing += difference != 0;
    largest = std::max(largest, difference);
  }
  if (differing == 0) return "";
  return absl::StrCat(differing, " of ", actual.pixels.size(),
                      " bytes differ, by ", largest, " at most");
}

// Compares all files below `dir`; the size is that of the expected image.
void CompareAll(const std::string& dir) {
  const std::string inputs = JoinPath(dir, "input");
  ASSERT_OK_AND_ASSIGN(const std::vector<std::string> names,
                       ListDirectory(inputs));
  ASSERT_FALSE(names.empty()) << inputs << " holds no files to compare";
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    const absl::StatusOr<Image> expected =
        ReadImage(JoinPath(JoinPath(dir, "expected"), name + ".png"));
    EXPECT_OK(expected);
    const absl::StatusOr<Image> image = ReadImage(JoinPath(inputs, name));
    EXPECT_OK(image);
    if (!expected.ok() || !image.ok()) continue;
    ASSERT_EQ(expected->height, expected->width);
    EXPECT_EQ(
        Difference(ResizeAndCenterCrop(*image, expected->width), *expected),
        "");
  }
  testing::Test::RecordProperty("files", static_cast<int>(names.size()));
  printf("compared %d files of %s\n", static_cast<int>(names.size()),
         dir.c_str());
}

// A directory that is named but absent or empty is a failure.
std::vector<std::string> GoldenDirectories() {
  std::vector<std::string> dirs = {kOwnGoldens};
  const char* named = std::getenv("MASKFILL_IMAGES_DIR");
  if (named != nullptr && *named != '\0') dirs.push_back(named);
  return dirs;
}

class Pixels : public testing::TestWithParam<std::string> {};

TEST_P(Pixels, EqualPillowsByteForByte) { CompareAll(GetParam()); }

INSTANTIATE_TEST_SUITE_P(Directories, Pixels,
                         testing::ValuesIn(GoldenDirectories()),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return info.index == 0 ? "OfTheRepository"
                                                  : "OfTheEnvironment";
                         });

}  // namespace
}  // namespace maskfill
