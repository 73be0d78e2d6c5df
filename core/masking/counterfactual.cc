#include "core/masking/counterfactual.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "core/base/status_macros.h"
#include "core/image/record_pixels.h"
#include "core/masking/donors.h"
#include "core/masking/fill_kind.h"
#include "core/masking/gaussian_noise.h"
#include "core/masking/patch_masks.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr int64_t kDefaultImageSize = 224;
constexpr int64_t kDecodedCacheBytes = int64_t{128} << 20;

// What a donor gives: the patches, ascending.
struct Donation {
  int64_t position = 0;
  std::vector<int64_t> patches;
};

// What the donors of one image give, each once, in the order of their first
// use, and for each slot the index of its donor.
struct Donations {
  // `donors`: one for each of the masked patches, or for all together.
  Donations(absl::Span<const int64_t> donors,
            const std::vector<int64_t>& masked) {
    for (size_t slot = 0; slot < donors.size(); ++slot) {
      const auto found =
          std::find_if(all.begin(), all.end(), [&](const Donation& donation) {
            return donation.position == donors[slot];
          });
      index.push_back(static_cast<int32_t>(found - all.begin()));
      if (found == all.end()) all.push_back({donors[slot], {}});
      if (donors.size() == masked.size()) {
        all[static_cast<size_t>(index.back())].patches.push_back(masked[slot]);
      } else {
        all.front().patches = masked;
      }
    }
  }

  std::vector<Donation> all;
  std::vector<int32_t> index;
};

// Labels of both sets mean the same.
absl::Status CheckSameClasses(const RecordSet& images, const RecordSet& pool) {
  const auto& a = images.manifest().dataset().class_keys();
  const auto& b = pool.manifest().dataset().class_keys();
  if (std::equal(a.begin(), a.end(), b.begin(), b.end())) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "\"", pool.dir(), "\" has other classes than \"", images.dir(),
      "\", so --donors=other_class cannot tell which images are of another; "
      "use --donors=any, or a --donor_input of the same classes"));
}

bool IsOwnPool(const RecordSet& images, const std::optional<RecordSet>& pool) {
  return !pool.has_value() || pool->manifest().content_fingerprint() ==
                                  images.manifest().content_fingerprint();
}

// The colour that a recipe of `fill` tells.
absl::StatusOr<std::optional<Rgb>> ColourOf(
    const v1::CounterfactualRecord& recipe, FillKind fill) {
  if (!RuleOf(fill).takes_colour) return std::optional<Rgb>();
  Rgb colour;
  if (recipe.fill_colour().size() != colour.size()) {
    return absl::DataLossError(absl::StrCat(
        "has a colour of ", recipe.fill_colour().size(), " bytes, expected ",
        colour.size(), "; make the set again with mask_tool"));
  }
  std::copy(recipe.fill_colour().begin(), recipe.fill_colour().end(),
            colour.begin());
  return std::optional<Rgb>(colour);
}

}  // namespace

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

absl::Status CheckPool(const RecordSet& images,
                       const CounterfactualOptions& options,
                       const std::optional<RecordSet>& pool) {
  if (!RuleOf(options.fill).takes_pool) return absl::OkStatus();
  if (pool.has_value()) {
    RETURN_IF_ERROR(ResolveImageSize(*pool, options.image_size).status());
  }
  if (!RuleOf(options.fill).takes_donors) return absl::OkStatus();
  if (IsOwnPool(images, pool)) {
    if (images.num_records() != 1 || options.allow_self_donor) {
      return absl::OkStatus();
    }
    return absl::FailedPreconditionError(
        absl::StrCat("\"", images.dir(),
                     "\" holds one image, and an image is never its own "
                     "donor; use an input with at least two images, other "
                     "images to take patches from (--donor_input), or "
                     "--fill=none"));
  }
  return options.donors == DonorRule::kOtherClass
             ? CheckSameClasses(images, *pool)
             : absl::OkStatus();
}

CounterfactualMaker::CounterfactualMaker(bool own_pool,
                                         const CounterfactualOptions& options)
    : own_pool_(own_pool), options_([&options] {
        CounterfactualOptions own = options;
        // A batch of images that lose equally many patches is a smaller one.
        own.mask.equal_counts = options.fill == FillKind::kNone;
        return own;
      }()) {}

