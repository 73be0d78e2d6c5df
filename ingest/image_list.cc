#include "ingest/image_list.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
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

// "a.b" and "a.c" keep their suffix, and so does "a.b.jpg" next to "a.b". Only
// files of one class can meet, so the sets stay small.
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

}  // namespace

std::string ImageId(const ImageFile& file) {
  return file.keeps_suffix ? file.path : std::string(WithoutSuffix(file.path));
}

void FinishImageList(ImageList* list) {
  std::vector<ImageFile>& files = list->files;
  std::sort(files.begin(), files.end(),
            [](const ImageFile& a, const ImageFile& b) {
              return a.label != b.label ? a.label < b.label : a.path < b.path;
            });
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

std::string SourceFingerprint(const ImageList& list) {
  int64_t total = 0;
  for (const ImageFile& file : list.files) total += file.bytes;
  const bool with_contents = total <= kContentFingerprintBytes;
  std::vector<const ImageFile*> sorted;
  sorted.reserve(list.files.size());
  for (const ImageFile& file : list.files) sorted.push_back(&file);
  std::sort(
      sorted.begin(), sorted.end(),
      [](const ImageFile* a, const ImageFile* b) { return a->path < b->path; });
  Sha256 sha;
  sha.UpdateField("maskfill.source.2");
  for (const ImageFile* file : sorted) {
    sha.UpdateField(file->path);
    sha.UpdateField(absl::StrCat(file->bytes));
    if (!with_contents) continue;
    // A file that cannot be read is a bad record, of which ingest will tell.
    const absl::StatusOr<std::string> content =
        Sha256HexOfFile(JoinPath(list.source, file->path));
    sha.UpdateField(content.ok() ? *content : "unreadable");
  }
  return sha.HexDigest();
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

bool HasImageSuffix(absl::string_view name) {
  for (const absl::string_view suffix : absl::StrSplit(kImageSuffixes, ' ')) {
    if (absl::EndsWithIgnoreCase(name, suffix)) return true;
  }
  return false;
}

}  // namespace maskfill
