#include "eval/report/report_flags.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> Paths(const ReportOptions& options) {
  std::vector<std::string> paths;
  for (const ReportFile& file : options.reports) paths.push_back(file.path);
  return paths;
}

class ReportFlags : public testing::Test {
 protected:
  ReportFlags() { Set("reports", "eval/ft.json"); }
  void Set(const char* name, const std::string& value) {
    ASSERT_NE(gflags::SetCommandLineOption(name, value.c_str()), "") << name;
  }

  gflags::FlagSaver saver_;  // restores every flag
};

TEST_F(ReportFlags, ListsAreCommaSeparated) {
  Set("id", "imagenet,val");
  Set("baseline", "ft,zero-shot");
  Set("output", "report");
  Set("format", "json,html");
  ASSERT_OK_AND_ASSIGN(const ReportOptions options, ReportOptionsFromFlags());
  EXPECT_THAT(Paths(options), ElementsAre("eval/ft.json"));
  EXPECT_THAT(options.id_sets, ElementsAre("imagenet", "val"));
  EXPECT_THAT(options.baselines, ElementsAre("ft", "zero-shot"));
  EXPECT_THAT(options.formats,
              ElementsAre(ReportFormat::kJson, ReportFormat::kHtml));
}

TEST_F(ReportFlags, GlobsAreExpandedInOrder) {
  const std::string dir = TestDirectory();
  for (const char* name : {"b.json", "a.json", "c.txt"}) {
    ASSERT_OK(WriteFileAtomically(JoinPath(dir, name), ""));
  }
  Set("reports", absl::StrCat("first.json,", dir, "/*.json"));
  ASSERT_OK_AND_ASSIGN(const ReportOptions options, ReportOptionsFromFlags());
  EXPECT_THAT(Paths(options), ElementsAre("first.json", JoinPath(dir, "a.json"),
                                          JoinPath(dir, "b.json")));
  EXPECT_THAT(options.formats,
              ElementsAre(ReportFormat::kMarkdown, ReportFormat::kCsv));
  Set("reports", absl::StrCat(dir, "/*.yaml"));
  EXPECT_THAT(ReportOptionsFromFlags(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("*.yaml")));
}

TEST_F(ReportFlags, NamesStandBeforeFiles) {
  const std::string dir = TestDirectory();
  const std::string odd = JoinPath(dir, "lr=3.json");
  for (const char* name : {"a-seed0.json", "a-seed1.json", "lr=3.json"}) {
    ASSERT_OK(WriteFileAtomically(JoinPath(dir, name), ""));
  }
  Set("reports", absl::StrCat("ours=", dir, "/a-*.json,", odd));
  Set("format", "html");
  Set("output", "somewhere");
  ASSERT_OK_AND_ASSIGN(const ReportOptions options, ReportOptionsFromFlags());
  ASSERT_EQ(options.reports.size(), 3);
  EXPECT_EQ(options.reports[0].method, "ours");
  EXPECT_EQ(options.reports[1].method, "ours");
  EXPECT_EQ(options.reports[2].method, "");
  EXPECT_EQ(options.reports[2].path, odd);
  // As typed, without where it goes to.
  EXPECT_EQ(options.command,
            absl::StrCat("report --reports='ours=", dir, "/a-*.json,", odd,
                         "' --format=html"));
}

TEST_F(ReportFlags, AllBadFlagsComeInOneError) {
  Set("reports", "");
  Set("format", "md,pdf");
  EXPECT_THAT(
      ReportOptionsFromFlags(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--reports is missing"), HasSubstr("\"pdf\""),
                     HasSubstr("--format needs --output"))));
}

}  // namespace
}  // namespace maskfill
