// libtiff on bytes in memory.
#ifndef MASKFILL_CORE_IMAGE_TIFF_FILE_H_
#define MASKFILL_CORE_IMAGE_TIFF_FILE_H_

#include <tiffio.h>

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/image/decode_options.h"

namespace maskfill {

// A file that is being read; its messages come here and not to stderr. Not
// thread-safe, but each thread may have its own.
class TiffFile {
 public:
  // At the first page. DataLoss as Damaged(), and for tags that lie outside of
  // the file, some of which libtiff would go over. `bytes` have to outlive it.
  static absl::StatusOr<std::unique_ptr<TiffFile>> Open(
      absl::string_view bytes, const DecodeOptions& options);
  ~TiffFile();
  TiffFile(const TiffFile&) = delete;
  TiffFile& operator=(const TiffFile&) = delete;

  TIFF* get() { return tiff_; }

  // The value of a tag, or what libtiff takes for it where it is missing; 0
  // where there is no such thing.
  template <typename Value>
  Value Tag(uint32_t tag) {
    Value value = 0;
    return TIFFGetFieldDefaulted(tiff_, tag, &value) == 1 ? value : Value{0};
  }

  // Whether the file itself has it, with a value.
  bool HasTag(uint32_t tag) const { return tags_.contains(tag); }

  // Whether libtiff has reported an error.
  bool has_failed() const { return !error_.empty(); }
  // DataLoss with its first error, or else with its first warning.
  absl::Status Damaged() const;
  // Since it was opened.
  int64_t warnings() const { return warnings_; }

 private:
  explicit TiffFile(absl::string_view bytes) : bytes_(bytes) {}

  // Keeps what is said first.
  static void Keep(const char* format, va_list arguments, std::string* text);
  static int OnError(TIFF* tiff, void* self, const char* module,
                     const char* format, va_list arguments);
  static int OnWarning(TIFF* tiff, void* self, const char* module,
                       const char* format, va_list arguments);
  static tmsize_t OnRead(thandle_t self, void* out, tmsize_t count);
  static toff_t OnSeek(thandle_t self, toff_t offset, int whence);
  static toff_t OnSize(thandle_t self);
  static int OnMap(thandle_t self, void** base, toff_t* size);

  const absl::string_view bytes_;
  uint64_t position_ = 0;
  TIFF* tiff_ = nullptr;
  std::set<uint32_t> tags_;
  std::string error_;
  std::string warning_;
  int64_t warnings_ = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_IMAGE_TIFF_FILE_H_
