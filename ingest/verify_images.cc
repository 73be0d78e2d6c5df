#include "ingest/verify_images.h"

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/base/progress.h"
#include "core/base/status_macros.h"
#include "core/work/work.h"
#include "ingest/image_reader.h"

namespace maskfill {
namespace {

// Adds outcomes to a report, in the order of the list.
class Reporter {
 public:
  explicit Reporter(VerifyReport* report) : report_(*report) {}

  void Add(const ReadImageOutcome& outcome) {
    const ImageFile& file = *outcome.file;
    if (!outcome.image.ok()) {
      report_.bad.push_back({PrintablePath(file.path),
                             std::string(outcome.image.status().message())});
      return;
    }
    ++report_.images_per_class[file.label];
    ++report_.images;
    report_.warnings += outcome.image->warnings > 0;
    report_.exif_rotated += outcome.image->exif_rotated;
    report_.several_frames += outcome.image->has_more_frames;
    const auto [first, added] = first_of_digest_.emplace(
        absl::HexStringToBytes(outcome.image->sha256), &file);
    if (added) return;
    report_.duplicates.push_back(
        {.path = file.path,
         .first = first->second->path,
         .other_class = first->second->label != file.label});
  }

 private:
  VerifyReport& report_;
  absl::flat_hash_map<std::string, const ImageFile*> first_of_digest_;
};

int64_t ClassesWithImages(const VerifyReport& report) {
  int64_t classes = 0;
  for (const int64_t images : report.images_per_class) classes += images > 0;
  return classes;
}

std::string ToText(const VerifyReport::Duplicate& duplicate) {
  return absl::StrCat(duplicate.path, "\tsame contents as ", duplicate.first,
                      duplicate.other_class ? ", of another class" : "");
}

}  // namespace

absl::StatusOr<VerifyReport> VerifyImages(const ImageList& list,
                                          int num_threads,
                                          ProgressMode progress_mode) {
  // Cheaper than to encode what is inside a border.
  const ImageReadOptions read_options = {.mode = list.border_px > 0
                                                     ? PixelsMode::kPreprocessed
                                                     : PixelsMode::kOriginal,
                                         .digest = true};
  VerifyReport report;
  report.class_keys = list.class_keys;
  report.images_per_class.resize(list.class_keys.size());
  report.findings = list.findings;
  Reporter reporter(&report);
  Progress progress(progress_mode, "ingest --verify_only", "images",
                    static_cast<int64_t>(list.files.size()));
  RETURN_IF_ERROR(ReadImages(list, /*first=*/0, /*step=*/1, read_options,
                             num_threads, [&](const ReadImageOutcome& outcome) {
                               progress.Add();
                               reporter.Add(outcome);
                               return absl::OkStatus();
                             }));
  progress.Finish();
  return report;
}

std::string ToText(const VerifyReport& report) {
  std::string text;
  for (size_t i = 0; i < report.class_keys.size(); ++i) {
    if (report.images_per_class[i] == 0) continue;
    absl::StrAppend(&text, report.class_keys[i], "\t",
                    report.images_per_class[i], "\n");
  }
  for (const absl::Status& error : report.findings.errors) {
    absl::StrAppend(&text, "error\t", error.message(), "\n");
  }
  for (const std::string& deviation : report.findings.deviations) {
    absl::StrAppend(&text, "deviation\t", deviation, "\n");
  }
  for (const SourceFindings::LeftOut& left_out : report.findings.left_out) {
    absl::StrAppend(&text, "left out\t", ToText(left_out), "\n");
  }
  for (const VerifyReport::BadImage& bad : report.bad) {
    absl::StrAppend(&text, "unusable\t", bad.path, "\t", bad.reason, "\n");
  }
  for (const VerifyReport::Duplicate& duplicate : report.duplicates) {
    absl::StrAppend(&text, "duplicate\t", ToText(duplicate), "\n");
  }
  absl::StrAppend(
      &text, "total\t", report.images, " images of ", ClassesWithImages(report),
      " of ", report.class_keys.size(), " classes, ", report.bad.size(),
      " unusable, ", report.warnings, " with warnings, ", report.exif_rotated,
      " rotated by EXIF, ", report.several_frames, " of several frames, ",
      report.duplicates.size(), " duplicates; ", report.findings.errors.size(),
      " errors, ", report.findings.deviations.size(), " deviations\n");
  return text;
}

v1::Manifest ToManifest(const VerifyReport& report) {
  v1::Manifest manifest;
  manifest.set_tool("ingest");
  const auto count = [&](absl::string_view name, size_t value) {
    AddCounter(name, static_cast<double>(value), &manifest);
  };
  const SourceFindings& findings = report.findings;
  count("images", report.images);
  count("classes", ClassesWithImages(report));
  count("errors", findings.errors.size());
  count("deviations", findings.deviations.size());
  count("unusable", report.bad.size());
  count("duplicates", report.duplicates.size());
  count("decode_warnings", report.warnings);
  count("exif_rotated", report.exif_rotated);
  count("several_frames", report.several_frames);
  for (const absl::Status& error : findings.errors) {
    AddNote("error", PrintablePath(error.message()), &manifest);
  }
  for (const std::string& deviation : findings.deviations) {
    AddNote("deviation", deviation, &manifest);
  }
  for (const SourceFindings::LeftOut& left_out : findings.left_out) {
    AddNote("left_out", ToText(left_out), &manifest);
  }
  for (const VerifyReport::Duplicate& duplicate : report.duplicates) {
    AddNote("duplicate", ToText(duplicate), &manifest);
  }
  v1::ShardEntry* files = manifest.add_shards();
  for (const VerifyReport::BadImage& bad : report.bad) {
    v1::BadRecord* record = files->add_bad_records();
    record->set_source(bad.path);
    record->set_reason(bad.reason);
  }
  return manifest;
}

absl::Status CheckVerifyReport(const VerifyReport& report,
                               int64_t max_bad_records) {
  const SourceFindings& findings = report.findings;
  if (!findings.errors.empty()) {
    return absl::DataLossError(
        absl::StrCat(findings.errors.size(),
                     findings.errors.size() == 1 ? " error" : " errors",
                     ", the first: ", findings.errors[0].message()));
  }
  if (!findings.deviations.empty()) {
    return absl::DataLossError(
        absl::StrCat("the source is not the published set or not as it seems: ",
                     findings.deviations[0]));
  }
  const int64_t bad = static_cast<int64_t>(report.bad.size());
  if (bad <= max_bad_records) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      bad, bad == 1 ? " image is" : " images are", " unusable, the first is ",
      report.bad[0].path, ": ", report.bad[0].reason,
      "; remove what is listed, or allow it with --max_bad_records=", bad));
}

}  // namespace maskfill
