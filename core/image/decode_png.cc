#include "core/image/decode_png.h"

#include <png.h>

#include <csetjmp>
#include <cstring>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

// libpng leaves by longjmp, which must not skip destructors: the functions
// that call setjmp below have only plain locals, and everything else lives in
// this object.
class PngDecoder {
 public:
  PngDecoder(absl::string_view bytes, DecodeNotes* notes)
      : bytes_(bytes), notes_(notes) {}
  ~PngDecoder() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngDecoder(const PngDecoder&) = delete;
  PngDecoder& operator=(const PngDecoder&) = delete;

  absl::StatusOr<Image> Decode(const DecodeOptions& options) {
    png_ =
        png_create_read_struct(PNG_LIBPNG_VER_STRING, this, OnError, OnWarning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (png_ == nullptr || info_ == nullptr) {
      return absl::ResourceExhaustedError("no memory for the PNG decoder");
    }
    if (!ReadHeader()) return Damaged();
    RETURN_IF_ERROR(CheckImageSize(height_, width_, options));
    if (bit_depth_ == 16 && color_type_ == PNG_COLOR_TYPE_GRAY) {
      return absl::DataLossError(
          "found a 16-bit grey PNG, which Pillow clips to black and white; "
          "convert it to 8 bits first");
    }
    if (!SetTransforms()) return Damaged();
    Image image(height_, width_);
    if (!ReadPixels(&image)) return Damaged();
    return image;
  }

 private:
  // Where OnError goes back to. Everything that calls libpng is:
  //   if (setjmp(env_) != 0) return false;
  bool ReadHeader() {
    if (setjmp(env_) != 0) return false;
    png_set_read_fn(png_, this, OnRead);
    // A wrong checksum is damage, in pixels and in metadata.
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    // The limit is on pixels (CheckImageSize), not on sides.
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_benign_errors(png_, 1);
    IgnoreMetadata();
    png_read_info(png_, info_);
    height_ = png_get_image_height(png_, info_);
    width_ = png_get_image_width(png_, info_);
    bit_depth_ = png_get_bit_depth(png_, info_);
    color_type_ = png_get_color_type(png_, info_);
    return true;
  }

  // Colour profiles and texts do not touch the pixels; damage in them is no
  // reason to refuse an image, and inflating them costs time.
  void IgnoreMetadata() {
    static constexpr png_byte kChunks[] =
        "iCCP\0zTXt\0iTXt\0tEXt\0eXIf\0gAMA\0cHRM\0sRGB\0sBIT\0hIST\0bKGD\0"
        "pHYs\0oFFs\0pCAL\0sCAL\0sPLT\0tIME";
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, kChunks,
                                sizeof(kChunks) / 5);
  }

  bool SetTransforms() {
    if (setjmp(env_) != 0) return false;
    if (bit_depth_ == 16) png_set_strip_16(png_);
    if (color_type_ == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png_);
    if ((color_type_ & PNG_COLOR_MASK_COLOR) == 0) {
      if (bit_depth_ < 8) png_set_expand_gray_1_2_4_to_8(png_);
      png_set_gray_to_rgb(png_);
    }
    // Also the alpha that a palette's transparency becomes.
    png_set_strip_alpha(png_);
    passes_ = png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    row_bytes_ = static_cast<int64_t>(png_get_rowbytes(png_, info_));
    if (row_bytes_ != width_ * 3) {
      png_error(png_, "its pixels do not become RGB");
    }
    return true;
  }

  bool ReadPixels(Image* image) {
    if (setjmp(env_) != 0) return false;
    for (int pass = 0; pass < passes_; ++pass) {
      for (int64_t y = 0; y < height_; ++y) {
        png_read_row(png_, image->Row(y), nullptr);
      }
    }
    png_read_end(png_, nullptr);
    return true;
  }

  absl::Status Damaged() const {
    return absl::DataLossError(
        absl::StrCat(cut_ ? "the PNG file is cut" : "the PNG file is damaged",
                     " (", message_, ")"));
  }

  static void OnRead(png_structp png, png_bytep out, size_t count) {
    auto* self = static_cast<PngDecoder*>(png_get_io_ptr(png));
    if (count > self->bytes_.size() - self->position_) {
      self->cut_ = true;
      png_error(png, "it ends too early");
    }
    std::memcpy(out, self->bytes_.data() + self->position_, count);
    self->position_ += count;
  }

  static void OnError(png_structp png, png_const_charp message) {
    auto* self = static_cast<PngDecoder*>(png_get_error_ptr(png));
    // A fixed buffer: a string might be lost in the jump.
    std::strncpy(self->message_, message, sizeof(self->message_) - 1);
    std::longjmp(self->env_, 1);
  }

  static void OnWarning(png_structp png, png_const_charp /*message*/) {
    ++static_cast<PngDecoder*>(png_get_error_ptr(png))->notes_->warnings;
  }

  const absl::string_view bytes_;
  DecodeNotes* const notes_;
  size_t position_ = 0;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf env_;
  char message_[128] = {};
  bool cut_ = false;
  int64_t height_ = 0;
  int64_t width_ = 0;
  int64_t row_bytes_ = 0;
  int bit_depth_ = 0;
  int color_type_ = 0;
  int passes_ = 1;
};

}  // namespace

absl::StatusOr<Image> DecodePng(absl::string_view bytes,
                                const DecodeOptions& options,
                                DecodeNotes* notes) {
  return PngDecoder(bytes, notes).Decode(options);
}

}  // namespace maskfill
