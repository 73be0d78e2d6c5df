// Images per second, decoded and resized by one thread, of a directory of
// files that are held in memory. Prints one line: "images_per_second X".
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/exit_code.h"
#include "core/base/files.h"
#include "core/base/init.h"
#include "core/base/status_macros.h"
#include "core/image/clip_preprocess.h"
#include "core/image/decode.h"
#include "core/image/image.h"
#include "tests/benchmarks/pixels/decode_flags.h"

namespace maskfill {
namespace {

absl::Status ReadAll(const std::string& dir, std::vector<std::string>* files) {
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListDirectory(dir));
  for (const std::string& name : names) {
    const std::string path = JoinPath(dir, name);
    if (IsDirectory(path)) {
      RETURN_IF_ERROR(ReadAll(path, files));
      continue;
    }
    ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
    // Other files may lie beside the images.
    if (SniffImageFormat(bytes).ok()) files->push_back(std::move(bytes));
  }
  return absl::OkStatus();
}

absl::StatusOr<double> ImagesPerSecond(const DecodeBenchmarkOptions& options) {
  std::vector<std::string> files;
  RETURN_IF_ERROR(ReadAll(options.source, &files));
  if (files.empty()) {
    return absl::NotFoundError(options.source + " holds no images");
  }
  int64_t images = -1;  // the first pass warms up
  absl::Time start;
  while (true) {
    for (const std::string& bytes : files) {
      ASSIGN_OR_RETURN(const Image image, DecodeImage(bytes));
      const Image result = ResizeAndCenterCrop(image, options.size);
      if (images >= 0) ++images;
    }
    if (images < 0) {
      images = 0;
      start = absl::Now();
      continue;
    }
    const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
    if (seconds >= options.seconds) return images / seconds;
  }
}

absl::Status Run() {
  ASSIGN_OR_RETURN(const DecodeBenchmarkOptions options,
                   DecodeBenchmarkOptionsFromFlags());
  ASSIGN_OR_RETURN(const double rate, ImagesPerSecond(options));
  absl::PrintF("images_per_second %.1f\n", rate);
  return absl::OkStatus();
}

}  // namespace
}  // namespace maskfill

int main(int argc, char** argv) {
  maskfill::InitMain(
      "Measures decoding and resizing of image files by one thread.\n"
      "Example: decode_benchmark --source=photos --size=224 --seconds=3",
      &argc, &argv);
  return maskfill::ExitCode(maskfill::Run());
}
