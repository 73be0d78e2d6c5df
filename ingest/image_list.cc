#include "ingest/image_list.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "core/base/files.h"
#include "core/base/sha256.h"

namespace maskfill {
namespace {

absl::string_view WithoutSuffix(absl::string_view path) {
  const size_t dot = path.rfind('.');
  const size_t slash = path.rfind('/');
  if (dot == absl::string_view::npos) return path;
  if (slash != absl::string_view::npos && dot < slash) return path;
  return path.substr(0, dot);
}

// "a.b" and "a.c" keep their suffix, and so does "a.b.jpg" next to "a.b".
void MarkAmbiguous(ImageFile* begin, ImageFile* end) {
  absl::flat_hash_set<absl::string_view> paths;
  absl::flat_hash_map<absl::string_view, int> stems;
  for (const ImageFile* file = begin; file != end; ++file) {
    paths.insert(file->path);
    ++stems[WithoutSuffix(file->path)];
  }
  for (ImageFile* file = begin; file != end; ++file) {
    const absl::string_view stem = WithoutSuffix(file->path);
    file->keeps_suffix = stems[stem] > 1 || paths.contains(stem);
  }
}

int64_t Nanoseconds(const timespec& time) {
  return int64_t{time.tv_sec} * 1000000000 + time.tv_nsec;
}

}  // namespace

absl::StatusOr<FileStamp> StampOf(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return ErrnoStatus(errno, "read", path);
  return FileStamp{.type = info.st_mode & S_IFMT,
                   .bytes = info.st_size,
                   .inode = info.st_ino,
                   .modified_ns = Nanoseconds(info.st_mtim),
                   .changed_ns = Nanoseconds(info.st_ctim)};
}

absl::StatusOr<FileStamp> ListedStampOf(const std::string& path) {
  absl::StatusOr<FileStamp> stamp = StampOf(path);
  if (stamp.ok() || absl::IsPermissionDenied(stamp.status())) return stamp;
  struct stat info;
  // A link to nothing, or one of a circle.
  if (lstat(path.c_str(), &info) == 0 && S_ISLNK(info.st_mode)) {
    return FileStamp{.type = S_IFLNK};
  }
  if (absl::IsNotFound(stamp.status())) return FileStamp();
  return stamp;
}

std::string ImageId(const ImageFile& file) {
  return file.keeps_suffix ? file.path : std::string(WithoutSuffix(file.path));
}

void FinishImageList(ImageList* list) {
  std::vector<ImageFile>& files = list->files;
  std::sort(files.begin(), files.end(),
            [](const ImageFile& a, const ImageFile& b) {
              return a.label != b.label ? a.label < b.label : a.path < b.path;
            });
  if (list->mixes_labels) {
    MarkAmbiguous(files.data(), files.data() + files.size());
    return;
  }
  // Only files of one class can meet, so the sets stay small.
  for (size_t begin = 0; begin < files.size();) {
    size_t end = begin;
    while (end < files.size() && files[end].label == files[begin].label) ++end;
    MarkAmbiguous(files.data() + begin, files.data() + end);
    begin = end;
  }
}

void AllowClasses(std::vector<int64_t> labels, ImageList* list) {
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  if (labels.size() == list->class_keys.size()) labels.clear();
  list->allowed_classes = std::move(labels);
}

std::string ClassesFingerprint(const ImageList& list) {
  Sha256 sha;
  for (const std::string& key : list.class_keys) sha.UpdateField(key);
  if (!list.allowed_classes.empty() || !list.mapping_sha256.empty()) {
    sha.UpdateField("allowed " + absl::StrJoin(list.allowed_classes, " "));
    sha.UpdateField("mapping " + list.mapping_sha256);
  }
  return sha.HexDigest();
}

}  // namespace maskfill
