#include "spurious_shapes/dataset/benchmark_state.h"

#include "core/base/files.h"
#include "core/base/status_matchers.h"
#include "core/base/test_paths.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(BenchmarkState, SurvivesARoundTrip) {
  const std::string dir = TestDirectory();
  BenchmarkState state = BenchmarkState::Of(BenchmarkOptions());
  state.sets.push_back({"v2", 1000, 717, "abc"});
  state.complete = true;
  ASSERT_OK(WriteBenchmarkState(dir, state));
  ASSERT_OK_AND_ASSIGN(const std::optional<BenchmarkState> read,
                       ReadBenchmarkState(dir));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(BenchmarkStateJson(*read), BenchmarkStateJson(state));
  EXPECT_EQ(read->options.at("correlation"), "0.95");
  EXPECT_EQ(read->FindSet("v2")->usual_background_images, 717);
  EXPECT_EQ(read->FindSet("a"), nullptr);
}

TEST(BenchmarkState, IsNothingInAnEmptyDirectory) {
  ASSERT_OK_AND_ASSIGN(const std::optional<BenchmarkState> read,
                       ReadBenchmarkState(TestDirectory()));
  EXPECT_FALSE(read.has_value());
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

TEST(BenchmarkState, NamesTheOptionsThatDiffer) {
  BenchmarkOptions options;
  const BenchmarkState there = BenchmarkState::Of(options);
  EXPECT_THAT(CheckSameBenchmark("d", there, there), IsOk());
  options.correlation = 0.9;
  const BenchmarkState wanted = BenchmarkState::Of(options);
  EXPECT_THAT(
      CheckSameBenchmark("d", there, wanted),
      StatusIs(
          absl::StatusCode::kFailedPrecondition,
          AllOf(HasSubstr(there.fingerprint), HasSubstr(wanted.fingerprint),
                HasSubstr("--correlation is \"0.9\" here and \"0.95\""))));
}

TEST(BenchmarkState, FingerprintIgnoresWhatDoesNotChangeTheBytes) {
  BenchmarkOptions options;
  const std::string fingerprint = options.Fingerprint();
  options.output = "elsewhere";
  options.num_threads = 7;
  options.overwrite = true;
  EXPECT_EQ(options.Fingerprint(), fingerprint);
  options.seed = 1;
  EXPECT_NE(options.Fingerprint(), fingerprint);
}

}  // namespace
}  // namespace maskfill
