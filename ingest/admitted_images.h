// Which files are taken for images: --formats and --first_frame.
//
// These are two flags since they answer two questions. What an image is in a
// data set, a list of formats says: it reads well in a command and in the
// manifest, it tells by which suffixes files are found in class folders, and
// what is not in it is refused by name. Whether the first frame may stand for
// an animation or for a document of several pages is another matter, also of
// WebP, which is always in the list: without --first_frame such files are
// refused, so that nothing is left out in silence.
//
// A record needs neither: it holds what was admitted, and DecodeImage takes the
// first frame of it.
#ifndef MASKFILL_INGEST_ADMITTED_IMAGES_H_
#define MASKFILL_INGEST_ADMITTED_IMAGES_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/image/decode.h"
#include "core/image/image_format.h"

namespace maskfill {

using ImageFormats = std::set<ImageFormat>;

struct AdmittedImages {
  // Those in which data sets for CLIP come.
  ImageFormats formats = {ImageFormat::kJpeg, ImageFormat::kPng,
                          ImageFormat::kWebp};
  bool first_frame = false;  // of files that have several
};

// Names of formats, at least one; InvalidArgument for others. The inverse is
// "jpeg,png,webp".
absl::StatusOr<ImageFormats> ParseImageFormats(
    const std::vector<std::string>& names);
std::string ToString(const ImageFormats& formats);

// Whether the file's name says that it is of one of them, in any case:
// ".jpg .jpeg .png .webp".
bool HasImageSuffix(absl::string_view name, const ImageFormats& formats);
std::string SuffixesOf(const ImageFormats& formats);

// `formats` and those of which the file's name says that it is.
ImageFormats WithFormatOf(absl::string_view name, ImageFormats formats);

// DataLoss for a file of another format, or, once it is decoded, with several
// frames; the message names the flag that admits it.
absl::Status CheckFormat(ImageFormat format, const AdmittedImages& admitted);
absl::Status CheckFrames(const DecodeReport& report,
                         const AdmittedImages& admitted);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_ADMITTED_IMAGES_H_
