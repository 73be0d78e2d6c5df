#include "feature_tool/feature_tool.h"

#include <bit>
#include <memory>
#include <optional>
#include <utility>

#include "ATen/core/Tensor.h"
#include "ATen/ops/isfinite.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "c10/core/InferenceMode.h"
#include "core/base/freed_memory.h"
#include "core/base/names.h"
#include "core/base/ordered_parallel.h"
#include "core/base/status_macros.h"
#include "core/data/counterfactual_images.h"
#include "core/data/image_batches.h"
#include "core/model/checkpoint.h"
#include "core/model/device.h"
#include "core/model/dropped_patches.h"
#include "core/model/torch_status.h"
#include "core/model/vision_transformer.h"
#include "core/record/feature_values.h"
#include "core/record/record_set.h"
#include "core/work/shards.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

// Features are stored as they lie in memory.
static_assert(std::endian::native == std::endian::little);

constexpr char kImageRecord[] = "maskfill.v1.ImageRecord";
constexpr char kCounterfactualRecord[] = "maskfill.v1.CounterfactualRecord";

// What the stage reads.
struct Inputs {
  RecordSet set;
  std::unique_ptr<CounterfactualImages> counterfactuals;  // null: images
  std::vector<CheckpointFile> checkpoints;

  int64_t num_variants() const {
    return counterfactuals == nullptr ? 1 : counterfactuals->num_variants();
  }
  bool drops_patches() const {
    return counterfactuals != nullptr && counterfactuals->drops_patches();
  }
  // px
  int64_t image_size() const { return checkpoints[0].config().image_size; }
};

absl::Status CheckSizes(const Inputs& inputs) {
  const int64_t stored = inputs.set.manifest().dataset().image_size();
  const int64_t size = stored != 0 ? stored : inputs.image_size();
  for (const CheckpointFile& checkpoint : inputs.checkpoints) {
    if (checkpoint.config().image_size == size) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "checkpoint \"", checkpoint.dir(), "\" takes ",
        checkpoint.config().image_size, " px, but ",
        stored != 0
            ? absl::StrCat("\"", inputs.set.dir(), "\" holds pixels of ")
            : absl::StrCat("\"", inputs.checkpoints[0].dir(), "\" "),
        size, " px; ",
        stored != 0 ? "make the input for this size"
                    : "give checkpoints of one size at a time"));
  }
  return absl::OkStatus();
}

// Patches can be dropped from one grid alone.
absl::Status CheckGrids(const Inputs& inputs) {
  if (!inputs.drops_patches()) return absl::OkStatus();
  const CheckpointFile& first = inputs.checkpoints[0];
  for (const CheckpointFile& checkpoint : inputs.checkpoints) {
    if (checkpoint.config().patch_size == first.config().patch_size) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "checkpoint \"", checkpoint.dir(), "\" has patches of ",
        checkpoint.config().patch_size, " px, \"", first.dir(), "\" of ",
        first.config().patch_size, " px, and \"", inputs.set.dir(),
        "\" drops patches (fill=none); give checkpoints of one patch size"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Inputs> OpenInputs(const FeatureToolOptions& options) {
  ASSIGN_OR_RETURN(RecordSet set, RecordSet::Open(options.run.input, ""));
  Inputs inputs{std::move(set), nullptr, {}};
  const std::string& type = inputs.set.manifest().record_type();
  if (type == kCounterfactualRecord) {
    ASSIGN_OR_RETURN(inputs.counterfactuals,
                     CounterfactualImages::Open(inputs.set, options.images));
  } else if (type != kImageRecord) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--input: \"", options.run.input, "\" holds ", type, ", expected ",
        kImageRecord, " or ", kCounterfactualRecord));
  }
  for (const std::string& dir : options.checkpoints) {
    ASSIGN_OR_RETURN(CheckpointFile file, CheckpointFile::Open(dir));
    inputs.checkpoints.push_back(std::move(file));
  }
  RETURN_IF_ERROR(CheckSizes(inputs));
  RETURN_IF_ERROR(CheckGrids(inputs));
  return inputs;
}

ShardSpec MakeSpec(const FeatureToolOptions& options, const Inputs& inputs) {
  ShardSpec spec =
      ShardsLike(inputs.set, v1::FeatureRecord::descriptor()->full_name());
  Work& work = spec.work;
  work = {.tool = "feature_tool", .algorithm_version = kFeatureToolVersion};
  work.AddOption("dtype", ToString(options.dtype));
  // These only change the last digits, but they do change the bytes.
  work.AddOption("precision", ToString(options.compute.precision));
  work.AddNumber("batch_size", options.compute.batch_size);
  work.AddOption("device", c10::DeviceTypeName(options.compute.device.type(),
                                               /*lower_case=*/true));
  work.AddInput(inputs.set.AsInput(
      inputs.counterfactuals == nullptr ? "images" : "counterfactuals"));
  if (inputs.counterfactuals != nullptr &&
      inputs.counterfactuals->images().has_value()) {
    work.AddInput(inputs.counterfactuals->images()->AsInput("recipe_images"));
  }
  for (const CheckpointFile& checkpoint : inputs.checkpoints) {
    const int64_t n = &checkpoint - inputs.checkpoints.data();
    work.AddInput(CheckpointRole(n), checkpoint.dir(),
                  checkpoint.fingerprint());
  }
  return spec;
}

absl::StatusOr<VisionTransformer> LoadTower(const CheckpointFile& file,
                                            const ComputeOptions& compute) {
  ASSIGN_OR_RETURN(const Checkpoint checkpoint, file.Load());
  return CatchTorch([&] {
    return VisionTransformer::FromCheckpoint(checkpoint, compute.device,
                                             compute.precision);
  });
}

