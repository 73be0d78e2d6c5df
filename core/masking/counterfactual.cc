#include "core/masking/counterfactual.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/image/record_pixels.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr int64_t kDefaultImageSize = 224;
constexpr int64_t kDecodedCacheBytes = int64_t{128} << 20;

// Positions without repetition, in the order of their first use, and the
// index of each original position among them.
struct DistinctPositions {
  explicit DistinctPositions(const std::vector<int64_t>& all) {
    for (const int64_t position : all) {
      const auto found =
          std::find(positions.begin(), positions.end(), position);
      index.push_back(static_cast<int32_t>(found - positions.begin()));
      if (found == positions.end()) positions.push_back(position);
    }
  }

  std::vector<int64_t> positions;
  std::vector<int32_t> index;
};

}  // namespace

absl::StatusOr<CounterfactualPayload> ParseCounterfactualPayload(
    absl::string_view text) {
  if (text == "pixels") return CounterfactualPayload::kPixels;
  if (text == "recipe") return CounterfactualPayload::kRecipe;
  return absl::InvalidArgumentError(
      absl::StrCat("--payload is \"", text, "\", expected pixels or recipe"));
}

absl::string_view ToString(CounterfactualPayload payload) {
  switch (payload) {
    case CounterfactualPayload::kPixels:
      return "pixels";
    case CounterfactualPayload::kRecipe:
      return "recipe";
  }
  LOG(FATAL) << "unknown payload " << static_cast<int>(payload);
}

absl::StatusOr<int64_t> ResolveImageSize(const RecordSet& images,
                                         int64_t image_size) {
  const int64_t preprocessed = images.manifest().dataset().image_size();
  if (preprocessed == 0) return image_size > 0 ? image_size : kDefaultImageSize;
  if (image_size > 0 && image_size != preprocessed) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--image_size is ", image_size, " px, but \"", images.dir(),
        "\" holds pixels preprocessed to ", preprocessed,
        " px; leave --image_size out, or ingest again with --pixels=original"));
  }
  return preprocessed;
}

absl::StatusOr<PatchGrid> GridFor(const v1::CamRecord* cam, int64_t image_size,
                                  int64_t patch_size) {
  if (cam == nullptr) {
    return PatchGrid::ForImage(image_size, image_size, patch_size);
  }
  const int64_t rows = cam->grid_height();
  const int64_t cols = cam->grid_width();
  if (rows <= 0 || rows != cols || image_size % rows != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        "a CAM of ", rows, "x", cols, " patches does not fit images of ",
        image_size, "x", image_size,
        " px; use CAMs and images of the same image size (--image_size)"));
  }
  if (patch_size != 0 && patch_size != image_size / rows) {
    return absl::FailedPreconditionError(absl::StrCat(
        "--patch_size is ", patch_size, " px, but the CAM's ", rows, "x", cols,
        " patches on images of ", image_size, " px have ", image_size / rows,
        " px; leave --patch_size out"));
  }
  return PatchGrid::ForImage(image_size, image_size, image_size / rows);
}

CounterfactualMaker::CounterfactualMaker(std::unique_ptr<DonorImages> donors,
                                         const CounterfactualOptions& options)
    : donors_(std::move(donors)), options_(options) {}

absl::StatusOr<std::unique_ptr<CounterfactualMaker>> CounterfactualMaker::Open(
    const RecordSet& images, const CounterfactualOptions& options) {
  DonorImagesOptions pool;
  pool.image_size = options.image_size;
  pool.with_pixels = options.payload == CounterfactualPayload::kPixels;
  const bool original_files = images.manifest().dataset().image_size() == 0;
  pool.cache_bytes =
      pool.with_pixels && original_files ? kDecodedCacheBytes : 0;
  ASSIGN_OR_RETURN(std::unique_ptr<DonorImages> donors,
                   DonorImages::Open(images, pool));
  if (options.fill != FillKind::kNone && donors->size() == 1 &&
      !options.allow_self_donor) {
    return absl::FailedPreconditionError(
        absl::StrCat("\"", images.dir(),
                     "\" holds one image, and an image is never its own "
                     "donor; use an input with at least two images, or "
                     "--fill=none"));
  }
  if (options.fill != FillKind::kNone &&
      options.donors == DonorRule::kOtherClass) {
    ASSIGN_OR_RETURN(const bool several, donors->HasSeveralLabels());
    if (!several) {
      return absl::FailedPreconditionError(absl::StrCat(
          "all images of \"", images.dir(),
          "\" are of one class, so --donors=other_class has none to take; use "
          "--donors=any or an input with several classes"));
    }
  }
  return std::unique_ptr<CounterfactualMaker>(
      new CounterfactualMaker(std::move(donors), options));
}

