// Counterfactuals as a model sees them: pixels that are stored or made from
// recipes, or the image without patches that were dropped.
#ifndef MASKFILL_CORE_DATA_COUNTERFACTUAL_IMAGES_H_
#define MASKFILL_CORE_DATA_COUNTERFACTUAL_IMAGES_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/data/image_batches.h"
#include "core/image/image.h"
#include "core/image/patch_mask.h"
#include "core/masking/counterfactual.h"
#include "core/masking/fill_kind.h"
#include "core/record/indexed_records.h"
#include "core/record/record_set.h"
#include "proto/records.pb.h"

namespace maskfill {

// A set that mask_tool made.
//
//   ASSIGN_OR_RETURN(auto images, CounterfactualImages::Open(set, ""));
//   ASSIGN_OR_RETURN(auto batches, images->OfShard(0, options));
//
// Thread-safe.
class CounterfactualImages {
 public:
  // `images_dir`: the images that the set was made from, looked into for
  // recipes only; empty: where its manifest says, as donors of another set.
  // FailedPrecondition when the images are others or the set is of another
  // version of mask_tool; NotFound when there are none.
  static absl::StatusOr<std::unique_ptr<CounterfactualImages>> Open(
      const RecordSet& set, const std::string& images_dir);

  int64_t num_variants() const { return options_.variants; }
  int64_t image_size() const { return options_.image_size; }  // px
  // Whether masked patches were dropped, not refilled (fill=none): pixels are
  // then those of the image.
  bool drops_patches() const { return options_.fill == FillKind::kNone; }
  // The set of images; nothing where pixels are stored.
  const std::optional<RecordSet>& images() const { return images_; }

  // The counterfactuals of a shard in order, held against the manifest at its
  // end. Rows have `image`, with drops_patches() `masked_patches`, and of
  // `record` the id alone; variant v of an image is row v behind its first.
  // `options.image_size` is image_size().
  absl::StatusOr<std::unique_ptr<ImageBatches>> OfShard(
      int64_t shard, const ImageBatchesOptions& options) const;

  // The pixels of `record`, at `position` in the set, which is of `image` (with
  // its payload). DataLoss, FailedPrecondition when it is of another image or
  // not the variant that belongs there, or damaged.
  absl::StatusOr<Image> Pixels(const v1::CounterfactualRecord& record,
                               int64_t position,
                               const v1::ImageRecord& image) const;
  // Its masked patches, likewise.
  absl::StatusOr<PatchMask> MaskedPatches(
      const v1::CounterfactualRecord& record, int64_t position,
      absl::string_view id) const;

 private:
  CounterfactualImages(const RecordSet& set,
                       const CounterfactualOptions& options)
      : set_(set), options_(options) {}
  // As Pixels(), with the image where it is needed.
  absl::StatusOr<Image> PixelsOf(const v1::CounterfactualRecord& record,
                                 int64_t position) const;
  absl::Status CheckPlace(const v1::CounterfactualRecord& record,
                          int64_t position, absl::string_view id) const;

  const RecordSet set_;
  CounterfactualOptions options_;
  // For recipes.
  std::optional<RecordSet> images_;
  std::unique_ptr<IndexedRecords> records_;
  std::unique_ptr<CounterfactualMaker> maker_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_DATA_COUNTERFACTUAL_IMAGES_H_
