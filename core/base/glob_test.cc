#include "core/base/glob.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(NaturalLess, CountsDigitsInARowAsOneNumber) {
  const std::vector<std::string> ascending = {"run",
                                              "run-1",
                                              "run-2",
                                              "run-2/last",
                                              "run-10",
                                              "run-10/last",
                                              "run-10a",
                                              "run-010b",
                                              "run-99",
                                              "run-99999999999999999999",
                                              "run-100000000000000000000",
                                              "runs"};
  for (size_t i = 0; i < ascending.size(); ++i) {
    for (size_t j = 0; j < ascending.size(); ++j) {
      EXPECT_EQ(NaturalLess(ascending[i], ascending[j]), i < j)
          << ascending[i] << ", " << ascending[j];
    }
  }
}

TEST(NaturalLess, PutsFewerZerosFirst) {
  EXPECT_TRUE(NaturalLess("a1", "a01"));
  EXPECT_FALSE(NaturalLess("a01", "a1"));
}

class ExpandGlobsTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = TestDirectory();
    for (const char* name : {"step-20", "step-100", "step-3", ".step-1", "x"}) {
      ASSERT_OK(MakeDirectories(Path(name)));
    }
  }
  std::string Path(const std::string& name) const {
    return JoinPath(dir_, name);
  }
  std::string dir_;
};

TEST_F(ExpandGlobsTest, KeepsTheOrderOfPatternsAndSortsWithinOne) {
  EXPECT_THAT(
      ExpandGlobs({Path("x"), Path("step-*"), Path("absent")}),
      IsOkAndHolds(ElementsAre(Path("x"), Path("step-3"), Path("step-20"),
                               Path("step-100"), Path("absent"))));
}

TEST_F(ExpandGlobsTest, NamesThePatternThatMatchesNothing) {
  EXPECT_THAT(ExpandGlobs({Path("x"), Path("epoch-*")}),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr(Path("epoch-*") + "\" matches nothing")));
}

TEST_F(ExpandGlobsTest, TakesAnExistingNameAsItIs) {
  ASSERT_OK(MakeDirectories(Path("step-[2]*")));
  EXPECT_THAT(ExpandGlobs({Path("step-[2]*")}),
              IsOkAndHolds(ElementsAre(Path("step-[2]*"))));
}

TEST_F(ExpandGlobsTest, PassesOverFilesWhereDirectoriesAreMeant) {
  ASSERT_OK(WriteFileAtomically(Path("notes"), ""));
  ASSERT_OK(MakeDirectories(Path("x/last")));
  EXPECT_THAT(ExpandGlobs({Path("*/last")}),
              IsOkAndHolds(ElementsAre(Path("x/last"))));
}

}  // namespace
}  // namespace maskfill
