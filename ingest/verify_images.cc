#include "ingest/verify_images.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/ordered_parallel.h"
#include "core/base/preemption.h"
#include "core/base/progress.h"
#include "core/base/status_macros.h"
#include "ingest/image_reader.h"

namespace maskfill {

absl::StatusOr<VerifyReport> VerifyImages(const ImageList& list,
                                          int num_threads,
                                          ProgressMode progress_mode) {
  // Cheaper than to encode what is inside a border.
  const ImageReadOptions read_options = {.mode = list.border_px > 0
                                                     ? PixelsMode::kPreprocessed
                                                     : PixelsMode::kOriginal,
                                         .border_px = list.border_px};
  struct Outcome {
    const ImageFile* file;
    absl::Status status;
    int64_t warnings;
  };
  VerifyReport report;
  report.class_keys = list.class_keys;
  report.images_per_class.resize(list.class_keys.size());
  Progress progress(progress_mode, "ingest --verify_only", "images",
                    static_cast<int64_t>(list.files.size()));
  size_t next = 0;
  const auto produce =
      [&]() -> absl::StatusOr<std::optional<const ImageFile*>> {
    RETURN_IF_ERROR(CheckNotPreempted());
    if (next == list.files.size()) return std::optional<const ImageFile*>();
    return std::optional<const ImageFile*>(&list.files[next++]);
  };
  const auto read = [&](const ImageFile* file) -> absl::StatusOr<Outcome> {
    const absl::StatusOr<ReadImageResult> image =
        ReadImage(list.source, *file, read_options);
    if (!image.ok() && !absl::IsDataLoss(image.status())) {
      return Annotate(image.status(), file->path);
    }
    return Outcome{file, image.status(), image.ok() ? image->warnings : 0};
  };
  const auto consume = [&](Outcome outcome) -> absl::Status {
    progress.Add();
    if (!outcome.status.ok()) {
      report.bad.push_back(
          {outcome.file->path, std::string(outcome.status.message())});
      return absl::OkStatus();
    }
    ++report.images_per_class[outcome.file->label];
    ++report.images;
    report.warnings += outcome.warnings > 0;
    return absl::OkStatus();
  };
  RETURN_IF_ERROR((OrderedParallel<const ImageFile*, Outcome>(
      num_threads, produce, read, consume)));
  progress.Finish();
  return report;
}

std::string ToText(const VerifyReport& report) {
  std::string text;
  int64_t classes = 0;
  for (size_t i = 0; i < report.class_keys.size(); ++i) {
    if (report.images_per_class[i] == 0) continue;
    ++classes;
    absl::StrAppend(&text, report.class_keys[i], "\t",
                    report.images_per_class[i], "\n");
  }
  for (const VerifyReport::BadImage& bad : report.bad) {
    absl::StrAppend(&text, "unusable\t", bad.path, "\t", bad.reason, "\n");
  }
  absl::StrAppend(&text, "total\t", report.images, " images of ", classes,
                  " of ", report.class_keys.size(), " classes, ",
                  report.bad.size(), " unusable, ", report.warnings,
                  " with warnings\n");
  return text;
}

absl::Status CheckVerifyReport(const VerifyReport& report,
                               int64_t max_bad_records) {
  const int64_t bad = static_cast<int64_t>(report.bad.size());
  if (bad <= max_bad_records) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      bad, bad == 1 ? " image is" : " images are", " unusable, the first is ",
      report.bad[0].path, ": ", report.bad[0].reason,
      "; remove what is listed, or allow it with --max_bad_records=", bad));
}

}  // namespace maskfill
