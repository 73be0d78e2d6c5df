#include "spurious_shapes/dataset/benchmark_state.h"

#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "gtest/gtest.h"
#include "spurious_shapes/dataset/benchmark_options.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

TEST(BenchmarkState, SurvivesARoundTrip) {
  const std::string dir = TestDirectory();
  const v1::Manifest plan = PlanOf(BenchmarkWork({}), "name", "type");
  BenchmarkState state = BenchmarkState::Of(plan);
  state.sets.push_back({"v2", 1000, 717, "abc"});
  state.complete = true;
  ASSERT_OK(WriteBenchmarkState(dir, state));
  ASSERT_OK_AND_ASSIGN(const BenchmarkState read, ReadBenchmarkState(dir));
  EXPECT_EQ(read.fingerprint, plan.fingerprint());
  EXPECT_EQ(read.options, state.options);
  EXPECT_EQ(read.options.at("correlation"), "0.95");
  EXPECT_EQ(read.options.at("seed"), "0");
  EXPECT_TRUE(read.complete);
  EXPECT_EQ(read.FindSet("v2")->images, 1000);
  EXPECT_EQ(read.FindSet("v2")->usual_background_images, 717);
  EXPECT_EQ(read.FindSet("v2")->content_sha256, "abc");
  EXPECT_EQ(read.FindSet("a"), nullptr);
}

TEST(BenchmarkState, IsNotFoundInAnEmptyDirectory) {
  EXPECT_THAT(ReadBenchmarkState(TestDirectory()),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(BenchmarkState, ReportsADamagedFile) {
  const std::string dir = TestDirectory();
  const std::string path = JoinPath(dir, kBenchmarkStateFile);
  for (const char* text : {"", "{", "[]", "{\"fingerprint\": 7}"}) {
    ASSERT_OK(WriteFileAtomically(path, text));
    EXPECT_THAT(ReadBenchmarkState(dir),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)))
        << text;
  }
}

}  // namespace
}  // namespace maskfill
