#include "ingest/ingest.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/work/run_summary.h"
#include "core/work/shards.h"
#include "core/work/work.h"
#include "glog/logging.h"
#include "ingest/admitted_images.h"
#include "ingest/image_list.h"
#include "ingest/source_digest.h"
#include "proto/manifest.pb.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

constexpr int64_t kImagesPerShard = 1000;
// Unusable images that are looked for before a run gives up, and doubtful ones
// that are named, of one shard.
constexpr int64_t kMaxListed = 20;

// The shard of all images whose number leaves `shard` over.
absl::Status MakeShard(const IngestOptions& options, const ImageList& list,
                       int64_t num_shards, int64_t shard, ShardSink& sink) {
  absl::Status too_many;  // once there are; then only bad images are looked for
  int64_t bad = 0;
  int64_t doubtful = 0;
  const auto consume = [&](ReadImageOutcome outcome) -> absl::Status {
    if (!outcome.image.ok()) {
      const absl::Status& error = outcome.image.status();
      const absl::Status status =
          sink.AddBadRecord(PrintablePath(outcome.file->path), error.message());
      if (!status.ok()) too_many = absl::Status(error.code(), status.message());
      return ++bad < kMaxListed ? absl::OkStatus() : too_many;
    }
    if (!too_many.ok()) return absl::OkStatus();
    if (outcome.image->exif_rotated) sink.AddCounter("exif_rotated", 1);
    if (outcome.image->has_more_frames) sink.AddCounter("several_frames", 1);
    if (outcome.image->warnings > 0) {
      sink.AddCounter("decode_warnings", outcome.image->warnings);
      if (++doubtful <= kMaxListed) {
        LOG(WARNING) << outcome.file->path
                     << ": decoded, as Pillow does, but something in it is "
                        "not as it should be; look whether it is damaged";
      }
    }
    v1::ImageRecord& record = outcome.image->record;
    if (outcome.file->group >= 0) {
      record.set_group(list.groups[outcome.file->group]);
    }
    return sink.Append(record);
  };
  RETURN_IF_ERROR(ReadImages(list, shard, num_shards, options.read,
                             options.run.num_threads, consume));
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

// Beside the output, so that all its tasks share it; none inside the source.
absl::StatusOr<std::string> MemoryPath(const IngestOptions& options) {
  ASSIGN_OR_RETURN(const std::string output, CanonicalPath(options.run.output));
  ASSIGN_OR_RETURN(const std::string source,
                   CanonicalPath(options.source.path));
  if (IsInside(output, source)) return std::string();
  return JoinPath(Dirname(output),
                  absl::StrCat(".", Basename(output), ".source-digests"));
}

absl::StatusOr<std::string> SourceFingerprint(const IngestOptions& options,
                                              const ImageList& list) {
  ASSIGN_OR_RETURN(const std::string memory, MemoryPath(options));
  ASSIGN_OR_RETURN(const SourceDigest digest,
                   DigestSource(list, {.memory = memory,
                                       .may_write_memory = !options.run.dry_run,
                                       .task_index = options.run.task_index,
                                       .task_count = options.run.task_count,
                                       .num_threads = options.run.num_threads,
                                       .progress = options.run.progress}));
  VLOG(1) << digest.images_read << " of " << list.files.size()
          << " images were read to know the source";
  return digest.fingerprint;
}

// What a list was chosen by, where it was.
void AddSelection(const IngestOptions& options, Work* work) {
  const SelectionOptions& selection = options.selection;
  if (!selection.holdout_index.empty()) {
    work->AddOption("holdout", "index");
  } else if (selection.holdout > 0) {
    work->AddNumber("holdout", selection.holdout);
    work->AddNumber("holdout_seed", selection.holdout_seed);
  }
  if (selection.k_shot > 0) {
    work->AddNumber("k_shot", selection.k_shot);
    work->AddNumber("k_shot_seed", selection.k_shot_seed);
  }
}

// SHA-256 over each image's group.
std::string GroupsFingerprint(const ImageList& list) {
  Sha256 sha;
  for (const ImageFile& file : list.files) {
    sha.UpdateField(file.group < 0 ? "" : list.groups[file.group]);
  }
  return sha.HexDigest();
}

std::string NameOf(const IngestOptions& options) {
  if (!options.name.empty()) return options.name;
  const SourceOptions& source = options.source;
  const bool held_out = options.selection.HasHoldout() && source.split == "val";
  return absl::StrCat(ToString(source.layout), "-",
                      held_out ? "holdout" : source.split);
}

// What is worth knowing of the list, in the log and for the manifest.
std::vector<v1::Option> NotesOf(const SourceFindings& findings) {
  v1::Manifest notes;
  for (const SourceFindings::LeftOut& left_out : findings.left_out) {
    LOG(INFO) << "left out: " << ToText(left_out);
    AddNote("left_out", ToText(left_out), &notes);
  }
  for (const std::string& deviation : findings.deviations) {
    LOG(WARNING) << deviation;
    AddNote("deviation", deviation, &notes);
  }
  return {notes.notes().begin(), notes.notes().end()};
}

ShardSpec MakeSpec(const IngestOptions& options, const ImageList& list,
                   const std::string& fingerprint, int64_t num_shards) {
  const bool preprocessed = options.read.mode == PixelsMode::kPreprocessed;
  ShardSpec spec;
  spec.record_type = v1::ImageRecord::descriptor()->full_name();
  spec.name = NameOf(options);
  spec.num_shards = num_shards;
  Work& work = spec.work;
  work.tool = "ingest";
  work.algorithm_version = kIngestVersion;
  work.AddOption("layout", ToString(options.source.layout));
  work.AddOption("split", options.source.split);
  work.AddOption("name", spec.name);
  work.AddOption("pixels", ToString(options.read.mode));
  work.AddNumber("num_shards", num_shards);
  // What the labels mean: it follows from the folders, --classes and, in
  // ObjectNet, the mappings, or the CSV file.
  work.AddOption("classes", ClassesFingerprint(list));
  if (preprocessed) work.AddNumber("image_size", options.read.image_size);
  if (options.read.exif == ExifMode::kApply) {
    work.AddOption("exif", ToString(options.read.exif));
  }
  const AdmittedImages& admitted = options.source.admitted;
  if (admitted.formats != AdmittedImages().formats) {
    work.AddOption("formats", ToString(admitted.formats));
  }
  if (admitted.first_frame) work.AddOption("first_frame", "true");
  AddSelection(options, &work);
  if (!options.groups.file.empty()) {
    work.AddOption("groups", GroupsFingerprint(list));
  }
  work.AddInput("source", options.source.path, fingerprint);
  spec.dataset.set_name(spec.name);
  spec.dataset.set_split(options.source.split);
  *spec.dataset.mutable_class_keys() = {list.class_keys.begin(),
                                        list.class_keys.end()};
  *spec.dataset.mutable_class_names() = {list.class_names.begin(),
                                         list.class_names.end()};
  *spec.dataset.mutable_allowed_classes() = {list.allowed_classes.begin(),
                                             list.allowed_classes.end()};
  if (preprocessed) spec.dataset.set_image_size(options.read.image_size);
  spec.notes = NotesOf(list.findings);
  spec.total_records = static_cast<int64_t>(list.files.size());
  return spec;
}

// The images that are to be records.
absl::StatusOr<ImageList> ListSelected(const IngestOptions& options) {
  SourceOptions source = options.source;
  if (options.selection.HasHoldout() && source.split == "val") {
    source.split = "train";
  }
  ASSIGN_OR_RETURN(ImageList list, ListImages(source));
  RETURN_IF_ERROR(SelectImages(options.selection, options.source.split, &list));
  RETURN_IF_ERROR(SetGroups(options.groups, &list));
  return list;
}

}  // namespace

