#include "core/data/counterfactual_images.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/image/record_pixels.h"
#include "core/record/manifest.h"
#include "core/record/record_reader.h"

namespace maskfill {
namespace {

absl::StatusOr<RecordSet> OpenImages(const RecordSet& set,
                                     const std::string& images_dir) {
  const v1::InputReference* const input = FindInput(set.manifest(), "images");
  const std::string dir =
      !images_dir.empty() || input == nullptr ? images_dir : input->path();
  ASSIGN_OR_RETURN(
      RecordSet images,
      Annotate(RecordSet::Open(dir, "maskfill.v1.ImageRecord"),
               absl::StrCat("\"", set.dir(),
                            "\" holds recipes, which take the images that it "
                            "was made from (--images)")));
  RETURN_IF_ERROR(CheckSameImages(images.manifest(), set.manifest(),
                                  images.dir(), set.dir()));
  return images;
}

// The images that donors are from, where they are not the set's own.
absl::StatusOr<std::optional<RecordSet>> OpenDonors(const RecordSet& set) {
  const v1::InputReference* const input = FindInput(set.manifest(), "donors");
  if (input == nullptr) return std::optional<RecordSet>();
  ASSIGN_OR_RETURN(
      RecordSet donors,
      Annotate(RecordSet::Open(input->path(), "maskfill.v1.ImageRecord"),
               absl::StrCat("\"", set.dir(),
                            "\" holds recipes, which take the images that its "
                            "patches are from (--donor_input of mask_tool) "
                            "where they were")));
  RETURN_IF_ERROR(CheckSameImages(donors.manifest(), set.manifest(),
                                  donors.dir(), set.dir(), "donors"));
  return std::optional<RecordSet>(std::move(donors));
}

}  // namespace

absl::StatusOr<std::unique_ptr<CounterfactualImages>>
CounterfactualImages::Open(const RecordSet& set,
                           const std::string& images_dir) {
  ASSIGN_OR_RETURN(CounterfactualOptions options, OptionsOfSet(set));
  std::unique_ptr<CounterfactualImages> result(
      new CounterfactualImages(set, options));
  if (options.payload == CounterfactualPayload::kPixels) return result;
  ASSIGN_OR_RETURN(result->images_, OpenImages(set, images_dir));
  ASSIGN_OR_RETURN(result->records_, IndexedRecords::Open(*result->images_));
  ASSIGN_OR_RETURN(const std::optional<RecordSet> donors, OpenDonors(set));
  options.payload = CounterfactualPayload::kPixels;
  ASSIGN_OR_RETURN(result->maker_, CounterfactualMaker::Open(*result->images_,
                                                             options, donors));
  return result;
}

absl::Status CounterfactualImages::CheckPlace(
    const v1::CounterfactualRecord& record, int64_t position,
    absl::string_view id) const {
  const int64_t variant = position % num_variants();
  if (record.variant() != variant) {
    return absl::DataLossError(
        absl::StrCat("\"", set_.dir(), "\" holds variant ", record.variant(),
                     " of image \"", record.id(), "\" where variant ", variant,
                     " belongs; make it again with mask_tool"));
  }
  if (record.id() == id) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "\"", set_.dir(), "\" holds image \"", record.id(), "\" where image \"",
      id, "\" belongs; make it again with mask_tool"));
}

absl::StatusOr<Image> CounterfactualImages::Pixels(
    const v1::CounterfactualRecord& record, int64_t position,
    const v1::ImageRecord& image) const {
  RETURN_IF_ERROR(CheckPlace(record, position, image.id()));
  if (maker_ != nullptr) {
    return maker_->Expand(image, record, position / num_variants());
  }
  return Annotate(
      ImageFromPixelBlock(record.pixels()),
      absl::StrCat("counterfactual of image \"", record.id(), "\""));
}

absl::StatusOr<PatchMask> CounterfactualImages::MaskedPatches(
    const v1::CounterfactualRecord& record, int64_t position,
    absl::string_view id) const {
  RETURN_IF_ERROR(CheckPlace(record, position, id));
  return Annotate(
      PatchMask::FromBytes(record.mask(), int64_t{record.grid_height()} *
                                              int64_t{record.grid_width()}),
      absl::StrCat("counterfactual of image \"", record.id(), "\""));
}

absl::StatusOr<Image> CounterfactualImages::PixelsOf(
    const v1::CounterfactualRecord& record, int64_t position) const {
  v1::ImageRecord image;
  if (maker_ == nullptr) {
    image.set_id(record.id());
  } else {
    RETURN_IF_ERROR(records_->Read(position / num_variants(), &image));
  }
  return Pixels(record, position, image);
}

absl::StatusOr<std::unique_ptr<ImageBatches>> CounterfactualImages::OfShard(
    int64_t shard, const ImageBatchesOptions& options) const {
  ASSIGN_OR_RETURN(std::unique_ptr<RecordReader> opened, set_.OpenShard(shard));
  const std::shared_ptr<RecordReader> reader = std::move(opened);
  const int64_t first = set_.ShardBegin(shard);
  return std::make_unique<ImageBatches>(
      options,
      [this, reader, position = first]() mutable
          -> absl::StatusOr<std::optional<ImageBatches::ReadRow>> {
        v1::CounterfactualRecord record;
        const absl::Status next = reader->Next(&record);
        if (absl::IsOutOfRange(next)) {
          return std::optional<ImageBatches::ReadRow>();
        }
        RETURN_IF_ERROR(next);
        return std::optional<ImageBatches::ReadRow>(
            [this, record = std::move(record),
             own = position++]() -> absl::StatusOr<ImageRow> {
              ImageRow row;
              ASSIGN_OR_RETURN(row.image, PixelsOf(record, own));
              if (drops_patches()) {
                ASSIGN_OR_RETURN(row.masked_patches,
                                 MaskedPatches(record, own, record.id()));
              }
              row.record.set_id(record.id());
              return row;
            });
      });
}

}  // namespace maskfill
