#include "train/train_flags.h"

#include <map>
#include <string>

#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

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
  EXPECT_EQ(std::string(options.objective->name), "fd_mask");
  EXPECT_EQ(options.beta, 30);
  EXPECT_EQ(options.epochs, 10);
  EXPECT_EQ(options.global_batch_size, 512);
  EXPECT_EQ(options.learning_rate, 3e-5);
  EXPECT_EQ(options.weight_decay, 0.1);
  EXPECT_EQ(options.schedule, ScheduleKind::kOneCycle);
  EXPECT_EQ(options.warmup_fraction, 0.02);
  EXPECT_EQ(options.grad_clip, 1);
  EXPECT_EQ(options.accumulate, 1);
  EXPECT_FALSE(options.recompute);
  EXPECT_EQ(options.keep_states, 2);
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
  EXPECT_THAT(Parse({{"mode", "lp"}, {"recompute", "true"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--teacher is not used by --mode=lp"),
                             HasSubstr("--counterfactuals is not used"),
                             HasSubstr("--recompute is not used by"))));
  EXPECT_THAT(
      Parse({{"kd_temperature", "5"},
             {"features", "features"},
             {"teacher_momentum", "0.9"},
             {"fill", "multi"}}),
      StatusIs(
          absl::StatusCode::kInvalidArgument,
          AllOf(HasSubstr("--kd_temperature is not used by --mode=fd_mask"),
                HasSubstr("--features is not used by --mode=fd_mask"),
                HasSubstr("--teacher_momentum is not used by "
                          "--teacher_update=static"),
                HasSubstr("--fill is not used by --cam_source=cached"))));
  EXPECT_OK(Parse({{"mode", "lp"}, {"teacher", ""}, {"counterfactuals", ""}}));
}

TEST(TrainFlags, ListTheModesThatExist) {
  EXPECT_THAT(Parse({{"mode", "best"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--mode: there is no mode \"best\""),
                             HasSubstr("ft"), HasSubstr("fd_mask"))));
  gflags::CommandLineFlagInfo mode;
  ASSERT_TRUE(gflags::GetCommandLineFlagInfo("mode", &mode));
  for (const Objective& objective : AllObjectives()) {
    EXPECT_THAT(mode.description, HasSubstr(objective.name));
  }
  gflags::CommandLineFlagInfo teacher;
  ASSERT_TRUE(gflags::GetCommandLineFlagInfo("teacher", &teacher));
  EXPECT_THAT(teacher.description, HasSubstr("fd, fd_mask"));
}

