#include "model_tool/weights/zip_checksums.h"

#include <string>

#include "core/base/files.h"
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model_tool/weights/archive_testing.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

std::string WriteArchive() {
  const std::string path = JoinPath(TestDirectory(), "weights.pt");
  WriteTorchArchive(path, "pickle", {{"0", FloatBytes({1.f, 2.f, 3.f, 4.f})}});
  return path;
}

TEST(CheckZipChecksums, AcceptsWhatTorchWrites) {
  EXPECT_OK(CheckZipChecksums(WriteArchive()));
}

TEST(CheckZipChecksums, NamesTheEntryWithAnyFlippedBit) {
  const std::string path = WriteArchive();
  ASSERT_OK_AND_ASSIGN(const std::string intact, ReadFile(path));
  const std::string values = FloatBytes({1.f, 2.f, 3.f, 4.f});
  const size_t begin = intact.find(values);
  ASSERT_NE(begin, std::string::npos);
  for (size_t bit = 0; bit < 8 * values.size(); ++bit) {
    std::string flipped = intact;
    flipped[begin + bit / 8] ^= static_cast<char>(1 << (bit % 8));
    ASSERT_OK(WriteFileAtomically(path, flipped));
    EXPECT_THAT(CheckZipChecksums(path),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("data/0")))
        << bit;
  }
}

TEST(CheckZipChecksums, RefusesACutArchive) {
  const std::string path = WriteArchive();
  ASSERT_OK_AND_ASSIGN(const std::string intact, ReadFile(path));
  for (const size_t size : {size_t{0}, intact.size() / 2, intact.size() - 1}) {
    ASSERT_OK(WriteFileAtomically(path, intact.substr(0, size)));
    EXPECT_THAT(CheckZipChecksums(path),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)))
        << size;
  }
}

}  // namespace
}  // namespace maskfill
