#include "mask_tool/mask_tool_flags.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

absl::StatusOr<MaskToolOptions> OptionsFor(
    const std::vector<std::pair<std::string, std::string>>& flags) {
  const gflags::FlagSaver saver;
  for (const auto& [name, value] : flags) {
    EXPECT_NE(gflags::SetCommandLineOption(name.c_str(), value.c_str()), "")
        << name;
  }
  return MaskToolOptionsFromFlags();
}

TEST(MaskToolFlags, DefaultToThePapersObjectMaskWithSingleFill) {
  ASSERT_OK_AND_ASSIGN(
      const MaskToolOptions options,
      OptionsFor({{"input", "in"}, {"output", "out"}, {"cams", "cams"}}));
  EXPECT_EQ(options.counterfactual.mask.kind, MaskKind::kObject);
  EXPECT_EQ(options.counterfactual.fill, FillKind::kSingle);
  EXPECT_EQ(options.counterfactual.mask.cut.kind, RelevanceCutKind::kThreshold);
  EXPECT_EQ(options.counterfactual.mask.cut.value, 0.3);
  EXPECT_EQ(options.counterfactual.variants, 1);
  EXPECT_FALSE(options.counterfactual.allow_self_donor);
}

TEST(MaskToolFlags, ListAllThatIsWrongAtOnce) {
  EXPECT_THAT(
      OptionsFor({{"mask", "objects"},
                  {"fill", "double"},
                  {"donors", "same"},
                  {"payload", "png"},
                  {"threshold", "1.5"},
                  {"percentile", "101"},
                  {"target_ratio", "-0.1"},
                  {"rate", "nan"},
                  {"variants", "0"},
                  {"patch_size", "-1"},
                  {"image_size", "-224"}}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--input"), HasSubstr("--output"),
                     HasSubstr("--mask"), HasSubstr("--fill"),
                     HasSubstr("--donors"), HasSubstr("--payload"),
                     HasSubstr("--threshold"), HasSubstr("--rate"),
                     AllOf(HasSubstr("--variants"), HasSubstr("--patch_size"),
                           HasSubstr("--percentile is 101, expected 0 to 100"),
                           HasSubstr("--target_ratio is -0.1"),
                           HasSubstr("--image_size")))));
}

