#include "core/image/decode_tiff.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "core/base/status_macros.h"
#include "core/image/cmyk.h"
#include "core/image/colour_table.h"
#include "core/image/exif_orientation.h"
#include "core/image/tiff_file.h"
#include "core/image/tiff_page.h"

namespace maskfill {
namespace {

// `count` samples from `in`, of 16 bits the high byte.
void UnpackSamples(const uint8_t* in, int64_t count, int bits, uint8_t* out) {
  if (bits == 8) {
    std::copy(in, in + count, out);
  } else if (bits == 16) {
    // In the machine's order.
    const auto* wide = reinterpret_cast<const uint16_t*>(in);
    for (int64_t i = 0; i < count; ++i) out[i] = wide[i] >> 8;
  } else {
    const int64_t per_byte = 8 / bits;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t shift = 8 - bits * (i % per_byte + 1);
      out[i] = in[i / per_byte] >> shift & ((1 << bits) - 1);
    }
  }
}

bool FillsWhatIsMissing(int compression) {
  return compression == COMPRESSION_JPEG ||
         compression == COMPRESSION_CCITTRLE ||
         compression == COMPRESSION_CCITTFAX3 ||
         compression == COMPRESSION_CCITTFAX4;
}

// From samples to colours.
class PixelReader {
 public:
  PixelReader(TiffFile& file, const TiffPage& page) : page_(page) {
    const int last = (1 << std::min(page.bits, 8)) - 1;
    uint16_t* channels[3] = {};
    const bool has_palette =
        page.photometric == PHOTOMETRIC_PALETTE &&
        TIFFGetField(file.get(), TIFFTAG_COLORMAP, &channels[0], &channels[1],
                     &channels[2]) == 1;
    for (int i = 0; i <= last; ++i) {
      if (has_palette) {
        table_.Set(i, channels[0][i] >> 8, channels[1][i] >> 8,
                   channels[2][i] >> 8);
      } else {
        const int value =
            page.photometric == PHOTOMETRIC_MINISWHITE ? last - i : i;
        const int grey = value * 255 / last;
        table_.Set(i, grey, grey, grey);
      }
    }
  }

  // `in` is [count, samples], `rgb` [count, 3].
  void Read(const uint8_t* in, int64_t count, uint8_t* rgb) const {
    for (int64_t i = 0; i < count; ++i, in += page_.samples, rgb += 3) {
      switch (page_.photometric) {
        case PHOTOMETRIC_SEPARATED:
          for (int c = 0; c < 3; ++c) {
            rgb[c] = LightUnderInk(in[c], 255 - in[3]);
          }
          break;
        case PHOTOMETRIC_RGB:
        case PHOTOMETRIC_YCBCR:
          for (int c = 0; c < 3; ++c) {
            rgb[c] = page_.is_premultiplied ? Divided(in[c], in[3]) : in[c];
          }
          break;
        default:
          table_.LookUp(in, 1, rgb);
      }
    }
  }

 private:
  // As Pillow's RGBa to RGBA.
  static uint8_t Divided(int value, int alpha) {
    if (alpha == 0) return 0;
    return static_cast<uint8_t>(std::min(255, value * 255 / alpha));
  }

  const TiffPage& page_;
  ColourTable table_;
};

// Reads strips, or tiles: blocks that fill the image from the upper left.
class BlockReader {
 public:
  BlockReader(TiffFile& file, const TiffPage& page)
      : file_(file), page_(page), is_tiled_(TIFFIsTiled(file.get()) != 0) {}

