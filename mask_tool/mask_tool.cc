#include "mask_tool/mask_tool.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "core/base/atomic_file.h"
#include "core/base/freed_memory.h"
#include "core/base/ordered_parallel.h"
#include "core/base/status_macros.h"
#include "core/draw/preview_rows.h"
#include "core/image/encode_png.h"
#include "core/image/patch_mask.h"
#include "core/masking/counterfactual.h"
#include "core/masking/mean_colour.h"
#include "core/record/indexed_records.h"
#include "core/record/record_set.h"
#include "core/work/file.h"
#include "core/work/shards.h"
#include "core/work/work.h"
#include "glog/logging.h"
#include "mask_tool/cam_stats.h"
#include "mask_tool/cam_stats_report.h"
#include "mask_tool/mask_inputs.h"
#include "mask_tool/preview.h"
#include "mask_tool/source_reader.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

constexpr int64_t kPreviewImages = 8;

ShardSpec SpecFor(const MaskInputs& inputs, const Work& work,
                  const CounterfactualOptions& options) {
  ShardSpec spec =
      ShardsLike(inputs.images, "maskfill.v1.CounterfactualRecord");
  spec.work = work;
  spec.dataset.set_image_size(static_cast<int32_t>(options.image_size));
  spec.unit = "counterfactuals";
  spec.total_records *= options.variants;
  return spec;
}

absl::Status MakeShard(const MaskInputs& inputs,
                       const CounterfactualOptions& options,
                       const CounterfactualMaker& maker, int num_threads,
                       int64_t shard, ShardSink& sink) {
  using Records = std::vector<v1::CounterfactualRecord>;
  ASSIGN_OR_RETURN(
      std::unique_ptr<SourceReader> reader,
      SourceReader::Open(inputs, shard,
                         options.payload == CounterfactualPayload::kPixels));
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

// Made from the sources, so that it shows the refilled pixels of recipes as
// well and needs no finished shard.
absl::StatusOr<std::string> MakePreview(const MaskInputs& inputs,
                                        CounterfactualOptions options) {
  options.payload = CounterfactualPayload::kPixels;
  options.variants = 1;
  ASSIGN_OR_RETURN(
      std::unique_ptr<CounterfactualMaker> maker,
      CounterfactualMaker::Open(inputs.images, options, inputs.donors));
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
  LOG(INFO) << "--preview: " << PreviewCaption(rows);
  return EncodePng(DrawPreview(rows));
}

void LogStats(const MaskStats& stats) {
  LOG(INFO) << MaskStatsLine(stats);
  if (stats.masks > 0 && stats.empty + stats.full == stats.masks) {
    LOG(WARNING) << "every mask is empty or full: is the threshold or rate "
                    "what was meant?";
  }
}

// The file at `path` of the flag `--<name>`.
absl::Status MakeSideFile(
    const RunOptions& options, const Work& work, absl::string_view name,
    const std::string& path,
    const std::function<absl::StatusOr<std::string>()>& make) {
  RunOptions run;
  run.output = path;
  run.overwrite = options.overwrite;
  run.dry_run = options.dry_run;
  return Annotate(
      MakeFile(run, work,
               [&](AtomicFile& file, v1::Manifest*) -> absl::Status {
                 ASSIGN_OR_RETURN(const std::string bytes, make());
                 return file.Append(bytes);
               })
          .status(),
      absl::StrCat("--", name));
}

// Reads the CAMs once, however many files are to be made of them.
absl::Status MakeStats(const MaskToolOptions& options, const RecordSet& cams) {
  std::optional<CamStats> stats;
  for (const std::string& path : options.stats) {
    const bool json = absl::EndsWith(path, ".json");
    Work work{.tool = "mask_tool", .algorithm_version = kCamStatsVersion};
    work.AddOption("file", "stats");
    work.AddOption("format", json ? "json" : "markdown");
    work.AddInput(cams.AsInput("cams"));
    RETURN_IF_ERROR(MakeSideFile(
        options.run, work, "stats", path, [&]() -> absl::StatusOr<std::string> {
          if (!stats.has_value()) {
            ASSIGN_OR_RETURN(stats,
                             ReadCamStats(cams, options.run.num_threads));
          }
          const v1::DatasetInfo& dataset = cams.manifest().dataset();
          return json ? CamStatsJson(*stats, dataset)
                      : CamStatsMarkdown(*stats, dataset, cams.dir());
        }));
  }
  return absl::OkStatus();
}

// Finds what the fill takes of the whole pool, unless it is known already.
absl::Status MeasureFill(const MaskInputs& inputs, int num_threads,
                         CounterfactualOptions* options) {
  if (options->fill != FillKind::kMean || options->mean_colour.has_value()) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(options->mean_colour,
                   MeanColour(inputs.pool(), options->image_size, num_threads));
  const Rgb& colour = *options->mean_colour;
  LOG(INFO) << absl::StrFormat("mean colour of \"%s\": %d %d %d",
                               inputs.pool().dir(), colour[0], colour[1],
                               colour[2]);
  return absl::OkStatus();
}

absl::Status MakePreviewFile(const MaskToolOptions& options,
                             const MaskInputs& inputs, Work work,
                             CounterfactualOptions* counterfactual) {
  work.AddOption("file", "preview");
  work.AddNumber("preview_version", kPreviewVersion);
  return MakeSideFile(options.run, work, "preview", options.preview,
                      [&]() -> absl::StatusOr<std::string> {
                        RETURN_IF_ERROR(MeasureFill(
                            inputs, options.run.num_threads, counterfactual));
                        return MakePreview(inputs, *counterfactual);
                      });
}

// The options with all that the inputs decide, checked against them.
absl::StatusOr<CounterfactualOptions> Resolve(const MaskToolOptions& options,
                                              const MaskInputs& inputs) {
  CounterfactualOptions resolved = options.counterfactual;
  resolved.seed = options.run.seed;
  ASSIGN_OR_RETURN(resolved.image_size,
                   ResolveImageSize(inputs.images, resolved.image_size));
  RETURN_IF_ERROR(CheckPool(inputs.images, resolved, inputs.donors));
  if (!inputs.cams.has_value()) {
    // Before any work: the sizes come from flags alone.
    RETURN_IF_ERROR(
        GridFor(nullptr, resolved.image_size, resolved.patch_size).status());
  }
  return resolved;
}

absl::StatusOr<MaskToolStats> MakeStatsAlone(const MaskToolOptions& options) {
  ASSIGN_OR_RETURN(const RecordSet cams,
                   RecordSet::Open(options.cams, "maskfill.v1.CamRecord"));
  RETURN_IF_ERROR(MakeStats(options, cams));
  return MaskToolStats();
}

}  // namespace

