#include "cam_tool/cam_tool.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ATen/core/Tensor.h"
#include "ATen/ops/full.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/freed_memory.h"
#include "core/base/ordered_parallel.h"
#include "core/base/status_macros.h"
#include "core/cam/cams.h"
#include "core/data/image_batches.h"
#include "core/metrics/model_fit.h"
#include "core/model/checkpoint.h"
#include "core/model/device.h"
#include "core/model/image_classifier.h"
#include "core/model/torch_status.h"
#include "core/model/vision_transformer.h"
#include "core/record/record_set.h"
#include "core/work/shards.h"
#include "core/work/work.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

// Relevance is stored as it lies in memory.
static_assert(std::endian::native == std::endian::little);

// Of CamRecord: no class was explained.
constexpr int64_t kNoTarget = -1;

absl::Status CheckFits(const CamToolOptions& options, const RecordSet& images,
                       const ModelConfig& config) {
  const CamKind& kind = *options.kind;
  RETURN_IF_ERROR(
      Annotate(kind.explains_class ? CheckFitsModel(images, config)
                                   : CheckFitsImageSize(images, config),
               absl::StrCat("checkpoint \"", options.checkpoint, "\"")));
  if (kind.takes_layers && options.layers > config.vision.layers) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--layers is ", options.layers, ", the image tower of \"",
        options.checkpoint, "\" has ", config.vision.layers, " layers"));
  }
  if (kind.explains_class && options.target.kind == CamTarget::Kind::kClass &&
      options.target.class_index >= config.num_classes) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--target is class ", options.target.class_index, ", the head of \"",
        options.checkpoint, "\" has ", config.num_classes, " classes (0 to ",
        config.num_classes - 1, ")"));
  }
  return absl::OkStatus();
}

