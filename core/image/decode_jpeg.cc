#include "core/image/decode_jpeg.h"

#include <jerror.h>
#include <jpeglib.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>  // jpeglib.h needs FILE
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/image/cmyk.h"

namespace maskfill {
namespace {

// Of samples that are stored inverted.
void InvertedCmykToRgb(const uint8_t* cmyk, int64_t width, uint8_t* rgb) {
  for (int64_t x = 0; x < width; ++x) {
    const int not_black = cmyk[4 * x + 3];
    for (int64_t c = 0; c < 3; ++c) {
      rgb[3 * x + c] = LightUnderInk(255 - cmyk[4 * x + c], not_black);
    }
  }
}

// libjpeg leaves by longjmp, which must not skip destructors: the functions
// that call setjmp below have only plain locals, and everything else lives in
// this object.
class JpegDecoder {
 public:
  JpegDecoder(absl::string_view bytes, const DecodeOptions& options)
      : bytes_(bytes), max_scans_(options.max_scans) {
    jpeg_.err = jpeg_std_error(&errors_);
    errors_.error_exit = OnError;
    errors_.emit_message = OnMessage;
    jpeg_.client_data = this;
  }
  ~JpegDecoder() { jpeg_destroy_decompress(&jpeg_); }
  JpegDecoder(const JpegDecoder&) = delete;
  JpegDecoder& operator=(const JpegDecoder&) = delete;

  absl::StatusOr<Image> Decode(const DecodeOptions& options) {
    if (!ReadHeader()) return Damaged();
    const int64_t height = jpeg_.image_height;
    const int64_t width = jpeg_.image_width;
    RETURN_IF_ERROR(CheckImageSize(height, width, options));
    const int components = jpeg_.num_components;
    if (components != 1 && components != 3 && components != 4) {
      return absl::DataLossError(
          absl::StrCat("found a JPEG of ", components,
                       " components; expected grey, RGB or CMYK"));
    }
    Image image(height, width);
    if (components == 4) cmyk_row_.resize(width * 4);
    if (!ReadPixels(&image)) return Damaged();
    return image;
  }

  int64_t warnings() const { return errors_.num_warnings; }

 private:
  bool ReadHeader() {
    if (setjmp(env_) != 0) return false;
    jpeg_create_decompress(&jpeg_);
    source_.init_source = OnInitOrTerm;
    source_.fill_input_buffer = OnFill;
    source_.skip_input_data = OnSkip;
    source_.resync_to_restart = jpeg_resync_to_restart;
    source_.term_source = OnInitOrTerm;
    source_.next_input_byte = reinterpret_cast<const JOCTET*>(bytes_.data());
    source_.bytes_in_buffer = bytes_.size();
    jpeg_.src = &source_;
    progress_.progress_monitor = OnProgress;
    jpeg_.progress = &progress_;
    jpeg_read_header(&jpeg_, TRUE);
    return true;
  }

  bool ReadPixels(Image* image) {
    if (setjmp(env_) != 0) return false;
    // The defaults are Pillow's: ISLOW transform, fancy upsampling.
    const bool is_cmyk = jpeg_.num_components == 4;
    jpeg_.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
    jpeg_start_decompress(&jpeg_);
    while (jpeg_.output_scanline < jpeg_.output_height) {
      const int64_t y = jpeg_.output_scanline;
      if (is_cmyk) {
        JSAMPROW row = cmyk_row_.data();
        jpeg_read_scanlines(&jpeg_, &row, 1);
        InvertedCmykToRgb(row, image->width, image->Row(y));
        continue;
      }
      JSAMPROW rows[kRowsAtOnce];
      const int64_t count =
          std::min<int64_t>(kRowsAtOnce, jpeg_.output_height - y);
      for (int64_t i = 0; i < count; ++i) rows[i] = image->Row(y + i);
      jpeg_read_scanlines(&jpeg_, rows, count);
    }
    // Reads on to the end-of-image marker: a file without one is cut.
    jpeg_finish_decompress(&jpeg_);
    return true;
  }