absl::StatusOr<std::unique_ptr<CounterfactualMaker>> CounterfactualMaker::Open(
    const RecordSet& images, const CounterfactualOptions& options,
    const std::optional<RecordSet>& pool) {
  RETURN_IF_ERROR(CheckPool(images, options, pool));
  const bool own_pool = IsOwnPool(images, pool);
  std::unique_ptr<CounterfactualMaker> maker(
      new CounterfactualMaker(own_pool, options));
  if (RuleOf(options.fill).takes_donors) {
    RETURN_IF_ERROR(maker->OpenDonors(own_pool ? images : *pool));
  }
  if (options.fill == FillKind::kGrey) maker->colour_ = kGrey;
  if (options.fill == FillKind::kMean) maker->colour_ = options.mean_colour;
  return maker;
}

absl::StatusOr<std::unique_ptr<CounterfactualMaker>>
CounterfactualMaker::OfPool(std::shared_ptr<const DonorPool> pool,
                            const CounterfactualOptions& options) {
  CHECK(RuleOf(options.fill).takes_donors);
  std::unique_ptr<CounterfactualMaker> maker(
      new CounterfactualMaker(/*own_pool=*/true, options));
  RETURN_IF_ERROR(maker->TakeDonors(std::move(pool)));
  return maker;
}

absl::Status CounterfactualMaker::OpenDonors(const RecordSet& pool) {
  DonorImagesOptions options;
  options.image_size = options_.image_size;
  const bool original_files = pool.manifest().dataset().image_size() == 0;
  options.cache_bytes = original_files ? kDecodedCacheBytes : 0;
  ASSIGN_OR_RETURN(std::unique_ptr<DonorImages> images,
                   DonorImages::Open(pool, options));
  return Annotate(TakeDonors(std::move(images)),
                  absl::StrCat("\"", pool.dir(), "\""));
}

