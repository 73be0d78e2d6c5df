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
#include "core/masking/refill.h"
#include "core/record/record_parsing.h"
#include "google/protobuf/io/coded_stream.h"

namespace maskfill {
namespace {

using google::protobuf::io::CodedInputStream;

// Enough for id, labels and source of nearly every record.
constexpr int64_t kHeadBytes = 512;

// Whether a field holds pixels or a file's bytes: what is worth skipping.
bool IsPayload(int field) {
  return field == v1::ImageRecord::kEncodedFieldNumber ||
         field == v1::ImageRecord::kPixelsFieldNumber;
}

// The tags of fields of protobuf's wire types 0 and 2.
constexpr uint32_t VarintTag(int field) {
  return static_cast<uint32_t>(field) << 3;
}
constexpr uint32_t LengthTag(int field) {
  return (static_cast<uint32_t>(field) << 3) | 2;
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
  if (!input.ConsumedEntireMessage() || !ParseMessage(kept, "", &record).ok()) {
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
      const absl::string_view before =
          head.substr(0, static_cast<size_t>(begin));
      if (!ParseMessage(before, "", &record).ok()) return std::nullopt;
      return record;
    }
    if (!SkipField(input, tag)) return std::nullopt;
  }
}

std::optional<StoredPixels> FindPixels(absl::string_view head) {
  CodedInputStream input(reinterpret_cast<const uint8_t*>(head.data()),
                         static_cast<int>(head.size()));
  // protobuf writes fields in the order of their numbers.
  const auto goes_on_to = [&input](uint32_t tag) {
    for (uint32_t found = input.ReadTag(); found != tag;
         found = input.ReadTag()) {
      if (found == 0 || found > tag || !SkipField(input, found)) return false;
    }
    return true;
  };
  uint32_t height = 0, width = 0, block_bytes = 0, data_bytes = 0;
  if (!goes_on_to(LengthTag(v1::ImageRecord::kPixelsFieldNumber)) ||
      !input.ReadVarint32(&block_bytes) ||
      !goes_on_to(VarintTag(v1::PixelBlock::kHeightFieldNumber)) ||
      !input.ReadVarint32(&height) ||
      !goes_on_to(VarintTag(v1::PixelBlock::kWidthFieldNumber)) ||
      !input.ReadVarint32(&width) ||
      !goes_on_to(LengthTag(v1::PixelBlock::kDataFieldNumber)) ||
      !input.ReadVarint32(&data_bytes) ||
      uint64_t{3} * height * width != data_bytes) {
    return std::nullopt;
  }
  return StoredPixels{height, width, input.CurrentPosition()};
}

DonorImages::DonorImages(std::unique_ptr<IndexedRecords> records,
                         const DonorImagesOptions& options)
    : records_(std::move(records)),
      options_(options),
      checked_(static_cast<size_t>(records_->size())),
      known_(static_cast<size_t>(records_->size())) {}

DonorImages::~DonorImages() {
  for (const std::atomic<const Known*>& known : known_) delete known.load();
}

absl::StatusOr<std::unique_ptr<DonorImages>> DonorImages::Open(
    const RecordSet& set, const DonorImagesOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<IndexedRecords> records,
                   IndexedRecords::Open(set));
  return std::unique_ptr<DonorImages>(
      new DonorImages(std::move(records), options));
}

absl::StatusOr<std::string> DonorImages::ReadHead(int64_t position) const {
  std::string head;
  RETURN_IF_ERROR(records_->ReadHead(position, kHeadBytes, &head));
  return head;
}

absl::StatusOr<v1::ImageRecord> DonorImages::Describe(
    int64_t position, absl::string_view head) const {
  std::optional<v1::ImageRecord> record = ParseBeforePayload(head);
  if (record.has_value()) return *std::move(record);
  std::string bytes;
  RETURN_IF_ERROR(records_->Read(position, &bytes));
  return Annotate(ParseWithoutPayload(bytes),
                  absl::StrCat("donor at position ", position));
}

absl::StatusOr<Donor> DonorImages::Get(int64_t position) const {
  ASSIGN_OR_RETURN(const std::string head, ReadHead(position));
  ASSIGN_OR_RETURN(const v1::ImageRecord record, Describe(position, head));
  return Donor{record.id(), LabelsOf(record)};
}

