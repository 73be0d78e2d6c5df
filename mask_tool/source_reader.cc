#include "mask_tool/source_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/masking/donor_images.h"
#include "core/record/joined_reader.h"
#include "core/record/record_parsing.h"

namespace maskfill {

absl::StatusOr<std::unique_ptr<SourceReader>> SourceReader::Open(
    const MaskInputs& inputs, int64_t shard, bool with_pixels) {
  std::unique_ptr<SourceReader> reader(new SourceReader());
  reader->with_pixels_ = with_pixels;
  reader->position_ = inputs.images.ShardBegin(shard);
  ASSIGN_OR_RETURN(reader->images_, inputs.images.OpenShard(shard));
  if (inputs.cams.has_value()) {
    RETURN_IF_ERROR(CheckJoinable(inputs.images, *inputs.cams, shard));
    ASSIGN_OR_RETURN(reader->cams_, inputs.cams->OpenShard(shard));
  }
  return reader;
}

absl::Status SourceReader::NextImage(v1::ImageRecord* image) {
  if (with_pixels_) return images_->Next(image);
  RETURN_IF_ERROR(images_->Next(&payload_));
  const std::string where =
      absl::StrCat(images_->path(), ": record ", images_->record(), " at byte ",
                   images_->offset());
  ASSIGN_OR_RETURN(*image, Annotate(ParseWithoutPayload(payload_), where));
  return CheckSchemaVersion(image->schema_version(), where);
}

absl::StatusOr<std::optional<Source>> SourceReader::Next() {
  Source source;
  source.position = position_++;
  absl::Status status = NextImage(&source.image);
  if (cams_ != nullptr) {
    const absl::Status cam = cams_->Next(&source.cam.emplace());
    status = JoinStatus(*images_, status, *cams_, cam);
    if (status.ok() && source.image.id() != source.cam->id()) {
      return IdMismatch(*images_, source.image.id(), *cams_, source.cam->id());
    }
  }
  if (absl::IsOutOfRange(status)) return std::optional<Source>();
  RETURN_IF_ERROR(status);
  return std::optional<Source>(std::move(source));
}

}  // namespace maskfill
