#include "core/image/encode_png.h"

#include <png.h>

#include <csetjmp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace maskfill {
namespace {

// As in decode_png.cc: libpng leaves by longjmp, so what needs a destructor
// lives here and not in the function that calls setjmp.
class PngEncoder {
 public:
  explicit PngEncoder(const Image& image) : image_(image) {}
  ~PngEncoder() { png_destroy_write_struct(&png_, &info_); }
  PngEncoder(const PngEncoder&) = delete;
  PngEncoder& operator=(const PngEncoder&) = delete;

  absl::StatusOr<std::string> Encode() {
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, OnError,
                                   OnWarning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (png_ == nullptr || info_ == nullptr || !Write()) {
      return absl::ResourceExhaustedError("no memory to encode a PNG");
    }
    return std::move(bytes_);
  }

 private:
  bool Write() {
    if (setjmp(env_) != 0) return false;
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_write_fn(png_, this, OnWrite, nullptr);
    png_set_IHDR(png_, info_, image_.width, image_.height, 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png_, info_);
    for (int64_t y = 0; y < image_.height; ++y) {
      png_write_row(png_, image_.Row(y));
    }
    png_write_end(png_, nullptr);
    return true;
  }

  static void OnWrite(png_structp png, png_bytep data, size_t count) {
    static_cast<PngEncoder*>(png_get_io_ptr(png))
        ->bytes_.append(reinterpret_cast<const char*>(data), count);
  }

  static void OnError(png_structp png, png_const_charp /*message*/) {
    std::longjmp(static_cast<PngEncoder*>(png_get_error_ptr(png))->env_, 1);
  }

  static void OnWarning(png_structp /*png*/, png_const_charp /*message*/) {}

  const Image& image_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf env_;
  std::string bytes_;
};

}  // namespace

absl::StatusOr<std::string> EncodePng(const Image& image) {
  if (image.height <= 0 || image.width <= 0 || image.height > PNG_UINT_31_MAX ||
      image.width > PNG_UINT_31_MAX) {
    return absl::InvalidArgumentError(
        absl::StrCat("no PNG has the size ", image.width, "x", image.height));
  }
  return PngEncoder(image).Encode();
}

}  // namespace maskfill
