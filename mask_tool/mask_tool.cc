#include "mask_tool/mask_tool.h"

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
#include "core/base/atomic_file.h"
#include "core/base/ordered_parallel.h"
#include "core/base/status_macros.h"
#include "core/image/encode_png.h"
#include "core/image/patch_mask.h"
#include "core/record/indexed_records.h"
#include "core/record/joined_reader.h"
#include "core/record/manifest.h"
#include "core/record/record_reader.h"
#include "core/record/record_set.h"
#include "core/work/file.h"
#include "core/work/shards.h"
#include "core/work/work.h"
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
      RecordSet::Open(options.run.input, "maskfill.v1.ImageRecord"));
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

Work WorkFor(const Inputs& inputs, const CounterfactualOptions& options) {
  Work work{.tool = "mask_tool",
            .algorithm_version = kCounterfactualVersion,
            .seed = options.seed};
  // Only what has a bearing: a threshold does not change random masks.
  work.AddOption("mask", ToString(options.mask.kind));
  if (options.mask.kind == MaskKind::kRandom) {
    work.AddNumber("rate", options.mask.rate);
  } else {
    work.AddNumber("threshold", options.mask.threshold);
  }
  if (!inputs.cams.has_value()) {
    work.AddNumber("patch_size", options.patch_size);
  }
  work.AddOption("fill", ToString(options.fill));
  if (options.fill != FillKind::kNone) {
    work.AddOption("donors", ToString(options.donors));
    work.AddOption("allow_self_donor",
                   options.allow_self_donor ? "true" : "false");
  }
  work.AddNumber("variants", options.variants);
  work.AddOption("payload", ToString(options.payload));
  work.AddNumber("image_size", options.image_size);
  work.AddInput(inputs.images.AsInput("images"));
  if (inputs.cams.has_value()) work.AddInput(inputs.cams->AsInput("cams"));
  return work;
}

ShardSpec SpecFor(const Inputs& inputs, const Work& work,
                  const CounterfactualOptions& options) {
  ShardSpec spec{.work = work,
                 .record_type = "maskfill.v1.CounterfactualRecord",
                 .name = inputs.images.manifest().name(),
                 .num_shards = inputs.images.num_shards(),
                 .dataset = inputs.images.manifest().dataset()};
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
absl::StatusOr<std::string> MakePreview(const Inputs& inputs,
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
  return EncodePng(DrawPreview(rows));
}

void LogStats(const MaskStats& stats) {
  LOG(INFO) << MaskStatsLine(stats);
  if (stats.masks > 0 && stats.empty + stats.full == stats.masks) {
    LOG(WARNING) << "every mask is empty or full: is the threshold or rate "
                    "what was meant?";
  }
}

// The file of the flag `--<name>`, of the whole set that `work` makes.
absl::Status MakeSideFile(
    const MaskToolOptions& options, Work work, const std::string& name,
    const std::string& path,
    const std::function<absl::StatusOr<std::string>()>& make) {
  if (path.empty()) return absl::OkStatus();
  work.AddOption("file", name);
  RunOptions run;
  run.output = path;
  run.overwrite = options.run.overwrite;
  return Annotate(
      MakeFile(run, work,
               [&](AtomicFile& file, v1::Manifest*) -> absl::Status {
                 ASSIGN_OR_RETURN(const std::string bytes, make());
                 return file.Append(bytes);
               })
          .status(),
      absl::StrCat("--", name));
}

}  // namespace

absl::StatusOr<MaskToolStats> MaskTool(const MaskToolOptions& options) {
  ASSIGN_OR_RETURN(const Inputs inputs, OpenInputs(options));
  CounterfactualOptions counterfactual = options.counterfactual;
  counterfactual.seed = options.run.seed;
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

  const Work work = WorkFor(inputs, counterfactual);
  MaskToolStats stats;
  ASSIGN_OR_RETURN(
      stats.run, MakeShards(options.run, SpecFor(inputs, work, counterfactual),
                            [&](int64_t shard, ShardSink& sink) {
                              return MakeShard(inputs, *maker,
                                               options.run.num_threads, shard,
                                               sink);
                            }));
  if (options.run.dry_run) return stats;
  if (stats.run.complete) {
    stats.masks = MaskStatsFromCounters(stats.run.manifest.counters());
    LogStats(stats.masks);
    RETURN_IF_ERROR(MakeSideFile(options, work, "stats", options.stats,
                                 [&]() -> absl::StatusOr<std::string> {
                                   return MaskStatsJson(stats.masks);
                                 }));
  }
  if (options.run.task_index == 0) {
    RETURN_IF_ERROR(
        MakeSideFile(options, work, "preview", options.preview,
                     [&] { return MakePreview(inputs, counterfactual); }));
  }
  return stats;
}

}  // namespace maskfill
