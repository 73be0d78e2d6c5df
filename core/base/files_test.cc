#include "core/base/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

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
  ASSERT_OK(WriteFileUnsynced(path, bytes));
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

// A name that no file system takes stands for a system that cannot tell.
TEST(FindPath, TellsAbsentFromUnknown) {
  const std::string dir = TestDirectory();
  ASSERT_OK(WriteFileUnsynced(JoinPath(dir, "f"), ""));
  EXPECT_THAT(FindPath(dir), IsOkAndHolds(true));
  EXPECT_THAT(FindPath(JoinPath(dir, "f")), IsOkAndHolds(true));
  EXPECT_THAT(FindPath(JoinPath(dir, "a/b")), IsOkAndHolds(false));
  EXPECT_THAT(FindPath(JoinPath(dir, "f/b")), IsOkAndHolds(false));
  EXPECT_THAT(FindDirectory(dir), IsOkAndHolds(true));
  EXPECT_THAT(FindDirectory(JoinPath(dir, "f")), IsOkAndHolds(false));
  EXPECT_THAT(FindDirectory(JoinPath(dir, "a")), IsOkAndHolds(false));
  std::filesystem::create_symlink("loop", JoinPath(dir, "loop"));
  EXPECT_THAT(FindPath(JoinPath(dir, "loop")), IsOkAndHolds(false));
  const std::string too_long = JoinPath(dir, std::string(1000, 'a'));
  for (const auto& found :
       {FindPath(too_long), FindDirectory(JoinPath(too_long, "b"))}) {
    EXPECT_THAT(found, StatusIs(absl::StatusCode::kInvalidArgument,
                                HasSubstr("cannot look for")));
  }
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

TEST(CanonicalPath, IsOneForAllNamesOfAPlace) {
  const std::string dir = TestDirectory();
  ASSERT_OK(MakeDirectories(dir + "/real"));
  ASSERT_EQ(symlink("real", (dir + "/link").c_str()), 0);
  ASSERT_EQ(symlink("nowhere", (dir + "/dangling").c_str()), 0);
  ASSERT_OK_AND_ASSIGN(const std::string real, CanonicalPath(dir + "/real"));
  for (const char* name : {"/real/", "/link", "/link/", "/./real", "/real/."}) {
    EXPECT_THAT(CanonicalPath(dir + name), IsOkAndHolds(real)) << name;
  }
  EXPECT_THAT(CanonicalPath(dir + "/link/new/"), IsOkAndHolds(real + "/new"));
  EXPECT_THAT(CanonicalPath(dir + "/dangling"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(StaysBelow, RefusesWhatLeadsElsewhere) {
  for (const char* path : {"a", "a/b.jpg", "..a/...", ".hidden", "a b\n"}) {
    EXPECT_TRUE(StaysBelow(path)) << path;
  }
  for (const char* path : {"", "/", "/a", "a/", "a//b", ".", "..", "../a",
                           "a/..", "a/../b", "./a", "a/."}) {
    EXPECT_FALSE(StaysBelow(path)) << path;
  }
  EXPECT_FALSE(StaysBelow(absl::string_view("a\0b", 3)));
}

TEST(IsInside, CountsPartsOfAPathNotLetters) {
  EXPECT_TRUE(IsInside("/a/b", "/a"));
  EXPECT_TRUE(IsInside("/a", "/a"));
  EXPECT_TRUE(IsInside("/a", "/"));
  EXPECT_FALSE(IsInside("/ab", "/a"));
  EXPECT_FALSE(IsInside("/a", "/a/b"));
}

TEST(SyncFileSystem, SaysWhatIsMissing) {
  EXPECT_OK(SyncFileSystem(TestDirectory()));
  EXPECT_THAT(SyncFileSystem("/nowhere"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(ReadFile, DoesNotWaitForWhoMightWriteIntoAPipe) {
  const std::string path = JoinPath(TestDirectory(), "pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0666), 0);
  EXPECT_THAT(ReadFile(path), IsOkAndHolds(""));
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "text", 4), 4);
  close(ends[1]);
  EXPECT_THAT(ReadFile(absl::StrCat("/dev/fd/", ends[0])),
              IsOkAndHolds("text"));
  close(ends[0]);
}

}  // namespace
}  // namespace maskfill
