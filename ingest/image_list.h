// The image files that ingest is going to read, with their labels.
#ifndef MASKFILL_INGEST_IMAGE_LIST_H_
#define MASKFILL_INGEST_IMAGE_LIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace maskfill {

struct ImageFile {
  std::string path;  // below ImageList.source, with '/'
  int64_t bytes = 0;
  int64_t label = 0;                       // row of ImageList.class_keys
  std::vector<int64_t> other_labels = {};  // further ones that are right
  // Another file differs from this one in its suffix alone.
  bool keeps_suffix = false;
};

// About 130 bytes per image: 170 MB for ImageNet's training set, the only
// thing in ingest that grows with the number of images.
struct ImageList {
  std::string source;                    // directory, as given
  std::vector<ImageFile> files;          // sorted by (label, path)
  std::vector<std::string> class_keys;   // folder name of label i
  std::vector<std::string> class_names;  // for people; empty when unknown
  // Labels among which the argmax is taken, ascending; empty: all.
  std::vector<int64_t> allowed_classes;
  // SHA-256 of the files beside the images that labels follow from, hex; empty
  // where the folders' names are enough.
  std::string mapping_sha256;
  int64_t border_px = 0;  // to be cut off on each side of every image
};

// Sets allowed_classes to `labels`, in any order and repeatedly; to nothing
// when they are all.
void AllowClasses(std::vector<int64_t> labels, ImageList* list);

// ImageRecord.id: the path without its suffix, which is unique in the list.
std::string ImageId(const ImageFile& file);

// Sorts the files by (label, path) and sets keeps_suffix, so that ids are
// unique. Layouts call it last.
void FinishImageList(ImageList* list);

// Sources of at most so many bytes are known by what is in their files.
inline constexpr int64_t kContentFingerprintBytes = int64_t{256} << 20;

// SHA-256 over the sorted paths, sizes and, where that is quick, contents: the
// same for every copy of a data set, wherever it lies and whenever it was
// unpacked. Of a larger source the contents do not count, as a stage that is
// finished must say so without reading it all; photographs that were exchanged
// there hardly ever keep every size.
std::string SourceFingerprint(const ImageList& list);

// SHA-256 over what labels mean: the class keys in label order, the allowed
// classes and the mapping's digest.
std::string ClassesFingerprint(const ImageList& list);

// Whether the file's name says that it is an image: .jpg .jpeg .png .webp in
// any case.
bool HasImageSuffix(absl::string_view name);
inline constexpr char kImageSuffixes[] = ".jpg .jpeg .png .webp";

}  // namespace maskfill

#endif  // MASKFILL_INGEST_IMAGE_LIST_H_
