// The accuracy that chooses a training's best model is the one that eval
// reports of it.
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/model/checkpoint.h"
#include "core/work/work.h"
#include "eval/eval.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_sets.h"
#include "tests/support/tiny_model.h"
#include "train/train.h"

namespace maskfill {
namespace {

TEST(Validation, GivesTheNumberThatEvalGives) {
  const std::string dir = TestDirectory();
  const auto path = [&dir](const std::string& name) {
    return JoinPath(dir, name);
  };
  Checkpoint checkpoint;
  checkpoint.config = TinyModelConfig(5);
  checkpoint.tensors = TinyModelTensors(checkpoint.config, /*seed=*/2);
  ASSERT_OK(WriteCheckpoint(path("student"), checkpoint));
  WriteTestImages(path("images"), {.num_images = 20});
  // Image i has label i % 5, of which 4 is not allowed, and another one.
  std::vector<int64_t> other_labels;
  for (int64_t i = 0; i < 40; ++i) other_labels.push_back(i * i % 7 % 5);
  WriteTestImages(path("held_out"), {.num_images = 40,
                                     .seed = 1,
                                     .allowed_classes = {0, 1, 2, 3},
                                     .other_labels = other_labels});
  for (const Precision precision : {Precision::kFp32, Precision::kBf16}) {
    const std::string name = ToString(precision);
    TrainOptions train;
    train.run.input = path("images");
    train.run.output = path(name);
    train.run.progress = ProgressMode::kNone;
    train.run.num_threads = 1;
    train.compute.precision = precision;
    train.checkpoint = path("student");
    train.validation = path("held_out");
    train.objective = *ParseObjective("ft");
    train.epochs = 3;
    train.global_batch_size = 10;
    train.learning_rate = 0.01;
    ASSERT_OK_AND_ASSIGN(const WorkResult trained, Train(train));

    EvalOptions eval;
    eval.run.output = path(name + ".json");
    eval.run.progress = ProgressMode::kNone;
    eval.run.num_threads = 1;
    eval.compute.precision = precision;
    eval.checkpoint = path(name + "/best");
    eval.inputs = {path("held_out")};
    ASSERT_OK_AND_ASSIGN(const EvalStats stats, Eval(eval));
    const v1::SetReport& report = stats.reports[0].sets(0);
    EXPECT_EQ(CounterOf(trained.manifest, "best_accuracy"),
              report.top1() / 100);
    // Some images are right by their other label, some have no allowed one.
    EXPECT_LT(report.counted(), report.images());
    EXPECT_GT(report.top1(), 0);
  }
}

}  // namespace
}  // namespace maskfill
