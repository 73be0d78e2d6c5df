#include "core/record/record_parsing.h"

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/message.h"
#include "google/protobuf/wire_format_lite.h"

namespace maskfill {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;

// A repeated value takes 1 or 2 bytes of a payload and up to a hundred of
// memory; records have a few for each patch.
constexpr int64_t kMaxValues = int64_t{1} << 20;
// As protobuf's own.
constexpr int kMaxDepth = 100;

// Takes the values of a message and those inside it off `left`, down to less
// than 0. What is no message is protobuf's to find.
void CountValues(absl::string_view payload, const Descriptor* type, int depth,
                 int64_t* left) {
  google::protobuf::io::CodedInputStream input(
      reinterpret_cast<const uint8_t*>(payload.data()),
      static_cast<int>(payload.size()));
  while (*left >= 0) {
    const uint32_t tag = input.ReadTag();
    if (tag == 0) return;
    --*left;
    uint32_t size = 0;
    if (WireFormatLite::GetTagWireType(tag) !=
        WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      if (!WireFormatLite::SkipField(&input, tag)) return;
      continue;
    }
    if (!input.ReadVarint32(&size)) return;
    const auto begin = static_cast<size_t>(input.CurrentPosition());
    if (size > payload.size() - begin) return;
    const FieldDescriptor* field =
        type->FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
    if (field != nullptr && field->is_packable()) {
      *left -= size;
    } else if (field != nullptr && field->message_type() != nullptr &&
               depth < kMaxDepth) {
      CountValues(payload.substr(begin, size), field->message_type(), depth + 1,
                  left);
    }
    if (!input.Skip(static_cast<int>(size))) return;
  }
}

bool HasFewValues(absl::string_view payload,
                  const google::protobuf::MessageLite& message) {
  if (payload.size() <= static_cast<size_t>(kMaxValues)) return true;
  const auto* whole = dynamic_cast<const google::protobuf::Message*>(&message);
  int64_t left = kMaxValues;
  if (whole != nullptr) {
    CountValues(payload, whole->GetDescriptor(), 0, &left);
  }
  return left >= 0;
}

}  // namespace

absl::Status ParseMessage(absl::string_view payload, absl::string_view where,
                          google::protobuf::MessageLite* message) {
  const bool fits =
      payload.size() <= static_cast<size_t>(std::numeric_limits<int>::max());
  if (fits && !HasFewValues(payload, *message)) {
    return absl::DataLossError(absl::StrCat(
        where, ": its ", payload.size(), " bytes hold more than ", kMaxValues,
        " values, which no ", message->GetTypeName(), " has"));
  }
  if (fits && message->ParseFromArray(payload.data(),
                                      static_cast<int>(payload.size()))) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat(where, ": its ", payload.size(),
                                          " bytes are not a ",
                                          message->GetTypeName()));
}

absl::Status CheckSchemaVersion(uint32_t version, absl::string_view where) {
  if (version == kSchemaVersion) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      where, ": schema_version is ", version, ", this program reads ",
      kSchemaVersion,
      "; make the data again, or use the version of the tools that made it"));
}

}  // namespace maskfill
