#include "core/record/record_salvage.h"

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "glog/logging.h"

namespace maskfill {
namespace {

// Of the payloads behind sound headers as many bytes are looked at in vain as
// the shard has, so many times. Damage touches each record once, or twice.
constexpr int64_t kVainPasses = 8;

class ShardScan {
 public:
  ShardScan(absl::string_view bytes, int64_t max_record_bytes)
      : bytes_(bytes),
        size_(static_cast<int64_t>(bytes.size())),
        max_record_bytes_(max_record_bytes),
        patience_(kVainPasses * size_) {}

  // Where the record ends whose header stands at `begin`; 0: there is none, or
  // the bytes end before.
  int64_t EndByHeader(int64_t begin) const {
    if (size_ - begin < kRecordOverheadBytes) return 0;
    const absl::string_view header = Bytes(begin, kRecordHeaderBytes);
    if (!IsRecordHeader(header)) return 0;
    const absl::StatusOr<int64_t> length =
        ParseRecordHeader(header, max_record_bytes_);
    if (!length.ok() || *length > size_ - begin - kRecordOverheadBytes) {
      return 0;
    }
    return begin + *length + kRecordOverheadBytes;
  }

  bool IsSound(int64_t begin, int64_t end) {
    const bool sound =
        CheckRecordFooter(Payload(begin, end),
                          Bytes(end - kRecordFooterBytes, kRecordFooterBytes))
            .ok();
    if (!sound) patience_ -= end - begin;
    return sound;
  }

  // Whether headers have lied more often than damage makes them.
  bool IsOutOfPatience() const { return patience_ < 0; }

  bool IsRecordOrEnd(int64_t begin) {
    if (begin == size_) return true;
    const int64_t end = EndByHeader(begin);
    return end > 0 && IsSound(begin, end);
  }

  absl::string_view Payload(int64_t begin, int64_t end) const {
    return Bytes(begin + kRecordHeaderBytes,
                 end - begin - kRecordOverheadBytes);
  }

 private:
  absl::string_view Bytes(int64_t begin, int64_t size) const {
    return bytes_.substr(static_cast<size_t>(begin), static_cast<size_t>(size));
  }

  const absl::string_view bytes_;
  const int64_t size_;
  const int64_t max_record_bytes_;
  int64_t patience_;
};

}  // namespace

std::vector<ShardPiece> FindSoundRecords(absl::string_view bytes,
                                         int64_t max_record_bytes) {
  ShardScan scan(bytes, max_record_bytes);
  const int64_t size = static_cast<int64_t>(bytes.size());
  std::vector<ShardPiece> pieces;
  int64_t damaged = 0;  // where the bytes begin that are in no piece yet
  int64_t at = 0;
  while (at < size) {
    const int64_t end = scan.EndByHeader(at);
    if (end > 0 && scan.IsSound(at, end)) {
      if (damaged < at) pieces.push_back({damaged, at, false});
      pieces.push_back({at, end, true});
      at = damaged = end;
    } else if (end > 0 && (scan.IsOutOfPatience() || scan.IsRecordOrEnd(end))) {
      at = end;
    } else {
      ++at;
    }
  }
  if (damaged < size) pieces.push_back({damaged, size, false});
  return pieces;
}

absl::string_view PayloadOf(absl::string_view bytes, const ShardPiece& piece) {
  CHECK(piece.sound);
  return ShardScan(bytes, 0).Payload(piece.begin, piece.end);
}

}  // namespace maskfill
