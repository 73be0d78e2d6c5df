#include "core/image/decode.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/image/decode_jpeg.h"
#include "core/image/decode_png.h"
#include "core/image/decode_webp.h"

namespace maskfill {
namespace {

constexpr absl::string_view kJpegStart("\xFF\xD8\xFF", 3);
constexpr absl::string_view kPngStart("\x89PNG\r\n\x1A\n", 8);

struct Signature {
  absl::string_view start;
  const char* name;
};

// What people have under the name of an image, to tell them what it is.
constexpr Signature kOthers[] = {
    {"GIF8", "a GIF image"},
    {"BM", "a BMP image"},
    {{"II*\0", 4}, "a TIFF image"},
    {{"MM\0*", 4}, "a TIFF image"},
    {{"\0\0\0\x0CjP  ", 8}, "a JPEG 2000 image"},
    {"8BPS", "a Photoshop file"},
    {"%PDF", "a PDF document"},
    {"<?xml", "an XML or SVG document"},
    {"<svg", "an SVG image"},
    {"<!DOCTYPE", "an HTML page"},
    {"<html", "an HTML page"},
    {{"\x1F\x8B", 2}, "a gzip archive"},
    {{"PK\x03\x04", 4}, "a ZIP archive"},
};

std::string Describe(absl::string_view bytes) {
  if (bytes.empty()) return "the file is empty";
  if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp") {
    return absl::StrCat("found a file of the HEIF/AVIF/MP4 family ('",
                        bytes.substr(8, 4), "')");
  }
  for (const Signature& other : kOthers) {
    if (absl::StartsWith(bytes, other.start)) {
      return absl::StrCat("found ", other.name);
    }
  }
  std::string hex;
  for (const char c : bytes.substr(0, 8)) {
    absl::StrAppend(&hex, hex.empty() ? "" : " ",
                    absl::Hex(static_cast<uint8_t>(c), absl::kZeroPad2));
  }
  return absl::StrCat("found an unknown format (first bytes ", hex, ")");
}

bool IsWebp(absl::string_view bytes) {
  return bytes.size() >= 12 && absl::StartsWith(bytes, "RIFF") &&
         bytes.substr(8, 4) == "WEBP";
}

}  // namespace

const char* ToString(ImageFormat format) {
  switch (format) {
    case ImageFormat::kJpeg:
      return "jpeg";
    case ImageFormat::kPng:
      return "png";
    case ImageFormat::kWebp:
      return "webp";
  }
  return "unknown";
}

absl::StatusOr<ImageFormat> SniffImageFormat(absl::string_view bytes) {
  if (absl::StartsWith(bytes, kJpegStart)) return ImageFormat::kJpeg;
  if (absl::StartsWith(bytes, kPngStart)) return ImageFormat::kPng;
  if (IsWebp(bytes)) return ImageFormat::kWebp;
  return absl::DataLossError(
      absl::StrCat(Describe(bytes), "; expected a JPEG, PNG or WebP image"));
}

absl::StatusOr<Image> DecodeImage(absl::string_view bytes,
                                  const DecodeOptions& options,
                                  DecodeReport* report) {
  DecodeReport unused;
  if (report == nullptr) report = &unused;
  *report = DecodeReport();
  ASSIGN_OR_RETURN(report->format, SniffImageFormat(bytes));
  switch (report->format) {
    case ImageFormat::kJpeg:
      return DecodeJpeg(bytes, options, &report->warnings);
    case ImageFormat::kPng:
      return DecodePng(bytes, options, &report->warnings);
    case ImageFormat::kWebp:
      return DecodeWebp(bytes, options, &report->warnings);
  }
  return absl::InternalError("an image format without a decoder");
}

}  // namespace maskfill
