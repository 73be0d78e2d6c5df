#include "eval/report/evaluations.h"

#include <limits>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_reports.h"

namespace maskfill {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

// Of a training with this seed and learning rate.
v1::EvalReport Trained(uint64_t seed, const std::string& rate = "3e-05") {
  v1::EvalReport report;
  AddSet("id", 60, &report);
  AddLineage("train", seed, {"learning_rate=" + rate, "mode=ft"}, &report);
  return report;
}

TEST(Evaluations, OnlyATrailingSeedNumberIsASeed) {
  const std::string dir = TestDirectory();
  std::vector<std::string> paths, names;
  for (const char* name :
       {"-seed1", "ft-seed", "ft-seed1-b10", "ft-seedling", "ft-seed1x"}) {
    paths.push_back(WriteReport(dir, name, {{"id", 1}}));
  }
  ASSERT_OK_AND_ASSIGN(const std::vector<Evaluation> evaluations,
                       ReadEvaluations(ReportFiles(paths)));
  for (const auto& evaluation : evaluations) names.push_back(evaluation.method);
  EXPECT_THAT(names, ElementsAre("-seed1", "ft-seed", "ft-seed1-b10",
                                 "ft-seedling", "ft-seed1x"));
}

TEST(Evaluations, ProvenanceNamesMethodAndSeed) {
  const std::string dir = TestDirectory();
  const std::string a = WriteEvalReport(dir, "first-seed7", Trained(0));
  const std::string b = WriteEvalReport(dir, "second", Trained(1));
  ASSERT_OK_AND_ASSIGN(const std::vector<Evaluation> evaluations,
                       ReadEvaluations({{a}, {b}}));
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(evaluations[i].method, "ft");
    EXPECT_THAT(evaluations[i].seed, Optional(i));
    EXPECT_FALSE(evaluations[i].named_by_file);
  }
}

TEST(Evaluations, WhatTheUserSaysComesFirst) {
  const std::string dir = TestDirectory();
  const std::string path = WriteEvalReport(dir, "first-seed7", Trained(3));
  const std::string plain = WriteReport(dir, "plain-seed7", {{"id", 1}});
  ASSERT_OK_AND_ASSIGN(const std::vector<Evaluation> evaluations,
                       ReadEvaluations({{path, "mine"}, {plain, "other"}}));
  EXPECT_EQ(evaluations[0].method, "mine");
  EXPECT_THAT(evaluations[0].seed, Optional(3));
  EXPECT_EQ(evaluations[1].method, "other");
  EXPECT_THAT(evaluations[1].seed, Optional(7));
  EXPECT_TRUE(evaluations[1].named_by_file);
}

// Both are "ft" with seed 0 by provenance, but not one method.
TEST(Evaluations, FilesNamesTellApartWhatProvenanceDoesNot) {
  const std::string dir = TestDirectory();
  const std::string a = WriteEvalReport(dir, "slow", Trained(0, "1e-06"));
  const std::string b = WriteEvalReport(dir, "fast", Trained(0, "1e-04"));
  ASSERT_OK_AND_ASSIGN(const std::vector<Evaluation> evaluations,
                       ReadEvaluations({{a}, {b}}));
  EXPECT_EQ(evaluations[0].method, "slow");
  EXPECT_EQ(evaluations[1].method, "fast");
  EXPECT_THAT(evaluations[1].seed, Optional(0));
  EXPECT_TRUE(evaluations[1].named_by_file);
}

// The curve to a checkpoint has the checkpoint's provenance.
TEST(Evaluations, ACurveMayHaveTheNameOfARow) {
  const std::string dir = TestDirectory();
  v1::EvalReport curve = Trained(0);
  *curve.add_curve()->add_sets() = curve.sets(0);
  curve.clear_sets();
  ASSERT_OK_AND_ASSIGN(const std::vector<Evaluation> evaluations,
                       ReadEvaluations({{WriteEvalReport(dir, "a", Trained(0))},
                                        {WriteEvalReport(dir, "b", curve)}}));
  EXPECT_EQ(evaluations[0].method, "ft");
  EXPECT_EQ(evaluations[1].method, "ft");
  EXPECT_TRUE(evaluations[1].is_curve());
  EXPECT_FALSE(evaluations[1].named_by_file);
}

TEST(Evaluations, RunsOfOneMethodDifferInTheSeedOnly) {
  const std::string dir = TestDirectory();
  const std::string a = WriteEvalReport(dir, "a", Trained(0, "1e-06"));
  const std::string b = WriteEvalReport(dir, "b", Trained(1, "1e-04"));
  EXPECT_THAT(ReadEvaluations({{a, "ft"}, {b, "ft"}}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("--learning_rate=1e-06"),
                             HasSubstr("--learning_rate=1e-04"),
                             HasSubstr("--reports=NAME=FILE"))));
}

TEST(Evaluations, ASeedGivenTwiceOrMixedWithNoneIsRefused) {
  const std::string dir = TestDirectory();
  const std::string other_dir = JoinPath(dir, "other");
  ASSERT_OK(MakeDirectories(other_dir));
  const std::string seed0 = WriteReport(dir, "ft-seed0", {{"r", 1}});
  const std::string again = WriteReport(other_dir, "ft-seed0", {{"r", 1}});
  const std::string seedless = WriteReport(dir, "ft", {{"r", 1}});
  EXPECT_THAT(ReadEvaluations({{seed0}, {again}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr(seed0), HasSubstr(again))));
  EXPECT_THAT(ReadEvaluations({{seedless}, {seed0}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("one with a seed and one without")));
}

TEST(Evaluations, RefusesNumbersThatAreNoPercent) {
  const std::string dir = TestDirectory();
  for (const double top1 : {-0.1, 100.5, 9000.0}) {
    EXPECT_THAT(ReadEvaluations({{WriteReport(dir, "a", {{"id", top1}})}}),
                StatusIs(absl::StatusCode::kDataLoss,
                         HasSubstr("expected percent from 0 to 100")));
  }
  v1::EvalReport report;
  AddSet("id", std::numeric_limits<double>::quiet_NaN(), &report);
  EXPECT_THAT(ReadEvaluations({{WriteEvalReport(dir, "b", report)}}),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_OK(ReadEvaluations({{WriteReport(dir, "c", {{"a", 0}, {"b", 100}})}}));
}

TEST(Evaluations, RefusesASetTwice) {
  const std::string dir = TestDirectory();
  EXPECT_THAT(
      ReadEvaluations({{WriteReport(dir, "a", {{"id", 1}, {"id", 2}})}}),
      StatusIs(absl::StatusCode::kDataLoss, HasSubstr("\"id\" twice")));
}

TEST(Evaluations, NamesTheFileThatIsNoReport) {
  const std::string dir = TestDirectory();
  const std::string path = JoinPath(dir, "broken.json");
  for (const char* json :
       {"", "{\"sets\":", "[]", "{\"schema_version\":1}",
        "{\"schema_version\":2,\"sets\":[{\"name\":\"a\",\"top1\":1}]}",
        // As report writes, in whose sets there is no accuracy.
        "{\"schema_version\":1,\"sets\":[{\"name\":\"a\",\"counted\":60}]}",
        "{\"schema_version\":1,\"curve\":[{\"sets\":[{\"name\":\"a\"}]}]}"}) {
    ASSERT_OK(WriteFileAtomically(path, json));
    EXPECT_THAT(ReadEvaluations({{path}}),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("broken.json")))
        << json;
  }
  EXPECT_THAT(ReadEvaluations({{JoinPath(dir, "absent.json")}}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("absent.json")));
}

}  // namespace
}  // namespace maskfill
