#include "core/training/json_lines_log.h"

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

TEST(JsonLinesLog, AppendsOneObjectPerLine) {
  const std::string path = JoinPath(TestDirectory(), "log.jsonl");
  ASSERT_OK_AND_ASSIGN(auto log, JsonLinesLog::Open(path, 0));
  ASSERT_OK(log->Append({{"step", 1}, {"loss", 0.5}}));
  ASSERT_OK(log->Append({{"step", 2}}));
  ASSERT_OK(log->Sync());
  EXPECT_THAT(ReadFile(path),
              IsOkAndHolds("{\"step\":1,\"loss\":0.5}\n{\"step\":2}\n"));
}

TEST(JsonLinesLog, DropsWhatADeadRunWroteBeyondTheState) {
  const std::string path = JoinPath(TestDirectory(), "log.jsonl");
  ASSERT_OK(WriteFileAtomically(
      path, "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n{\"step\":4,\"lo"));
  ASSERT_OK_AND_ASSIGN(auto log, JsonLinesLog::Open(path, 2));
  ASSERT_OK(log->Append({{"step", 3}}));
  EXPECT_THAT(ReadFile(path),
              IsOkAndHolds("{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n"));
}

TEST(JsonLinesLog, SaysWhenItCannotBeOpened) {
  EXPECT_THAT(
      JsonLinesLog::Open(JoinPath(TestDirectory(), "absent/log.jsonl"), 0),
      StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace maskfill
