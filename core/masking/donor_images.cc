#include "core/masking/donor_images.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/image/record_pixels.h"
#include "google/protobuf/io/coded_stream.h"

namespace maskfill {
namespace {

using google::protobuf::io::CodedInputStream;

// Enough for id, labels and source of nearly every record.
constexpr int64_t kHeadBytes = 512;

int64_t BytesOf(const Donor& donor) {
  return static_cast<int64_t>(sizeof(Donor) + donor.id.size() +
                              donor.image.pixels.size());
}

// Whether a field holds pixels or a file's bytes: what is worth skipping.
bool IsPayload(int field) {
  return field == v1::ImageRecord::kEncodedFieldNumber ||
         field == v1::ImageRecord::kPixelsFieldNumber;
}

// Goes past the field that `tag` opens (protobuf's wire types 0, 1, 2 and 5).
bool SkipField(CodedInputStream& input, uint32_t tag) {
  uint64_t value = 0;
  switch (tag & 7) {
    case 0:
      return input.ReadVarint64(&value);
    case 1:
      return input.Skip(8);
    case 2:
      return input.ReadVarint64(&value) && value <= INT32_MAX &&
             input.Skip(static_cast<int>(value));
    case 5:
      return input.Skip(4);
    default:
      return false;
  }
}

}  // namespace

std::vector<int64_t> LabelsOf(const v1::ImageRecord& record) {
  std::vector<int64_t> labels = {record.label()};
  labels.insert(labels.end(), record.other_labels().begin(),
                record.other_labels().end());
  return labels;
}

absl::StatusOr<v1::ImageRecord> ParseWithoutPayload(absl::string_view payload) {
  const absl::Status damaged =
      absl::DataLossError("the record is not an ImageRecord");
  CodedInputStream input(reinterpret_cast<const uint8_t*>(payload.data()),
                         static_cast<int>(payload.size()));
  // The fields that stay, as they are on the wire.
  std::string kept;
  while (true) {
    const int begin = input.CurrentPosition();
    const uint32_t tag = input.ReadTag();
    if (tag == 0) break;
    if (!SkipField(input, tag)) return damaged;
    if (IsPayload(static_cast<int>(tag >> 3))) continue;
    const int end = input.CurrentPosition();
    kept.append(payload.data() + begin, static_cast<size_t>(end - begin));
  }
  v1::ImageRecord record;
  if (!input.ConsumedEntireMessage() || !record.ParseFromString(kept)) {
    return damaged;
  }
  return record;
}

std::optional<v1::ImageRecord> ParseBeforePayload(absl::string_view head) {
  CodedInputStream input(reinterpret_cast<const uint8_t*>(head.data()),
                         static_cast<int>(head.size()));
  while (true) {
    const int begin = input.CurrentPosition();
    const uint32_t tag = input.ReadTag();
    if (tag == 0) return std::nullopt;
    if (IsPayload(static_cast<int>(tag >> 3))) {
      v1::ImageRecord record;
      if (!record.ParseFromArray(head.data(), begin)) return std::nullopt;
      return record;
    }
    if (!SkipField(input, tag)) return std::nullopt;
  }
}

DonorImages::DonorImages(std::unique_ptr<IndexedRecords> records,
                         const DonorImagesOptions& options)
    : records_(std::move(records)), options_(options) {}

absl::StatusOr<std::unique_ptr<DonorImages>> DonorImages::Open(
    const RecordSet& set, const DonorImagesOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<IndexedRecords> records,
                   IndexedRecords::Open(set));
  return std::unique_ptr<DonorImages>(
      new DonorImages(std::move(records), options));
}

absl::StatusOr<std::shared_ptr<const Donor>> DonorImages::Get(
    int64_t position) const {
  if (options_.cache_bytes > 0) {
    if (std::shared_ptr<const Donor> found = Find(position)) return found;
  }
  ASSIGN_OR_RETURN(
      std::shared_ptr<const Donor> donor,
      Annotate(Load(position), absl::StrCat("donor at position ", position)));
  if (options_.cache_bytes > 0) Insert(position, donor);
  return donor;
}

absl::StatusOr<std::shared_ptr<const Donor>> DonorImages::Load(
    int64_t position) const {
  auto donor = std::make_shared<Donor>();
  if (!options_.with_pixels) {
    ASSIGN_OR_RETURN(*donor, GetWithoutPixels(position));
    return std::shared_ptr<const Donor>(std::move(donor));
  }
  v1::ImageRecord record;
  RETURN_IF_ERROR(records_->Read(position, &record));
  donor->id = record.id();
  donor->labels = LabelsOf(record);
  ASSIGN_OR_RETURN(donor->image, PixelsFromRecord(record, options_.image_size));
  return std::shared_ptr<const Donor>(std::move(donor));
}

absl::StatusOr<Donor> DonorImages::GetWithoutPixels(int64_t position) const {
  std::string bytes;
  RETURN_IF_ERROR(records_->ReadHead(position, kHeadBytes, &bytes));
  std::optional<v1::ImageRecord> record = ParseBeforePayload(bytes);
  if (!record.has_value()) {
    RETURN_IF_ERROR(records_->Read(position, &bytes));
    ASSIGN_OR_RETURN(record,
                     Annotate(ParseWithoutPayload(bytes),
                              absl::StrCat("donor at position ", position)));
  }
  Donor donor;
  donor.id = record->id();
  donor.labels = LabelsOf(*record);
  return donor;
}

std::shared_ptr<const Donor> DonorImages::Find(int64_t position) const {
  absl::MutexLock lock(&mutex_);
  const auto found = by_position_.find(position);
  if (found == by_position_.end()) return nullptr;
  recent_.splice(recent_.begin(), recent_, found->second);
  return found->second->second;
}

void DonorImages::Insert(int64_t position,
                         std::shared_ptr<const Donor> donor) const {
  absl::MutexLock lock(&mutex_);
  // Two threads may have loaded the same image.
  if (by_position_.contains(position)) return;
  cached_bytes_ += BytesOf(*donor);
  recent_.emplace_front(position, std::move(donor));
  by_position_[position] = recent_.begin();
  while (cached_bytes_ > options_.cache_bytes && recent_.size() > 1) {
    cached_bytes_ -= BytesOf(*recent_.back().second);
    by_position_.erase(recent_.back().first);
    recent_.pop_back();
  }
}

}  // namespace maskfill
