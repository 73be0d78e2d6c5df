#include "ingest/admitted_images.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

bool HasSuffixOf(absl::string_view name, ImageFormat format) {
  for (const absl::string_view suffix :
       absl::StrSplit(SuffixesOf(format), ' ')) {
    if (absl::EndsWithIgnoreCase(name, suffix)) return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<ImageFormats> ParseImageFormats(
    const std::vector<std::string>& names) {
  ImageFormats formats;
  for (const std::string& name : names) {
    ASSIGN_OR_RETURN(const ImageFormat format, ParseImageFormat(name));
    formats.insert(format);
  }
  if (formats.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no image format is given, expected some, for example ",
                     ToString(AdmittedImages().formats)));
  }
  return formats;
}

std::string ToString(const ImageFormats& formats) {
  return absl::StrJoin(formats, ",", [](std::string* out, ImageFormat format) {
    absl::StrAppend(out, ToString(format));
  });
}

bool HasImageSuffix(absl::string_view name, const ImageFormats& formats) {
  for (const ImageFormat format : formats) {
    if (HasSuffixOf(name, format)) return true;
  }
  return false;
}

std::string SuffixesOf(const ImageFormats& formats) {
  return absl::StrJoin(formats, " ", [](std::string* out, ImageFormat format) {
    absl::StrAppend(out, SuffixesOf(format));
  });
}

ImageFormats WithFormatOf(absl::string_view name, ImageFormats formats) {
  for (const ImageFormat format : kImageFormats) {
    if (HasSuffixOf(name, format)) formats.insert(format);
  }
  return formats;
}

absl::Status CheckFormat(ImageFormat format, const AdmittedImages& admitted) {
  if (admitted.formats.contains(format)) return absl::OkStatus();
  ImageFormats wider = admitted.formats;
  wider.insert(format);
  return absl::DataLossError(absl::StrCat(
      "found ", Describe(format), "; expected ", ToString(admitted.formats),
      ", or give --formats=", ToString(wider), " to take it, too"));
}

absl::Status CheckFrames(const DecodeReport& report,
                         const AdmittedImages& admitted) {
  if (!report.notes.has_more_frames || admitted.first_frame) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat(
      "found ", Describe(report.format), " of several frames or pages; ",
      "expected one, or give --first_frame to take the first"));
}

}  // namespace maskfill
