#include "ingest/ingest.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/stage/ordered_parallel.h"
#include "glog/logging.h"
#include "ingest/image_list.h"
#include "proto/manifest.pb.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

constexpr int64_t kImagesPerShard = 1000;
// Unusable images that are looked for before a run gives up, and doubtful ones
// that are named, of one shard.
constexpr int64_t kMaxListed = 20;

// Makes the shards of one run.
class ShardMaker {
 public:
  ShardMaker(const IngestOptions& options, const ImageList& list,
             int64_t num_shards)
      : options_(options),
        list_(list),
        num_shards_(num_shards),
        read_(options.read) {
    read_.border_px = list.border_px;
  }

  absl::Status Make(int64_t shard, ShardSink& sink) const;

 private:
  struct Outcome {
    const ImageFile* file;
    absl::StatusOr<ReadImageResult> image;
  };

  const IngestOptions& options_;
  const ImageList& list_;
  const int64_t num_shards_;
  ImageReadOptions read_;
};

absl::Status ShardMaker::Make(int64_t shard, ShardSink& sink) const {
  const int64_t num_files = static_cast<int64_t>(list_.files.size());
  int64_t next = shard;
  const auto produce =
      [&]() -> absl::StatusOr<std::optional<const ImageFile*>> {
    RETURN_IF_ERROR(CheckNotPreempted());
    if (next >= num_files) return std::optional<const ImageFile*>();
    const ImageFile* file = &list_.files[next];
    next += num_shards_;
    return std::optional<const ImageFile*>(file);
  };
  const auto read = [&](const ImageFile* file) -> absl::StatusOr<Outcome> {
    Outcome outcome{file, ReadImage(list_.source, *file, read_)};
    // Only what is wrong with the image itself is for --max_bad_records.
    if (!outcome.image.ok() && !absl::IsDataLoss(outcome.image.status())) {
      return Annotate(outcome.image.status(), file->path);
    }
    return outcome;
  };
  absl::Status too_many;  // once there are; then only bad images are looked for
  int64_t bad = 0;
  int64_t doubtful = 0;
  const auto consume = [&](Outcome outcome) -> absl::Status {
    if (!outcome.image.ok()) {
      const absl::Status status = sink.AddBadRecord(
          outcome.file->path, outcome.image.status().message());
      if (!status.ok()) too_many = status;
      return ++bad < kMaxListed ? absl::OkStatus() : too_many;
    }
    if (!too_many.ok()) return absl::OkStatus();
    if (outcome.image->warnings > 0) {
      sink.AddCounter("decode_warnings", outcome.image->warnings);
      if (++doubtful <= kMaxListed) {
        LOG(WARNING) << outcome.file->path
                     << ": decoded, as Pillow does, but something in it is "
                        "not as it should be; look whether it is damaged";
      }
    }
    return sink.Append(outcome.image->record);
  };
  RETURN_IF_ERROR((OrderedParallel<const ImageFile*, Outcome>(
      options_.stage.num_threads, produce, read, consume)));
  return too_many;
}

absl::StatusOr<int64_t> NumShards(const IngestOptions& options,
                                  int64_t num_images) {
  if (options.num_shards > num_images) {
    return absl::InvalidArgumentError(
        absl::StrCat("--num_shards is ", options.num_shards, ", expected at ",
                     "most one per image, and there are ", num_images));
  }
  if (options.num_shards > 0) return options.num_shards;
  return (num_images + kImagesPerShard - 1) / kImagesPerShard;
}

v1::Option MakeOption(absl::string_view name, absl::string_view value) {
  v1::Option option;
  option.set_name(std::string(name));
  option.set_value(std::string(value));
  return option;
}

StageSpec MakeSpec(const IngestOptions& options, const ImageList& list,
                   int64_t num_shards) {
  const bool preprocessed = options.read.mode == PixelsMode::kPreprocessed;
  StageSpec spec;
  spec.tool = "ingest";
  spec.record_type = v1::ImageRecord::descriptor()->full_name();
  spec.name = options.name.empty()
                  ? absl::StrCat(ToString(options.layout), "-", options.split)
                  : options.name;
  spec.num_shards = num_shards;
  spec.options = {
      MakeOption("layout", ToString(options.layout)),
      MakeOption("split", options.split),
      MakeOption("name", spec.name),
      MakeOption("pixels", ToString(options.read.mode)),
      MakeOption("num_shards", absl::StrCat(num_shards)),
      // What the labels mean: it follows from the folders, --classes and, in
      // ObjectNet, the mappings.
      MakeOption("classes", ClassesFingerprint(list)),
  };
  if (preprocessed) {
    spec.options.push_back(
        MakeOption("image_size", absl::StrCat(options.read.image_size)));
  }
  v1::InputReference input;
  input.set_role("source");
  input.set_path(options.source);
  input.set_fingerprint(SourceFingerprint(list));
  spec.inputs = {std::move(input)};
  spec.dataset.set_name(spec.name);
  spec.dataset.set_split(options.split);
  *spec.dataset.mutable_class_keys() = {list.class_keys.begin(),
                                        list.class_keys.end()};
  *spec.dataset.mutable_class_names() = {list.class_names.begin(),
                                         list.class_names.end()};
  *spec.dataset.mutable_allowed_classes() = {list.allowed_classes.begin(),
                                             list.allowed_classes.end()};
  if (preprocessed) spec.dataset.set_image_size(options.read.image_size);
  spec.total_records = static_cast<int64_t>(list.files.size());
  return spec;
}

}  // namespace

absl::StatusOr<StageResult> Ingest(const IngestOptions& options) {
  ASSIGN_OR_RETURN(const ImageList list,
                   ListImages(options.layout, options.source, options.split,
                              options.classes_file));
  ASSIGN_OR_RETURN(const int64_t num_shards,
                   NumShards(options, list.files.size()));
  const ShardMaker maker(options, list, num_shards);
  return RunShardedStage(
      options.stage, MakeSpec(options, list, num_shards),
      [&](int64_t shard, ShardSink& sink) { return maker.Make(shard, sink); });
}

}  // namespace maskfill
