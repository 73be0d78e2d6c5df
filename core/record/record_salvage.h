// Finding the sound records of a damaged shard.
#ifndef MASKFILL_CORE_RECORD_RECORD_SALVAGE_H_
#define MASKFILL_CORE_RECORD_RECORD_SALVAGE_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/record/record_framing.h"

namespace maskfill {

// A stretch [begin, end) of a shard's bytes: one whole record with right
// checksums, or bytes that are none.
struct ShardPiece {
  int64_t begin = 0;
  int64_t end = 0;
  bool sound = false;

  friend bool operator==(const ShardPiece&, const ShardPiece&) = default;
};

// Takes a shard apart: the pieces follow each other without gaps, damaged ones
// never side by side. TFRecord has no marks to look for, so behind a damaged
// record every byte is tried as the first of a header: that a wrong one is
// taken needs two checksums to agree by chance (2^-64). Where a record's header
// is sound and a record or the end lies where it says, the damage is inside the
// record and none is looked for there.
//
// So any damage costs the records that it touches and no other, also where
// bytes are lost or came in between. Never fails. Takes time in proportion to
// the bytes: where many headers were forged in front of payloads that are not
// theirs, each is taken by its word in the end, and what lies inside is
// skipped.
std::vector<ShardPiece> FindSoundRecords(
    absl::string_view bytes, int64_t max_record_bytes = kDefaultMaxRecordBytes);

// The payload of a sound piece of these bytes.
absl::string_view PayloadOf(absl::string_view bytes, const ShardPiece& piece);

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_RECORD_SALVAGE_H_
