#include "core/image/decode_gif.h"

#include <gif_lib.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/base/status_macros.h"
#include "core/image/colour_table.h"
#include "core/image/gif_codes.h"

namespace maskfill {
namespace {

class GifDecoder {
 public:
  explicit GifDecoder(absl::string_view bytes) : bytes_(bytes) {}
  ~GifDecoder() {
    if (gif_ != nullptr) DGifCloseFile(gif_, nullptr);
  }
  GifDecoder(const GifDecoder&) = delete;
  GifDecoder& operator=(const GifDecoder&) = delete;

  absl::StatusOr<Image> Decode(const DecodeOptions& options,
                               DecodeNotes* notes) {
    int error = 0;
    gif_ = DGifOpen(this, OnRead, &error);
    if (gif_ == nullptr) return Damaged(error);
    ASSIGN_OR_RETURN(const bool has_frame, GoToFrame());
    if (!has_frame) {
      return absl::DataLossError("the GIF file holds no image");
    }
    ASSIGN_OR_RETURN(Image image, ReadFrame(options));
    for (;;) {
      ASSIGN_OR_RETURN(const bool has_more, GoToFrame());
      if (!has_more) return image;
      notes->has_more_frames = true;
      if (!GifCodes(gif_).Finish()) return Damaged();
    }
  }

 private:
  // Goes over extensions, to the pixels of the next frame; false where the
  // trailer comes.
  absl::StatusOr<bool> GoToFrame() {
    for (;;) {
      GifRecordType type;
      if (DGifGetRecordType(gif_, &type) == GIF_ERROR) return Damaged();
      if (type == TERMINATE_RECORD_TYPE) return false;
      if (type == IMAGE_DESC_RECORD_TYPE) {
        if (DGifGetImageDesc(gif_) == GIF_ERROR) return Damaged();
        return true;
      }
      int code = 0;
      GifByteType* block = nullptr;
      if (DGifGetExtension(gif_, &code, &block) == GIF_ERROR) return Damaged();
      if (code == GRAPHICS_EXT_FUNC_CODE && block != nullptr) {
        SetTransparency(block);
      }
      while (block != nullptr) {
        if (DGifGetExtensionNext(gif_, &block) == GIF_ERROR) return Damaged();
      }
    }
  }

  // `block` is its size and then the control block of a frame: flags, delay and
  // the transparent colour.
  void SetTransparency(const GifByteType* block) {
    constexpr int kControlBytes = 4;
    constexpr int kIsTransparent = 1;
    if (block[0] >= kControlBytes && (block[1] & kIsTransparent) != 0) {
      background_ = block[kControlBytes];
    }
  }

  absl::StatusOr<Image> ReadFrame(const DecodeOptions& options) {
    const GifImageDesc& frame = gif_->Image;
    if (frame.Height == 0 || frame.Width == 0) {
      return absl::DataLossError("the GIF image has a frame without pixels");
    }
    const int64_t bottom = int64_t{frame.Top} + frame.Height;
    const int64_t right = int64_t{frame.Left} + frame.Width;
    const int64_t height = std::max<int64_t>(gif_->SHeight, bottom);
    const int64_t width = std::max<int64_t>(gif_->SWidth, right);
    RETURN_IF_ERROR(CheckImageSize(height, width, options));
    ASSIGN_OR_RETURN(const ColourTable colours, ColoursOfFrame());

    std::vector<uint8_t> canvas(height * width, background_);
    // Of interlaced rows, each 8th comes first.
    struct Pass {
      int first;
      int step;
    };
    static constexpr Pass kInterlaced[] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
    static constexpr Pass kInOrder[] = {{0, 1}};
    const absl::Span<const Pass> passes = frame.Interlace
                                              ? absl::MakeConstSpan(kInterlaced)
                                              : absl::MakeConstSpan(kInOrder);
    GifCodes codes(gif_);
    for (const Pass& pass : passes) {
      for (int y = pass.first; y < frame.Height; y += pass.step) {
        uint8_t* row = canvas.data() + (frame.Top + y) * width + frame.Left;
        if (!codes.Read(frame.Width, row)) return Damaged();
      }
    }
    if (!codes.Finish()) return Damaged();
    Image image(height, width);
    colours.LookUp(canvas.data(), height * width, image.pixels.data());
    return image;
  }

  // Whether each colour is the grey of its number.
  static bool AreGreys(const ColorMapObject* map) {
    for (int i = 0; i < map->ColorCount; ++i) {
      const GifColorType& colour = map->Colors[i];
      if (colour.Red != i || colour.Green != i || colour.Blue != i) {
        return false;
      }
    }
    return true;
  }

  absl::StatusOr<ColourTable> ColoursOfFrame() const {
    ColourTable colours;
    const ColorMapObject* own = gif_->Image.ColorMap;
    const ColorMapObject* map = own != nullptr ? own : gif_->SColorMap;
    if (own != nullptr && AreGreys(own) && gif_->SColorMap != nullptr &&
        !AreGreys(gif_->SColorMap)) {
      return absl::DataLossError(
          "found a GIF image whose first frame has greys of its own beside "
          "colours for all frames, which Pillow 9.4 shows in those colours; "
          "convert it to PNG");
    }
    for (int i = 0; map != nullptr && i < map->ColorCount; ++i) {
      const GifColorType& colour = map->Colors[i];
      colours.Set(i, colour.Red, colour.Green, colour.Blue);
    }
    return colours;
  }

  absl::Status Damaged() const { return Damaged(gif_->Error); }
  absl::Status Damaged(int error) const {
    if (cut_) {
      return absl::DataLossError(absl::StrCat("the GIF file is cut: its ",
                                              bytes_.size(),
                                              " bytes end before its trailer"));
    }
    const char* message = GifErrorString(error);
    return absl::DataLossError(absl::StrCat(
        "the GIF file is damaged (",
        message == nullptr ? "its pixels end too early or are no codes"
                           : message,
        ")"));
  }

  static int OnRead(GifFileType* gif, GifByteType* out, int count) {
    auto* self = static_cast<GifDecoder*>(gif->UserData);
    const size_t left = self->bytes_.size() - self->position_;
    if (static_cast<size_t>(count) > left) {
      self->cut_ = true;
      return 0;
    }
    std::memcpy(out, self->bytes_.data() + self->position_, count);
    self->position_ += count;
    return count;
  }

  const absl::string_view bytes_;
  size_t position_ = 0;
  bool cut_ = false;
  uint8_t background_ = 0;
  GifFileType* gif_ = nullptr;
};

}  // namespace

absl::StatusOr<Image> DecodeGif(absl::string_view bytes,
                                const DecodeOptions& options,
                                DecodeNotes* notes) {
  return GifDecoder(bytes).Decode(options, notes);
}

}  // namespace maskfill
