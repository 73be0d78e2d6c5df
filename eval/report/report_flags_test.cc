#include "eval/report/report_flags.h"

#include <string>

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
  EXPECT_THAT(options.reports, ElementsAre("eval/ft.json"));
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
  EXPECT_THAT(options.reports,
              ElementsAre("first.json", JoinPath(dir, "a.json"),
                          JoinPath(dir, "b.json")));
  EXPECT_THAT(options.formats,
              ElementsAre(ReportFormat::kMarkdown, ReportFormat::kCsv));
  Set("reports", absl::StrCat(dir, "/*.yaml"));
  EXPECT_THAT(ReportOptionsFromFlags(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("*.yaml")));
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
