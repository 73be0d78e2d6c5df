#include "tests/support/test_counterfactuals.h"

#include <memory>
#include <utility>

#include "core/base/status_macros.h"
#include "core/masking/counterfactual.h"
#include "core/masking/mean_colour.h"
#include "core/work/shards.h"
#include "glog/logging.h"

namespace maskfill {

RecordSet WriteMadeCounterfactuals(
    const std::string& dir, const RecordSet& images,
    CounterfactualOptions options, const std::optional<RecordSet>& donors,
    const std::function<void(v1::CounterfactualRecord*)>& edit) {
  options.mask.kind = MaskKind::kRandom;
  options.patch_size = 4;
  options.image_size = images.manifest().dataset().image_size();
  const auto mean = MeanColour(donors.has_value() ? *donors : images,
                               options.image_size, /*num_threads=*/1);
  CHECK(mean.ok()) << mean.status();
  options.mean_colour = *mean;
  const auto maker = CounterfactualMaker::Open(images, options, donors);
  CHECK(maker.ok()) << maker.status();
  RunOptions run;
  run.output = dir;
  run.progress = ProgressMode::kNone;
  ShardSpec spec;
  spec.work = {.tool = "mask_tool",
               .algorithm_version = CounterfactualVersion(options),
               .seed = options.seed,
               .options = MaskAndFillOptions(options)};
  spec.work.AddNumber("variants", options.variants);
  spec.work.AddOption("payload", ToString(options.payload));
  spec.work.AddInput(images.AsInput("images"));
  if (donors.has_value()) spec.work.AddInput(donors->AsInput("donors"));
  spec.record_type = "maskfill.v1.CounterfactualRecord";
  spec.name = "set";
  spec.num_shards = images.num_shards();
  spec.dataset.set_image_size(static_cast<int32_t>(options.image_size));
  const auto made = MakeShards(
      run, spec, [&](int64_t shard, ShardSink& sink) -> absl::Status {
        ASSIGN_OR_RETURN(const auto reader, images.OpenShard(shard));
        v1::ImageRecord image;
        for (int64_t position = images.ShardBegin(shard);
             reader->Next(&image).ok(); ++position) {
          ASSIGN_OR_RETURN(auto records,
                           (*maker)->Make(image, nullptr, position));
          for (v1::CounterfactualRecord& record : records) {
            edit(&record);
            RETURN_IF_ERROR(sink.Append(record));
          }
        }
        return absl::OkStatus();
      });
  CHECK(made.ok()) << made.status();
  auto set = RecordSet::Open(dir, spec.record_type);
  CHECK(set.ok()) << set.status();
  return *std::move(set);
}

}  // namespace maskfill