absl::Status CounterfactualMaker::TakeDonors(
    std::shared_ptr<const DonorPool> pool) {
  donors_ = std::move(pool);
  if (options_.donors != DonorRule::kOtherClass) return absl::OkStatus();
  ASSIGN_OR_RETURN(classes_, ClassLists::Read(*donors_));
  if (own_pool_ && classes_->AllOfOneClass()) {
    return absl::FailedPreconditionError(
        "all images are of one class, so --donors=other_class has none to "
        "take; use --donors=any or an input with several classes");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int64_t>> CounterfactualMaker::ChooseDonors(
    const v1::ImageRecord& image, const PatchMask& mask, int64_t position,
    int64_t variant) const {
  std::vector<int64_t> slots = mask.MaskedPatches();
  if (slots.empty() || donors_ == nullptr) return std::vector<int64_t>();
  if (options_.fill == FillKind::kSingle) slots = {0};
  DonorDraw draw;
  draw.seed = options_.seed;
  draw.variant = variant;
  draw.id = image.id();
  draw.num_images = donors_->size();
  std::vector<int64_t> merged;
  if (classes_.has_value()) {
    draw.excluded = classes_->PositionsOf(LabelsOf(image), &merged);
  } else if (own_pool_ && !options_.allow_self_donor) {
    draw.excluded = absl::MakeConstSpan(&position, 1);
  }
  if (!own_pool_ && !options_.allow_self_donor) {
    draw.is_self = [this, &image](int64_t candidate) -> absl::StatusOr<bool> {
      ASSIGN_OR_RETURN(const absl::string_view id, donors_->Id(candidate));
      return id == image.id();
    };
  }
  return DrawDonors(draw, slots);
}

absl::StatusOr<v1::CounterfactualRecord> CounterfactualMaker::Fill(
    const v1::ImageRecord& image, Image pixels, const PatchGrid& grid,
    const PatchMask& mask, int64_t position, int64_t variant,
    const std::optional<Rgb>& colour) const {
  v1::CounterfactualRecord record;
  record.set_schema_version(1);
  record.set_id(image.id());
  record.set_variant(static_cast<int32_t>(variant));
  record.set_grid_height(static_cast<int32_t>(grid.rows));
  record.set_grid_width(static_cast<int32_t>(grid.cols));
  record.set_mask(mask.ToBytes());

  ASSIGN_OR_RETURN(const std::vector<int64_t> chosen,
                   ChooseDonors(image, mask, position, variant));
  const Donations donations(chosen, mask.MaskedPatches());
  const bool with_pixels = options_.payload == CounterfactualPayload::kPixels;
  for (const auto& [donor_position, patches] : donations.all) {
    if (with_pixels) {
      ASSIGN_OR_RETURN(
          *record.add_donor_ids(),
          donors_->CopyPatches(donor_position, grid, patches, &pixels));
    } else {
      ASSIGN_OR_RETURN(const absl::string_view id, donors_->Id(donor_position));
      record.add_donor_ids(id.data(), id.size());
    }
  }
  if (options_.fill == FillKind::kMulti) {
    record.mutable_patch_donors()->Assign(donations.index.begin(),
                                          donations.index.end());
  }
  if (RuleOf(options_.fill).takes_colour) {
    CHECK(colour.has_value()) << "no mean colour was given";
    record.set_fill_colour(colour->data(), colour->size());
  }
  if (with_pixels) {
    if (colour.has_value()) {
      FillWithColour(grid, mask, *colour, &pixels);
    } else if (options_.fill == FillKind::kNoise) {
      FillWithNoise(grid, mask, options_.seed, variant, image.id(), &pixels);
    }
    *record.mutable_pixels() = ToPixelBlock(pixels);
  }
  return record;
}

absl::StatusOr<v1::CounterfactualRecord> CounterfactualMaker::MakeVariant(
    const v1::ImageRecord& image, Image pixels, const PatchGrid& grid,
    absl::Span<const float> relevance, int64_t position,
    int64_t variant) const {
  const PatchMask mask = MakeMask(options_.mask, grid, relevance, options_.seed,
                                  variant, image.id());
  return Annotate(
      Fill(image, std::move(pixels), grid, mask, position, variant, colour_),
      absl::StrCat("image \"", image.id(), "\""));
}

absl::StatusOr<std::vector<v1::CounterfactualRecord>> CounterfactualMaker::Make(
    const v1::ImageRecord& image, const v1::CamRecord* cam,
    int64_t position) const {
  std::vector<float> relevance;
  if (cam != nullptr) {
    ASSIGN_OR_RETURN(relevance, RelevanceFromRecord(*cam));
  }
  ASSIGN_OR_RETURN(
      const PatchGrid grid,
      Annotate(GridFor(cam, options_.image_size, options_.patch_size),
               absl::StrCat("image \"", image.id(), "\"")));
  Image pixels;
  if (options_.payload == CounterfactualPayload::kPixels) {
    ASSIGN_OR_RETURN(pixels, PixelsFromRecord(image, options_.image_size));
  }
  std::vector<v1::CounterfactualRecord> records;
  for (int64_t variant = 0; variant < options_.variants; ++variant) {
    ASSIGN_OR_RETURN(
        v1::CounterfactualRecord record,
        MakeVariant(
            image,
            variant + 1 == options_.variants ? std::move(pixels) : pixels, grid,
            relevance, position, variant));
    records.push_back(std::move(record));
  }
  return records;
}

absl::StatusOr<Image> CounterfactualMaker::Expand(
    const v1::ImageRecord& image, const v1::CounterfactualRecord& recipe,
    int64_t position) const {
  const std::string context =
      absl::StrCat("counterfactual of image \"", image.id(), "\"");
  const int64_t rows = recipe.grid_height();
  if (rows <= 0 || rows != recipe.grid_width() ||
      options_.image_size % rows != 0) {
    return absl::DataLossError(absl::StrCat(
        context, ": has a grid of ", rows, "x", recipe.grid_width(),
        " patches, which does not fit images of ", options_.image_size, " px"));
  }
  ASSIGN_OR_RETURN(const PatchGrid grid,
                   PatchGrid::ForImage(options_.image_size, options_.image_size,
                                       options_.image_size / rows));
  ASSIGN_OR_RETURN(
      const PatchMask mask,
      Annotate(PatchMask::FromBytes(recipe.mask(), grid.num_patches()),
               context));
  ASSIGN_OR_RETURN(const std::optional<Rgb> colour,
                   Annotate(ColourOf(recipe, options_.fill), context));
  ASSIGN_OR_RETURN(Image pixels, PixelsFromRecord(image, options_.image_size));
  ASSIGN_OR_RETURN(v1::CounterfactualRecord made,
                   Annotate(Fill(image, std::move(pixels), grid, mask, position,
                                 recipe.variant(), colour),
                            context));
  const auto equal = [](const auto& a, const auto& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  };
  if (!equal(made.donor_ids(), recipe.donor_ids()) ||
      !equal(made.patch_donors(), recipe.patch_donors())) {
    return absl::DataLossError(absl::StrCat(
        context,
        ": names other donors than its seed and options draw; make "
        "the set again with mask_tool"));
  }
  return ImageFromPixelBlock(made.pixels());
}

}  // namespace maskfill
