#include "record_tool/tar_writer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

constexpr size_t kBlockBytes = 512;
constexpr size_t kMaxNameBytes = 100;
constexpr uint64_t kMaxFileBytes = (uint64_t{1} << 33) - 1;  // 11 octal digits
constexpr size_t kChecksumAt = 148;

// `text` and zeros up to `size` bytes.
std::string Field(std::string text, size_t size) {
  text.resize(size, '\0');
  return text;
}

// The header block of a plain file.
std::string Header(absl::string_view name, uint64_t size) {
  std::string header = Field(std::string(name), kMaxNameBytes);
  header += Field("0000644", 8);                        // mode
  header += Field("0000000", 8);                        // user
  header += Field("0000000", 8);                        // group
  header += Field(absl::StrFormat("%011o", size), 12);  // bytes
  header += Field("00000000000", 12);                   // time
  header += std::string(8, ' ');  // the checksum, in which it counts as spaces
  header += '0';                  // a plain file
  header += Field("", 100);       // link's target
  header += Field("ustar", 6);
  header += "00";                 // version
  header += Field("", 64);        // names of user and group
  header += Field("0000000", 8);  // major and
  header += Field("0000000", 8);  // minor number of a device
  header.resize(kBlockBytes, '\0');
  uint32_t sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  header.replace(kChecksumAt, 8,
                 absl::StrFormat("%06o", sum) + std::string("\0 ", 2));
  return header;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TarWriter>> TarWriter::Create(
    const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  return std::unique_ptr<TarWriter>(new TarWriter(std::move(file)));
}

absl::Status TarWriter::Append(absl::string_view name,
                               absl::string_view bytes) {
  if (name.empty() || name.size() > kMaxNameBytes ||
      bytes.size() > kMaxFileBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(file_->path(), ": member \"", name, "\" of ", bytes.size(),
                     " bytes; expected a name of 1 to ", kMaxNameBytes,
                     " bytes and less than 8 GiB"));
  }
  RETURN_IF_ERROR(file_->Append(Header(name, bytes.size())));
  RETURN_IF_ERROR(file_->Append(bytes));
  const size_t rest = bytes.size() % kBlockBytes;
  if (rest == 0) return absl::OkStatus();
  return file_->Append(std::string(kBlockBytes - rest, '\0'));
}

absl::Status TarWriter::Close() {
  RETURN_IF_ERROR(file_->Append(std::string(2 * kBlockBytes, '\0')));
  return file_->Commit();
}

}  // namespace maskfill