TEST(MaskToolFlags, RandomMasksNeedAPatchSizeOrCams) {
  EXPECT_THAT(
      OptionsFor({{"input", "in"}, {"output", "out"}, {"mask", "random"}}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--patch_size"), Not(HasSubstr("--cams is")))));
  EXPECT_OK(OptionsFor({{"input", "in"},
                        {"output", "out"},
                        {"mask", "random"},
                        {"patch_size", "32"}}));
  EXPECT_OK(OptionsFor({{"input", "in"},
                        {"output", "out"},
                        {"mask", "random"},
                        {"cams", "cams"}}));
}

TEST(MaskToolFlags, RefuseVariantsThatWouldAllBeEqual) {
  EXPECT_THAT(
      OptionsFor({{"input", "in"},
                  {"output", "out"},
                  {"cams", "cams"},
                  {"fill", "none"},
                  {"variants", "2"}}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("all the same")));
}

TEST(MaskToolFlags, TakeOneCutOfTheRelevance) {
  ASSERT_OK_AND_ASSIGN(const MaskToolOptions options,
                       OptionsFor({{"input", "in"},
                                   {"output", "out"},
                                   {"cams", "cams"},
                                   {"target_ratio", "0"}}));
  EXPECT_EQ(options.counterfactual.mask.cut.kind,
            RelevanceCutKind::kTargetRatio);
  EXPECT_EQ(options.counterfactual.mask.cut.value, 0);
  EXPECT_THAT(OptionsFor({{"input", "in"},
                          {"output", "out"},
                          {"cams", "cams"},
                          {"threshold", "0.3"},
                          {"percentile", "70"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--threshold and --percentile are given")));
  EXPECT_THAT(OptionsFor({{"input", "in"},
                          {"output", "out"},
                          {"cams", "cams"},
                          {"mask", "random"},
                          {"percentile", "70"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--percentile is not used by random masks")));
}

TEST(MaskToolFlags, TakeTheRateOfRandomMasksFromCams) {
  ASSERT_OK_AND_ASSIGN(const MaskToolOptions options,
                       OptionsFor({{"input", "in"},
                                   {"output", "out"},
                                   {"mask", "random"},
                                   {"rate_from", "cams"},
                                   {"percentile", "70"}}));
  EXPECT_EQ(options.cams, "cams");
  EXPECT_TRUE(options.counterfactual.mask.match_object_mask);
  EXPECT_EQ(options.counterfactual.mask.cut.value, 70);
  EXPECT_THAT(OptionsFor({{"input", "in"},
                          {"output", "out"},
                          {"cams", "others"},
                          {"rate_from", "cams"},
                          {"rate", "0.5"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--cams and --rate_from"),
                             HasSubstr("--rate and --rate_from"),
                             HasSubstr("not used by --mask=object"))));
}

TEST(MaskToolFlags, NeedNoImagesForStatisticsAlone) {
  ASSERT_OK_AND_ASSIGN(
      const MaskToolOptions options,
      OptionsFor({{"cams", "cams"}, {"stats", "a.json, b.md"}}));
  EXPECT_EQ(options.stats, (std::vector<std::string>{"a.json", "b.md"}));
  EXPECT_EQ(options.run.output, "");
  EXPECT_THAT(OptionsFor({{"cams", "cams"}, {"stats", "stats.txt"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("\"stats.txt\", expected a file that ends")));
  EXPECT_THAT(OptionsFor({{"stats", "a.json"}, {"preview", "a.png"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--cams is missing"),
                             HasSubstr("--preview needs --output"),
                             Not(HasSubstr("--input")))));
}

TEST(MaskToolFlags, RefuseDonorsOfABatch) {
  EXPECT_THAT(OptionsFor({{"input", "in"},
                          {"output", "out"},
                          {"cams", "cams"},
                          {"donors", "batch"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("a set has no batches")));
}

TEST(MaskToolFlags, RefuseDonorsWhereNoneAreTaken) {
  EXPECT_THAT(OptionsFor({{"input", "in"},
                          {"output", "out"},
                          {"cams", "cams"},
                          {"fill", "grey"},
                          {"donor_input", "others"},
                          {"variants", "2"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--donor_input is not used by "
                                       "--fill=grey"),
                             HasSubstr("all the same"))));
  EXPECT_OK(OptionsFor({{"input", "in"},
                        {"output", "out"},
                        {"cams", "cams"},
                        {"fill", "mean"},
                        {"donor_input", "others"}}));
  // Whether or not the value is the default.
  EXPECT_THAT(OptionsFor({{"input", "in"},
                          {"output", "out"},
                          {"cams", "cams"},
                          {"fill", "mean"},
                          {"donors", "any"},
                          {"allow_self_donor", "true"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--donors is not used by --fill=mean"),
                             HasSubstr("--allow_self_donor is not used"))));
  // An image is of its own class.
  EXPECT_THAT(OptionsFor({{"input", "in"},
                          {"output", "out"},
                          {"cams", "cams"},
                          {"donors", "other_class"},
                          {"allow_self_donor", "true"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--allow_self_donor is not used by "
                                 "--donors=other_class")));
}

TEST(MaskToolFlags, RefuseOnePlaceForTwoResults) {
  EXPECT_THAT(
      OptionsFor({{"input", "in"},
                  {"output", "out"},
                  {"cams", "cams"},
                  {"preview", "./out/"},
                  {"stats", "a.json, b.md"},
                  {"summary_json", "new/../a.json"}}),
      StatusIs(
          absl::StatusCode::kInvalidArgument,
          AllOf(HasSubstr("--output and --preview are both \"./out/\""),
                HasSubstr("--summary_json and --stats are both \"a.json\""))));
  EXPECT_OK(OptionsFor({{"input", "in"},
                        {"output", "out"},
                        {"cams", "cams"},
                        {"preview", "out.png"},
                        {"stats", "out.md"},
                        {"summary_json", "out.json"}}));
}

TEST(MaskToolFlags, RefuseARateOfMasksThatAreNotRandom) {
  for (const char* mask : {"object", "context"}) {
    EXPECT_THAT(OptionsFor({{"input", "in"},
                            {"output", "out"},
                            {"cams", "cams"},
                            {"mask", mask},
                            {"rate", "0.3"}}),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr(absl::StrCat("--rate is not used by --mask=",
                                                mask))));
  }
}

}  // namespace
}  // namespace maskfill
