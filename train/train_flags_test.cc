#include "train/train_flags.h"

#include <map>
#include <string>

#include "core/base/status_matchers.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

absl::StatusOr<TrainOptions> Parse(std::map<std::string, std::string> changes) {
  const gflags::FlagSaver restore_afterwards;
  std::map<std::string, std::string> flags = {
      {"mode", "fd_mask"},        {"input", "records"},
      {"output", "run"},          {"checkpoint", "models/zeroshot"},
      {"teacher", "models/wise"}, {"counterfactuals", "cf"},
      {"device", "cpu"},
  };
  for (const auto& [name, value] : changes) flags[name] = value;
  for (const auto& [name, value] : flags) {
    EXPECT_NE(gflags::SetCommandLineOption(name.c_str(), value.c_str()), "")
        << name;
  }
  return TrainOptionsFromFlags();
}

TEST(TrainFlags, DefaultToTheRecipeOfTheMethod) {
  ASSERT_OK_AND_ASSIGN(const TrainOptions options, Parse({}));
  EXPECT_EQ(options.mode, TrainingMode::kMaskedFeatureDistillation);
  EXPECT_EQ(options.beta, 30);
  EXPECT_EQ(options.epochs, 10);
  EXPECT_EQ(options.global_batch_size, 512);
  EXPECT_EQ(options.learning_rate, 3e-5);
  EXPECT_EQ(options.weight_decay, 0.1);
  EXPECT_EQ(options.schedule, ScheduleKind::kOneCycle);
  EXPECT_EQ(options.warmup_fraction, 0.02);
  EXPECT_EQ(options.grad_clip, 1);
  EXPECT_EQ(options.accumulate, 1);
  EXPECT_TRUE(options.resume);
  EXPECT_EQ(options.teacher, "models/wise");
}

TEST(TrainFlags, ListEveryWrongFlagInOneError) {
  EXPECT_THAT(
      Parse({{"epochs", "0"},
             {"warmup_fraction", "1.5"},
             {"learning_rate", "-1"},
             {"schedule", "linear"},
             {"resume", "maybe"},
             {"checkpoint", ""}}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--epochs"), HasSubstr("--warmup_fraction"),
                     HasSubstr("--learning_rate"), HasSubstr("--schedule"),
                     HasSubstr("--resume"), HasSubstr("--checkpoint"))));
}

TEST(TrainFlags, SayWhatAModeNeeds) {
  EXPECT_THAT(Parse({{"teacher", ""}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--teacher is missing, --mode=fd_mask")));
  EXPECT_THAT(Parse({{"counterfactuals", ""}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--counterfactuals is missing")));
}

TEST(TrainFlags, RefuseWhatAModeDoesNotUse) {
  EXPECT_THAT(Parse({{"mode", "fd"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--counterfactuals is not used")));
  EXPECT_THAT(Parse({{"freeze", "backbone"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--freeze=backbone")));
}

TEST(TrainFlags, ListTheModesThatExist) {
  EXPECT_THAT(Parse({{"mode", "kd_mask"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("not yet a mode \"kd_mask\""),
                             HasSubstr("ft"), HasSubstr("fd_mask"))));
  EXPECT_THAT(Parse({{"mode", "best"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("there is no mode \"best\"")));
}

TEST(TrainFlags, SayThatCamsOfTheStudentAreNotThereYet) {
  EXPECT_OK(Parse({{"cam_source", "cached"}}));
  EXPECT_THAT(Parse({{"cam_source", "online"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--cam_source=online is not available yet")));
}

}  // namespace
}  // namespace maskfill
