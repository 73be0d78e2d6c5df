#include "ingest/source_digest.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/preemption.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_images.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

// a/1 = "one", a/2 = "two", b/3 = "three" below `dir`.
void WriteSource(const std::string& dir) {
  WriteTestFile(dir + "/a/1.png", "one");
  WriteTestFile(dir + "/a/2.png", "two");
  WriteTestFile(dir + "/b/3.png", "three");
}

ImageList ListOf(const std::string& dir,
                 const std::vector<std::string>& paths = {"a/1.png", "a/2.png",
                                                          "b/3.png"}) {
  ImageList list;
  list.source = dir;
  for (const std::string& path : paths) {
    const absl::StatusOr<FileStamp> stamp = StampOf(dir + "/" + path);
    EXPECT_OK(stamp);
    list.files.push_back({.path = path, .stamp = *stamp});
  }
  return list;
}

std::string FingerprintOf(const ImageList& list) {
  const absl::StatusOr<SourceDigest> digest = DigestSource(list, {});
  EXPECT_OK(digest);
  return digest->fingerprint;
}

SourceDigestOptions Remembering(const std::string& dir) {
  return {.memory = dir + "/.memory",
          .remember_from_bytes = 0,
          .settled_after = -absl::Hours(1),
          .num_threads = 2};
}

TEST(SourceDigest, IsTheSameForEveryCopyInAnyOrder) {
  const std::string dir = TestDirectory();
  WriteSource(dir + "/x");
  WriteSource(dir + "/y");
  ImageList list = ListOf(dir + "/y");
  std::reverse(list.files.begin(), list.files.end());
  EXPECT_EQ(FingerprintOf(list), FingerprintOf(ListOf(dir + "/x")));
}

TEST(SourceDigest, DependsOnPathsAndContents) {
  const std::string dir = TestDirectory();
  WriteSource(dir);
  const std::string fingerprint = FingerprintOf(ListOf(dir));
  EXPECT_NE(FingerprintOf(ListOf(dir, {"a/1.png", "a/2.png"})), fingerprint);
  ImageList renamed = ListOf(dir);
  ASSERT_OK(RenamePath(dir + "/b/3.png", dir + "/b/4.png"));
  renamed.files[2].path = "b/4.png";
  EXPECT_NE(FingerprintOf(renamed), fingerprint);
  ASSERT_OK(RenamePath(dir + "/b/4.png", dir + "/b/3.png"));
  WriteTestFile(dir + "/b/3.png", "THREE");
  EXPECT_NE(FingerprintOf(ListOf(dir)), fingerprint);
}

TEST(SourceDigest, ReadsARememberedFolderNoSecondTime) {
  const std::string dir = TestDirectory();
  WriteSource(dir);
  const SourceDigestOptions options = Remembering(dir);
  ASSERT_OK_AND_ASSIGN(const SourceDigest first,
                       DigestSource(ListOf(dir), options));
  EXPECT_EQ(first.images_read, 3);
  EXPECT_EQ(first.fingerprint, FingerprintOf(ListOf(dir)));
  ASSERT_OK_AND_ASSIGN(const SourceDigest second,
                       DigestSource(ListOf(dir), options));
  EXPECT_EQ(second.images_read, 0);
  EXPECT_EQ(second.fingerprint, first.fingerprint);
}

TEST(SourceDigest, NoticesAnImageReplacedByOneOfTheSameSizeAndTime) {
  const std::string dir = TestDirectory();
  WriteSource(dir);
  const SourceDigestOptions options = Remembering(dir);
  ASSERT_OK_AND_ASSIGN(const SourceDigest before,
                       DigestSource(ListOf(dir), options));
  const std::string path = dir + "/a/2.png";
  ASSERT_OK_AND_ASSIGN(const FileStamp stamp, StampOf(path));
  WriteTestFile(path, "TWO");
  const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
                             {.tv_sec = stamp.modified_ns / 1000000000,
                              .tv_nsec = stamp.modified_ns % 1000000000}};
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  ASSERT_OK_AND_ASSIGN(const SourceDigest after,
                       DigestSource(ListOf(dir), options));
  EXPECT_EQ(after.images_read, 2);  // those of folder a
  EXPECT_NE(after.fingerprint, before.fingerprint);
}