absl::StatusOr<MaskToolStats> MaskTool(const MaskToolOptions& options) {
  KeepFreedMemory();
  if (options.run.output.empty()) return MakeStatsAlone(options);
  ASSIGN_OR_RETURN(const MaskInputs inputs, OpenMaskInputs(options));
  ASSIGN_OR_RETURN(CounterfactualOptions counterfactual,
                   Resolve(options, inputs));
  const Work work = MaskWork(inputs, counterfactual);
  if (options.run.task_index == 0 && !options.run.dry_run) {
    if (!options.stats.empty()) {
      RETURN_IF_ERROR(MakeStats(options, *inputs.cams));
    }
    if (!options.preview.empty()) {
      RETURN_IF_ERROR(MakePreviewFile(options, inputs, work, &counterfactual));
    }
  }
  std::unique_ptr<CounterfactualMaker> maker;
  MaskToolStats stats;
  ASSIGN_OR_RETURN(
      stats.run,
      MakeShards(options.run, SpecFor(inputs, work, counterfactual),
                 [&](int64_t shard, ShardSink& sink) -> absl::Status {
                   if (maker == nullptr) {
                     RETURN_IF_ERROR(MeasureFill(
                         inputs, options.run.num_threads, &counterfactual));
                     ASSIGN_OR_RETURN(maker, CounterfactualMaker::Open(
                                                 inputs.images, counterfactual,
                                                 inputs.donors));
                   }
                   return MakeShard(inputs, counterfactual, *maker,
                                    options.run.num_threads, shard, sink);
                 }));
  if (stats.run.complete && !options.run.dry_run) {
    stats.masks = MaskStatsFromCounters(stats.run.manifest.counters());
    LogStats(stats.masks);
  }
  return stats;
}

}  // namespace maskfill
