// Pools of donors: any image by its position.
#ifndef MASKFILL_CORE_MASKING_DONOR_IMAGES_H_
#define MASKFILL_CORE_MASKING_DONOR_IMAGES_H_

#include <atomic>
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
#include "absl/types/span.h"
#include "core/image/image.h"
#include "core/image/patch_grid.h"
#include "core/record/indexed_records.h"
#include "core/record/record_set.h"
#include "proto/records.pb.h"

namespace maskfill {

// An image that may give its pixels.
struct Donor {
  std::string id;
  std::vector<int64_t> labels;  // the label and the others that count as right
};

// Where the pixels of a preprocessed image are in its record's payload.
struct StoredPixels {
  int64_t height = 0, width = 0;  // px
  int64_t offset = 0;             // of the first one, in bytes
};

// Images that may give their pixels. Thread-safe.
class DonorPool {
 public:
  virtual ~DonorPool() = default;

  virtual int64_t size() const = 0;
  // Of the image at 0 <= position < size().
  virtual absl::StatusOr<Donor> Get(int64_t position) const = 0;
  // The id alone, for those who ask again and again; as long as the pool lives.
  virtual absl::StatusOr<absl::string_view> Id(int64_t position) const = 0;
  // Copies `patches`, ascending, of the image at `position` into `image`, which
  // has the grid's size, each to where it was; gives the donor's id. DataLoss
  // when the record or its image is damaged; the message names it.
  virtual absl::StatusOr<std::string> CopyPatches(
      int64_t position, const PatchGrid& grid,
      absl::Span<const int64_t> patches, Image* image) const = 0;
};

struct DonorImagesOptions {
  int64_t image_size = 224;  // px
  // Of decoded pixels kept in memory, most recently used first; 0: none.
  // Worth it for sets of original files, where decoding is the cost;
  // preprocessed pixels come from the system's page cache.
  int64_t cache_bytes = 0;
};

// Random access to the images of a set.
//
//   ASSIGN_OR_RETURN(auto pool, DonorImages::Open(set, {.image_size = 224}));
//   ASSIGN_OR_RETURN(const std::string id,
//                    pool->CopyPatches(17, grid, {0, 3}, &image));
//
// Memory: the cache, 9 bytes for each image, about 100 more and its id for each
// that was a donor, and what IndexedRecords keeps. Thread-safe.
class DonorImages : public DonorPool {
 public:
  static absl::StatusOr<std::unique_ptr<DonorImages>> Open(
      const RecordSet& set, const DonorImagesOptions& options);
  ~DonorImages() override;

  int64_t size() const override { return records_->size(); }

  // From the record's first bytes: a hundredth of the time for preprocessed
  // pixels. No checksum covers these bytes; who reads the set from its
  // beginning to its end, as mask_tool its input, finds damage there.
  absl::StatusOr<Donor> Get(int64_t position) const override;
  absl::StatusOr<absl::string_view> Id(int64_t position) const override;

  // Of preprocessed pixels it takes the rows that it needs, once it has held
  // the record against its checksum.
  absl::StatusOr<std::string> CopyPatches(int64_t position,
                                          const PatchGrid& grid,
                                          absl::Span<const int64_t> patches,
                                          Image* image) const override;

 private:
  // What the first bytes of a record say, kept from the first time on: a donor
  // of patches is asked for as often as an image has masked ones.
  struct Known {
    std::string id;
    std::optional<StoredPixels> pixels;  // where they can be read in part
  };
  // An image as a whole.
  struct Decoded {
    std::string id;
    Image image;
  };
  using Entry = std::pair<int64_t, std::shared_ptr<const Decoded>>;

  DonorImages(std::unique_ptr<IndexedRecords> records,
              const DonorImagesOptions& options);
  absl::StatusOr<std::string> ReadHead(int64_t position) const;
  // The record without its payload, of which `head` is the beginning.
  absl::StatusOr<v1::ImageRecord> Describe(int64_t position,
                                           absl::string_view head) const;
  absl::StatusOr<const Known*> Know(int64_t position) const;
  // Copies patches of an image whose pixels are `stored`, by their rows alone.
  absl::Status CopyFromRows(int64_t position, const StoredPixels& stored,
                            const PatchGrid& grid,
                            absl::Span<const int64_t> patches,
                            Image* image) const;
  // Shared, because the cache may drop its own reference while a caller still
  // copies pixels.
  absl::StatusOr<std::shared_ptr<const Decoded>> Decode(int64_t position) const;
  absl::StatusOr<std::shared_ptr<const Decoded>> Load(int64_t position) const;
  std::shared_ptr<const Decoded> Find(int64_t position) const;
  void Insert(int64_t position, std::shared_ptr<const Decoded> decoded) const;

  const std::unique_ptr<IndexedRecords> records_;
  const DonorImagesOptions options_;
  // Of each image, whether its record was held against its checksum.
  mutable std::vector<std::atomic<bool>> checked_;
  mutable std::vector<std::atomic<const Known*>> known_;  // owned
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

// Where the pixels of such a record are. Nothing when they do not begin in
// `head`, or are not `height` times `width`.
std::optional<StoredPixels> FindPixels(absl::string_view head);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_DONOR_IMAGES_H_
