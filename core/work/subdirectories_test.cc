#include "core/work/subdirectories.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/work/directory.h"
#include "core/work/ledger.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class SubdirectoriesTest : public testing::Test {
 protected:
  void SetUp() override {
    run_.output = JoinPath(TestDirectory(), "out");
    run_.summary_json = JoinPath(Dirname(run_.output), "logs/summary.json");
  }
  static Work WorkOf(const std::string& alpha) {
    Work work{.tool = "test_tool"};
    work.AddOption("alpha", alpha);
    return work;
  }
  absl::StatusOr<WorkResult> Make(const std::vector<std::string>& alphas) {
    made_.clear();
    std::vector<Subdirectory> parts;
    for (const std::string& alpha : alphas) {
      parts.push_back({absl::StrCat("alpha-", alpha), WorkOf(alpha)});
    }
    return MakeSubdirectories(
        run_, WorkOf("all"), parts, {"config.json"},
        [&](size_t part, const std::string& dir, v1::Manifest* result) {
          made_.push_back(alphas[part]);
          AddCounter("tensors", 7, result);
          return WriteFileAtomically(JoinPath(dir, "config.json"),
                                     alphas[part]);
        });
  }

  RunOptions run_;
  std::vector<std::string> made_;  // by the last run
};

TEST_F(SubdirectoriesTest, AreEachAResultWithItsOwnEntry) {
  ASSERT_OK_AND_ASSIGN(const WorkResult all, Make({"0", "0.5"}));
  EXPECT_TRUE(all.complete);
  EXPECT_FALSE(all.already_done);
  EXPECT_EQ(CounterOf(all.manifest, "tensors"), 7);
  for (const char* alpha : {"0", "0.5"}) {
    const std::string dir =
        JoinPath(run_.output, absl::StrCat("alpha-", alpha));
    EXPECT_THAT(ReadFile(JoinPath(dir, "config.json")),
                IsOkAndHolds(std::string(alpha)));
    ASSERT_OK_AND_ASSIGN(const v1::Manifest entry,
                         ReadEntry(JoinPath(dir, kProvenanceFile)));
    EXPECT_EQ(entry.options(0).value(), alpha);
  }
}

TEST_F(SubdirectoriesTest, AreMadeOnlyWhereTheyAreNotFinished) {
  ASSERT_OK(Make({"0", "0.5"}));
  ASSERT_OK_AND_ASSIGN(const WorkResult more, Make({"0", "0.25", "0.5"}));
  EXPECT_THAT(made_, ElementsAre("0.25"));
  EXPECT_FALSE(more.already_done);
  ASSERT_OK_AND_ASSIGN(const WorkResult again, Make({"0", "0.5"}));
  EXPECT_THAT(made_, ElementsAre());
  EXPECT_TRUE(again.already_done);
}

TEST_F(SubdirectoriesTest, HaveOneSummary) {
  ASSERT_OK_AND_ASSIGN(const WorkResult all, Make({"0", "0.5"}));
  EXPECT_THAT(ReadFile(run_.summary_json),
              IsOkAndHolds(AllOf(HasSubstr("\"status\": \"OK\""),
                                 HasSubstr(all.manifest.fingerprint()),
                                 HasSubstr("\"complete\": true"))));
  ASSERT_OK(RemoveTree(JoinPath(run_.output, "alpha-0")));
  ASSERT_OK(MakeDirectories(JoinPath(run_.output, "alpha-0/mine")));
  EXPECT_THAT(Make({"0", "0.5"}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("mine")));
  EXPECT_THAT(ReadFile(run_.summary_json),
              IsOkAndHolds(HasSubstr("\"status\": \"INVALID_ARGUMENT\"")));
}

TEST_F(SubdirectoriesTest, ADryRunWritesNothing) {
  run_.dry_run = true;
  ASSERT_OK_AND_ASSIGN(const WorkResult all, Make({"0", "0.5"}));
  EXPECT_FALSE(all.complete);
  EXPECT_FALSE(PathExists(run_.output));
  EXPECT_FALSE(PathExists(run_.summary_json));
}

TEST_F(SubdirectoriesTest, AreNotPutIntoAResultOrAFile) {
  ASSERT_OK(Make({"0"}));
  run_.output = JoinPath(run_.output, "alpha-0");
  EXPECT_THAT(Make({"0.5"}), StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr("a result itself")));
  run_.output = JoinPath(run_.output, "config.json");
  EXPECT_THAT(Make({"0.5"}), StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr("is a file")));
}

}  // namespace
}  // namespace maskfill