// [N, E] on the CPU, in the dtype that is stored.
absl::StatusOr<at::Tensor> Encode(const VisionTransformer& tower,
                                  const ImageBatch& batch, FeatureDtype dtype) {
  return CatchTorch([&] {
    const c10::InferenceMode no_gradients;
    return tower
        .Encode(batch.images, batch.masked_patches.defined()
                                  ? WithoutPatches(batch.masked_patches)
                                  : EncodeOptions())
        .to(at::kFloat)
        .to(dtype == FeatureDtype::kFloat32 ? at::kFloat : at::kHalf)
        .cpu()
        .contiguous();
  });
}

absl::Status CheckFinite(const at::Tensor& features, const ImageBatch& batch,
                         const CheckpointFile& checkpoint, FeatureDtype dtype) {
  const at::Tensor finite = at::isfinite(features).all(/*dim=*/1);
  for (int64_t i = 0; i < finite.size(0); ++i) {
    if (finite[i].item<bool>()) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("image \"", batch.records[static_cast<size_t>(i)].id(),
                     "\": a feature of checkpoint \"", checkpoint.dir(),
                     "\" is not finite in ", ToString(dtype),
                     "; use --dtype=float32, or another checkpoint"));
  }
  return absl::OkStatus();
}

// Records of the batch; its first one is row `first` of its shard.
absl::Status AppendRecords(const ImageBatch& batch,
                           const std::vector<at::Tensor>& features,
                           FeatureDtype dtype, int64_t num_variants,
                           int64_t first, ShardSink& sink) {
  for (size_t i = 0; i < batch.records.size(); ++i) {
    v1::FeatureRecord record;
    record.set_schema_version(1);
    record.set_id(batch.records[i].id());
    record.set_variant(
        static_cast<int32_t>((first + static_cast<int64_t>(i)) % num_variants));
    record.set_dtype(ToString(dtype));
    for (const at::Tensor& of_checkpoint : features) {
      const int64_t dim = of_checkpoint.size(1);
      const auto bytes =
          static_cast<size_t>(dim) * of_checkpoint.element_size();
      v1::FeatureVector& vector = *record.add_features();
      vector.set_dim(static_cast<int32_t>(dim));
      vector.set_values(
          static_cast<const char*>(of_checkpoint.const_data_ptr()) + i * bytes,
          bytes);
    }
    RETURN_IF_ERROR(sink.Append(record));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ImageBatches>> OpenShard(
    const Inputs& inputs, int64_t shard, const ComputeOptions& compute,
    int num_threads) {
  const ModelConfig& model = inputs.checkpoints[0].config();
  const ImageBatchesOptions options = {
      .batch_size = compute.batch_size,
      .image_size = model.image_size,
      .num_masked_patches = inputs.drops_patches() ? model.num_patches() : 0,
      .pinned_memory = compute.device.is_cuda(),
      .num_threads = num_threads};
  if (inputs.counterfactuals != nullptr) {
    return inputs.counterfactuals->OfShard(shard, options);
  }
  return ImageBatches::OfShard(inputs.set, shard, options);
}

absl::Status MakeShard(const FeatureToolOptions& options, const Inputs& inputs,
                       const std::vector<VisionTransformer>& towers,
                       int num_threads, int64_t shard, ShardSink& sink) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ImageBatches> batches,
                   OpenShard(inputs, shard, options.compute, num_threads));
  for (int64_t row = 0;;) {
    ASSIGN_OR_RETURN(const std::optional<ImageBatch> batch, batches->Next());
    if (!batch.has_value()) return absl::OkStatus();
    std::vector<at::Tensor> features;
    for (size_t n = 0; n < towers.size(); ++n) {
      ASSIGN_OR_RETURN(at::Tensor encoded,
                       Encode(towers[n], *batch, options.dtype));
      RETURN_IF_ERROR(
          CheckFinite(encoded, *batch, inputs.checkpoints[n], options.dtype));
      features.push_back(std::move(encoded));
    }
    RETURN_IF_ERROR(AppendRecords(*batch, features, options.dtype,
                                  inputs.num_variants(), row, sink));
    row += static_cast<int64_t>(batch->records.size());
  }
}

// In the order of FeatureDtype.
constexpr const char* kDtypes[] = {"float32", "float16"};

}  // namespace

absl::StatusOr<FeatureDtype> ParseFeatureDtype(absl::string_view text) {
  return ParseName<FeatureDtype>(kDtypes, text,
                                 "--dtype=$0 is unknown; expected $1");
}

std::string ToString(FeatureDtype dtype) {
  return kDtypes[static_cast<size_t>(dtype)];
}

absl::StatusOr<WorkResult> FeatureTool(const FeatureToolOptions& options) {
  ASSIGN_OR_RETURN(const Inputs inputs, OpenInputs(options));
  const int num_threads = ResolveNumThreads(options.run.num_threads);
  SetUpCompute(options.compute.precision, num_threads);
  KeepFreedMemory();
  std::vector<VisionTransformer> towers;
  return MakeShards(
      options.run, MakeSpec(options, inputs),
      [&](int64_t shard, ShardSink& sink) -> absl::Status {
        while (towers.size() < inputs.checkpoints.size()) {
          ASSIGN_OR_RETURN(
              VisionTransformer tower,
              LoadTower(inputs.checkpoints[towers.size()], options.compute));
          towers.push_back(std::move(tower));
        }
        return MakeShard(options, inputs, towers, num_threads, shard, sink);
      });
}

}  // namespace maskfill