TEST(SourceDigest, RemembersNoFileThatMayChangeWithoutANewTime) {
  const std::string dir = TestDirectory();
  WriteSource(dir);
  SourceDigestOptions options = Remembering(dir);
  options.settled_after = absl::Hours(1);
  ASSERT_OK(DigestSource(ListOf(dir), options));
  EXPECT_FALSE(PathExists(options.memory));
}

TEST(SourceDigest, WritesNoMemoryWhereItMayNotOrNeedNot) {
  const std::string dir = TestDirectory();
  WriteSource(dir);
  SourceDigestOptions options = Remembering(dir);
  options.may_write_memory = false;
  ASSERT_OK(DigestSource(ListOf(dir), options));
  EXPECT_FALSE(PathExists(options.memory));
  options.may_write_memory = true;
  options.remember_from_bytes = 12;  // one more than there are
  ASSERT_OK(DigestSource(ListOf(dir), options));
  EXPECT_FALSE(PathExists(options.memory));
  WriteTestFile(dir + "/file", "");
  options = Remembering(dir + "/file");  // no directory
  ASSERT_OK(DigestSource(ListOf(dir), options));
}

TEST(SourceDigest, BelievesNoDamagedLine) {
  const std::string dir = TestDirectory();
  WriteSource(dir);
  const SourceDigestOptions options = Remembering(dir);
  ASSERT_OK_AND_ASSIGN(const SourceDigest whole,
                       DigestSource(ListOf(dir), options));
  ASSERT_OK_AND_ASSIGN(const std::string lines, ReadFile(options.memory));
  ASSERT_EQ(lines.size(), 2 * 139u);
  for (size_t i = 0; i < lines.size(); i += 7) {
    std::string damaged = lines;
    damaged[i] ^= 1;
    ASSERT_OK(WriteFileAtomically(options.memory, damaged));
    ASSERT_OK_AND_ASSIGN(const SourceDigest digest,
                         DigestSource(ListOf(dir), options));
    EXPECT_EQ(digest.fingerprint, whole.fingerprint) << i;
    EXPECT_GT(digest.images_read, 0) << i;
  }
  // Cut within its last line, which another task may be writing.
  ASSERT_OK(WriteFileAtomically(options.memory, lines.substr(0, 200)));
  ASSERT_OK_AND_ASSIGN(const SourceDigest digest,
                       DigestSource(ListOf(dir), options));
  EXPECT_EQ(digest.fingerprint, whole.fingerprint);
  EXPECT_EQ(digest.images_read, 1);
}

TEST(SourceDigest, BeginsElsewhereInEveryTask) {
  const std::string dir = TestDirectory();
  WriteSource(dir);
  SourceDigestOptions options = Remembering(dir);
  ASSERT_OK(DigestSource(ListOf(dir), options));
  ASSERT_OK_AND_ASSIGN(const std::string lines, ReadFile(options.memory));
  options.memory = dir + "/.other";
  options.task_index = 1;
  options.task_count = 2;
  ASSERT_OK(DigestSource(ListOf(dir), options));
  EXPECT_EQ(ReadFile(options.memory).value(),
            lines.substr(139) + lines.substr(0, 139));
}

TEST(SourceDigest, OpensNothingThatIsNoFile) {
  const std::string dir = TestDirectory();
  WriteSource(dir);
  ASSERT_EQ(mkfifo((dir + "/b/4.png").c_str(), 0600), 0);
  const ImageList list = ListOf(dir, {"a/1.png", "b/3.png", "b/4.png"});
  ASSERT_OK(DigestSource(list, Remembering(dir)));
}

TEST(SourceDigest, RemembersNoFolderThatCouldNotBeRead) {
  const std::string dir = TestDirectory();
  WriteSource(dir);
  const ImageList list = ListOf(dir);
  ASSERT_OK(RemoveFile(dir + "/b/3.png"));
  ASSERT_OK(DigestSource(list, Remembering(dir)));
  ASSERT_OK_AND_ASSIGN(const SourceDigest again,
                       DigestSource(list, Remembering(dir)));
  EXPECT_EQ(again.images_read, 1);
}

TEST(SourceDigest, StopsWhenAsked) {
  const std::string dir = TestDirectory();
  WriteSource(dir);
  SetPreemptionSignalForTest(15);
  EXPECT_THAT(DigestSource(ListOf(dir), {}),
              StatusIs(absl::StatusCode::kCancelled));
  SetPreemptionSignalForTest(0);
}

}  // namespace
}  // namespace maskfill
