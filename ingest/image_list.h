// The image files that ingest is going to read, with their labels.
#ifndef MASKFILL_INGEST_IMAGE_LIST_H_
#define MASKFILL_INGEST_IMAGE_LIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ingest/admitted_images.h"
#include "ingest/source_findings.h"

namespace maskfill {

// What changes with a file's contents, whoever changes it and how.
struct FileStamp {
  bool operator==(const FileStamp&) const = default;

  // S_IFREG, ... of stat(); S_IFLNK of a link that leads nowhere, 0 where
  // there is nothing.
  uint32_t type = 0;
  int64_t bytes = 0;
  uint64_t inode = 0;
  int64_t modified_ns = 0;  // of its contents, which programs can set
  int64_t changed_ns = 0;   // of the inode, which they can not
};
// Of the file that `path` leads to.
absl::StatusOr<FileStamp> StampOf(const std::string& path);
// The same for a file that is to be listed, whether it is there or not.
absl::StatusOr<FileStamp> ListedStampOf(const std::string& path);

struct ImageFile {
  // Below ImageList.source, with '/'; what is no UTF-8 cannot be read
  // (image_reader.h).
  std::string path;
  FileStamp stamp = {};
  int64_t label = 0;                       // row of ImageList.class_keys
  std::vector<int64_t> other_labels = {};  // further ones that are right
  int32_t group = -1;                      // of ImageList.groups, or -1
  // Another file differs from this one in its suffix alone.
  bool keeps_suffix = false;
};

// About 160 bytes per image: 210 MB for ImageNet's training set, the only
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
  int64_t border_px = 0;            // to be cut off on each side of every image
  std::vector<std::string> groups;  // of worst-group accuracy; may be empty
  // Files of one folder may have different labels.
  bool mixes_labels = false;
  // Folders, and images in them, that the layout has and does not use.
  int64_t unused_folders = 0;
  int64_t unused_images = 0;
  std::vector<std::string> ignore;  // SourceOptions.ignore
  AdmittedImages admitted;          // SourceOptions.admitted
  SourceFindings findings;
};

// Sets allowed_classes to `labels`, in any order and repeatedly; to nothing
// when they are all.
void AllowClasses(std::vector<int64_t> labels, ImageList* list);

// ImageRecord.id: the path without its suffix, which is unique in the list.
std::string ImageId(const ImageFile& file);

// Sorts the files by (label, path) and sets keeps_suffix, so that ids are
// unique. Layouts call it last.
void FinishImageList(ImageList* list);

// SHA-256 over what labels mean: the class keys in label order, the allowed
// classes and the mapping's digest.
std::string ClassesFingerprint(const ImageList& list);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_IMAGE_LIST_H_
