// Predictions of eval, for tests.
#ifndef MASKFILL_TESTS_SUPPORT_TEST_PREDICTIONS_H_
#define MASKFILL_TESTS_SUPPORT_TEST_PREDICTIONS_H_

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/work/shards.h"
#include "proto/records.pb.h"
#include "tests/support/status_matchers.h"

namespace maskfill {

// An answer with its probability: image i has label 0, and class 0 is right.
struct TestAnswer {
  int64_t predicted = 0;
  double confidence = 0.5;
  bool counted = true;
};

// Writes a set of predictions "image-0", "image-1" and so on of the checkpoint
// and the images with these fingerprints, in fp32, to `dir`; two classes,
// "cat" and "dog".
inline void WritePredictions(const std::string& dir,
                             const std::string& checkpoint,
                             const std::string& images,
                             const std::vector<TestAnswer>& answers) {
  RunOptions run;
  run.output = dir;
  run.progress = ProgressMode::kNone;
  ShardSpec spec;
  spec.work = {.tool = "eval", .algorithm_version = 2};
  spec.work.AddOption("precision", "fp32");
  spec.work.AddInput("checkpoint", "runs/last", checkpoint);
  spec.work.AddInput("images", "records/set", images);
  spec.record_type = "maskfill.v1.PredictionRecord";
  spec.name = "set";
  spec.num_shards = 1;
  for (const char* name : {"cat", "dog"}) spec.dataset.add_class_keys(name);
  EXPECT_OK(MakeShards(run, spec, [&](int64_t, ShardSink& sink) {
    for (size_t i = 0; i < answers.size(); ++i) {
      v1::PredictionRecord record;
      record.set_schema_version(1);
      record.set_id(absl::StrCat("image-", i));
      record.add_top_classes(answers[i].predicted);
      record.add_top_logits(
          static_cast<float>(std::log(answers[i].confidence)));
      record.set_counted(answers[i].counted);
      RETURN_IF_ERROR(sink.Append(record));
    }
    return absl::OkStatus();
  }));
}

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_TEST_PREDICTIONS_H_
