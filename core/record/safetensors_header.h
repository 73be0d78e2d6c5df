// The JSON header of a safetensors file, read strictly. Torch-free.
//
// Format: https://github.com/huggingface/safetensors#format
//   bytes 0..7   N, little-endian uint64
//   bytes 8..8+N JSON object, padded with spaces
//   the rest     tensor data, little-endian, row by row, without holes
//
// The format has no checksums. What this project writes carries them in the
// header's metadata, where other readers leave them alone:
//   tensor_crc32c  JSON object: 8 hexadecimal digits by tensor name
//   header_crc32c  of the header as FormatSafetensorsHeader writes it, without
//                  this member
#ifndef MASKFILL_CORE_RECORD_SAFETENSORS_HEADER_H_
#define MASKFILL_CORE_RECORD_SAFETENSORS_HEADER_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// One tensor as the header describes it.
struct SafetensorsEntry {
  std::string name;
  std::string dtype;           // "F32", "BF16", ...
  std::vector<int64_t> shape;  // empty: a scalar
  int64_t begin = 0;           // bytes from the start of the data
  int64_t end = 0;             // exclusive
  std::string crc32c = "";     // of its bytes, 8 hex digits; "": not known
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;        // by position in the data
  std::map<std::string, std::string> metadata;  // without the checksums
};

// Whether every tensor has its checksum.
bool HasChecksums(const SafetensorsHeader& header);

// The longest header that is read, as in the reference implementation.
inline constexpr int64_t kMaxSafetensorsHeaderBytes = 100'000'000;

// Checks the first eight bytes of a file of `file_bytes` bytes and returns the
// header's length. DataLoss when the file cannot hold such a header.
absl::StatusOr<int64_t> ParseSafetensorsLength(absl::string_view first_bytes,
                                               int64_t file_bytes);

// `json` is the whole header with its padding, `data_bytes` the length of what
// follows it. DataLoss for anything that the format forbids, and also for what
// some readers let pass: duplicate names, leading white space, unknown members
// of an entry, nesting beyond an entry's lists, numbers above 2^53. Likewise
// when it carries checksums and is not as it was written.
absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(absl::string_view json,
                                                         int64_t data_bytes);

// Bytes of one element; 0 for a dtype that is not supported.
int64_t SafetensorsElementBytes(absl::string_view dtype);

// The first bytes of a file: length and JSON, padded so that the data starts
// at a multiple of eight; with the checksums if every entry has one. Entries
// must be in data order.
std::string FormatSafetensorsHeader(const SafetensorsHeader& header);

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_SAFETENSORS_HEADER_H_
