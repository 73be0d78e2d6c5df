#include "core/base/files.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(JoinPath, PutsOneSlashBetween) {
  EXPECT_EQ(JoinPath("a", "b"), "a/b");
  EXPECT_EQ(JoinPath("a/", "b"), "a/b");
  EXPECT_EQ(JoinPath("", "b"), "b");
  EXPECT_EQ(JoinPath("a", "/b"), "/b");
  EXPECT_EQ(JoinPath("a", ""), "a");
}

TEST(Dirname, IsWhatStandsBeforeTheLastSlash) {
  EXPECT_EQ(Dirname("a/b/c.txt"), "a/b");
  EXPECT_EQ(Dirname("c.txt"), ".");
  EXPECT_EQ(Dirname("/c.txt"), "/");
}

TEST(Basename, IsWhatStandsBehindTheLastSlash) {
  EXPECT_EQ(Basename("a/b/c.txt"), "c.txt");
  EXPECT_EQ(Basename("c.txt"), "c.txt");
  EXPECT_EQ(Basename("a/b/"), "b");
}

TEST(ReadFile, GivesBytesUnchanged) {
  const std::string path = TestDirectory() + "/f";
  std::string bytes(3 << 20, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i);
  ASSERT_OK(WriteFileAtomically(path, bytes));
  EXPECT_THAT(ReadFile(path), IsOkAndHolds(bytes));
  EXPECT_THAT(FileSize(path), IsOkAndHolds(3 << 20));
}

TEST(ReadFile, ReadsFilesWhoseSizeIsNotKnownBefore) {
  // /proc says 0 bytes.
  EXPECT_THAT(ReadFile("/proc/self/status"), IsOkAndHolds(HasSubstr("Name:")));
}

TEST(ReadFile, SaysWhatIsMissing) {
  EXPECT_THAT(ReadFile("/nowhere/f"), StatusIs(absl::StatusCode::kNotFound,
                                               HasSubstr("\"/nowhere/f\"")));
  EXPECT_THAT(FileSize("/nowhere/f"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(ListDirectory("/nowhere"), StatusIs(absl::StatusCode::kNotFound));
}

TEST(ReadFile, RefusesADirectory) {
  EXPECT_THAT(ReadFile("/"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ListDirectory, SortsBytewise) {
  const std::string dir = TestDirectory();
  for (const char* name : {"b", "B", "a10", "a9", ".hidden"}) {
    ASSERT_OK(WriteFileUnsynced(JoinPath(dir, name), ""));
  }
  EXPECT_THAT(ListDirectory(dir),
              IsOkAndHolds(ElementsAre(".hidden", "B", "a10", "a9", "b")));
}

TEST(MakeDirectories, MakesParentsAndIsContentWhenThere) {
  const std::string dir = TestDirectory() + "/a/b/c";
  ASSERT_OK(MakeDirectories(dir));
  ASSERT_OK(MakeDirectories(dir));
  EXPECT_TRUE(IsDirectory(dir));
}

TEST(MakeDirectories, FailsOnAFile) {
  const std::string path = TestDirectory() + "/f";
  ASSERT_OK(WriteFileUnsynced(path, ""));
  EXPECT_THAT(MakeDirectories(path),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(MakeDirectories(path + "/below"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_TRUE(PathExists(path));
}

TEST(RemoveFile, IsContentWhenAbsent) {
  const std::string path = TestDirectory() + "/f";
  ASSERT_OK(WriteFileUnsynced(path, ""));
  EXPECT_OK(RemoveFile(path));
  EXPECT_FALSE(PathExists(path));
  EXPECT_OK(RemoveFile(path));
}

TEST(RemoveTree, RemovesWhatIsBelow) {
  const std::string dir = TestDirectory();
  ASSERT_OK(MakeDirectories(dir + "/a/b"));
  ASSERT_OK(WriteFileUnsynced(dir + "/a/b/f", ""));
  EXPECT_OK(RemoveTree(dir + "/a"));
  EXPECT_FALSE(PathExists(dir + "/a"));
  EXPECT_OK(RemoveTree(dir + "/a"));
}

TEST(RenamePath, SaysWhatIsMissing) {
  const std::string dir = TestDirectory();
  EXPECT_THAT(RenamePath(dir + "/a", dir + "/b"),
              StatusIs(absl::StatusCode::kNotFound));
}

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

TEST(TemporaryPath, DiffersFromCallToCall) {
  EXPECT_NE(TemporaryPath("a/f"), TemporaryPath("a/f"));
  EXPECT_TRUE(absl::StartsWith(TemporaryPath("a/f"), "a/.f.tmp-"));
}

TEST(RemoveStaleTemporaries, RemovesWhatDeadProcessesLeft) {
  const std::string dir = TestDirectory();
  const std::string own = TemporaryPath(dir + "/f");
  std::string dead = TemporaryPath(dir + "/f");
  const std::string pid = absl::StrCat("-", getpid(), "-");
  // Above the kernel's greatest process id.
  dead.replace(dead.rfind(pid), pid.size(), "-99999999-");
  const std::string other_host = dir + "/.f.tmp-elsewhere-1-0";
  for (const std::string& path :
       {own, dead, other_host, dir + "/.f", dir + "/f.tmp-x-99999999-0"}) {
    ASSERT_OK(WriteFileUnsynced(path, ""));
  }
  ASSERT_OK(RemoveStaleTemporaries(dir));
  EXPECT_FALSE(PathExists(dead));
  EXPECT_TRUE(PathExists(own));
  EXPECT_TRUE(PathExists(other_host));  // not a day old
  EXPECT_TRUE(PathExists(dir + "/.f"));
  EXPECT_TRUE(PathExists(dir + "/f.tmp-x-99999999-0"));
}

TEST(RemoveStaleTemporaries, RemovesThoseOfOtherHostsAfterADay) {
  const std::string dir = TestDirectory();
  const std::string path = dir + "/.f.tmp-elsewhere-1-0";
  ASSERT_OK(WriteFileUnsynced(path, ""));
  timespec times[2] = {};
  clock_gettime(CLOCK_REALTIME, &times[0]);
  times[0].tv_sec -= 25 * 60 * 60;
  times[1] = times[0];
  ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  ASSERT_OK(RemoveStaleTemporaries(dir));
  EXPECT_FALSE(PathExists(path));
}

TEST(SyncFileSystem, SaysWhatIsMissing) {
  EXPECT_OK(SyncFileSystem(TestDirectory()));
  EXPECT_THAT(SyncFileSystem("/nowhere"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace maskfill