absl::StatusOr<std::vector<int64_t>> CounterfactualMaker::ChooseDonors(
    const v1::ImageRecord& image, const PatchMask& mask, int64_t position,
    int64_t variant) const {
  std::vector<int64_t> slots = mask.MaskedPatches();
  if (slots.empty() || options_.fill == FillKind::kNone) {
    return std::vector<int64_t>();
  }
  if (options_.fill == FillKind::kSingle) slots = {0};
  DonorDraw draw;
  draw.seed = options_.seed;
  draw.variant = variant;
  draw.id = image.id();
  draw.position = position;
  draw.num_images = donors_->size();
  draw.allow_self = options_.allow_self_donor;
  if (options_.donors == DonorRule::kOtherClass) {
    draw.accepts = [this, labels = LabelsOf(image)](
                       int64_t candidate) -> absl::StatusOr<bool> {
      ASSIGN_OR_RETURN(std::shared_ptr<const Donor> donor,
                       donors_->Get(candidate));
      return !ShareALabel(labels, donor->labels);
    };
  }
  return DrawDonors(draw, slots);
}

absl::StatusOr<v1::CounterfactualRecord> CounterfactualMaker::MakeVariant(
    const v1::ImageRecord& image, const Image& pixels, const PatchGrid& grid,
    const PatchMask& mask, int64_t position, int64_t variant) const {
  v1::CounterfactualRecord record;
  record.set_schema_version(1);
  record.set_id(image.id());
  record.set_variant(static_cast<int32_t>(variant));
  record.set_grid_height(static_cast<int32_t>(grid.rows));
  record.set_grid_width(static_cast<int32_t>(grid.cols));
  record.set_mask(mask.ToBytes());

  ASSIGN_OR_RETURN(const std::vector<int64_t> chosen,
                   ChooseDonors(image, mask, position, variant));
  const DistinctPositions distinct(chosen);
  std::vector<std::shared_ptr<const Donor>> donors;
  std::vector<const Image*> donor_images;
  for (const int64_t donor_position : distinct.positions) {
    ASSIGN_OR_RETURN(std::shared_ptr<const Donor> donor,
                     donors_->Get(donor_position));
    record.add_donor_ids(donor->id);
    donor_images.push_back(&donor->image);
    donors.push_back(std::move(donor));
  }
  if (options_.fill == FillKind::kMulti) {
    record.mutable_patch_donors()->Assign(distinct.index.begin(),
                                          distinct.index.end());
  }
  if (options_.payload == CounterfactualPayload::kPixels) {
    Image filled = pixels;
    if (options_.fill != FillKind::kNone) {
      RefillPatches(grid, mask, donor_images, record.patch_donors(), &filled);
    }
    *record.mutable_pixels() = ToPixelBlock(filled);
  }
  return record;
}

absl::StatusOr<std::vector<v1::CounterfactualRecord>> CounterfactualMaker::Make(
    const v1::ImageRecord& image, const v1::CamRecord* cam,
    int64_t position) const {
  const std::string context = absl::StrCat("image \"", image.id(), "\"");
  std::vector<float> relevance;
  if (cam != nullptr) {
    ASSIGN_OR_RETURN(relevance, RelevanceFromRecord(*cam));
  }
  ASSIGN_OR_RETURN(
      const PatchGrid grid,
      Annotate(GridFor(cam, options_.image_size, options_.patch_size),
               context));
  Image pixels;
  if (options_.payload == CounterfactualPayload::kPixels) {
    ASSIGN_OR_RETURN(pixels, PixelsFromRecord(image, options_.image_size));
  }
  std::vector<v1::CounterfactualRecord> records;
  for (int64_t variant = 0; variant < options_.variants; ++variant) {
    const PatchMask mask = MakeMask(options_.mask, grid, relevance,
                                    options_.seed, variant, image.id());
    ASSIGN_OR_RETURN(
        v1::CounterfactualRecord record,
        Annotate(MakeVariant(image, pixels, grid, mask, position, variant),
                 context));
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace maskfill
