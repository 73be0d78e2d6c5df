#include "core/record/safetensors_header.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "core/base/crc32c.h"
#include "core/base/foreign_json.h"
#include "core/base/names.h"
#include "core/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

constexpr int64_t kLengthBytes = 8;
constexpr char kMetadata[] = "__metadata__";
constexpr char kTensorChecksums[] = "tensor_crc32c";
constexpr char kHeaderChecksum[] = "header_crc32c";
// Above it a reader that holds numbers as doubles sees another value.
constexpr uint64_t kLargestExactInteger = uint64_t{1} << 53;

struct Dtype {
  const char* name;
  int64_t bytes;
};
constexpr Dtype kDtypes[] = {
    {"BOOL", 1}, {"U8", 1},   {"I8", 1},  {"U16", 2}, {"I16", 2},
    {"F16", 2},  {"BF16", 2}, {"U32", 4}, {"I32", 4}, {"F32", 4},
    {"U64", 8},  {"I64", 8},  {"F64", 8},
};

// A name as it may appear in a message: short and printable.
std::string Quoted(absl::string_view name) {
  constexpr size_t kShown = 80;
  std::string text = absl::Utf8SafeCEscape(name.substr(0, kShown));
  return absl::StrCat("\"", text, name.size() > kShown ? "...\"" : "\"");
}

// Reads the header event by event: only that way duplicates are seen.
//
// Levels: 0 outside, 1 the header, 2 an entry or the metadata, 3 a list.
class HeaderHandler : public nlohmann::json_sax<nlohmann::json> {
 public:
  const std::string& error() const { return error_; }
  SafetensorsHeader&& TakeHeader() { return std::move(header_); }

  bool null() override { return Unexpected("null"); }
  bool boolean(bool) override { return Unexpected("a boolean"); }
  bool number_integer(number_integer_t value) override {
    return Fail(absl::StrCat("the negative number ", value, " in ", Place()));
  }
  bool number_float(number_float_t, const string_t& text) override {
    return Fail(absl::StrCat("the number ", text.substr(0, 40), " in ", Place(),
                             ", where only whole numbers are allowed"));
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (level_ != 3) return Unexpected("a number");
    if (value > kLargestExactInteger) {
      return Fail(
          absl::StrCat("the number ", value, " above 2^53 in ", Place()));
    }
    list_.push_back(static_cast<int64_t>(value));
    return true;
  }
  bool string(string_t& value) override {
    if (level_ == 2 && in_metadata_) {
      header_.metadata[member_] = value;
      return true;
    }
    if (level_ == 2 && member_ == "dtype") {
      entry_.dtype = value;
      return true;
    }
    return Unexpected("a string");
  }
  bool binary(binary_t&) override { return Unexpected("binary data"); }

  bool start_object(size_t) override {
    if (level_ == 0) {
      level_ = 1;
      return true;
    }
    if (level_ != 1) return Unexpected("an object");
    level_ = 2;
    members_.clear();
    return true;
  }
  bool key(string_t& name) override {
    if (level_ == 1) {
      if (!names_.emplace(name, true).second) {
        return Fail(absl::StrCat("the name ", Quoted(name), " twice"));
      }
      in_metadata_ = name == kMetadata;
      entry_ = {};
      entry_.name = name;
      return true;
    }
    if (!members_.emplace(name, true).second) {
      return Fail(absl::StrCat("the member ", Quoted(name), " twice in ",
                               Quoted(entry_.name)));
    }
    member_ = name;
    if (!in_metadata_ && name != "dtype" && name != "shape" &&
        name != "data_offsets") {
      return Fail(absl::StrCat("the unknown member ", Quoted(name), " in ",
                               Quoted(entry_.name),
                               "; expected dtype, shape and data_offsets"));
    }
    return true;
  }
  bool end_object() override {
    --level_;
    if (level_ != 1 || in_metadata_) return true;
    for (const char* needed : {"dtype", "shape", "data_offsets"}) {
      if (members_.count(needed) == 0) {
        return Fail(absl::StrCat("no ", needed, " in ", Quoted(entry_.name)));
      }
    }
    header_.entries.push_back(std::move(entry_));
    return true;
  }
  bool start_array(size_t) override {
    if (level_ != 2 || in_metadata_ || member_ == "dtype") {
      return Unexpected("a list");
    }
    level_ = 3;
    list_.clear();
    return true;
  }
  bool end_array() override {
    level_ = 2;
    if (member_ == "shape") {
      entry_.shape = std::move(list_);
    } else {
      if (list_.size() != 2) {
        return Fail(absl::StrCat(list_.size(), " data_offsets in ",
                                 Quoted(entry_.name), "; expected 2"));
      }
      entry_.begin = list_[0];
      entry_.end = list_[1];
    }
    list_.clear();
    return true;
  }
  bool parse_error(size_t position, const std::string&,
                   const nlohmann::json::exception&) override {
    return Fail(absl::StrCat("what is no JSON (or no UTF-8) at byte ", position,
                             " of the header"));
  }

