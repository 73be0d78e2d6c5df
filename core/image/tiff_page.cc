#include "core/image/tiff_page.h"

#include <tiff.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

constexpr struct {
  int compression;
  const char* name;
} kOtherCompressions[] = {
    {COMPRESSION_OJPEG, "old-style JPEG"},
    {COMPRESSION_THUNDERSCAN, "ThunderScan"},
    {COMPRESSION_NEXT, "NeXT"},
    {COMPRESSION_PIXARLOG, "PixarLog"},
    {COMPRESSION_SGILOG, "SGILog"},
    {COMPRESSION_SGILOG24, "SGILog24"},
    {COMPRESSION_JBIG, "JBIG"},
    {COMPRESSION_JP2000, "JPEG 2000"},
    {COMPRESSION_LERC, "LERC"},
    {COMPRESSION_LZMA, "LZMA"},
    {COMPRESSION_ZSTD, "Zstandard"},
    {COMPRESSION_WEBP, "WebP"},
};

absl::Status Unsupported(absl::string_view found) {
  return absl::DataLossError(
      absl::StrCat("found a TIFF image ", found,
                   ", which is not supported; convert it to PNG"));
}

absl::Status CheckCompression(int compression) {
  switch (compression) {
    case COMPRESSION_NONE:
    case COMPRESSION_CCITTRLE:
    case COMPRESSION_CCITTFAX3:
    case COMPRESSION_CCITTFAX4:
    case COMPRESSION_LZW:
    case COMPRESSION_JPEG:
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE:
    case COMPRESSION_PACKBITS:
      return absl::OkStatus();
    default:
      break;
  }
  for (const auto& other : kOtherCompressions) {
    if (other.compression == compression) {
      return Unsupported(absl::StrCat("compressed by ", other.name));
    }
  }
  return Unsupported(absl::StrCat("of compression ", compression));
}

// The samples of a pixel without further ones, of the kinds of colour that are
// supported; 0: none.
int ColourSamples(const TiffPage& page) {
  switch (page.photometric) {
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_PALETTE:
      return 1;
    case PHOTOMETRIC_RGB:
      return 3;
    case PHOTOMETRIC_SEPARATED:
      return 4;
    case PHOTOMETRIC_YCBCR:
      return page.compression == COMPRESSION_JPEG && !page.has_planes ? 3 : 0;
    default:
      return 0;
  }
}

bool AreBitsSupported(const TiffPage& page) {
  switch (page.bits) {
    case 1:
    case 2:
    case 4:
      return ColourSamples(page) == 1 && page.samples == 1;
    case 8:
      return true;
    case 16:
      // Of planes that are not compressed, Pillow takes the bytes one by one.
      return page.photometric == PHOTOMETRIC_RGB && page.samples <= 4 &&
             !page.has_planes;
    default:
      return false;
  }
}

// Pillow takes what else a pixel has by its kind: `extra` are EXTRASAMPLE_...,
// of RGB `is_told` may be false: the file does not say that there are any.
bool AreExtraSamplesSupported(const TiffPage& page, const uint16_t* extra,
                              int count, bool is_told) {
  if (count == 0) return true;
  if (!is_told) {
    return page.photometric == PHOTOMETRIC_RGB && count == 1 &&
           !page.has_planes;
  }
  for (int i = 1; i < count; ++i) {
    if (extra[i] != EXTRASAMPLE_UNSPECIFIED) return false;
  }
  constexpr int kMostSamples = 6;
  if (page.samples > kMostSamples) return false;
  switch (page.photometric) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_PALETTE:
      return count == 1 && extra[0] == EXTRASAMPLE_UNASSALPHA &&
             !page.has_planes;
    case PHOTOMETRIC_RGB:
      // In planes, Pillow takes any 4th sample for associated alpha.
      return !page.has_planes ||
             (count == 1 && extra[0] == EXTRASAMPLE_UNASSALPHA);
    case PHOTOMETRIC_SEPARATED:
      return extra[0] == EXTRASAMPLE_UNSPECIFIED && !page.has_planes;
    default:
      return false;
  }
}

}  // namespace

absl::StatusOr<TiffPage> ReadTiffPage(TiffFile& file,
                                      const DecodeOptions& options) {
  TiffPage page;
  page.height = file.Tag<uint32_t>(TIFFTAG_IMAGELENGTH);
  page.width = file.Tag<uint32_t>(TIFFTAG_IMAGEWIDTH);
  RETURN_IF_ERROR(CheckImageSize(page.height, page.width, options));
  page.bits = file.Tag<uint16_t>(TIFFTAG_BITSPERSAMPLE);
  page.samples = file.Tag<uint16_t>(TIFFTAG_SAMPLESPERPIXEL);
  page.photometric = file.Tag<uint16_t>(TIFFTAG_PHOTOMETRIC);
  page.compression = file.Tag<uint16_t>(TIFFTAG_COMPRESSION);
  page.has_planes =
      page.samples > 1 &&
      file.Tag<uint16_t>(TIFFTAG_PLANARCONFIG) == PLANARCONFIG_SEPARATE;
  page.orientation = file.Tag<uint16_t>(TIFFTAG_ORIENTATION);
  RETURN_IF_ERROR(CheckCompression(page.compression));
  if (ColourSamples(page) == 0) {
    return Unsupported(absl::StrCat("of photometric interpretation ",
                                    page.photometric, " and compression ",
                                    page.compression));
  }
  const int format = file.Tag<uint16_t>(TIFFTAG_SAMPLEFORMAT);
  if (!AreBitsSupported(page) || format != SAMPLEFORMAT_UINT) {
    return Unsupported(absl::StrCat(
        "of ", page.samples, " samples of ", page.bits, " bits of format ",
        format, " (1: unsigned) with photometric interpretation ",
        page.photometric));
  }
  // Of other kinds, Pillow takes some wrongly.
  if (file.Tag<uint16_t>(TIFFTAG_FILLORDER) != FILLORDER_MSB2LSB &&
      (page.bits != 1 || page.photometric > PHOTOMETRIC_MINISBLACK)) {
    return Unsupported(
        "whose bytes begin with the lowest bit and that is not black and "
        "white");
  }
  uint16_t count = 0;
  uint16_t* extra = nullptr;
  TIFFGetFieldDefaulted(file.get(), TIFFTAG_EXTRASAMPLES, &count, &extra);
  if (page.samples != ColourSamples(page) + count ||
      !AreExtraSamplesSupported(page, extra, count,
                                file.HasTag(TIFFTAG_EXTRASAMPLES))) {
    return Unsupported(absl::StrCat(
        "of ", page.samples, " samples a pixel, ", count,
        " of which are further ones, with photometric interpretation ",
        page.photometric, page.has_planes ? ", in planes" : ""));
  }
  page.is_premultiplied = count > 0 && extra[0] == EXTRASAMPLE_ASSOCALPHA;
  return page;
}

}  // namespace maskfill
