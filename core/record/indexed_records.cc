#include "core/record/indexed_records.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/record/record_framing.h"
#include "core/record/record_index.h"
#include "core/record/shard_name.h"

namespace maskfill {
namespace {

// Sets with more shards open a shard for each read, so as to stay well below
// the usual limit of 1024 open files.
constexpr size_t kMaxOpenShards = 256;

// Fills all buffers from `offset` on; fewer bytes only at the file's end.
// -1 on failure, with errno.
int64_t ReadAt(int fd, int64_t offset, std::array<iovec, 3> buffers) {
  int64_t total = 0;
  size_t first = 0;
  while (first < buffers.size()) {
    const ssize_t n =
        preadv(fd, buffers.data() + first,
               static_cast<int>(buffers.size() - first), offset + total);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    total += n;
    size_t left = static_cast<size_t>(n);
    while (first < buffers.size() && left >= buffers[first].iov_len) {
      left -= buffers[first].iov_len;
      ++first;
    }
    if (first < buffers.size()) {
      buffers[first].iov_base =
          static_cast<char*>(buffers[first].iov_base) + left;
      buffers[first].iov_len -= left;
    }
  }
  return total;
}

}  // namespace

struct IndexedRecords::Shard {
  std::string path;
  std::vector<int64_t> offsets;  // one more than records
  bool keep_open = true;
  std::atomic<int> fd{-1};

  ~Shard() {
    if (fd.load() >= 0) close(fd.load());
  }
};

// The shard's file while it is read: the one that stays open, or one of this
// read's own.
class IndexedRecords::ShardFile {
 public:
  explicit ShardFile(Shard& shard) : fd_(shard.fd.load()) {
    if (fd_ >= 0) return;
    fd_ = own_ = open(shard.path.c_str(), O_RDONLY | O_CLOEXEC);
    int absent = -1;
    // Another thread may have been faster: then ours serves this read only.
    if (own_ >= 0 && shard.keep_open &&
        shard.fd.compare_exchange_strong(absent, own_)) {
      own_ = -1;
    }
  }
  ~ShardFile() {
    if (own_ >= 0) close(own_);
  }
  ShardFile(const ShardFile&) = delete;
  ShardFile& operator=(const ShardFile&) = delete;

  // Fills all buffers from `offset` on; fewer bytes only at the file's end.
  // Unavailable when it cannot be opened or read.
  absl::StatusOr<int64_t> ReadAt(const Shard& shard, int64_t offset,
                                 std::array<iovec, 3> buffers) const {
    if (fd_ < 0) {
      return absl::UnavailableError(absl::StrCat("cannot open \"", shard.path,
                                                 "\": ", std::strerror(errno)));
    }
    const int64_t total = maskfill::ReadAt(fd_, offset, buffers);
    if (total >= 0) return total;
    return absl::UnavailableError(absl::StrCat("cannot read \"", shard.path,
                                               "\": ", std::strerror(errno)));
  }