 private:
  bool Fail(std::string error) {
    error_ = std::move(error);
    return false;
  }
  bool Unexpected(absl::string_view what) {
    return Fail(
        absl::StrCat(what, " in ", Place(), ", where the format has none"));
  }
  std::string Place() const {
    if (level_ == 0) return "place of the header's object";
    if (level_ == 1) return absl::StrCat("place of ", Quoted(entry_.name));
    return absl::StrCat(Quoted(member_), " of ", Quoted(entry_.name));
  }

  int level_ = 0;
  bool in_metadata_ = false;
  std::map<std::string, bool> names_, members_;
  std::string member_;
  std::vector<int64_t> list_;
  SafetensorsEntry entry_;
  SafetensorsHeader header_;
  std::string error_;
};

absl::Status Bad(absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("not a valid safetensors file: ", what));
}

// Size, place and type of one entry, which must begin at `expected_begin`.
absl::Status CheckEntry(const SafetensorsEntry& entry, int64_t expected_begin,
                        int64_t data_bytes) {
  const std::string name = Quoted(entry.name);
  const int64_t element_bytes = SafetensorsElementBytes(entry.dtype);
  if (element_bytes == 0) {
    return Bad(absl::StrCat(name, " has dtype ", Quoted(entry.dtype),
                            ", which is not read; save it in one of ",
                            absl::StrJoin(NamesOf(kDtypes), " ")));
  }
  if (entry.end < entry.begin) {
    return Bad(absl::StrCat(name, " ends at ", entry.end, ", before its begin ",
                            entry.begin));
  }
  if (entry.begin != expected_begin) {
    return Bad(absl::StrCat(
        name, " begins at ", entry.begin, ", the tensor before it ends at ",
        expected_begin, " (",
        entry.begin > expected_begin ? "a hole" : "an overlap", ")"));
  }
  int64_t bytes = element_bytes;
  bool overflow = false;
  for (const int64_t size : entry.shape) {
    overflow |= __builtin_mul_overflow(bytes, size, &bytes);
  }
  // A zero may follow an overflow: such a shape is refused all the same.
  if (overflow) {
    return Bad(absl::StrCat(name, " has shape [",
                            absl::StrJoin(entry.shape, ", "),
                            "], more than 2^63 bytes"));
  }
  if (entry.end - entry.begin != bytes) {
    return Bad(absl::StrCat(name, " has ", entry.end - entry.begin,
                            " bytes, its dtype ", entry.dtype, " and shape [",
                            absl::StrJoin(entry.shape, ", "), "] need ",
                            bytes));
  }
  if (entry.end > data_bytes) {
    return Bad(absl::StrCat(name, " ends at byte ", entry.end,
                            " of the data, the file holds ", data_bytes,
                            " (cut off?)"));
  }
  return absl::OkStatus();
}

std::string ToJson(const SafetensorsHeader& header) {
  // Ordered: members come in the order in which they are added.
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (!header.metadata.empty()) json[kMetadata] = header.metadata;
  for (const SafetensorsEntry& entry : header.entries) {
    nlohmann::ordered_json& member = json[entry.name];
    member["dtype"] = entry.dtype;
    member["shape"] = entry.shape;
    member["data_offsets"] = {entry.begin, entry.end};
  }
  return json.dump();
}

std::string ChecksumOf(const SafetensorsHeader& header) {
  return absl::StrFormat("%08x", Crc32c(ToJson(header)));
}

