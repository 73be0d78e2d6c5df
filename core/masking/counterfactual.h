// From an image and its relevance map to its counterfactual records.
#ifndef MASKFILL_CORE_MASKING_COUNTERFACTUAL_H_
#define MASKFILL_CORE_MASKING_COUNTERFACTUAL_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/image/image.h"
#include "core/image/patch_grid.h"
#include "core/image/patch_mask.h"
#include "core/masking/class_lists.h"
#include "core/masking/counterfactual_options.h"
#include "core/masking/donor_images.h"
#include "core/masking/refill.h"
#include "core/record/record_set.h"
#include "proto/records.pb.h"

namespace maskfill {

// Makes the counterfactuals of single images. The same record for the same
// image, CAM, sets and options, whatever else is made and where.
//
//   ASSIGN_OR_RETURN(auto maker, CounterfactualMaker::Open(images, options));
//   ASSIGN_OR_RETURN(auto records, maker->Make(image, &cam, position));
//
// Thread-safe.
class CounterfactualMaker {
 public:
  // `images`: the set of the images to come. `pool`: the images that give their
  // pixels; absent: `images`. `options.image_size` is resolved
  // (ResolveImageSize). For donors of another class reads the pool's labels
  // (class_lists.h). FailedPrecondition when the pool has no donors to give.
  static absl::StatusOr<std::unique_ptr<CounterfactualMaker>> Open(
      const RecordSet& images, const CounterfactualOptions& options,
      const std::optional<RecordSet>& pool = std::nullopt);

  // Donors are the images to come themselves, in `pool`; for fills that take
  // donors. FailedPrecondition when it has none to give.
  static absl::StatusOr<std::unique_ptr<CounterfactualMaker>> OfPool(
      std::shared_ptr<const DonorPool> pool,
      const CounterfactualOptions& options);

  // `options.variants` records; with --fill=mean `options.mean_colour` is
  // known. `cam` is null only for masks that take no relevance, with a patch
  // size. `position`: of the image in the set, in shard order.
  // FailedPrecondition when the CAM's grid does not fit the image; DataLoss
  // when an image or CAM is damaged. Errors name the image.
  absl::StatusOr<std::vector<v1::CounterfactualRecord>> Make(
      const v1::ImageRecord& image, const v1::CamRecord* cam,
      int64_t position) const;

  // Variant `variant` of the image with this id and these labels, from its
  // pixels (for the payload of pixels) and relevance [P], which masks that take
  // none do not look at; else as above.
  absl::StatusOr<v1::CounterfactualRecord> MakeVariant(
      const v1::ImageRecord& image, Image pixels, const PatchGrid& grid,
      absl::Span<const float> relevance, int64_t position,
      int64_t variant) const;

  // The refilled pixels of `recipe`, which such a maker made of `image` at
  // `position`: its donors are drawn again. `options.payload` is kPixels.
  // DataLoss when they are not those that it names, or it is damaged.
  absl::StatusOr<Image> Expand(const v1::ImageRecord& image,
                               const v1::CounterfactualRecord& recipe,
                               int64_t position) const;

 private:
  CounterfactualMaker(bool own_pool, const CounterfactualOptions& options);
  absl::Status OpenDonors(const RecordSet& pool);
  absl::Status TakeDonors(std::shared_ptr<const DonorPool> pool);
  absl::StatusOr<std::vector<int64_t>> ChooseDonors(
      const v1::ImageRecord& image, const PatchMask& mask, int64_t position,
      int64_t variant) const;
  // `colour`: of fills that take one.
  absl::StatusOr<v1::CounterfactualRecord> Fill(
      const v1::ImageRecord& image, Image pixels, const PatchGrid& grid,
      const PatchMask& mask, int64_t position, int64_t variant,
      const std::optional<Rgb>& colour) const;

  const bool own_pool_;  // donors are from the set of the images
  const CounterfactualOptions options_;
  std::shared_ptr<const DonorPool> donors_;  // of fills that take donors
  std::optional<ClassLists> classes_;        // for donors of another class
  std::optional<Rgb> colour_;                // of fills that take one
};

// What Open() would find wrong with the pool, but for what takes its records:
// FailedPrecondition when it has one image, other classes for donors of another
// class, or pixels of another size.
absl::Status CheckPool(const RecordSet& images,
                       const CounterfactualOptions& options,
                       const std::optional<RecordSet>& pool = std::nullopt);

// The size in px to which images of the set `images` are brought.
// FailedPrecondition when its pixels are preprocessed to another one.
absl::StatusOr<int64_t> ResolveImageSize(const RecordSet& images,
                                         int64_t image_size);

// The grid of `cam` on images of `image_size` px, or of `patch_size` px when
// `cam` is null. FailedPrecondition when they do not fit.
absl::StatusOr<PatchGrid> GridFor(const v1::CamRecord* cam, int64_t image_size,
                                  int64_t patch_size);

}  // namespace maskfill

#endif  // MASKFILL_CORE_MASKING_COUNTERFACTUAL_H_
