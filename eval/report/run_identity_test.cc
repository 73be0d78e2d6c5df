#include "eval/report/run_identity.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_reports.h"

namespace maskfill {
namespace {

using testing::Optional;

TEST(RunIdentity, IsUnknownWithoutProvenance) {
  const v1::EvalReport report;
  EXPECT_THAT(MethodOf(report), IsOkAndHolds(""));
  EXPECT_EQ(SeedOf(report), std::nullopt);
  EXPECT_EQ(RecipeOf(report), "");
}

TEST(RunIdentity, IsThatOfTheTrainingNotOfItsTeacher) {
  v1::EvalReport report;
  AddLineage("train", 2, {"mode=fd"}, &report);
  AddLineage("train", 0, {"mode=ft"}, &report);  // where the teacher is from
  EXPECT_THAT(MethodOf(report), IsOkAndHolds("fd"));
  EXPECT_THAT(SeedOf(report), Optional(2));
}

TEST(RunIdentity, OfAMergeIsTheSeedOfItsTrainings) {
  v1::EvalReport report;
  AddLineage("merge_models", 0, {"alpha=0.5", "method=wise_ft"}, &report);
  AddLineage("build_zeroshot", 0, {}, &report);
  AddLineage("train", 1, {"mode=ft"}, &report);
  EXPECT_THAT(MethodOf(report), IsOkAndHolds("wise_ft-0.5"));
  EXPECT_THAT(SeedOf(report), Optional(1));
  AddLineage("train", 2, {"mode=ft"}, &report);  // a soup
  EXPECT_EQ(SeedOf(report), std::nullopt);
}

TEST(RunIdentity, NothingTrainedHasNoSeed) {
  v1::EvalReport report;
  AddLineage("build_zeroshot", 0, {"precision=fp32"}, &report);
  AddLineage("import_model", 0, {}, &report);
  EXPECT_THAT(MethodOf(report), IsOkAndHolds("zero-shot"));
  EXPECT_EQ(SeedOf(report), std::nullopt);
}

TEST(RunIdentity, RecipesAreEqualButForSeeds) {
  v1::EvalReport a, b, c;
  AddLineage("train", 0, {"mode=ft"}, &a);
  AddLineage("train", 1, {"mode=ft"}, &b);
  AddLineage("train", 1, {"mode=fd"}, &c);
  EXPECT_EQ(RecipeOf(a), RecipeOf(b));
  EXPECT_NE(RecipeOf(b), RecipeOf(c));
  v1::InputReference* images = b.mutable_lineage(0)->add_inputs();
  images->set_role("images");
  images->set_fingerprint("other");
  EXPECT_NE(RecipeOf(a), RecipeOf(b));
}

}  // namespace
}  // namespace maskfill