// Moves the checksums from the metadata to the entries.
absl::Status TakeChecksums(SafetensorsHeader* header) {
  const auto own = header->metadata.extract(kHeaderChecksum);
  const auto tensors = header->metadata.find(kTensorChecksums);
  if (own.empty() && tensors == header->metadata.end()) return absl::OkStatus();
  if (own.empty() || tensors == header->metadata.end()) {
    return Bad(absl::StrCat("the header has only one of ", kTensorChecksums,
                            " and ", kHeaderChecksum, ": it is damaged"));
  }
  if (const std::string found = ChecksumOf(*header); found != own.mapped()) {
    return Bad(absl::StrCat("the header is damaged: its CRC-32C is ", found,
                            ", expected ", Quoted(own.mapped())));
  }
  const nlohmann::json checksums = ParseForeignJson(tensors->second);
  header->metadata.erase(tensors);
  for (SafetensorsEntry& entry : header->entries) {
    const auto found = checksums.find(entry.name);
    if (found == checksums.end() || !found->is_string() ||
        found->get_ref<const std::string&>().size() != 8) {
      return Bad(absl::StrCat(kTensorChecksums, " has no 8 digits for ",
                              Quoted(entry.name)));
    }
    entry.crc32c = *found;
  }
  return absl::OkStatus();
}

}  // namespace

bool HasChecksums(const SafetensorsHeader& header) {
  return std::none_of(header.entries.begin(), header.entries.end(),
                      [](const auto& entry) { return entry.crc32c.empty(); });
}

int64_t SafetensorsElementBytes(absl::string_view dtype) {
  for (const Dtype& known : kDtypes) {
    if (dtype == known.name) return known.bytes;
  }
  return 0;
}

absl::StatusOr<int64_t> ParseSafetensorsLength(absl::string_view first_bytes,
                                               int64_t file_bytes) {
  if (file_bytes < kLengthBytes ||
      static_cast<int64_t>(first_bytes.size()) < kLengthBytes) {
    return Bad(absl::StrCat("the file has ", file_bytes,
                            " bytes, the header's length alone needs 8"));
  }
  uint64_t length = 0;
  for (int i = kLengthBytes - 1; i >= 0; --i) {
    length = length << 8 | static_cast<uint8_t>(first_bytes[i]);
  }
  if (length > static_cast<uint64_t>(kMaxSafetensorsHeaderBytes)) {
    return Bad(absl::StrCat("the header's length is ", length, ", at most ",
                            kMaxSafetensorsHeaderBytes, " is allowed"));
  }
  if (static_cast<int64_t>(length) > file_bytes - kLengthBytes) {
    return Bad(absl::StrCat("the header needs ", length,
                            " bytes, the file has ", file_bytes - kLengthBytes,
                            " after its length"));
  }
  return static_cast<int64_t>(length);
}

absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(absl::string_view json,
                                                         int64_t data_bytes) {
  if (json.empty() || json[0] != '{') {
    return Bad(json.empty()
                   ? std::string("the header is empty")
                   : absl::StrCat("the header begins with ",
                                  Quoted(json.substr(0, 1)), ", expected {"));
  }
  while (json.back() == ' ') json.remove_suffix(1);
  if (json.back() != '}') {
    return Bad(absl::StrCat("the header ends with ",
                            Quoted(json.substr(json.size() - 1)),
                            ", expected } and spaces"));
  }
  HeaderHandler handler;
  if (!nlohmann::json::sax_parse(json.begin(), json.end(), &handler)) {
    return Bad(absl::StrCat("found ", handler.error()));
  }
  SafetensorsHeader header = handler.TakeHeader();
  // By end too, so that empty tensors come before what begins at their place.
  std::stable_sort(header.entries.begin(), header.entries.end(),
                   [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
                     return std::pair(a.begin, a.end) <
                            std::pair(b.begin, b.end);
                   });
  int64_t expected_begin = 0;
  for (const SafetensorsEntry& entry : header.entries) {
    RETURN_IF_ERROR(CheckEntry(entry, expected_begin, data_bytes));
    expected_begin = entry.end;
  }
  if (expected_begin != data_bytes) {
    return Bad(absl::StrCat(data_bytes - expected_begin,
                            " bytes follow the last tensor"));
  }
  RETURN_IF_ERROR(TakeChecksums(&header));
  return header;
}

std::string FormatSafetensorsHeader(const SafetensorsHeader& header) {
  SafetensorsHeader written = header;
  if (HasChecksums(header)) {
    nlohmann::json checksums = nlohmann::json::object();
    for (const SafetensorsEntry& entry : header.entries) {
      checksums[entry.name] = entry.crc32c;
    }
    written.metadata[kTensorChecksums] = checksums.dump();
    written.metadata[kHeaderChecksum] = ChecksumOf(written);
  }
  std::string text = ToJson(written);
  text.append((kLengthBytes - text.size() % kLengthBytes) % kLengthBytes, ' ');
  std::string bytes;
  for (int i = 0; i < kLengthBytes; ++i) {
    bytes.push_back(static_cast<char>(text.size() >> (8 * i) & 0xff));
  }
  return bytes + text;
}

}  // namespace maskfill