TEST(TrainFlags, DistilLogitsAtATemperature) {
  ASSERT_OK_AND_ASSIGN(const TrainOptions options,
                       Parse({{"mode", "kd_mask"}, {"kd_temperature", "4"}}));
  EXPECT_EQ(options.kd_temperature, 4);
  EXPECT_THAT(Parse({{"mode", "kd_mask"}, {"kd_temperature", "0"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--kd_temperature is 0, expected more")));
}

TEST(TrainFlags, TakeTeachersThatMove) {
  ASSERT_OK_AND_ASSIGN(
      const TrainOptions options,
      Parse({{"teacher_update", "ema"}, {"teacher_momentum", "0.9"}}));
  EXPECT_EQ(std::string(options.teacher_update->name), "ema");
  EXPECT_EQ(options.teacher_momentum, 0.9);
  EXPECT_OK(Parse({{"teacher_update", "wma"}}));
  EXPECT_THAT(Parse({{"teacher_update", "sma"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--teacher_update: there is no update")));
  EXPECT_THAT(
      Parse({{"teacher_update", "ema"}, {"teacher_momentum", "1.5"}}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("--teacher_momentum is 1.5, expected 0 to 1")));
  EXPECT_THAT(Parse({{"mode", "ft"},
                     {"teacher", ""},
                     {"counterfactuals", ""},
                     {"teacher_update", "ema"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--teacher_update is not used by --mode=ft")));
}

TEST(TrainFlags, TakeFeaturesWhereTheyFit) {
  EXPECT_OK(Parse({{"teacher_features", "features"}}));
  EXPECT_OK(Parse({{"teacher_features", "features"}, {"teacher", ""}}));
  EXPECT_OK(Parse({{"mode", "lp"},
                   {"teacher", ""},
                   {"counterfactuals", ""},
                   {"features", "features"}}));
  EXPECT_THAT(
      Parse({{"mode", "kd_mask"},
             {"teacher_features", "features"},
             {"teacher_update", "wma"}}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--mode=kd_mask, which distils logits"),
                     HasSubstr("--teacher_update=wma: the features of a "
                               "teacher that moves"))));
  EXPECT_THAT(Parse({{"mode", "ft"},
                     {"teacher", ""},
                     {"counterfactuals", ""},
                     {"teacher_features", "features"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--mode=ft, which has no teacher")));
  EXPECT_THAT(Parse({{"counterfactuals", ""},
                     {"cam_source", "online"},
                     {"teacher_features", "features"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--teacher_features is not used by "
                                 "--cam_source=online")));
}

TEST(TrainFlags, TakeClassesAndTemplatesWhereTheTextTowerTrains) {
  const std::map<std::string, std::string> flyp = {
      {"mode", "flyp"}, {"teacher", ""}, {"counterfactuals", ""}};
  const auto with = [&flyp](std::map<std::string, std::string> more) {
    more.insert(flyp.begin(), flyp.end());
    return Parse(more);
  };
  ASSERT_OK_AND_ASSIGN(TrainOptions options, with({}));
  EXPECT_EQ(options.class_names, "");
  EXPECT_EQ(options.templates, "openai");
  ASSERT_OK_AND_ASSIGN(options,
                       with({{"class_names", "imagenet"}, {"templates", "t"}}));
  EXPECT_EQ(options.class_names, "imagenet");
  EXPECT_EQ(options.templates, "t");
  EXPECT_THAT(
      with({{"templates", ""}, {"features", "f"}, {"kd_temperature", "3"}}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--templates is empty"),
                     HasSubstr("--features is not used by --mode=flyp"),
                     HasSubstr("--kd_temperature is not used"))));
  EXPECT_THAT(Parse({{"mode", "flyp"}, {"teacher_update", "ema"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--teacher is not used by --mode=flyp"),
                             HasSubstr("--teacher_update is not used"),
                             HasSubstr("--counterfactuals is not used"))));
  EXPECT_THAT(Parse({{"class_names", "imagenet"}, {"templates", "t"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--class_names is not used by "
                                       "--mode=fd_mask"),
                             HasSubstr("--templates is not used"))));
}

TEST(TrainFlags, TakeMasksAndFillsOfOnlineCounterfactuals) {
  ASSERT_OK_AND_ASSIGN(const TrainOptions options,
                       Parse({{"counterfactuals", ""},
                              {"cam_source", "online"},
                              {"mask", "context"},
                              {"threshold", "0.6"},
                              {"fill", "multi"},
                              {"donors", "batch"}}));
  EXPECT_EQ(options.cam_source, CamSource::kOnline);
  EXPECT_EQ(options.counterfactual.mask.kind, MaskKind::kContext);
  EXPECT_EQ(options.counterfactual.mask.cut.value, 0.6);
  EXPECT_EQ(options.counterfactual.fill, FillKind::kMulti);
  EXPECT_EQ(options.counterfactual.donors, DonorRule::kBatch);
  EXPECT_THAT(
      Parse({{"cam_source", "online"},
             {"threshold", "2"},
             {"donors", "batch"},
             {"donor_input", "others"}}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--counterfactuals is not used by "
                               "--mode=fd_mask with --cam_source=online"),
                     HasSubstr("--threshold is 2, expected 0 to 1"),
                     HasSubstr("--donor_input is not used by "
                               "--donors=batch"))));
  EXPECT_THAT(Parse({{"cam_source", "both"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("expected cached or online")));
  EXPECT_THAT(
      Parse(
          {{"mode", "fd"}, {"counterfactuals", ""}, {"cam_source", "online"}}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("--cam_source is not used by --mode=fd")));
}

TEST(TrainFlags, SayTheRangeOfANumberBeyondIt) {
  EXPECT_THAT(Parse({{"beta", "1e300"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--beta is 1e+300, expected 0 to 1e+09")));
  EXPECT_THAT(
      Parse({{"grad_clip", "1e39"},
             {"learning_rate", "1e39"},
             {"weight_decay", "nan"},
             {"keep_states", "0"},
             {"epochs", "9223372036854775807"}}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--grad_clip"), HasSubstr("--learning_rate"),
                     HasSubstr("--weight_decay"),
                     HasSubstr("--keep_states is 0, expected 1 to"),
                     HasSubstr("--epochs"))));
}

}  // namespace
}  // namespace maskfill
