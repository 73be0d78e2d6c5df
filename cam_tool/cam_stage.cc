#include "cam_tool/cam_stage.h"

#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ATen/core/Tensor.h"
#include "ATen/ops/empty.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/model/attribution.h"
#include "core/model/checkpoint.h"
#include "core/model/device.h"
#include "core/model/image_batches.h"
#include "core/model/image_classifier.h"
#include "core/model/torch_status.h"
#include "core/record/record_set.h"
#include "core/stage/ordered_parallel.h"
#include "core/stage/sharded_stage.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

// Relevance is stored as it lies in memory.
static_assert(std::endian::native == std::endian::little);

absl::Status CheckFits(const CamToolOptions& options, const RecordSet& images,
                       const ModelConfig& config) {
  if (!config.has_head()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "checkpoint \"", options.checkpoint,
        "\" has no classifier head, so there is no logit to explain; make one "
        "with build_zeroshot and give that as --checkpoint"));
  }
  if (options.layers > config.vision.layers) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--layers is ", options.layers, ", the image tower of \"",
        options.checkpoint, "\" has ", config.vision.layers, " layers"));
  }
  const int64_t size = images.manifest().dataset().image_size();
  if (size != 0 && size != config.image_size) {
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", images.dir(), "\" holds images of ", size, " px, checkpoint \"",
        options.checkpoint, "\" takes ", config.image_size,
        " px; run ingest with --image_size=", config.image_size));
  }
  return absl::OkStatus();
}

StageSpec MakeSpec(const CamToolOptions& options, const RecordSet& images,
                   const std::string& checkpoint_fingerprint) {
  StageSpec spec;
  spec.tool = "cam_tool";
  spec.record_type = v1::CamRecord::descriptor()->full_name();
  spec.name = images.manifest().name();
  spec.num_shards = images.num_shards();
  const auto add_option = [&spec](absl::string_view name, std::string value) {
    v1::Option& option = spec.options.emplace_back();
    option.set_name(std::string(name));
    option.set_value(std::move(value));
  };
  add_option("method", "attribution");
  add_option("layers", options.layers == 0 ? std::string("all")
                                           : absl::StrCat(options.layers));
  add_option("target", ToString(options.target));
  // These only change the last digits, but they do change the bytes.
  add_option("precision", ToString(options.compute.precision));
  add_option("batch_size", absl::StrCat(options.compute.batch_size));
  add_option("device", c10::DeviceTypeName(options.compute.device.type(),
                                           /*lower_case=*/true));
  spec.inputs.push_back(images.AsInput("images"));
  v1::InputReference& checkpoint = spec.inputs.emplace_back();
  checkpoint.set_role("checkpoint");
  checkpoint.set_path(options.checkpoint);
  checkpoint.set_fingerprint(checkpoint_fingerprint);
  spec.dataset = images.manifest().dataset();
  spec.total_records = images.num_records();
  return spec;
}

// [N] int64, each a row of the head.
absl::StatusOr<at::Tensor> Labels(const ImageBatch& batch,
                                  int64_t num_classes) {
  at::Tensor labels =
      at::empty({static_cast<int64_t>(batch.records.size())}, at::kLong);
  int64_t* label = labels.mutable_data_ptr<int64_t>();
  for (const v1::ImageRecord& record : batch.records) {
    if (record.label() < 0 || record.label() >= num_classes) {
      return absl::FailedPreconditionError(absl::StrCat(
          "image \"", record.id(), "\" has label ", record.label(),
          ", the checkpoint's head has ", num_classes, " classes (0 to ",
          num_classes - 1,
          "); use a head made for these classes, or --target=predicted"));
    }
    *label++ = record.label();
  }
  return labels;
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

absl::StatusOr<StageResult> CamTool(const CamToolOptions& options) {
  ASSIGN_OR_RETURN(const RecordSet images,
                   RecordSet::Open(options.stage.input,
                                   v1::ImageRecord::descriptor()->full_name()));
  ASSIGN_OR_RETURN(const ModelConfig config,
                   LoadModelConfig(options.checkpoint));
  RETURN_IF_ERROR(CheckFits(options, images, config));
  ASSIGN_OR_RETURN(const std::string fingerprint,
                   CheckpointFingerprint(options.checkpoint));
  const int num_threads = ResolveNumThreads(options.stage.num_threads);
  SetUpCpu(num_threads);

  std::optional<ImageClassifier> classifier;
  const AttributionOptions attribution = {.layers = options.layers};
  return RunShardedStage(
      options.stage, MakeSpec(options, images, fingerprint),
      [&](int64_t shard, ShardSink& sink) -> absl::Status {
        if (!classifier.has_value()) {
          ASSIGN_OR_RETURN(const Checkpoint checkpoint,
                           LoadCheckpoint(options.checkpoint));
          ASSIGN_OR_RETURN(classifier, CatchTorch([&] {
                             return ImageClassifier::FromCheckpoint(
                                 checkpoint, options.compute.device,
                                 options.compute.precision);
                           }));
        }
        ASSIGN_OR_RETURN(std::unique_ptr<RecordReader> reader,
                         images.OpenShard(shard));
        ImageBatchReader batches(std::move(reader),
                                 {.batch_size = options.compute.batch_size,
                                  .image_size = config.image_size,
                                  .num_threads = num_threads});
        while (true) {
          ASSIGN_OR_RETURN(const std::optional<ImageBatch> batch,
                           batches.Next());
          if (!batch.has_value()) return absl::OkStatus();
          at::Tensor targets;
          if (options.target == CamTarget::kLabel) {
            ASSIGN_OR_RETURN(targets, Labels(*batch, config.num_classes));
          }
          ASSIGN_OR_RETURN(const Attribution cams, CatchTorch([&] {
                             return TransformerAttribution(
                                 *classifier, batch->pixels, targets,
                                 attribution);
                           }));
          RETURN_IF_ERROR(
              AppendRecords(*batch, cams, config.grid_size(), sink));
        }
      });
}

}  // namespace maskfill
