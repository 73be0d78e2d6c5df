#include "core/metrics/model_fit.h"

#include "absl/status/status.h"
#include "core/model/model_config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

ModelConfig Config(int64_t num_classes, int64_t image_size) {
  ModelConfig config;
  config.num_classes = num_classes;
  config.image_size = image_size;
  return config;
}

TEST(ModelFit, TakesASetOfTheHeadsClassesAndSize) {
  const RecordSet images = WriteTestImages(TestDirectory());
  EXPECT_OK(CheckFitsModel(images, Config(5, 16)));
}

TEST(ModelFit, RefusesAModelWithoutHead) {
  const RecordSet images = WriteTestImages(TestDirectory());
  EXPECT_THAT(CheckFitsModel(images, Config(0, 16)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("no classifier head"),
                             HasSubstr("build_zeroshot"))));
}

TEST(ModelFit, RefusesAHeadForAnotherNumberOfClasses) {
  const RecordSet images = WriteTestImages(TestDirectory());
  // More rows than classes: every label is a row, of another class.
  EXPECT_THAT(CheckFitsModel(images, Config(1000, 16)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("has 5 classes"),
                             HasSubstr("head has 1000 rows"))));
}

TEST(ModelFit, RefusesAHeadWhoseRowsAreInAnotherOrder) {
  const RecordSet images = WriteTestImages(TestDirectory(), {.num_classes = 2});
  ModelConfig config = Config(2, 16);
  config.class_names = {"class 0", "Class-1"};
  EXPECT_OK(CheckFitsModel(images, config));
  config.class_names = {"class 1", "class 0"};
  EXPECT_THAT(CheckFitsModel(images, config),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("in another order: row 0 is \"class 1\", but "
                                 "class 0 of the images is \"class-0\"")));
}

TEST(ModelFit, RefusesPixelsOfAnotherSize) {
  const RecordSet images = WriteTestImages(TestDirectory());
  EXPECT_THAT(CheckFitsModel(images, Config(5, 224)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("16 px"), HasSubstr("224 px"))));
}

TEST(ModelFit, RefusesAllowedClassesThatTheHeadDoesNotHave) {
  const RecordSet images = WriteTestImages(
      TestDirectory(), {.allowed_classes = {1, 9}, .class_keys = false});
  EXPECT_THAT(
      CheckFitsModel(images, Config(5, 16)),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("class 9")));
  EXPECT_OK(CheckFitsModel(images, Config(1000, 16)));
}

}  // namespace
}  // namespace maskfill
