#include "ingest/ingest_flags.h"

#include <string>

#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class IngestFlags : public testing::Test {
 protected:
  void SetUp() override {
    Set("source", "data");
    Set("output", "out");
  }
  static void Set(const char* flag, const std::string& value) {
    ASSERT_FALSE(gflags::SetCommandLineOption(flag, value.c_str()).empty());
  }

 private:
  gflags::FlagSaver saver_;
};

TEST_F(IngestFlags, TakeTrainAsTheSplitOfDataWithSplits) {
  Set("layout", "imagenet");
  ASSERT_OK_AND_ASSIGN(const IngestOptions options, IngestOptionsFromFlags());
  EXPECT_EQ(options.source.split, "train");
}

TEST_F(IngestFlags, TakeTestAsTheSplitOfTestSets) {
  for (const char* layout : {"imagenet_v2", "imagenet_r", "imagenet_sketch",
                             "imagenet_a", "objectnet"}) {
    Set("layout", layout);
    ASSERT_OK_AND_ASSIGN(const IngestOptions options, IngestOptionsFromFlags());
    EXPECT_EQ(options.source.split, "test");
  }
  Set("split", "val");
  ASSERT_OK_AND_ASSIGN(const IngestOptions options, IngestOptionsFromFlags());
  EXPECT_EQ(options.source.split, "val");
}

TEST_F(IngestFlags, TakeClassesForEveryLayout) {
  Set("classes", "classes.json");
  for (const char* layout : {"folder", "imagenet", "objectnet"}) {
    Set("layout", layout);
    ASSERT_OK_AND_ASSIGN(const IngestOptions options, IngestOptionsFromFlags());
    EXPECT_EQ(options.source.classes_file, "classes.json");
  }
}

TEST_F(IngestFlags, TakeAHoldoutOfATrainingSet) {
  Set("layout", "imagenet");
  Set("split", "val");
  Set("holdout", "10240");
  Set("holdout_seed", "3");
  ASSERT_OK_AND_ASSIGN(const IngestOptions options, IngestOptionsFromFlags());
  EXPECT_EQ(options.selection.holdout, 10240);
  EXPECT_EQ(options.selection.holdout_seed, 3u);
  Set("holdout_index", "val.txt");
  EXPECT_THAT(IngestOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--holdout and --holdout_index")));
  Set("split", "test");
  EXPECT_THAT(IngestOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("a hold-out is of a training set")));
}

TEST_F(IngestFlags, TakeFormatsAndTheFirstFrame) {
  ASSERT_OK_AND_ASSIGN(const IngestOptions usual, IngestOptionsFromFlags());
  EXPECT_EQ(ToString(usual.source.admitted.formats), "jpeg,png,webp");
  EXPECT_FALSE(usual.source.admitted.first_frame);
  Set("formats", "tiff, jpeg");
  Set("first_frame", "true");
  ASSERT_OK_AND_ASSIGN(const IngestOptions options, IngestOptionsFromFlags());
  EXPECT_EQ(ToString(options.source.admitted.formats), "jpeg,tiff");
  EXPECT_TRUE(options.source.admitted.first_frame);
  Set("formats", "jpg");
  EXPECT_THAT(IngestOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--formats"), HasSubstr("\"jpg\""))));
  Set("formats", "");
  EXPECT_THAT(IngestOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no image format is given")));
}

TEST_F(IngestFlags, TakeIgnoredPatternsAndTheImagesOfACsvFile) {
  Set("layout", "csv");
  Set("images", "photos");
  Set("ignore", "*.txt, a/b*");
  ASSERT_OK_AND_ASSIGN(const IngestOptions options, IngestOptionsFromFlags());
  EXPECT_EQ(options.source.images_dir, "photos");
  EXPECT_THAT(options.source.ignore, testing::ElementsAre("*.txt", "a/b*"));
  Set("layout", "folder");
  EXPECT_THAT(IngestOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--images has no meaning")));
}

TEST_F(IngestFlags, TakeASummaryAndNoSelectionWithVerifyOnly) {
  Set("output", "");
  Set("verify_only", "true");
  Set("summary_json", "report.json");
  ASSERT_OK_AND_ASSIGN(const IngestOptions options, IngestOptionsFromFlags());
  EXPECT_EQ(options.run.summary_json, "report.json");
  Set("k_shot", "4");
  EXPECT_THAT(IngestOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--k_shot has no meaning with")));
}

TEST_F(IngestFlags, RefuseSeedsWithoutWhatTheyAreOf) {
  Set("holdout_seed", "1");
  Set("k_shot_seed", "1");
  Set("k_shot", "-1");
  Set("exif", "rotate");
  EXPECT_THAT(
      IngestOptionsFromFlags(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--holdout_seed has no"),
                     HasSubstr("--k_shot is -1"), HasSubstr("\"rotate\""))));
}

TEST_F(IngestFlags, ListEverythingThatIsWrong) {
  Set("source", "");
  Set("layout", "imagenet_w");
  Set("split", "dev");
  EXPECT_THAT(IngestOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--source"), HasSubstr("imagenet_w"),
                             HasSubstr("\"dev\""))));
}

}  // namespace
}  // namespace maskfill
