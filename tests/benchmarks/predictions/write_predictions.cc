// Writes what eval --predictions would for sets of ImageNet's size, of random
// logits: 50,000 images of 1000 classes, and 10,000 of which 200 are allowed.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/counter_rng.h"
#include "core/base/exit_code.h"
#include "core/base/files.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "core/metrics/accuracy.h"
#include "core/metrics/logit_vector.h"
#include "core/metrics/prediction.h"
#include "core/work/shards.h"
#include "eval/set_evaluation.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

constexpr int64_t kClasses = 1000;
constexpr int64_t kShards = 16;

// Nearly normal, of deviation 3; the label's is 12 higher.
std::vector<float> Logits(CounterRng rng, int64_t label) {
  std::vector<float> logits(kClasses);
  for (float& logit : logits) {
    int64_t sum = 0;
    for (int i = 0; i < 4; ++i) sum += static_cast<int64_t>(rng.Below(1000));
    logit = static_cast<float>(sum - 2000) * (3.0f / 577);
  }
  logits[static_cast<size_t>(label)] += 12;
  return logits;
}

absl::Status WriteSet(const std::string& dir, const std::string& name,
                      int64_t images, int64_t allowed) {
  ShardSpec spec;
  spec.work = {.tool = "eval", .algorithm_version = kEvalVersion};
  spec.work.AddOption("contents", "logits");
  spec.work.AddInput("images", "", name);
  spec.record_type = "maskfill.v1.PredictionRecord";
  spec.name = name;
  spec.num_shards = kShards;
  spec.dataset.set_name(name);
  for (int64_t c = 0; c < kClasses; ++c) {
    spec.dataset.add_class_keys(absl::StrCat("n", c));
    if (allowed < kClasses && c < allowed) spec.dataset.add_allowed_classes(c);
  }
  spec.total_records = images;
  RunOptions run;
  run.output = JoinPath(dir, name);
  return MakeShards(
             run, spec,
             [&](int64_t shard, ShardSink& sink) -> absl::Status {
               ASSIGN_OR_RETURN(AccuracyMeter meter,
                                AccuracyMeter::Create(
                                    kClasses, spec.dataset.allowed_classes()));
               for (int64_t i = images * shard / kShards;
                    i < images * (shard + 1) / kShards; ++i) {
                 v1::ImageRecord image;
                 image.set_id(absl::StrCat("image-", i));
                 image.set_label(i % allowed);
                 image.set_group(i % 3 == 0 ? "unusual" : "usual");
                 const std::vector<float> logits =
                     Logits(CounterRng(0, "logits", i, name), image.label());
                 ASSIGN_OR_RETURN(const ScoredImage scored,
                                  meter.Add(logits, {image.label()}));
                 v1::PredictionRecord prediction = ToPrediction(image, scored);
                 *prediction.mutable_logits() = ToLogitVector(logits);
                 RETURN_IF_ERROR(sink.Append(prediction));
               }
               return absl::OkStatus();
             })
      .status();
}

absl::Status Run(const std::string& dir) {
  RETURN_IF_ERROR(WriteSet(dir, "val", 50000, kClasses));
  return WriteSet(dir, "few", 10000, 200);
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain("write_predictions DIR", &argc, &argv,
                     {{.name = "DIR", .facts = {}, .help = "to write into"}});
  return maskfill::ExitCode(maskfill::Run(argc > 1 ? argv[1] : "predictions"));
}
