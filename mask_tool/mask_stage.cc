#include "mask_tool/mask_stage.h"

#include <charconv>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/base/files.h"
#include "core/base/output_file.h"
#include "core/base/status_macros.h"
#include "core/image/encode_png.h"
#include "core/image/patch_mask.h"
#include "core/record/indexed_records.h"
#include "core/record/joined_reader.h"
#include "core/record/manifest.h"
#include "core/record/record_reader.h"
#include "core/record/record_set.h"
#include "core/stage/ordered_parallel.h"
#include "glog/logging.h"
#include "mask_tool/preview.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

constexpr int64_t kPreviewImages = 8;

// What the stage reads.
struct Inputs {
  RecordSet images;
  std::optional<RecordSet> cams;
};

absl::StatusOr<Inputs> OpenInputs(const MaskToolOptions& options) {
  ASSIGN_OR_RETURN(
      RecordSet images,
      RecordSet::Open(options.stage.input, "maskfill.v1.ImageRecord"));
  Inputs inputs{std::move(images), std::nullopt};
  if (!options.cams.empty()) {
    ASSIGN_OR_RETURN(RecordSet cams,
                     RecordSet::Open(options.cams, "maskfill.v1.CamRecord"));
    RETURN_IF_ERROR(CheckSameImages(inputs.images.manifest(), cams.manifest(),
                                    inputs.images.dir(), cams.dir()));
    inputs.cams = std::move(cams);
  }
  return inputs;
}

// The shortest text that reads back as the same number.
std::string ExactText(double value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), value);
  return std::string(text, end.ptr);
}

StageSpec SpecFor(const Inputs& inputs, const CounterfactualOptions& options) {
  StageSpec spec;
  spec.tool = "mask_tool";
  spec.record_type = "maskfill.v1.CounterfactualRecord";
  spec.name = inputs.images.manifest().name();
  spec.num_shards = inputs.images.num_shards();
  const auto add = [&spec](absl::string_view name, absl::string_view value) {
    v1::Option& option = spec.options.emplace_back();
    option.set_name(std::string(name));
    option.set_value(std::string(value));
  };
  // Only what has a bearing: a threshold does not change random masks.
  add("mask", ToString(options.mask));
  if (options.mask == MaskKind::kRandom) {
    add("rate", ExactText(options.rate));
  } else {
    add("threshold", ExactText(options.threshold));
  }
  if (!inputs.cams.has_value()) {
    add("patch_size", absl::StrCat(options.patch_size));
  }
  add("fill", ToString(options.fill));
  if (options.fill != FillKind::kNone) {
    add("donors", ToString(options.donors));
    add("allow_self_donor", options.allow_self_donor ? "true" : "false");
  }
  add("variants", absl::StrCat(options.variants));
  add("payload", ToString(options.payload));
  add("image_size", absl::StrCat(options.image_size));
  spec.inputs.push_back(inputs.images.AsInput("images"));
  if (inputs.cams.has_value()) {
    spec.inputs.push_back(inputs.cams->AsInput("cams"));
  }
  spec.dataset = inputs.images.manifest().dataset();
  spec.dataset.set_image_size(static_cast<int32_t>(options.image_size));
  spec.unit = "counterfactuals";
  spec.total_records = inputs.images.num_records() * options.variants;
  return spec;
}

// An image of the input with its CAM.
struct Source {
  v1::ImageRecord image;
  std::optional<v1::CamRecord> cam;
  int64_t position = 0;
};

// The sources of one shard, one after another.
class SourceReader {
 public:
  static absl::StatusOr<std::unique_ptr<SourceReader>> Open(
      const Inputs& inputs, int64_t shard, int64_t first_position) {
    auto reader = std::make_unique<SourceReader>();
    reader->position_ = first_position;
    if (inputs.cams.has_value()) {
      ASSIGN_OR_RETURN(reader->joined_,
                       (JoinedReader<v1::ImageRecord, v1::CamRecord>::Open(
                           inputs.images, *inputs.cams, shard)));
    } else {
      ASSIGN_OR_RETURN(reader->images_, inputs.images.OpenShard(shard));
    }
    return reader;
  }

  // nullopt at the end.
  absl::StatusOr<std::optional<Source>> Next() {
    Source source;
    source.position = position_++;
    absl::Status status;
    if (joined_ != nullptr) {
      status = joined_->Next(&source.image, &source.cam.emplace());
    } else {
      status = images_->Next(&source.image);
    }
    if (absl::IsOutOfRange(status)) return std::optional<Source>();
    RETURN_IF_ERROR(status);
    return std::optional<Source>(std::move(source));
  }

 private:
  std::unique_ptr<JoinedReader<v1::ImageRecord, v1::CamRecord>> joined_;
  std::unique_ptr<RecordReader> images_;
  int64_t position_ = 0;
};

