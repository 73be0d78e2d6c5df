// Whatever the bytes of a shard, its pieces follow each other without gaps, and
// what is taken for sound reads as records.
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "core/record/record_framing.h"
#include "core/record/record_salvage.h"
#include "glog/logging.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  int64_t end = 0;
  for (const maskfill::ShardPiece& piece :
       maskfill::FindSoundRecords(bytes, /*max_record_bytes=*/4096)) {
    CHECK_EQ(piece.begin, end);
    CHECK_LT(piece.begin, piece.end);
    end = piece.end;
    if (!piece.sound) continue;
    const absl::string_view payload = maskfill::PayloadOf(bytes, piece);
    const std::string framed = maskfill::RecordHeader(payload) +
                               std::string(payload) +
                               maskfill::RecordFooter(payload);
    CHECK(framed == bytes.substr(piece.begin, piece.end - piece.begin));
  }
  CHECK_EQ(end, static_cast<int64_t>(size));
  return 0;
}
