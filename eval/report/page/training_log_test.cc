#include "eval/report/page/training_log.h"

#include <string>

#include "absl/status/status.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/record/manifest.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// A run with these lines; returns its directory.
std::string WriteRun(const std::string& metrics) {
  const std::string dir = TestDirectory();
  v1::Manifest entry;
  entry.set_schema_version(kManifestSchemaVersion);
  entry.set_name("train");
  entry.set_tool("train");
  entry.set_fingerprint(ComputeFingerprint(entry));
  EXPECT_OK(
      WriteFileAtomically(JoinPath(dir, "run.json"), ManifestToJson(entry)));
  EXPECT_OK(WriteFileAtomically(JoinPath(dir, "metrics.jsonl"), metrics));
  return dir;
}

TEST(TrainingLog, HasACurveForEveryNumber) {
  const std::string dir = WriteRun(
      "{\"step\":1,\"loss\":2.5,\"lr\":1e-3,\"note\":\"x\"}\n"
      "{\"step\":2,\"loss\":1.5}\n");
  ASSERT_OK(WriteFileAtomically(JoinPath(dir, "validation.jsonl"),
                                "{\"step\":2,\"accuracy\":0.5}\n"));
  ASSERT_OK_AND_ASSIGN(const TrainingLog log, ReadTrainingLog(dir));
  EXPECT_THAT(log.curves.at("loss"), ElementsAre(Pair(1, 2.5), Pair(2, 1.5)));
  EXPECT_THAT(log.curves.at("lr"), ElementsAre(Pair(1, 1e-3)));
  EXPECT_THAT(log.curves.at("validation_accuracy"), ElementsAre(Pair(2, 0.5)));
  EXPECT_EQ(log.curves.count("note"), 0);
  EXPECT_EQ(log.fingerprint.size(), 64);
}

TEST(TrainingLog, NamesTheLineThatIsDamaged) {
  for (const char* line : {"{\"step\":", "7", "{\"loss\":1}"}) {
    const std::string dir = WriteRun(std::string("{\"step\":1}\n") + line);
    EXPECT_THAT(ReadTrainingLog(dir),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("line 2")))
        << line;
  }
  EXPECT_THAT(ReadTrainingLog(JoinPath(TestDirectory(), "absent")),
              StatusIs(absl::StatusCode::kNotFound));
}

// Five points in parts of two: means of 1 2, of 3 4, and 5 alone.
TEST(TrainingLog, ThinnedCurvesKeepTheirMeans) {
  const TrainingLog::Curve curve = {{1, 10}, {2, 20}, {3, 30}, {4, 50}, {5, 7}};
  EXPECT_THAT(Thinned(curve, 3),
              ElementsAre(Pair(1.5, 15), Pair(3.5, 40), Pair(5, 7)));
  EXPECT_EQ(Thinned(curve, 5), curve);
  EXPECT_TRUE(Thinned({}, 5).empty());
}

}  // namespace
}  // namespace maskfill
