#include "core/base/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <string>

#include "absl/strings/match.h"
#include "core/base/crc32c.h"
#include "core/base/file_lock.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(AtomicFile, AppearsOnlyInCommit) {
  const std::string dir = TestDirectory();
  ASSERT_OK_AND_ASSIGN(auto file, AtomicFile::Create(dir + "/f"));
  ASSERT_OK(file->Append("ab"));
  ASSERT_OK(file->Append("c"));
  EXPECT_EQ(file->size(), 3);
  EXPECT_FALSE(PathExists(dir + "/f"));
  ASSERT_OK(file->Commit());
  EXPECT_THAT(ReadFile(dir + "/f"), IsOkAndHolds("abc"));
  EXPECT_THAT(ListDirectory(dir), IsOkAndHolds(ElementsAre("f")));
}

// Large pieces go past the buffer.
TEST(AtomicFile, KeepsPiecesOfAnySizeInOrder) {
  const std::string path = TestDirectory() + "/f";
  ASSERT_OK_AND_ASSIGN(auto file, AtomicFile::Create(path));
  std::string expected;
  for (const size_t size : {3, 2 << 20, 5, 1 << 20, (1 << 20) - 1, 7}) {
    const std::string piece(size,
                            static_cast<char>('a' + expected.size() % 23));
    ASSERT_OK(file->Append(piece));
    expected += piece;
  }
  EXPECT_EQ(file->size(), static_cast<int64_t>(expected.size()));
  ASSERT_OK(file->Commit());
  EXPECT_TRUE(ReadFile(path).value() == expected);
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
  const std::string dir = TestDirectory();
  {
    ASSERT_OK_AND_ASSIGN(auto file, AtomicFile::Create(dir + "/f"));
    ASSERT_OK(file->Append(std::string(2 << 20, 'x')));
  }
  EXPECT_THAT(ListDirectory(dir), IsOkAndHolds(IsEmpty()));
}

TEST(AtomicFile, ReplacesAnOlderFile) {
  const std::string path = TestDirectory() + "/f";
  ASSERT_OK(WriteFileAtomically(path, "old"));
  ASSERT_OK(WriteFileAtomically(path, "new"));
  EXPECT_THAT(ReadFile(path), IsOkAndHolds("new"));
}

TEST(AtomicFile, SaysWhenTheDirectoryIsMissing) {
  EXPECT_THAT(AtomicFile::Create(TestDirectory() + "/no/f"),
              StatusIs(absl::StatusCode::kNotFound));
}

