// A tiny model and tiny image sets, for tests of eval.
#ifndef MASKFILL_EVAL_EVAL_FIXTURE_H_
#define MASKFILL_EVAL_EVAL_FIXTURE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/model/model_config.h"
#include "eval/eval_options.h"
#include "gtest/gtest.h"
#include "proto/manifest.pb.h"
#include "proto/records.pb.h"

namespace maskfill {

inline constexpr int64_t kSize = 16;  // px
inline constexpr int64_t kClasses = 7;
inline constexpr int64_t kImages = 11;

ModelConfig TinyConfig();

// A data set of kClasses classes, "class 0" and so on.
v1::DatasetInfo Dataset(const std::string& name);

class EvalStageTest : public testing::Test {
 protected:
  // Saves "model", writes the set "a" of kImages images of class 0, and asks
  // for a report of both.
  void SetUp() override;

  std::string Path(const std::string& name) const;

  void SaveModel(const std::string& name, uint64_t seed);

  // Images with these labels in two shards, in directory `dir`. `groups`: of
  // each, or none.
  void WriteSet(const std::string& dir, const v1::DatasetInfo& dataset,
                const std::vector<int64_t>& labels,
                const std::vector<std::string>& groups = {});

  // Of every image, in order.
  std::vector<v1::PredictionRecord> Predictions(const std::string& dir);

  std::string dir_;
  EvalOptions options_;
};

// The set's numbers as text: all but its seconds.
std::string NumbersOf(v1::SetReport report);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_EVAL_FIXTURE_H_
