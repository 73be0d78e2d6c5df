// Where tests write and where they find what is not in the repository.
#ifndef MASKFILL_TESTS_SUPPORT_TEST_PATHS_H_
#define MASKFILL_TESTS_SUPPORT_TEST_PATHS_H_

#include <cstdlib>
#include <string>

#include "core/base/files.h"
#include "gtest/gtest.h"

namespace maskfill {

// A directory of its own for the running test, empty.
inline std::string TestDirectory() {
  const testing::TestInfo* info =
      testing::UnitTest::GetInstance()->current_test_info();
  std::string name = std::string(info->test_suite_name()) + "." + info->name();
  for (char& c : name) {
    if (c == '/') c = '_';
  }
  const char* root = std::getenv("TEST_TMPDIR");
  const std::string dir = JoinPath(root != nullptr ? root : "/tmp", name);
  EXPECT_TRUE(RemoveTree(dir).ok());
  EXPECT_TRUE(MakeDirectories(dir).ok());
  return dir;
}

// The directory that environment variable `name` gives, or "" when unset or
// absent: then the test says so and skips.
inline std::string DirectoryFromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || !IsDirectory(value)) return "";
  return value;
}

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_TEST_PATHS_H_