// The exit code of `run` in a process of its own.
int InChild(const std::function<bool()>& run) {
  const pid_t child = fork();
  if (child == 0) _exit(run() ? 0 : 1);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// EFBIG of a limit stands for ENOSPC: write() fails in the same way.
TEST(AtomicFile, IsResourceExhaustedWhenTheDiskIsFull) {
  const std::string dir = TestDirectory();
  EXPECT_EQ(InChild([&dir] {
              signal(SIGXFSZ, SIG_IGN);
              const rlimit limit = {1000, 1000};
              setrlimit(RLIMIT_FSIZE, &limit);
              const absl::Status status =
                  WriteFileAtomically(dir + "/f", std::string(5000, 'x'));
              return absl::IsResourceExhausted(status) &&
                     absl::StrContains(std::string(status.message()), "/f");
            }),
            0);
  EXPECT_THAT(ListDirectory(dir), IsOkAndHolds(IsEmpty()));
}

TEST(AtomicFile, IsPermissionDeniedWhereItMayNotWrite) {
  const std::string dir = TestDirectory();
  ASSERT_EQ(chmod(dir.c_str(), 0555), 0);
  // Root may write everywhere, so it becomes nobody first.
  EXPECT_EQ(InChild([&dir] {
              if (geteuid() == 0 && setuid(65534) != 0) return true;
              const absl::Status status = WriteFileAtomically(dir + "/f", "x");
              // The test's directory itself may lie where nobody cannot go.
              return absl::IsPermissionDenied(status);
            }),
            0);
  ASSERT_EQ(chmod(dir.c_str(), 0755), 0);
}

TEST(AtomicFile, KnowsItsChecksum) {
  ASSERT_OK_AND_ASSIGN(auto file, AtomicFile::Create(TestDirectory() + "/f"));
  ASSERT_OK(file->Append("12345"));
  ASSERT_OK(file->Append("6789"));
  EXPECT_EQ(file->crc32c(), 0xe3069283);
}

TEST(AtomicFile, GetsItsStartLast) {
  const std::string path = TestDirectory() + "/f";
  // Long enough to be written in pieces, and not a multiple of them.
  const std::string rest(5'000'001, 'x');
  ASSERT_OK_AND_ASSIGN(auto file, AtomicFile::Create(path));
  ASSERT_OK(file->SkipStart(3));
  ASSERT_OK(file->Append(rest));
  EXPECT_EQ(file->crc32c(), Crc32c(rest));
  ASSERT_OK(file->FillStart("abc"));
  EXPECT_EQ(file->size(), 5'000'004);
  EXPECT_EQ(file->crc32c(), Crc32c("abc" + rest));
  ASSERT_OK(file->Commit());
  EXPECT_THAT(ReadFile(path), IsOkAndHolds("abc" + rest));
}

TEST(AtomicFile, LeavesAnOlderFileWhenTold) {
  const std::string path = TestDirectory() + "/f";
  ASSERT_OK(WriteFileAtomically(path, "old"));
  ASSERT_OK_AND_ASSIGN(auto file, AtomicFile::Create(path));
  ASSERT_OK(file->Append("new"));
  EXPECT_THAT(file->CommitUnlessThere(), IsOkAndHolds(false));
  EXPECT_THAT(ReadFile(path), IsOkAndHolds("old"));
}

// A container is killed and started again: same host name, same process number.
TEST(AtomicFile, OfAKilledWriterLeavesNothing) {
  const std::string dir = TestDirectory();
  EXPECT_EQ(InChild([&dir]() -> bool {
              auto file = AtomicFile::Create(dir + "/f");
              if (!file.ok() || !(*file)->Append("half").ok()) return false;
              _exit(0);  // without destructors
            }),
            0);
  EXPECT_THAT(ListDirectory(dir), IsOkAndHolds(IsEmpty()));
}

TEST(TemporaryDirectory, AppearsOnlyWhenPublished) {
  const std::string dir = TestDirectory();
  ASSERT_OK_AND_ASSIGN(auto directory,
                       TemporaryDirectory::Create(dir + "/a/b/"));
  ASSERT_OK(WriteFileAtomically(directory->path() + "/f", "x"));
  EXPECT_FALSE(PathExists(dir + "/a/b"));
  ASSERT_OK(directory->Publish({"f"}));
  EXPECT_THAT(ReadFile(dir + "/a/b/f"), IsOkAndHolds("x"));
  directory.reset();
  EXPECT_THAT(ListDirectory(dir + "/a"), IsOkAndHolds(ElementsAre("b")));
}

TEST(TemporaryDirectory, ReplacesFilesOfItsOwnAndKeepsThoseOfOthers) {
  const std::string dir = TestDirectory() + "/best";
  ASSERT_OK(MakeDirectories(dir));
  for (const char* name : {"model", "stale", "notes of a person"}) {
    ASSERT_OK(WriteFileAtomically(JoinPath(dir, name), "old"));
  }
  ASSERT_OK_AND_ASSIGN(auto directory, TemporaryDirectory::Create(dir));
  ASSERT_OK(WriteFileAtomically(directory->path() + "/model", "new"));
  ASSERT_OK(directory->Publish({"model", "stale"}));
  EXPECT_THAT(ListDirectory(dir),
              IsOkAndHolds(ElementsAre("model", "notes of a person")));
  EXPECT_THAT(ReadFile(dir + "/model"), IsOkAndHolds("new"));
}

TEST(TemporaryDirectory, FollowsASymbolicLink) {
  const std::string dir = TestDirectory();
  ASSERT_OK(MakeDirectories(dir + "/real"));
  ASSERT_EQ(symlink("real", (dir + "/link").c_str()), 0);
  ASSERT_OK_AND_ASSIGN(auto directory,
                       TemporaryDirectory::Create(dir + "/link"));
  ASSERT_OK(WriteFileAtomically(directory->path() + "/f", "x"));
  ASSERT_OK(directory->Publish({"f"}));
  EXPECT_THAT(ListDirectory(dir), IsOkAndHolds(ElementsAre("link", "real")));
  EXPECT_THAT(ReadFile(dir + "/real/f"), IsOkAndHolds("x"));
}

TEST(RemoveStaleTemporaries, KeepsWhatALivingWriterHolds) {
  const std::string dir = TestDirectory();
  ASSERT_OK_AND_ASSIGN(auto directory, TemporaryDirectory::Create(dir + "/a"));
  ASSERT_OK(RemoveStaleTemporaries(dir));
  EXPECT_TRUE(IsDirectory(directory->path()));
}

TEST(RemoveStaleTemporaries, RemovesWhatAKilledWriterLeft) {
  const std::string dir = TestDirectory();
  EXPECT_EQ(InChild([&dir]() -> bool {
              if (!TemporaryDirectory::Create(dir + "/a").ok()) return false;
              auto left = TemporaryDirectory::Create(dir + "/b");
              if (!left.ok()) return false;
              _exit(0);  // without destructors
            }),
            0);
  // What is only named alike is somebody's.
  ASSERT_OK(WriteFileUnsynced(dir + "/.f.tmp-host-1-0", ""));
  EXPECT_THAT(ListDirectory(dir), IsOkAndHolds(SizeIs(2)));
  ASSERT_OK(RemoveStaleTemporaries(dir));
  EXPECT_THAT(ListDirectory(dir), IsOkAndHolds(ElementsAre(".f.tmp-host-1-0")));
}

TEST(FileLock, IsForOneProcessAtATime) {
  const std::string path = TestDirectory() + "/.lock";
  ASSERT_OK_AND_ASSIGN(auto lock, FileLock::TryExclusive(path));
  ASSERT_NE(lock, nullptr);
  // flock() is per open file, so a second one in this process counts.
  EXPECT_THAT(FileLock::TryExclusive(path), IsOkAndHolds(testing::IsNull()));
  EXPECT_THAT(FileLock::TryShared(path), IsOkAndHolds(testing::IsNull()));
  lock->Share();
  EXPECT_TRUE(FileLock::IsHeld(path));
  EXPECT_THAT(FileLock::TryShared(path), IsOkAndHolds(testing::NotNull()));
  EXPECT_THAT(FileLock::TryExclusive(path), IsOkAndHolds(testing::IsNull()));
  lock.reset();
  EXPECT_FALSE(FileLock::IsHeld(path));
  EXPECT_THAT(FileLock::TryExclusive(path), IsOkAndHolds(testing::NotNull()));
}

TEST(FileLock, DiesWithItsProcess) {
  const std::string path = TestDirectory() + "/.lock";
  EXPECT_EQ(InChild([&path]() -> bool {
              auto lock = FileLock::TryExclusive(path);
              if (!lock.ok() || *lock == nullptr) return false;
              _exit(0);
            }),
            0);
  EXPECT_THAT(FileLock::TryExclusive(path), IsOkAndHolds(testing::NotNull()));
}

}  // namespace
}  // namespace maskfill
