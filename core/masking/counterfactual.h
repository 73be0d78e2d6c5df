// From an image and its relevance map to its counterfactual records.
#ifndef MASKFILL_CORE_MASKING_COUNTERFACTUAL_H_
#define MASKFILL_CORE_MASKING_COUNTERFACTUAL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/image/image.h"
#include "core/image/patch_grid.h"
#include "core/image/patch_mask.h"
#include "core/masking/donor_images.h"
#include "core/masking/donors.h"
#include "core/masking/patch_masks.h"
#include "core/masking/refill.h"
#include "core/record/record_set.h"
#include "proto/records.pb.h"

namespace maskfill {

// Raised when the counterfactuals of the same inputs and options change.
inline constexpr uint32_t kCounterfactualVersion = 1;

enum class CounterfactualPayload {
  kPixels,  // the refilled pixels, ready for training
  kRecipe,  // mask and donors only, about a thousandth of the size
};
absl::StatusOr<CounterfactualPayload> ParseCounterfactualPayload(
    absl::string_view text);
absl::string_view ToString(CounterfactualPayload payload);

struct CounterfactualOptions {
  MaskOptions mask;
  FillKind fill = FillKind::kSingle;
  DonorRule donors = DonorRule::kAny;
  bool allow_self_donor = false;
  int64_t variants = 1;  // counterfactuals per image
  CounterfactualPayload payload = CounterfactualPayload::kPixels;
  // px; 0: that of the input's preprocessed pixels, 224 for original files
  int64_t image_size = 0;
  int64_t patch_size = 0;  // px; 0: from the CAM's grid
  uint64_t seed = 0;
};

// Makes the counterfactuals of single images. The same record for the same
// image, CAM, input set and options, whatever else is made and where.
//
//   ASSIGN_OR_RETURN(auto maker, CounterfactualMaker::Open(images, options));
//   ASSIGN_OR_RETURN(auto records, maker->Make(image, &cam, position));
//
// Thread-safe.
class CounterfactualMaker {
 public:
  // `images`: the set of the images to come, whose images are the donors;
  // `options.image_size` is resolved (ResolveImageSize). FailedPrecondition
  // when the set has no donors to give.
  static absl::StatusOr<std::unique_ptr<CounterfactualMaker>> Open(
      const RecordSet& images, const CounterfactualOptions& options);

  // `options.variants` records. `cam` is null only for random masks with a
  // patch size. `position`: of the image in the set, in shard order.
  // FailedPrecondition when the CAM's grid does not fit the image; DataLoss
  // when an image or CAM is damaged. Errors name the image.
  absl::StatusOr<std::vector<v1::CounterfactualRecord>> Make(
      const v1::ImageRecord& image, const v1::CamRecord* cam,
      int64_t position) const;

  // The whole input set's number of images, and its shards' first positions.
  const DonorImages& images() const { return *donors_; }

 private:
  CounterfactualMaker(std::unique_ptr<DonorImages> donors,
                      const CounterfactualOptions& options);
  absl::StatusOr<std::vector<int64_t>> ChooseDonors(
      const v1::ImageRecord& image, const PatchMask& mask, int64_t position,
      int64_t variant) const;
  absl::StatusOr<v1::CounterfactualRecord> MakeVariant(
      const v1::ImageRecord& image, const Image& pixels, const PatchGrid& grid,
      const PatchMask& mask, int64_t position, int64_t variant) const;

  const std::unique_ptr<DonorImages> donors_;
  const CounterfactualOptions options_;
};

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