  absl::Status Damaged() const {
    if (too_many_scans_) {
      return absl::DataLossError(
          absl::StrCat("the JPEG file has more than ", max_scans_,
                       " scans; expected a progressive JPEG of at most that"));
    }
    if (cut_) {
      return absl::DataLossError(absl::StrCat("the JPEG file is cut: its ",
                                              bytes_.size(),
                                              " bytes end inside the image"));
    }
    return absl::DataLossError(
        absl::StrCat("the JPEG file is damaged (", message_, ")"));
  }

  static JpegDecoder* Self(j_common_ptr jpeg) {
    return static_cast<JpegDecoder*>(jpeg->client_data);
  }
  static JpegDecoder* Self(j_decompress_ptr jpeg) {
    return Self(reinterpret_cast<j_common_ptr>(jpeg));
  }

  [[noreturn]] static void OnError(j_common_ptr jpeg) {
    JpegDecoder* self = Self(jpeg);
    self->errors_.format_message(jpeg, self->message_);
    std::longjmp(self->env_, 1);
  }

  static void OnMessage(j_common_ptr jpeg, int level) {
    jpeg_error_mgr& errors = Self(jpeg)->errors_;
    if (level < 0) ++errors.num_warnings;
    // A marker where pixels should be: libjpeg, and Pillow with it, would fill
    // what is missing with grey.
    if (level < 0 && errors.msg_code == JWRN_HIT_MARKER) {
      OnError(jpeg);
    }
    // libjpeg passes over a TEM marker between segments; Pillow knows none and
    // refuses the file, where the marker is in truth a damaged one.
    if (errors.msg_code == JTRC_PARMLESS_MARKER &&
        errors.msg_parm.i[0] == kTemMarker) {
      ERREXIT1(jpeg, JERR_UNKNOWN_MARKER, kTemMarker);
    }
  }

  static void OnInitOrTerm(j_decompress_ptr /*jpeg*/) {}

  // libjpeg's own memory source invents an end-of-image marker here and pads
  // with grey.
  static boolean OnFill(j_decompress_ptr jpeg) {
    Self(jpeg)->cut_ = true;
    ERREXIT(jpeg, JERR_INPUT_EOF);
    return FALSE;
  }

  static void OnSkip(j_decompress_ptr jpeg, long count) {
    if (count <= 0) return;
    jpeg_source_mgr* source = jpeg->src;
    if (static_cast<size_t>(count) > source->bytes_in_buffer) OnFill(jpeg);
    source->next_input_byte += count;
    source->bytes_in_buffer -= count;
  }

  static void OnProgress(j_common_ptr jpeg) {
    JpegDecoder* self = Self(jpeg);
    if (self->jpeg_.input_scan_number > self->max_scans_) {
      self->too_many_scans_ = true;
      ERREXIT(jpeg, JERR_NOTIMPL);
    }
  }

  static constexpr int64_t kRowsAtOnce = 16;
  static constexpr int kTemMarker = 0x01;

  const absl::string_view bytes_;
  const int max_scans_;
  // Zeroed: destroying what was never created is harmless then.
  jpeg_decompress_struct jpeg_ = {};
  jpeg_error_mgr errors_ = {};
  jpeg_source_mgr source_ = {};
  jpeg_progress_mgr progress_ = {};
  std::jmp_buf env_;
  char message_[JMSG_LENGTH_MAX] = {};
  bool cut_ = false;
  bool too_many_scans_ = false;
  std::vector<uint8_t> cmyk_row_;
};

}  // namespace

absl::StatusOr<Image> DecodeJpeg(absl::string_view bytes,
                                 const DecodeOptions& options,
                                 DecodeNotes* notes) {
  JpegDecoder decoder(bytes, options);
  absl::StatusOr<Image> image = decoder.Decode(options);
  notes->warnings += decoder.warnings();
  return image;
}

}  // namespace maskfill
