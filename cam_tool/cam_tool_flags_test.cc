#include "cam_tool/cam_tool_flags.h"

#include <string>

#include "absl/status/status.h"
#include "gflags/gflags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class CamToolFlags : public testing::Test {
 protected:
  CamToolFlags() {
    for (const char* name : {"input", "output", "checkpoint"}) {
      Set(name, "somewhere");
    }
  }
  void Set(const char* name, const char* value) {
    ASSERT_NE(gflags::SetCommandLineOption(name, value), "") << name;
  }

  gflags::FlagSaver saver_;  // restores every flag
};

TEST_F(CamToolFlags, DefaultsAreThePapers) {
  ASSERT_OK_AND_ASSIGN(const CamToolOptions options, CamToolOptionsFromFlags());
  EXPECT_EQ(options.layers, 0);
  EXPECT_STREQ(options.kind->name, "attribution");
  EXPECT_EQ(options.target.kind, CamTarget::Kind::kLabel);
}

TEST_F(CamToolFlags, LayersAreAllLastOrANumber) {
  Set("layers", "last");
  EXPECT_EQ(CamToolOptionsFromFlags()->layers, 1);
  Set("layers", "5");
  EXPECT_EQ(CamToolOptionsFromFlags()->layers, 5);
  for (const char* bad : {"0", "-1", "first", ""}) {
    Set("layers", bad);
    EXPECT_THAT(CamToolOptionsFromFlags(),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("expected all, last or a number")))
        << bad;
  }
}

TEST_F(CamToolFlags, EveryMethodOfTheTableIsTaken) {
  for (const CamKind& kind : AllCamKinds()) {
    Set("method", kind.name);
    ASSERT_OK_AND_ASSIGN(const CamToolOptions options,
                         CamToolOptionsFromFlags());
    EXPECT_EQ(options.kind, &kind);
  }
  Set("method", "magic");
  EXPECT_THAT(CamToolOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("--method=magic is unknown")));
}

TEST_F(CamToolFlags, WhatAMethodDoesNotUseIsRefused) {
  Set("method", "attention");
  Set("layers", "2");
  Set("target", "predicted");
  Set("seed", "3");
  EXPECT_THAT(
      CamToolOptionsFromFlags(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--layers is not used by --method=attention"),
                     HasSubstr("--target is not used by --method=attention"),
                     HasSubstr("--seed is not used by --method=attention"))));
}

TEST_F(CamToolFlags, RandomMapsTakeASeedAndNoModel) {
  Set("method", "random");
  Set("seed", "3");
  ASSERT_OK_AND_ASSIGN(const CamToolOptions options, CamToolOptionsFromFlags());
  EXPECT_EQ(options.run.seed, 3);
  Set("device", "cpu");
  Set("batch_size", "2");
  EXPECT_THAT(
      CamToolOptionsFromFlags(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("--device is not used by --method=random"),
                     HasSubstr("--batch_size is not used"))));
}

TEST_F(CamToolFlags, AllBadFlagsComeInOneError) {
  Set("checkpoint", "");
  Set("input", "");
  Set("target", "both");
  Set("device", "tpu");
  Set("batch_size", "0");
  EXPECT_THAT(CamToolOptionsFromFlags(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("--checkpoint"), HasSubstr("--input"),
                             HasSubstr("--target=both"), HasSubstr("tpu"),
                             HasSubstr("--batch_size is 0"))));
}

}  // namespace
}  // namespace maskfill