absl::StatusOr<const DonorImages::Known*> DonorImages::Know(
    int64_t position) const {
  if (position >= 0 && position < size()) {
    const Known* const known = known_[static_cast<size_t>(position)].load();
    if (known != nullptr) return known;
  }
  ASSIGN_OR_RETURN(const std::string head, ReadHead(position));
  ASSIGN_OR_RETURN(const v1::ImageRecord record, Describe(position, head));
  auto made =
      std::make_unique<const Known>(Known{record.id(), FindPixels(head)});
  const Known* known = nullptr;
  // Another thread may have been faster.
  return known_[static_cast<size_t>(position)].compare_exchange_strong(
             known, made.get())
             ? made.release()
             : known;
}

absl::StatusOr<absl::string_view> DonorImages::Id(int64_t position) const {
  ASSIGN_OR_RETURN(const Known* const known, Know(position));
  return absl::string_view(known->id);
}

absl::StatusOr<std::string> DonorImages::CopyPatches(
    int64_t position, const PatchGrid& grid, absl::Span<const int64_t> patches,
    Image* image) const {
  if (options_.cache_bytes == 0 && !patches.empty() && position >= 0 &&
      position < size() && checked_[static_cast<size_t>(position)].load()) {
    ASSIGN_OR_RETURN(const Known* const known, Know(position));
    if (known->pixels.has_value() && known->pixels->height == image->height &&
        known->pixels->width == image->width) {
      RETURN_IF_ERROR(
          CopyFromRows(position, *known->pixels, grid, patches, image));
      return known->id;
    }
  }
  ASSIGN_OR_RETURN(
      const std::shared_ptr<const Decoded> donor,
      Annotate(Decode(position), absl::StrCat("donor at position ", position)));
  checked_[static_cast<size_t>(position)].store(true);
  maskfill::CopyPatches(grid, patches, donor->image, image);
  return donor->id;
}

absl::Status DonorImages::CopyFromRows(int64_t position,
                                       const StoredPixels& stored,
                                       const PatchGrid& grid,
                                       absl::Span<const int64_t> patches,
                                       Image* image) const {
  const PixelBox first = grid.BoxOf(patches.front());
  const PixelBox last = grid.BoxOf(patches.back());
  const int64_t row_bytes = 3 * stored.width;
  // The donor, of which only some rows are read: kept, since clearing one takes
  // longer than reading them.
  thread_local Image donor;
  if (donor.height != stored.height || donor.width != stored.width) {
    donor = Image(stored.height, stored.width);
  }
  RETURN_IF_ERROR(records_->ReadPart(
      position, stored.offset + first.top * row_bytes,
      absl::MakeSpan(reinterpret_cast<char*>(donor.Row(first.top)),
                     static_cast<size_t>((last.top + last.height - first.top) *
                                         row_bytes))));
  maskfill::CopyPatches(grid, patches, donor, image);
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const DonorImages::Decoded>> DonorImages::Decode(
    int64_t position) const {
  if (options_.cache_bytes == 0) return Load(position);
  if (std::shared_ptr<const Decoded> found = Find(position)) return found;
  ASSIGN_OR_RETURN(std::shared_ptr<const Decoded> decoded, Load(position));
  Insert(position, decoded);
  return decoded;
}

absl::StatusOr<std::shared_ptr<const DonorImages::Decoded>> DonorImages::Load(
    int64_t position) const {
  v1::ImageRecord record;
  RETURN_IF_ERROR(records_->Read(position, &record));
  auto decoded = std::make_shared<Decoded>();
  decoded->id = record.id();
  ASSIGN_OR_RETURN(decoded->image,
                   PixelsFromRecord(record, options_.image_size));
  return std::shared_ptr<const Decoded>(std::move(decoded));
}

std::shared_ptr<const DonorImages::Decoded> DonorImages::Find(
    int64_t position) const {
  absl::MutexLock lock(&mutex_);
  const auto found = by_position_.find(position);
  if (found == by_position_.end()) return nullptr;
  recent_.splice(recent_.begin(), recent_, found->second);
  return found->second->second;
}

void DonorImages::Insert(int64_t position,
                         std::shared_ptr<const Decoded> decoded) const {
  const auto bytes_of = [](const Decoded& entry) {
    return static_cast<int64_t>(sizeof(Decoded) + entry.id.size() +
                                entry.image.pixels.size());
  };
  absl::MutexLock lock(&mutex_);
  // Two threads may have loaded the same image.
  if (by_position_.contains(position)) return;
  cached_bytes_ += bytes_of(*decoded);
  recent_.emplace_front(position, std::move(decoded));
  by_position_[position] = recent_.begin();
  while (cached_bytes_ > options_.cache_bytes && recent_.size() > 1) {
    cached_bytes_ -= bytes_of(*recent_.back().second);
    by_position_.erase(recent_.back().first);
    recent_.pop_back();
  }
}

}  // namespace maskfill