absl::StatusOr<WorkResult> Ingest(const IngestOptions& options) {
  ASSIGN_OR_RETURN(const ImageList list, ListSelected(options));
  ASSIGN_OR_RETURN(const int64_t num_shards,
                   NumShards(options, list.files.size()));
  ASSIGN_OR_RETURN(const std::string fingerprint,
                   SourceFingerprint(options, list));
  return MakeShards(options.run,
                    MakeSpec(options, list, fingerprint, num_shards),
                    [&](int64_t shard, ShardSink& sink) {
                      return MakeShard(options, list, num_shards, shard, sink);
                    });
}

absl::StatusOr<VerifyReport> VerifySource(const IngestOptions& options) {
  RETURN_IF_ERROR(PrepareRunSummary(options.run));
  ASSIGN_OR_RETURN(const ImageList list, ListSource(options.source));
  ASSIGN_OR_RETURN(
      VerifyReport report,
      VerifyImages(list, options.run.num_threads, options.run.progress));
  const WorkResult result = {.manifest = ToManifest(report), .complete = true};
  const absl::Status verdict =
      CheckVerifyReport(report, options.run.max_bad_records);
  // What is wrong is for the caller to say; here, that it could not be written.
  const absl::Status written = WriteRunSummary(options.run, result, verdict);
  if (verdict.ok()) RETURN_IF_ERROR(written);
  return report;
}

}  // namespace maskfill
