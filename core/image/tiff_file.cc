#include "core/image/tiff_file.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/image/bytes_at.h"

namespace maskfill {
namespace {

tmsize_t RefuseToWrite(thandle_t /*self*/, void* /*data*/, tmsize_t /*count*/) {
  return -1;
}
int Close(thandle_t /*self*/) { return 0; }
void Unmap(thandle_t /*self*/, void* /*base*/, toff_t /*size*/) {}

// The bytes of a value of each type, as they are numbered from 0 in TIFF 6.0
// and BigTIFF.
constexpr uint8_t kValueBytes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4,
                                   8, 4, 8, 4, 0, 0, 8, 8, 8};

// The tags of the first directory, all of which has to be there: libtiff goes
// over tags that are not, Pillow over those behind them.
absl::StatusOr<std::set<uint32_t>> TagsOf(absl::string_view bytes) {
  const ByteOrder order =
      bytes[0] == 'I' ? ByteOrder::kLittle : ByteOrder::kBig;
  const auto number = [&](uint64_t at, uint64_t size) -> uint64_t {
    if (size <= 4) return NumberAt(bytes, at, size, order);
    const uint64_t first = NumberAt(bytes, at, 4, order);
    const uint64_t second = NumberAt(bytes, at + 4, 4, order);
    return order == ByteOrder::kLittle ? second << 32 | first
                                       : first << 32 | second;
  };
  const bool is_big = bytes[order == ByteOrder::kLittle ? 2 : 3] == '+';
  const uint64_t offset_bytes = is_big ? 8 : 4;
  const uint64_t directory = number(is_big ? 8 : 4, offset_bytes);
  const uint64_t count = number(directory, is_big ? 8 : 2);
  const uint64_t entry_bytes = 4 + 2 * offset_bytes;
  const uint64_t first_entry = directory + (is_big ? 8 : 2);
  const uint64_t size = bytes.size();
  if (directory >= size || count > size / entry_bytes ||
      first_entry + count * entry_bytes + offset_bytes > size) {
    return absl::DataLossError(
        "the TIFF file is cut: its directory is not there");
  }
  std::set<uint32_t> tags;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t entry = first_entry + i * entry_bytes;
    const uint64_t type = number(entry + 2, 2);
    const uint64_t values = number(entry + 4, offset_bytes);
    if (type >= std::size(kValueBytes) || kValueBytes[type] == 0) continue;
    const uint64_t value_bytes = kValueBytes[type];
    if (values > 0) tags.insert(static_cast<uint32_t>(number(entry, 2)));
    if (values <= offset_bytes / value_bytes) continue;
    const uint64_t offset = number(entry + 4 + offset_bytes, offset_bytes);
    if (values > size / value_bytes || offset > size - values * value_bytes) {
      return absl::DataLossError(
          absl::StrCat("the TIFF file is cut: tag ", number(entry, 2),
                       " lies outside of its ", size, " bytes"));
    }
  }
  return tags;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TiffFile>> TiffFile::Open(
    absl::string_view bytes, const DecodeOptions& options) {
  ASSIGN_OR_RETURN(std::set<uint32_t> tags, TagsOf(bytes));
  auto file = std::unique_ptr<TiffFile>(new TiffFile(bytes));
  file->tags_ = std::move(tags);
  const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)>
      settings(TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(settings.get(), OnError, file.get());
  TIFFOpenOptionsSetWarningHandlerExtR(settings.get(), OnWarning, file.get());
  // A strip or tile of pixels is never larger; the rest are tags.
  constexpr int64_t kBytesPerPixel = 16;
  constexpr int64_t kTagBytes = 1 << 20;
  TIFFOpenOptionsSetMaxSingleMemAlloc(
      settings.get(), options.max_pixels * kBytesPerPixel + kTagBytes);
  file->tiff_ =
      TIFFClientOpenExt("image", "r", file.get(), OnRead, RefuseToWrite, OnSeek,
                        Close, OnSize, OnMap, Unmap, settings.get());
  if (file->tiff_ == nullptr) return file->Damaged();
  // Unknown tags and the like: no damage of the pixels.
  file->warning_.clear();
  file->warnings_ = 0;
  return file;
}

TiffFile::~TiffFile() {
  if (tiff_ != nullptr) TIFFClose(tiff_);
}

absl::Status TiffFile::Damaged() const {
  const std::string& reason = error_.empty() ? warning_ : error_;
  return absl::DataLossError(
      absl::StrCat("the TIFF file is cut or damaged (",
                   reason.empty() ? "libtiff gives no reason" : reason, ")"));
}

void TiffFile::Keep(const char* format, va_list arguments, std::string* text) {
  if (!text->empty()) return;
  char buffer[256];
  std::vsnprintf(buffer, sizeof(buffer), format, arguments);
  *text = buffer;
}

int TiffFile::OnError(TIFF* /*tiff*/, void* self, const char* /*module*/,
                      const char* format, va_list arguments) {
  Keep(format, arguments, &static_cast<TiffFile*>(self)->error_);
  return 1;  // told; not to stderr
}

int TiffFile::OnWarning(TIFF* /*tiff*/, void* self, const char* /*module*/,
                        const char* format, va_list arguments) {
  auto* file = static_cast<TiffFile*>(self);
  Keep(format, arguments, &file->warning_);
  ++file->warnings_;
  return 1;
}

tmsize_t TiffFile::OnRead(thandle_t self, void* out, tmsize_t count) {
  auto* file = static_cast<TiffFile*>(self);
  const uint64_t size = file->bytes_.size();
  if (count <= 0 || file->position_ >= size) return 0;
  const uint64_t read =
      std::min<uint64_t>(static_cast<uint64_t>(count), size - file->position_);
  std::memcpy(out, file->bytes_.data() + file->position_, read);
  file->position_ += read;
  return static_cast<tmsize_t>(read);
}

toff_t TiffFile::OnSeek(thandle_t self, toff_t offset, int whence) {
  auto* file = static_cast<TiffFile*>(self);
  switch (whence) {
    case SEEK_CUR:
      offset += file->position_;
      break;
    case SEEK_END:
      offset += file->bytes_.size();
      break;
    default:
      break;
  }
  file->position_ = offset;
  return offset;
}

toff_t TiffFile::OnSize(thandle_t self) {
  return static_cast<TiffFile*>(self)->bytes_.size();
}

// libtiff writes to no file that it opened for reading, mapped or not.
int TiffFile::OnMap(thandle_t self, void** base, toff_t* size) {
  auto* file = static_cast<TiffFile*>(self);
  *base = const_cast<char*>(file->bytes_.data());
  *size = file->bytes_.size();
  return 1;
}

}  // namespace maskfill
