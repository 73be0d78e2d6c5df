#include "core/record/record_framing.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/crc32c.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

constexpr int kLengthBytes = 8;

void AppendLittleEndian(uint64_t value, int bytes, std::string* out) {
  for (int i = 0; i < bytes; ++i) {
    out->push_back(static_cast<char>((value >> (8 * i)) & 0xff));
  }
}

uint64_t LittleEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = 0; i < bytes.size(); ++i) {
    value |= uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return value;
}

}  // namespace

std::string RecordHeader(absl::string_view payload) {
  std::string header;
  AppendLittleEndian(payload.size(), kLengthBytes, &header);
  AppendLittleEndian(MaskedCrc32c(header), 4, &header);
  return header;
}

std::string RecordFooter(absl::string_view payload) {
  std::string footer;
  AppendLittleEndian(MaskedCrc32c(payload), 4, &footer);
  return footer;
}

bool IsRecordHeader(absl::string_view header) {
  CHECK_EQ(static_cast<int64_t>(header.size()), kRecordHeaderBytes);
  return LittleEndian(header.substr(kLengthBytes)) ==
         MaskedCrc32c(header.substr(0, kLengthBytes));
}

absl::StatusOr<int64_t> ParseRecordHeader(absl::string_view header,
                                          int64_t max_record_bytes) {
  CHECK_EQ(static_cast<int64_t>(header.size()), kRecordHeaderBytes);
  const uint32_t found =
      static_cast<uint32_t>(LittleEndian(header.substr(kLengthBytes)));
  const uint32_t expected = MaskedCrc32c(header.substr(0, kLengthBytes));
  if (found != expected) {
    return absl::DataLossError(absl::StrFormat(
        "damaged record length: its checksum is %08x, expected %08x", found,
        expected));
  }
  const uint64_t length = LittleEndian(header.substr(0, kLengthBytes));
  if (length > static_cast<uint64_t>(max_record_bytes)) {
    return absl::DataLossError(absl::StrCat(
        "the record has ", length, " bytes, the limit is ", max_record_bytes));
  }
  return static_cast<int64_t>(length);
}

absl::Status CheckRecordFooter(absl::string_view payload,
                               absl::string_view footer) {
  CHECK_EQ(static_cast<int64_t>(footer.size()), kRecordFooterBytes);
  const uint32_t found = static_cast<uint32_t>(LittleEndian(footer));
  const uint32_t expected = MaskedCrc32c(payload);
  if (found == expected) return absl::OkStatus();
  return absl::DataLossError(absl::StrFormat(
      "damaged record: its checksum is %08x, its %d bytes give %08x", found,
      payload.size(), expected));
}

}  // namespace maskfill
