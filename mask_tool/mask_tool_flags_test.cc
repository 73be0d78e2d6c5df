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
  EXPECT_EQ(options.counterfactual.mask.threshold, 0.3);
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

}  // namespace
}  // namespace maskfill