 private:
  int fd_ = -1;
  int own_ = -1;  // closed in the end
};

IndexedRecords::IndexedRecords() = default;
IndexedRecords::~IndexedRecords() = default;

absl::StatusOr<std::unique_ptr<IndexedRecords>> IndexedRecords::Open(
    const RecordSet& set) {
  std::unique_ptr<IndexedRecords> records(new IndexedRecords());
  records->shard_begin_.push_back(0);
  for (int64_t i = 0; i < set.num_shards(); ++i) {
    auto shard = std::make_unique<Shard>();
    shard->path = set.ShardPath(i);
    shard->keep_open = set.num_shards() <= static_cast<int64_t>(kMaxOpenShards);
    const v1::ShardEntry& entry = set.manifest().shards(static_cast<int>(i));
    ASSIGN_OR_RETURN(shard->offsets,
                     ReadRecordIndex(IndexName(shard->path), entry.records(),
                                     entry.bytes()));
    records->shard_begin_.push_back(records->size() + entry.records());
    records->shards_.push_back(std::move(shard));
  }
  return records;
}

int64_t IndexedRecords::ShardOf(int64_t position) const {
  const auto after =
      std::upper_bound(shard_begin_.begin(), shard_begin_.end(), position);
  return after - shard_begin_.begin() - 1;
}

std::string IndexedRecords::Where(int64_t position) const {
  const int64_t shard = ShardOf(position);
  const int64_t record = position - shard_begin_[shard];
  return absl::StrCat(shards_[shard]->path, ": record ", record, " at byte ",
                      shards_[shard]->offsets[record]);
}

absl::Status IndexedRecords::ReadBytes(int64_t position, int64_t payload_bytes,
                                       char* payload, char* footer) const {
  const int64_t index = ShardOf(position);
  Shard& shard = *shards_[index];
  const ShardFile file(shard);
  const int64_t length = PayloadBytes(position);
  const size_t footer_bytes = footer == nullptr ? 0 : kRecordFooterBytes;
  std::array<char, kRecordHeaderBytes> header;
  ASSIGN_OR_RETURN(
      const int64_t total,
      file.ReadAt(shard, shard.offsets[position - shard_begin_[index]],
                  {iovec{header.data(), header.size()},
                   iovec{payload, static_cast<size_t>(payload_bytes)},
                   iovec{footer, footer_bytes}}));
  if (total !=
      static_cast<int64_t>(header.size() + footer_bytes) + payload_bytes) {
    return absl::DataLossError(absl::StrCat(
        Where(position), ": the file ends after ", total, " of the record's ",
        length + kRecordOverheadBytes, " bytes"));
  }
  absl::StatusOr<int64_t> found = ParseRecordHeader(
      absl::string_view(header.data(), header.size()), kMaxPayloadBytes);
  if (!found.ok()) return Annotate(found.status(), Where(position));
  if (*found != length) {
    return absl::DataLossError(absl::StrCat(Where(position),
                                            ": the record has ", *found,
                                            " bytes, its index says ", length));
  }
  return absl::OkStatus();
}

int64_t IndexedRecords::PayloadBytes(int64_t position) const {
  const int64_t shard = ShardOf(position);
  const int64_t record = position - shard_begin_[shard];
  const std::vector<int64_t>& offsets = shards_[shard]->offsets;
  return offsets[record + 1] - offsets[record] - kRecordOverheadBytes;
}

absl::Status IndexedRecords::CheckPosition(int64_t position) const {
  if (position >= 0 && position < size()) return absl::OkStatus();
  return absl::OutOfRangeError(
      absl::StrCat("record ", position, " of ", size(), " was asked for"));
}

absl::Status IndexedRecords::Read(int64_t position,
                                  std::string* payload) const {
  RETURN_IF_ERROR(CheckPosition(position));
  const int64_t length = PayloadBytes(position);
  payload->resize(static_cast<size_t>(length));
  std::array<char, kRecordFooterBytes> footer;
  RETURN_IF_ERROR(ReadBytes(position, length, payload->data(), footer.data()));
  return Annotate(CheckRecordFooter(*payload, absl::string_view(footer.data(),
                                                                footer.size())),
                  Where(position));
}

absl::Status IndexedRecords::ReadHead(int64_t position, int64_t size,
                                      std::string* head) const {
  RETURN_IF_ERROR(CheckPosition(position));
  const int64_t length = std::min(size, PayloadBytes(position));
  head->resize(static_cast<size_t>(length));
  return ReadBytes(position, length, head->data(), nullptr);
}

absl::Status IndexedRecords::ReadPart(int64_t position, int64_t offset,
                                      absl::Span<char> part) const {
  RETURN_IF_ERROR(CheckPosition(position));
  const int64_t size = static_cast<int64_t>(part.size());
  const int64_t length = PayloadBytes(position);
  if (offset < 0 || offset > length || size > length - offset) {
    return absl::OutOfRangeError(
        absl::StrCat(Where(position), ": ", size, " bytes from byte ", offset,
                     " of its ", length, " bytes were asked for"));
  }
  const int64_t index = ShardOf(position);
  Shard& shard = *shards_[index];
  ASSIGN_OR_RETURN(
      const int64_t total,
      ShardFile(shard).ReadAt(shard,
                              shard.offsets[position - shard_begin_[index]] +
                                  kRecordHeaderBytes + offset,
                              {iovec{part.data(), part.size()}}));
  if (total == size) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(Where(position), ": the file became shorter"));
}

}  // namespace maskfill
