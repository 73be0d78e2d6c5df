#include "core/masking/mean_colour.h"

#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/ordered_parallel.h"
#include "core/base/preemption.h"
#include "core/base/status_macros.h"
#include "core/image/image.h"
#include "core/image/record_pixels.h"
#include "core/record/record_reader.h"
#include "proto/records.pb.h"

namespace maskfill {
namespace {

using Sums = std::array<int64_t, 3>;

Sums SumsOf(const Image& image) {
  Sums sums = {0, 0, 0};
  for (size_t i = 0; i < image.pixels.size(); i += 3) {
    for (size_t c = 0; c < 3; ++c) sums[c] += image.pixels[i + c];
  }
  return sums;
}

absl::Status AddShard(const RecordSet& images, int64_t shard,
                      int64_t image_size, int num_threads, Sums* total) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RecordReader> reader,
                   images.OpenShard(shard));
  return OrderedParallel<v1::ImageRecord, Sums>(
      num_threads,
      [&reader]() -> absl::StatusOr<std::optional<v1::ImageRecord>> {
        RETURN_IF_ERROR(CheckNotPreempted());
        v1::ImageRecord record;
        const absl::Status status = reader->Next(&record);
        if (absl::IsOutOfRange(status)) return std::optional<v1::ImageRecord>();
        RETURN_IF_ERROR(status);
        return std::optional<v1::ImageRecord>(std::move(record));
      },
      [image_size](v1::ImageRecord record) -> absl::StatusOr<Sums> {
        ASSIGN_OR_RETURN(const Image image,
                         PixelsFromRecord(record, image_size));
        return SumsOf(image);
      },
      [total](Sums sums) {
        for (size_t c = 0; c < 3; ++c) (*total)[c] += sums[c];
        return absl::OkStatus();
      });
}

}  // namespace

absl::StatusOr<Rgb> MeanColour(const RecordSet& images, int64_t image_size,
                               int num_threads) {
  const int64_t pixels = images.num_records() * image_size * image_size;
  if (pixels == 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", images.dir(), "\" holds no image to take the mean colour of"));
  }
  Sums total = {0, 0, 0};
  for (int64_t shard = 0; shard < images.num_shards(); ++shard) {
    RETURN_IF_ERROR(AddShard(images, shard, image_size,
                             ResolveNumThreads(num_threads), &total));
  }
  Rgb mean;
  for (size_t c = 0; c < 3; ++c) {
    mean[c] = static_cast<uint8_t>((2 * total[c] + pixels) / (2 * pixels));
  }
  return mean;
}

}  // namespace maskfill