absl::Status MakeShard(const Inputs& inputs, const CounterfactualMaker& maker,
                       int num_threads, int64_t shard, ShardSink& sink) {
  using Records = std::vector<v1::CounterfactualRecord>;
  ASSIGN_OR_RETURN(
      std::unique_ptr<SourceReader> reader,
      SourceReader::Open(inputs, shard, maker.images().ShardBegin(shard)));
  MaskStats stats;
  RETURN_IF_ERROR((OrderedParallel<Source, Records>(
      num_threads, [&reader] { return reader->Next(); },
      [&maker](Source source) {
        return maker.Make(source.image,
                          source.cam.has_value() ? &*source.cam : nullptr,
                          source.position);
      },
      [&sink, &stats](Records records) -> absl::Status {
        for (const v1::CounterfactualRecord& record : records) {
          ASSIGN_OR_RETURN(
              const PatchMask mask,
              PatchMask::FromBytes(record.mask(),
                                   int64_t{record.grid_height()} *
                                       int64_t{record.grid_width()}));
          stats.Add(mask);
          RETURN_IF_ERROR(sink.Append(record));
        }
        return absl::OkStatus();
      })));
  AddCounters(stats, &sink);
  return absl::OkStatus();
}

// Made anew from the sources, so that it shows the refilled pixels of recipes
// as well and needs no finished shard.
absl::Status WritePreview(const std::string& path, const Inputs& inputs,
                          CounterfactualOptions options) {
  options.payload = CounterfactualPayload::kPixels;
  options.variants = 1;
  ASSIGN_OR_RETURN(std::unique_ptr<CounterfactualMaker> maker,
                   CounterfactualMaker::Open(inputs.images, options));
  ASSIGN_OR_RETURN(std::unique_ptr<IndexedRecords> images,
                   IndexedRecords::Open(inputs.images));
  std::unique_ptr<IndexedRecords> cams;
  if (inputs.cams.has_value()) {
    ASSIGN_OR_RETURN(cams, IndexedRecords::Open(*inputs.cams));
  }
  std::vector<int64_t> shard_begins;
  for (int64_t shard = 0; shard <= images->num_shards(); ++shard) {
    shard_begins.push_back(images->ShardBegin(shard));
  }
  std::vector<PreviewRow> rows;
  for (const int64_t position :
       PreviewPositions(shard_begins, kPreviewImages)) {
    v1::ImageRecord image;
    RETURN_IF_ERROR(images->Read(position, &image));
    v1::CamRecord cam;
    if (cams != nullptr) RETURN_IF_ERROR(cams->Read(position, &cam));
    const v1::CamRecord* cam_or_null = cams != nullptr ? &cam : nullptr;
    ASSIGN_OR_RETURN(const std::vector<v1::CounterfactualRecord> made,
                     maker->Make(image, cam_or_null, position));
    ASSIGN_OR_RETURN(
        PreviewRow row,
        ToPreviewRow(image, cam_or_null, made.front(), options.image_size));
    rows.push_back(std::move(row));
  }
  ASSIGN_OR_RETURN(const std::string png, EncodePng(DrawPreview(rows)));
  RETURN_IF_ERROR(PrepareOutputFile(path));
  RETURN_IF_ERROR(WriteFileAtomically(path, png));
  LOG(INFO) << "preview of " << rows.size() << " images: " << path;
  return absl::OkStatus();
}

absl::Status ReportStats(const MaskToolOptions& options,
                         const MaskStats& stats) {
  LOG(INFO) << MaskStatsLine(stats);
  if (stats.masks > 0 && stats.empty + stats.full == stats.masks) {
    LOG(WARNING) << "every mask is empty or full: is the threshold or rate "
                    "what was meant?";
  }
  if (options.stats.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(PrepareOutputFile(options.stats));
  return WriteFileAtomically(options.stats, MaskStatsJson(stats));
}

}  // namespace

absl::StatusOr<MaskToolStats> MaskTool(const MaskToolOptions& options) {
  ASSIGN_OR_RETURN(const Inputs inputs, OpenInputs(options));
  CounterfactualOptions counterfactual = options.counterfactual;
  counterfactual.seed = options.stage.seed;
  ASSIGN_OR_RETURN(
      counterfactual.image_size,
      ResolveImageSize(inputs.images, options.counterfactual.image_size));
  ASSIGN_OR_RETURN(std::unique_ptr<CounterfactualMaker> maker,
                   CounterfactualMaker::Open(inputs.images, counterfactual));
  if (!inputs.cams.has_value()) {
    // Before any work: the sizes come from flags alone.
    RETURN_IF_ERROR(
        GridFor(nullptr, counterfactual.image_size, counterfactual.patch_size)
            .status());
  }

  MaskToolStats stats;
  ASSIGN_OR_RETURN(
      stats.stage,
      RunShardedStage(options.stage, SpecFor(inputs, counterfactual),
                      [&](int64_t shard, ShardSink& sink) {
                        return MakeShard(inputs, *maker,
                                         options.stage.num_threads, shard,
                                         sink);
                      }));
  if (options.stage.dry_run) return stats;
  if (stats.stage.complete) {
    stats.masks = MaskStatsFromCounters(stats.stage.manifest.counters());
    RETURN_IF_ERROR(ReportStats(options, stats.masks));
  }
  if (!options.preview.empty() && options.stage.task_index == 0) {
    RETURN_IF_ERROR(WritePreview(options.preview, inputs, counterfactual));
  }
  return stats;
}

}  // namespace maskfill
