#include "model_tool/weights/zip_contents.h"

#include <string>

#include "absl/strings/str_replace.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/torch_archives.h"

namespace maskfill {
namespace {

using ::testing::HasSubstr;

std::string Archive() {
  const std::string path = JoinPath(TestDirectory(), "weights.pt");
  WriteTorchArchive(path, "pickle", {{"0", FloatBytes({1.f, 2.f, 3.f, 4.f})}});
  return ReadFile(path).value();
}

TEST(CheckZipChecksums, AcceptsWhatTorchWrites) {
  EXPECT_OK(CheckZipChecksums(Archive()));
}

TEST(CheckZipChecksums, NamesTheEntryWithAnyFlippedBit) {
  const std::string intact = Archive();
  const std::string values = FloatBytes({1.f, 2.f, 3.f, 4.f});
  const size_t begin = intact.find(values);
  ASSERT_NE(begin, std::string::npos);
  for (size_t bit = 0; bit < 8 * values.size(); ++bit) {
    std::string flipped = intact;
    flipped[begin + bit / 8] ^= static_cast<char>(1 << (bit % 8));
    EXPECT_THAT(CheckZipChecksums(flipped),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("data/0")))
        << bit;
  }
}

// Of a megabyte of zeros deflate makes a kilobyte.
TEST(ReadZipContents, RefusesBombs) {
  const std::string path = JoinPath(TestDirectory(), "bomb.pt");
  const std::string zeros(1 << 20, '\0');
  WriteZip(path, {{"a/data.pkl", zeros}}, /*deflated=*/true);
  ASSERT_OK_AND_ASSIGN(std::string archive, ReadFile(path));
  EXPECT_OK(ReadZipContents(archive));
  WriteZip(path, {{"a/data.pkl", zeros}, {"a/data/0", zeros}},
           /*deflated=*/true);
  ASSERT_OK_AND_ASSIGN(archive, ReadFile(path));
  ASSERT_LT(archive.size(), 4000);
  EXPECT_THAT(ReadZipContents(archive),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("unpacked")));
}

// Readers take the first or the last.
TEST(ReadZipContents, RefusesTwoEntriesOfOneName) {
  const std::string path = JoinPath(TestDirectory(), "twice.pt");
  WriteZip(path, {{"a/data.pkl", "x"}, {"a/data/0", "1"}, {"a/data/1", "2"}});
  ASSERT_OK_AND_ASSIGN(std::string archive, ReadFile(path));
  EXPECT_OK(ReadZipContents(archive));
  archive = absl::StrReplaceAll(archive, {{"a/data/1", "a/data/0"}});
  EXPECT_THAT(ReadZipContents(archive),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("has two entries \"a/data/0\"")));
}

TEST(CheckZipChecksums, RefusesACutArchive) {
  const std::string intact = Archive();
  for (const size_t size : {size_t{0}, intact.size() / 2, intact.size() - 1}) {
    EXPECT_THAT(CheckZipChecksums(intact.substr(0, size)),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("archive")))
        << size;
  }
}

}  // namespace
}  // namespace maskfill
