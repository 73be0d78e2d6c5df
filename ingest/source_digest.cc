#include "ingest/source_digest.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/base/files.h"
#include "core/base/ordered_parallel.h"
#include "core/base/preemption.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

constexpr size_t kHex = 64;
constexpr size_t kCheck = 8;
constexpr char kNoFile[] = "no regular file";
constexpr char kUnreadable[] = "unreadable";

// Images of one folder.
struct Folder {
  absl::Span<const ImageFile* const> files;
  std::string key;          // of what stat() says of them
  std::string digest = {};  // of paths, sizes and contents; empty: not known
};

// Lines "<key> <digest> <the first digits of the SHA-256 of both>".
class Memory {
 public:
  Memory(std::string path, bool may_write)
      : path_(std::move(path)), may_write_(may_write) {}

  // Reads what was appended since; a line that is not whole is passed over.
  void Update() {
    std::ifstream file(path_, std::ios::binary);
    file.seekg(read_);
    for (std::string line; std::getline(file, line) && !file.eof();) {
      read_ += static_cast<int64_t>(line.size()) + 1;
      if (line.size() != 2 * kHex + kCheck + 2) continue;
      const std::string key = line.substr(0, kHex);
      const std::string digest = line.substr(kHex + 1, kHex);
      if (line == Line(key, digest)) digests_[key] = digest;
    }
  }

  std::string Find(const std::string& key) const {
    const auto found = digests_.find(key);
    return found == digests_.end() ? "" : found->second;
  }

  // In one write, so that tasks do not cut into each other's lines.
  void Append(const std::string& key, const std::string& digest) const {
    if (path_.empty() || !may_write_) return;
    if (!MakeDirectories(Dirname(path_)).ok()) return;
    const int fd =
        open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0) return;
    const std::string line = Line(key, digest) + "\n";
    // What could not be written is read again next time.
    const ssize_t written = write(fd, line.data(), line.size());
    static_cast<void>(written);
    close(fd);
  }

 private:
  static std::string Line(const std::string& key, const std::string& digest) {
    return absl::StrCat(key, " ", digest, " ",
                        Sha256Hex(key + digest).substr(0, kCheck));
  }

  const std::string path_;
  const bool may_write_;
  int64_t read_ = 0;  // bytes
  absl::flat_hash_map<std::string, std::string> digests_;
};

std::string KeyOf(absl::Span<const ImageFile* const> files) {
  Sha256 sha;
  for (const ImageFile* file : files) {
    const FileStamp& stamp = file->stamp;
    sha.UpdateField(file->path);
    sha.UpdateField(absl::StrCat(stamp.type, " ", stamp.bytes, " ", stamp.inode,
                                 " ", stamp.modified_ns, " ",
                                 stamp.changed_ns));
  }
  return sha.HexDigest();
}

// `sorted` by path.
std::vector<Folder> FoldersOf(const std::vector<const ImageFile*>& sorted) {
  const auto folder_of = [](const ImageFile* file) {
    return absl::string_view(file->path).substr(0, file->path.rfind('/') + 1);
  };
  std::vector<Folder> folders;
  for (size_t begin = 0; begin < sorted.size();) {
    size_t end = begin + 1;
    while (end < sorted.size() &&
           folder_of(sorted[end]) == folder_of(sorted[begin])) {
      ++end;
    }
    const auto files = absl::MakeConstSpan(sorted).subspan(begin, end - begin);
    folders.push_back({.files = files, .key = KeyOf(files)});
    begin = end;
  }
  return folders;
}

// Sets the digest; returns whether all files could be read.
absl::StatusOr<bool> Read(const std::string& source, int num_threads,
                          Progress* progress, Folder* folder) {
  Sha256 sha;
  bool all_read = true;
  size_t next = 0, consumed = 0;
  RETURN_IF_ERROR((OrderedParallel<const ImageFile*, std::string>(
      num_threads,
      [&]() -> absl::StatusOr<std::optional<const ImageFile*>> {
        RETURN_IF_ERROR(CheckNotPreempted());
        if (next == folder->files.size()) return std::nullopt;
        return folder->files[next++];
      },
      [&](const ImageFile* file) -> absl::StatusOr<std::string> {
        if (file->stamp.type != S_IFREG) return kNoFile;
        const absl::StatusOr<std::string> digest =
            Sha256HexOfFile(JoinPath(source, file->path));
        return digest.ok() ? *digest : kUnreadable;
      },
      [&](std::string digest) {
        const ImageFile* file = folder->files[consumed++];
        sha.UpdateField(file->path);
        sha.UpdateField(absl::StrCat(file->stamp.bytes));
        sha.UpdateField(digest);
        all_read = all_read && digest != kUnreadable;
        progress->Add();
        return absl::OkStatus();
      })));
  folder->digest = sha.HexDigest();
  return all_read;
}

bool IsSettled(const Folder& folder, int64_t before_ns) {
  return std::all_of(folder.files.begin(), folder.files.end(),
                     [&](const ImageFile* file) {
                       return file->stamp.changed_ns < before_ns;
                     });
}

}  // namespace

absl::StatusOr<SourceDigest> DigestSource(const ImageList& list,
                                          const SourceDigestOptions& options) {
  std::vector<const ImageFile*> sorted;
  sorted.reserve(list.files.size());
  int64_t bytes = 0;
  for (const ImageFile& file : list.files) {
    sorted.push_back(&file);
    bytes += file.stamp.bytes;
  }
  std::sort(
      sorted.begin(), sorted.end(),
      [](const ImageFile* a, const ImageFile* b) { return a->path < b->path; });
  const bool remembers = bytes >= options.remember_from_bytes;
  Memory memory(remembers ? options.memory : "", options.may_write_memory);
  memory.Update();
  std::vector<Folder> folders = FoldersOf(sorted);
  int64_t to_read = 0;
  for (Folder& folder : folders) {
    folder.digest = memory.Find(folder.key);
    if (folder.digest.empty()) to_read += folder.files.size();
  }
  SourceDigest result;
  if (to_read > 0) {
    // A small source is read before anybody would look.
    Progress progress(remembers ? options.progress : ProgressMode::kNone,
                      "ingest: contents of the source", "images", to_read);
    const size_t begin =
        folders.size() * options.task_index / options.task_count;
    for (size_t i = 0; i < folders.size(); ++i) {
      Folder& folder = folders[(begin + i) % folders.size()];
      if (!folder.digest.empty()) continue;
      memory.Update();
      folder.digest = memory.Find(folder.key);
      if (!folder.digest.empty()) {
        progress.Add(folder.files.size());
        continue;
      }
      const int64_t before_ns =
          absl::ToUnixNanos(absl::Now() - options.settled_after);
      ASSIGN_OR_RETURN(
          const bool all_read,
          Read(list.source, options.num_threads, &progress, &folder));
      result.images_read += folder.files.size();
      if (all_read && IsSettled(folder, before_ns)) {
        memory.Append(folder.key, folder.digest);
      }
    }
  }
  Sha256 sha;
  sha.UpdateField("maskfill.source.3");
  for (const Folder& folder : folders) sha.UpdateField(folder.digest);
  result.fingerprint = sha.HexDigest();
  return result;
}

}  // namespace maskfill
