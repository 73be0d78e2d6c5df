#include "cam_tool/cam_tool.h"

#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ATen/core/Tensor.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/ordered_parallel.h"
#include "core/base/status_macros.h"
#include "core/cam/attribution.h"
#include "core/data/image_batches.h"
#include "core/metrics/model_fit.h"
#include "core/model/checkpoint.h"
#include "core/model/device.h"
#include "core/model/image_classifier.h"
#include "core/model/torch_status.h"
#include "core/record/record_set.h"
#include "core/work/shards.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

// Relevance is stored as it lies in memory.
static_assert(std::endian::native == std::endian::little);

absl::Status CheckFits(const CamToolOptions& options, const RecordSet& images,
                       const ModelConfig& config) {
  RETURN_IF_ERROR(
      Annotate(CheckFitsModel(images, config),
               absl::StrCat("checkpoint \"", options.checkpoint, "\"")));
  if (options.layers <= config.vision.layers) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "--layers is ", options.layers, ", the image tower of \"",
      options.checkpoint, "\" has ", config.vision.layers, " layers"));
}

ShardSpec MakeSpec(const CamToolOptions& options, const RecordSet& images,
                   const CheckpointFile& checkpoint) {
  ShardSpec spec;
  spec.record_type = v1::CamRecord::descriptor()->full_name();
  spec.name = images.manifest().name();
  spec.num_shards = images.num_shards();
  spec.dataset = images.manifest().dataset();
  spec.total_records = images.num_records();
  Work& work = spec.work;
  work = {.tool = "cam_tool", .algorithm_version = kAttributionVersion};
  work.AddOption("method", "attribution");
  work.AddOption("layers", options.layers == 0 ? std::string("all")
                                               : absl::StrCat(options.layers));
  work.AddOption("target", ToString(options.target));
  // These only change the last digits, but they do change the bytes.
  work.AddOption("precision", ToString(options.compute.precision));
  work.AddNumber("batch_size", options.compute.batch_size);
  work.AddOption("device", c10::DeviceTypeName(options.compute.device.type(),
                                               /*lower_case=*/true));
  work.AddInput(images.AsInput("images"));
  work.AddInput("checkpoint", checkpoint.dir(), checkpoint.fingerprint());
  return spec;
}

absl::Status CheckLabels(const ImageBatch& batch, int64_t num_classes) {
  for (const v1::ImageRecord& record : batch.records) {
    if (record.label() < 0 || record.label() >= num_classes) {
      return absl::FailedPreconditionError(absl::StrCat(
          "image \"", record.id(), "\" has label ", record.label(),
          ", the checkpoint's head has ", num_classes, " classes (0 to ",
          num_classes - 1,
          "); use a head made for these classes, or --target=predicted"));
    }
  }
  return absl::OkStatus();
}

absl::Status AppendRecords(const ImageBatch& batch, const Attribution& cams,
                           int64_t grid, ShardSink& sink) {
  const at::Tensor relevance = cams.relevance.cpu().contiguous();
  const at::Tensor max_relevance = cams.max_relevance.cpu().contiguous();
  const at::Tensor targets = cams.targets.cpu().contiguous();
  const float* row = relevance.const_data_ptr<float>();
  const int64_t num_patches = relevance.size(1);
  int64_t empty_maps = 0;
  for (size_t i = 0; i < batch.records.size(); ++i, row += num_patches) {
    v1::CamRecord record;
    record.set_schema_version(1);
    record.set_id(batch.records[i].id());
    record.set_grid_height(static_cast<int32_t>(grid));
    record.set_grid_width(static_cast<int32_t>(grid));
    record.set_relevance(row, num_patches * sizeof(float));
    record.set_max_relevance(max_relevance.const_data_ptr<float>()[i]);
    record.set_target(targets.const_data_ptr<int64_t>()[i]);
    empty_maps += record.max_relevance() <= 0;
    RETURN_IF_ERROR(sink.Append(record));
  }
  // Their object masks are empty and their context masks full.
  sink.AddCounter("images_without_relevance", static_cast<double>(empty_maps));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CamTarget> ParseCamTarget(absl::string_view text) {
  if (text == "label") return CamTarget::kLabel;
  if (text == "predicted") return CamTarget::kPredicted;
  return absl::InvalidArgumentError(absl::StrCat(
      "--target=", text, " is unknown; expected label or predicted"));
}

std::string ToString(CamTarget target) {
  return target == CamTarget::kLabel ? "label" : "predicted";
}

absl::StatusOr<WorkResult> CamTool(const CamToolOptions& options) {
  ASSIGN_OR_RETURN(const RecordSet images,
                   RecordSet::Open(options.run.input,
                                   v1::ImageRecord::descriptor()->full_name()));
  ASSIGN_OR_RETURN(const CheckpointFile file,
                   CheckpointFile::Open(options.checkpoint));
  const ModelConfig& config = file.config();
  RETURN_IF_ERROR(CheckFits(options, images, config));
  const int num_threads = ResolveNumThreads(options.run.num_threads);
  SetUpCpu(num_threads);

  std::optional<ImageClassifier> classifier;
  const AttributionOptions attribution = {.layers = options.layers};
  return MakeShards(
      options.run, MakeSpec(options, images, file),
      [&](int64_t shard, ShardSink& sink) -> absl::Status {
        if (!classifier.has_value()) {
          ASSIGN_OR_RETURN(const Checkpoint checkpoint, file.Load());
          ASSIGN_OR_RETURN(classifier, CatchTorch([&] {
                             return ImageClassifier::FromCheckpoint(
                                 checkpoint, options.compute.device,
                                 options.compute.precision);
                           }));
        }
        ASSIGN_OR_RETURN(const std::unique_ptr<ImageBatches> batches,
                         ImageBatches::OfShard(
                             images, shard,
                             {.batch_size = options.compute.batch_size,
                              .image_size = config.image_size,
                              .pinned_memory = options.compute.device.is_cuda(),
                              .num_threads = num_threads}));
        while (true) {
          ASSIGN_OR_RETURN(const std::optional<ImageBatch> batch,
                           batches->Next());
          if (!batch.has_value()) return absl::OkStatus();
          at::Tensor targets;
          if (options.target == CamTarget::kLabel) {
            RETURN_IF_ERROR(CheckLabels(*batch, config.num_classes));
            targets = batch->labels;
          }
          ASSIGN_OR_RETURN(const Attribution cams, CatchTorch([&] {
                             return TransformerAttribution(
                                 *classifier, batch->images, targets,
                                 attribution);
                           }));
          RETURN_IF_ERROR(
              AppendRecords(*batch, cams, config.grid_size(), sink));
        }
      });
}

}  // namespace maskfill
