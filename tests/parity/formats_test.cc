// Random GIF, BMP, TIFF and animated WebP files, byte for byte: what
// formats/make_random_images.py has made with Pillow, and what Pillow has made
// of it. The archive beside it always serves; MASKFILL_RANDOM_IMAGES names one
// more, of as many files as one likes:
//
//   bazel test //tests/parity:formats_test
//       --test_env=MASKFILL_RANDOM_IMAGES=/path/of/random_images.zip
#include <zip.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "core/base/sha256.h"
#include "core/image/decode.h"
#include "core/image/image.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

constexpr char kOwnArchive[] = "tests/parity/formats/random_images.zip";

class Archive {
 public:
  explicit Archive(const std::string& path)
      : zip_(zip_open(path.c_str(), ZIP_RDONLY, nullptr), zip_discard) {}

  // A file's bytes; a failure of the test and nothing where there is none.
  std::string Read(const std::string& name) {
    zip_stat_t info;
    if (zip_ == nullptr || zip_stat(zip_.get(), name.c_str(), 0, &info) != 0) {
      ADD_FAILURE() << "no archive, or no \"" << name << "\" in it";
      return "";
    }
    std::string bytes(info.size, '\0');
    zip_file_t* file = zip_fopen(zip_.get(), name.c_str(), 0);
    EXPECT_EQ(zip_fread(file, bytes.data(), bytes.size()),
              static_cast<zip_int64_t>(bytes.size()));
    zip_fclose(file);
    return bytes;
  }

 private:
  std::unique_ptr<zip_t, decltype(&zip_discard)> zip_;
};

// As a line of pixels.txt, without the name.
std::string Found(const std::string& bytes) {
  const absl::StatusOr<Image> image = DecodeImage(bytes);
  if (!image.ok()) return "refused";
  const auto* pixels = reinterpret_cast<const char*>(image->pixels.data());
  return absl::StrCat(image->width, " ", image->height, " ",
                      Sha256Hex({pixels, image->pixels.size()}));
}

class Formats : public testing::TestWithParam<std::string> {};

TEST_P(Formats, EqualPillowsByteForByte) {
  Archive archive(GetParam());
  const std::string table = archive.Read("pixels.txt");
  int64_t compared = 0;
  for (const absl::string_view line :
       absl::StrSplit(table, '\n', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> row =
        absl::StrSplit(line, absl::MaxSplits(' ', 1));
    EXPECT_EQ(Found(archive.Read(row.first)), row.second) << row.first;
    ++compared;
  }
  EXPECT_GE(compared, 400);
  printf("compared %d files of %s\n", static_cast<int>(compared),
         GetParam().c_str());
}

std::vector<std::string> Archives() {
  std::vector<std::string> paths = {kOwnArchive};
  const char* named = std::getenv("MASKFILL_RANDOM_IMAGES");
  if (named != nullptr && *named != '\0') paths.push_back(named);
  return paths;
}

INSTANTIATE_TEST_SUITE_P(Archives, Formats, testing::ValuesIn(Archives()),
                         [](const testing::TestParamInfo<std::string>& info) {
                           return info.index == 0 ? "OfTheRepository"
                                                  : "OfTheEnvironment";
                         });

}  // namespace
}  // namespace maskfill
