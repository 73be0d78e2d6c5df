#include "core/image/image_format.h"

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/names.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

struct FormatRow {
  ImageFormat format;
  const char* name;
  const char* description;
  const char* suffixes;
};

constexpr FormatRow kRows[] = {
    {ImageFormat::kJpeg, "jpeg", "a JPEG image", ".jpg .jpeg"},
    {ImageFormat::kPng, "png", "a PNG image", ".png"},
    {ImageFormat::kWebp, "webp", "a WebP image", ".webp"},
    {ImageFormat::kGif, "gif", "a GIF image", ".gif"},
    {ImageFormat::kBmp, "bmp", "a BMP image", ".bmp"},
    {ImageFormat::kTiff, "tiff", "a TIFF image", ".tif .tiff"},
};

const FormatRow& RowOf(ImageFormat format) {
  for (const FormatRow& row : kRows) {
    if (row.format == format) return row;
  }
  LOG(FATAL) << "unknown image format " << static_cast<int>(format);
}

struct Signature {
  absl::string_view start;
  ImageFormat format;
};

constexpr Signature kStarts[] = {
    {{"\xFF\xD8\xFF", 3}, ImageFormat::kJpeg},
    {{"\x89PNG\r\n\x1A\n", 8}, ImageFormat::kPng},
    {"GIF87a", ImageFormat::kGif},
    {"GIF89a", ImageFormat::kGif},
    {"BM", ImageFormat::kBmp},
    {{"II*\0", 4}, ImageFormat::kTiff},
    {{"MM\0*", 4}, ImageFormat::kTiff},
    // With offsets of 64 bits; of the other byte order Pillow 9.4 knows none.
    {{"II+\0", 4}, ImageFormat::kTiff},
};

struct OtherSignature {
  absl::string_view start;
  const char* name;
};

// What people have under the name of an image, to tell them what it is.
constexpr OtherSignature kOthers[] = {
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

std::string DescribeOther(absl::string_view bytes) {
  if (bytes.empty()) return "the file is empty";
  if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp") {
    return absl::StrCat("found a file of the HEIF/AVIF/MP4 family ('",
                        bytes.substr(8, 4), "')");
  }
  for (const OtherSignature& other : kOthers) {
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

const char* ToString(ImageFormat format) { return RowOf(format).name; }

const char* Describe(ImageFormat format) { return RowOf(format).description; }

const char* SuffixesOf(ImageFormat format) { return RowOf(format).suffixes; }

absl::StatusOr<ImageFormat> ParseImageFormat(absl::string_view text) {
  if (const FormatRow* row = FindRow(kRows, text)) return row->format;
  return absl::InvalidArgumentError(
      absl::StrCat("there is no image format \"", text, "\", expected ",
                   absl::StrJoin(NamesOf(kRows), ", ")));
}

absl::StatusOr<ImageFormat> SniffImageFormat(absl::string_view bytes) {
  for (const Signature& signature : kStarts) {
    if (absl::StartsWith(bytes, signature.start)) return signature.format;
  }
  if (IsWebp(bytes)) return ImageFormat::kWebp;
  return absl::DataLossError(
      absl::StrCat(DescribeOther(bytes),
                   "; expected a JPEG, PNG, WebP, GIF, BMP or TIFF", " image"));
}

}  // namespace maskfill
