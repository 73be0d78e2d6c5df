#include "core/record/safetensors_reader.h"

#include <sys/stat.h>

#include <string>

#include "absl/strings/str_format.h"
#include "core/base/atomic_file.h"
#include "core/base/crc32c.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// "a" is 12 bytes, "b" two.
std::string FileBytes(bool with_checksums) {
  const std::string a = "abcdefghijkl", b = "mn";
  SafetensorsHeader header;
  header.metadata = {{"format", "pt"}};
  header.entries = {
      {.name = "a", .dtype = "F32", .shape = {3}, .begin = 0, .end = 12},
      {.name = "b", .dtype = "U8", .shape = {2}, .begin = 12, .end = 14}};
  if (with_checksums) {
    header.entries[0].crc32c = absl::StrFormat("%08x", Crc32c(a));
    header.entries[1].crc32c = absl::StrFormat("%08x", Crc32c(b));
  }
  return FormatSafetensorsHeader(header) + a + b;
}

std::string Write(const std::string& bytes) {
  const std::string path = JoinPath(TestDirectory(), "t.safetensors");
  EXPECT_OK(WriteFileAtomically(path, bytes));
  return path;
}

absl::StatusOr<std::string> ReadAll(const SafetensorsReader& reader) {
  std::string all;
  for (const SafetensorsEntry& entry : reader.header().entries) {
    std::string bytes(entry.end - entry.begin, '\0');
    RETURN_IF_ERROR(reader.Read(entry, bytes.data()));
    all += bytes;
  }
  return all;
}

absl::StatusOr<std::string> ReadAll(const std::string& path) {
  ASSIGN_OR_RETURN(const auto reader, SafetensorsReader::Open(path));
  return ReadAll(*reader);
}

TEST(SafetensorsReader, ReadsWithAndWithoutChecksums) {
  for (const bool with_checksums : {false, true}) {
    const std::string bytes = FileBytes(with_checksums);
    EXPECT_THAT(ReadAll(Write(bytes)), IsOkAndHolds("abcdefghijklmn"));
    ASSERT_OK_AND_ASSIGN(const auto reader,
                         SafetensorsReader::OpenBytes(bytes, "bytes"));
    EXPECT_THAT(ReadAll(*reader), IsOkAndHolds("abcdefghijklmn"));
    EXPECT_EQ(HasChecksums(reader->header()), with_checksums);
  }
}

TEST(SafetensorsReader, EveryFlippedBitIsDataLoss) {
  const std::string bytes = FileBytes(/*with_checksums=*/true);
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    const auto read = [&]() -> absl::StatusOr<std::string> {
      ASSIGN_OR_RETURN(const auto reader,
                       SafetensorsReader::OpenBytes(flipped, "t.safetensors"));
      return ReadAll(*reader);
    };
    EXPECT_THAT(read(), StatusIs(absl::StatusCode::kDataLoss,
                                 HasSubstr("t.safetensors")))
        << bit;
  }
}

TEST(SafetensorsReader, NamesTheDamagedTensorAndBothChecksums) {
  std::string bytes = FileBytes(/*with_checksums=*/true);
  bytes.back() ^= 1;
  EXPECT_THAT(
      ReadAll(Write(bytes)),
      StatusIs(absl::StatusCode::kDataLoss,
               AllOf(HasSubstr("tensor \"b\""),
                     HasSubstr(absl::StrFormat("%08x", Crc32c("mo"))),
                     HasSubstr(absl::StrFormat("%08x", Crc32c("mn"))))));
}

TEST(SafetensorsReader, ComputedChecksumsAreThoseThatWouldBeWritten) {
  const std::string bytes = FileBytes(/*with_checksums=*/false);
  ASSERT_OK_AND_ASSIGN(const auto reader,
                       SafetensorsReader::OpenBytes(bytes, "bytes"));
  ASSERT_OK(reader->ReadChecksums());
  EXPECT_EQ(FormatSafetensorsHeader(reader->header()) + "abcdefghijklmn",
            FileBytes(/*with_checksums=*/true));
}

TEST(SafetensorsReader, ReadsWhatWasOpenedOrFails) {
  const std::string path = Write(FileBytes(/*with_checksums=*/false));
  ASSERT_OK_AND_ASSIGN(const auto reader, SafetensorsReader::Open(path));
  ASSERT_OK(reader->ReadChecksums());
  // Another file under the name.
  std::string other = FileBytes(/*with_checksums=*/false);
  other.back() = '!';
  ASSERT_OK(WriteFileAtomically(path, other));
  EXPECT_THAT(ReadAll(*reader), IsOkAndHolds("abcdefghijklmn"));
  // Other bytes in the file.
  ASSERT_OK_AND_ASSIGN(const auto edited, SafetensorsReader::Open(path));
  ASSERT_OK(edited->ReadChecksums());
  ASSERT_OK(WriteFileUnsynced(path, FileBytes(/*with_checksums=*/false)));
  EXPECT_THAT(ReadAll(*edited),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("tensor \"b\"")));
  ASSERT_OK(WriteFileUnsynced(path, ""));
  EXPECT_THAT(ReadAll(*edited), StatusIs(absl::StatusCode::kDataLoss,
                                         HasSubstr("became shorter")));
}

TEST(SafetensorsReader, RefusesWhatIsNoFile) {
  const std::string dir = TestDirectory();
  EXPECT_THAT(SafetensorsReader::Open(JoinPath(dir, "none")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none")));
  EXPECT_THAT(SafetensorsReader::Open(dir),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("is a directory")));
  const std::string pipe = JoinPath(dir, "pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(SafetensorsReader::Open(pipe),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace maskfill
