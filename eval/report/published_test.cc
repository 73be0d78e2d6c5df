#include "eval/report/published.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_reports.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

absl::StatusOr<std::vector<PublishedRow>> Read(const std::string& json) {
  const std::string dir = TestDirectory();
  ASSIGN_OR_RETURN(
      const AccuracyTable table,
      ReadReports({WriteReport(dir, "ft", {{"id", 1}, {"r", 2}, {"a", 3}})},
                  {"id"}));
  const std::string path = JoinPath(dir, "published");
  RETURN_IF_ERROR(WriteFileAtomically(path, json));
  return ReadPublished(path, table);
}

TEST(Published, RowsHaveTheTablesColumns) {
  ASSERT_OK_AND_ASSIGN(const std::vector<PublishedRow> rows, Read(R"({"rows": [
        {"method": "ft", "source": "a", "top1": {"r": 60, "id": 90, "a": 50}},
        {"method": "x", "source": "b", "top1": {"v2": 1}},
        {"method": "y", "source": "c", "top1": {"r": 0, "v2": 1}}]})"));
  ASSERT_EQ(rows.size(), 2);  // none of x's sets is ours
  EXPECT_EQ(rows[0].method, "ft");
  EXPECT_EQ(rows[0].top1[0], std::optional<double>(90));
  EXPECT_EQ(rows[0].top1[3], std::optional<double>(55));  // (60 + 50) / 2
  EXPECT_EQ(rows[1].top1[1], std::optional<double>(0));
  EXPECT_EQ(rows[1].top1[3], std::nullopt);
}

TEST(Published, ToleranceMayBeLeftOut) {
  ASSERT_OK_AND_ASSIGN(const std::vector<PublishedRow> rows, Read(R"({"rows": [
        {"method": "ft", "source": "a", "top1": {"r": 60}, "tolerance": 0.5},
        {"method": "ft", "source": "b", "top1": {"r": 60}}]})"));
  EXPECT_EQ(rows[0].tolerance, std::optional<double>(0.5));
  EXPECT_EQ(rows[1].tolerance, std::nullopt);
  for (const char* tolerance : {"-1", "\"0.5\"", "null", "101"}) {
    EXPECT_THAT(Read(absl::StrCat(R"({"rows": [{"method": "ft", "source": "a",
                              "top1": {"r": 60}, "tolerance": )",
                                  tolerance, "}]}")),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("ft's tolerance is")))
        << tolerance;
  }
}

TEST(Published, RefusesWhatIsNoSuchFile) {
  for (const char* json :
       {"", "[]", "{\"rows\": 1}", "{\"rows\": [{\"method\": \"a\"}]}"}) {
    EXPECT_THAT(Read(json), StatusIs(absl::StatusCode::kDataLoss)) << json;
  }
  EXPECT_THAT(
      Read(R"({"rows": [
        {"method": "a", "source": "b", "top1": {"id": 101}}]})"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("from 0 to 100")));
  EXPECT_THAT(Read(R"({"rows": [
        {"method": "a", "source": "b", "top1": {"v2": 10}}]})"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("v2"), HasSubstr("id, r, a"))));
}

// The paper's averages, as it states them, to its one decimal.
TEST(Published, ThePapersAveragesFollowFromItsValues) {
  const std::string dir = TestDirectory();
  ASSERT_OK_AND_ASSIGN(const AccuracyTable table,
                       ReadReports({WriteReport(dir, "ft",
                                                {{"imagenet", 1},
                                                 {"imagenet-v2", 1},
                                                 {"imagenet-r", 1},
                                                 {"imagenet-sketch", 1},
                                                 {"objectnet", 1},
                                                 {"imagenet-a", 1}})},
                                   {"imagenet"}));
  ASSERT_OK_AND_ASSIGN(
      const std::vector<PublishedRow> rows,
      ReadPublished("workflows/published/clip_vit_b_32.json", table));
  const std::vector<double> stated = {48.7, 44.2, 52.4, 51.6, 52.6, 53.1};
  for (size_t i = 0; i < stated.size(); ++i) {
    EXPECT_NEAR(rows[i].top1.back().value(), stated[i], 0.05 + 1e-9)
        << rows[i].method;
  }
  EXPECT_OK(ReadPublished("workflows/published/clip_vit_b_16.json", table));
}

}  // namespace
}  // namespace maskfill