Work MakeWork(const CamToolOptions& options, const RecordSet& images,
              const CheckpointFile& checkpoint) {
  const CamKind& kind = *options.kind;
  Work work{.tool = "cam_tool", .algorithm_version = kind.algorithm_version};
  work.AddOption("method", kind.name);
  if (kind.takes_layers) {
    work.AddOption("layers", options.layers == 0
                                 ? std::string("all")
                                 : absl::StrCat(options.layers));
  }
  if (kind.explains_class) work.AddOption("target", ToString(options.target));
  if (kind.takes_seed) work.seed = options.run.seed;
  work.AddInput(images.AsInput("images"));
  if (!kind.needs_model) {
    work.AddNumber("grid_size", checkpoint.config().grid_size());
    return work;
  }
  // These only change the last digits, but they do change the bytes.
  work.AddOption("precision", ToString(options.compute.precision));
  work.AddNumber("batch_size", options.compute.batch_size);
  work.AddOption("device", c10::DeviceTypeName(options.compute.device.type(),
                                               /*lower_case=*/true));
  work.AddInput("checkpoint", checkpoint.dir(), checkpoint.fingerprint());
  return work;
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

// As of CamInputs.
absl::StatusOr<at::Tensor> TargetsOf(const ImageBatch& batch,
                                     const CamTarget& target,
                                     int64_t num_classes) {
  switch (target.kind) {
    case CamTarget::Kind::kLabel:
      RETURN_IF_ERROR(CheckLabels(batch, num_classes));
      return batch.labels;
    case CamTarget::Kind::kPredicted:
      return at::Tensor();
    case CamTarget::Kind::kClass:
      return at::full({batch.labels.size(0)}, target.class_index, at::kLong);
  }
  LOG(FATAL) << "unknown target " << static_cast<int>(target.kind);
}

absl::Status AppendRecords(const ImageBatch& batch, const Cams& cams,
                           int64_t grid, ShardSink& sink) {
  const at::Tensor relevance = cams.relevance.cpu().contiguous();
  const at::Tensor max_relevance = cams.max_relevance.cpu().contiguous();
  const at::Tensor targets =
      cams.targets.defined() ? cams.targets.cpu().contiguous() : at::Tensor();
  const float* row = relevance.const_data_ptr<float>();
  const int64_t num_patches = relevance.size(1);
  int64_t degenerate = 0;
  for (size_t i = 0; i < batch.records.size(); ++i, row += num_patches) {
    v1::CamRecord record;
    record.set_schema_version(1);
    record.set_id(batch.records[i].id());
    record.set_grid_height(static_cast<int32_t>(grid));
    record.set_grid_width(static_cast<int32_t>(grid));
    record.set_relevance(row, num_patches * sizeof(float));
    record.set_max_relevance(max_relevance.const_data_ptr<float>()[i]);
    record.set_target(targets.defined() ? targets.const_data_ptr<int64_t>()[i]
                                        : kNoTarget);
    if (!std::isfinite(record.max_relevance())) {
      return absl::FailedPreconditionError(absl::StrCat(
          "image \"", record.id(), "\": its relevance is not finite (",
          record.max_relevance(),
          "); use --precision=fp32, or another checkpoint"));
    }
    degenerate += record.max_relevance() == 0;
    RETURN_IF_ERROR(sink.Append(record));
  }
  sink.AddCounter("degenerate", static_cast<double>(degenerate));
  return absl::OkStatus();
}

// Makes shards; loads the weights before the first one.
class CamMaker {
 public:
  CamMaker(const CamToolOptions& options, const RecordSet& images,
           const CheckpointFile& file)
      : options_(options), images_(images), file_(file) {}

  absl::Status MakeShard(int64_t shard, ShardSink& sink) {
    RETURN_IF_ERROR(Load());
    const int num_threads = ResolveNumThreads(options_.run.num_threads);
    const int64_t image_size = file_.config().image_size;
    ASSIGN_OR_RETURN(const std::unique_ptr<ImageBatches> batches,
                     ImageBatches::OfShard(
                         images_, shard,
                         {.batch_size = options_.compute.batch_size,
                          .image_size = image_size,
                          .pinned_memory = options_.compute.device.is_cuda(),
                          .num_threads = num_threads}));
    while (true) {
      ASSIGN_OR_RETURN(const std::optional<ImageBatch> batch, batches->Next());
      if (!batch.has_value()) return absl::OkStatus();
      ASSIGN_OR_RETURN(const Cams cams, CamsOf(*batch));
      RETURN_IF_ERROR(
          AppendRecords(*batch, cams, file_.config().grid_size(), sink));
    }
  }

 private:
  absl::Status Load() {
    if (!options_.kind->needs_model || tower() != nullptr) {
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(const Checkpoint checkpoint, file_.Load());
    const ComputeOptions& compute = options_.compute;
    if (options_.kind->explains_class) {
      ASSIGN_OR_RETURN(classifier_, CatchTorch([&] {
                         return ImageClassifier::FromCheckpoint(
                             checkpoint, compute.device, compute.precision);
                       }));
    } else {
      ASSIGN_OR_RETURN(tower_, CatchTorch([&] {
                         return VisionTransformer::FromCheckpoint(
                             checkpoint, compute.device, compute.precision);
                       }));
    }
    return absl::OkStatus();
  }

  const VisionTransformer* tower() const {
    if (classifier_.has_value()) return &classifier_->backbone();
    return tower_.has_value() ? &*tower_ : nullptr;
  }

  absl::StatusOr<Cams> CamsOf(const ImageBatch& batch) const {
    CamInputs inputs;
    inputs.classifier = classifier_.has_value() ? &*classifier_ : nullptr;
    inputs.tower = tower();
    inputs.pixels = batch.images;
    inputs.layers = options_.layers;
    inputs.seed = options_.run.seed;
    inputs.num_patches = file_.config().num_patches();
    for (const v1::ImageRecord& record : batch.records) {
      inputs.ids.push_back(record.id());
    }
    if (options_.kind->explains_class) {
      ASSIGN_OR_RETURN(inputs.targets, TargetsOf(batch, options_.target,
                                                 file_.config().num_classes));
    }
    return ComputeCams(*options_.kind, inputs);
  }

  const CamToolOptions& options_;
  const RecordSet& images_;
  const CheckpointFile& file_;
  std::optional<ImageClassifier> classifier_;
  std::optional<VisionTransformer> tower_;
};

}  // namespace

absl::StatusOr<WorkResult> CamTool(const CamToolOptions& options) {
  ASSIGN_OR_RETURN(const RecordSet images,
                   RecordSet::Open(options.run.input,
                                   v1::ImageRecord::descriptor()->full_name()));
  ASSIGN_OR_RETURN(const CheckpointFile file,
                   CheckpointFile::Open(options.checkpoint));
  RETURN_IF_ERROR(CheckFits(options, images, file.config()));
  SetUpCompute(options.compute.precision,
               ResolveNumThreads(options.run.num_threads));
  KeepFreedMemory();

  ShardSpec spec = ShardsLike(images, v1::CamRecord::descriptor()->full_name());
  spec.work = MakeWork(options, images, file);
  CamMaker maker(options, images, file);
  return MakeShards(options.run, spec, [&](int64_t shard, ShardSink& sink) {
    return maker.MakeShard(shard, sink);
  });
}

std::string ToText(const WorkResult& result) {
  if (!result.complete) return "";
  int64_t cams = 0;
  for (const v1::ShardEntry& shard : result.manifest.shards()) {
    cams += shard.records();
  }
  return absl::StrCat(cams, cams == 1 ? " CAM, " : " CAMs, ",
                      CounterOf(result.manifest, "degenerate"),
                      " of them degenerate (no relevance anywhere)\n");
}

}  // namespace maskfill
