// A set as a pool of donors: any image by its position.
#ifndef MASKFILL_CORE_MASKING_DONOR_IMAGES_H_
#define MASKFILL_CORE_MASKING_DONOR_IMAGES_H_

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "core/image/image.h"
#include "core/record/indexed_records.h"
#include "core/record/record_set.h"
#include "proto/records.pb.h"

namespace maskfill {

// An image that may give its pixels.
struct Donor {
  std::string id;
  std::vector<int64_t> labels;  // the label and the others that count as right
  Image image;                  // empty where pixels are not wanted
};

struct DonorImagesOptions {
  int64_t image_size = 224;  // px
  bool with_pixels = true;
  // Of decoded pixels kept in memory, most recently used first; 0: none.
  // Worth it for sets of original files, where decoding is the cost;
  // preprocessed pixels come from the system's page cache.
  int64_t cache_bytes = 0;
};

// Random access to the images of a set.
//
//   ASSIGN_OR_RETURN(auto pool, DonorImages::Open(set, {.image_size = 224}));
//   ASSIGN_OR_RETURN(std::shared_ptr<const Donor> donor, pool->Get(17));
//
// Memory: the cache, and what IndexedRecords keeps. Thread-safe.
class DonorImages {
 public:
  static absl::StatusOr<std::unique_ptr<DonorImages>> Open(
      const RecordSet& set, const DonorImagesOptions& options);

  int64_t size() const { return records_->size(); }

  // 0 <= position < size(). Shared, because the cache may drop its own
  // reference while a caller still copies pixels. DataLoss when the record or
  // its image is damaged; the message names it.
  absl::StatusOr<std::shared_ptr<const Donor>> Get(int64_t position) const;

  // Id and labels alone, from the record's first bytes: a hundredth of the time
  // for preprocessed pixels. No checksum covers these bytes; who reads the set
  // from its beginning to its end, as mask_tool its input, finds damage there.
  absl::StatusOr<Donor> GetWithoutPixels(int64_t position) const;

 private:
  using Entry = std::pair<int64_t, std::shared_ptr<const Donor>>;

  DonorImages(std::unique_ptr<IndexedRecords> records,
              const DonorImagesOptions& options);
  absl::StatusOr<std::shared_ptr<const Donor>> Load(int64_t position) const;
  std::shared_ptr<const Donor> Find(int64_t position) const;
  void Insert(int64_t position, std::shared_ptr<const Donor> donor) const;

  const std::unique_ptr<IndexedRecords> records_;
  const DonorImagesOptions options_;
  mutable absl::Mutex mutex_;
  // Most recently used first.
  mutable std::list<Entry> recent_ ABSL_GUARDED_BY(mutex_);
  mutable absl::flat_hash_map<int64_t, std::list<Entry>::iterator> by_position_
      ABSL_GUARDED_BY(mutex_);
  mutable int64_t cached_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

// The label of `record` and the others that count as right.
std::vector<int64_t> LabelsOf(const v1::ImageRecord& record);

// Parses `payload`, an ImageRecord, without its pixels or file bytes.
// DataLoss when it does not parse.
absl::StatusOr<v1::ImageRecord> ParseWithoutPayload(absl::string_view payload);
// The same of the first bytes of such a record, as protobuf writes it: in the
// order of its fields. Nothing when its payload does not begin in `head`.
std::optional<v1::ImageRecord> ParseBeforePayload(absl::string_view head);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_DONOR_IMAGES_H_