  absl::StatusOr<Image> Read(const DecodeOptions& options) {
    if (is_tiled_) {
      height_ = file_.Tag<uint32_t>(TIFFTAG_TILELENGTH);
      width_ = file_.Tag<uint32_t>(TIFFTAG_TILEWIDTH);
      // A tile may be larger than the image.
      RETURN_IF_ERROR(
          Annotate(CheckImageSize(height_, width_, options), "its tiles"));
      row_bytes_ = TIFFTileRowSize(file_.get());
    } else {
      height_ = std::min<int64_t>(file_.Tag<uint32_t>(TIFFTAG_ROWSPERSTRIP),
                                  page_.height);
      width_ = page_.width;
      row_bytes_ = TIFFScanlineSize(file_.get());
    }
    const int planes = page_.has_planes ? page_.samples : 1;
    samples_per_block_ = page_.has_planes ? 1 : page_.samples;
    if (height_ == 0 ||
        row_bytes_ < (width_ * samples_per_block_ * page_.bits + 7) / 8) {
      return file_.Damaged();
    }
    const int64_t down = (page_.height + height_ - 1) / height_;
    const int64_t across = (page_.width + width_ - 1) / width_;
    const uint32_t blocks = is_tiled_ ? TIFFNumberOfTiles(file_.get())
                                      : TIFFNumberOfStrips(file_.get());
    if (blocks != down * across * planes) return file_.Damaged();

    const PixelReader pixels(file_, page_);
    Image image(page_.height, page_.width);
    block_.resize(height_ * row_bytes_);
    samples_.resize(height_ * width_ * page_.samples);
    for (int64_t i = 0; i < down * across; ++i) {
      const int64_t top = i / across * height_;
      const int64_t left = i % across * width_;
      const int64_t rows = std::min(height_, page_.height - top);
      const int64_t columns = std::min(width_, page_.width - left);
      for (int plane = 0; plane < planes; ++plane) {
        RETURN_IF_ERROR(ReadBlock(plane * down * across + i, rows));
        AddSamples(plane, rows, columns);
      }
      for (int64_t y = 0; y < rows; ++y) {
        pixels.Read(&samples_[y * columns * page_.samples], columns,
                    image.Row(top + y) + 3 * left);
      }
    }
    return image;
  }

 private:
  absl::Status ReadBlock(int64_t number, int64_t rows) {
    TIFF* tiff = file_.get();
    // Tiles are whole, of the last strip only its rows are there.
    const tmsize_t size = (is_tiled_ ? height_ : rows) * row_bytes_;
    const uint32_t block = static_cast<uint32_t>(number);
    const tmsize_t read =
        is_tiled_ ? TIFFReadEncodedTile(tiff, block, block_.data(), size)
                  : TIFFReadEncodedStrip(tiff, block, block_.data(), size);
    // The fax codes go on behind an error, and fill what is missing as JPEG
    // does, with a warning.
    if (read != size || file_.has_failed() ||
        (FillsWhatIsMissing(page_.compression) && file_.warnings() > 0)) {
      return file_.Damaged();
    }
    return absl::OkStatus();
  }

  // Of `block_` to [rows, columns, page_.samples] of `samples_`.
  void AddSamples(int plane, int64_t rows, int64_t columns) {
    row_.resize(columns * samples_per_block_);
    for (int64_t y = 0; y < rows; ++y) {
      UnpackSamples(block_.data() + y * row_bytes_,
                    columns * samples_per_block_, page_.bits, row_.data());
      uint8_t* out = &samples_[y * columns * page_.samples];
      if (!page_.has_planes) {
        std::copy(row_.begin(), row_.end(), out);
        continue;
      }
      for (int64_t x = 0; x < columns; ++x) {
        out[x * page_.samples + plane] = row_[x];
      }
    }
  }

  TiffFile& file_;
  const TiffPage& page_;
  const bool is_tiled_;
  int64_t height_ = 0;             // px, of a block
  int64_t width_ = 0;              // px, of a block
  int64_t row_bytes_ = 0;          // of a block
  int64_t samples_per_block_ = 0;  // of a pixel
  std::vector<uint8_t> block_;
  std::vector<uint8_t> row_;
  std::vector<uint8_t> samples_;
};

}  // namespace

absl::StatusOr<Image> DecodeTiff(absl::string_view bytes,
                                 const DecodeOptions& options,
                                 DecodeNotes* notes) {
  ASSIGN_OR_RETURN(const std::unique_ptr<TiffFile> file,
                   TiffFile::Open(bytes, options));
  ASSIGN_OR_RETURN(const TiffPage page, ReadTiffPage(*file, options));
  if (page.photometric == PHOTOMETRIC_YCBCR) {
    TIFFSetField(file->get(), TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  }
  if (page.compression == COMPRESSION_DEFLATE ||
      page.compression == COMPRESSION_ADOBE_DEFLATE) {
    // As Pillow's libtiff. libdeflate takes damaged data that make too much.
    TIFFSetField(file->get(), TIFFTAG_DEFLATE_SUBCODEC, DEFLATE_SUBCODEC_ZLIB);
  }
  ASSIGN_OR_RETURN(Image image, BlockReader(*file, page).Read(options));
  notes->warnings += file->warnings();
  notes->has_more_frames = TIFFLastDirectory(file->get()) == 0;
  if (page.orientation > 1 && page.orientation <= 8) {
    return ApplyOrientation(image, page.orientation);
  }
  return image;
}

}  // namespace maskfill
