// Records as text for people.
#ifndef MASKFILL_RECORD_TOOL_RECORD_JSON_H_
#define MASKFILL_RECORD_TOOL_RECORD_JSON_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace maskfill {

// An empty message of this type of proto/records.proto, by its full name, e.g.
// "maskfill.v1.CamRecord"; NotFound for any other.
absl::StatusOr<std::unique_ptr<google::protobuf::Message>> NewRecord(
    absl::string_view record_type);

// One line of JSON with the fields that are set, named as in the .proto file.
// Bytes are abbreviated: "<150528 bytes>". For reading, not for parsing back.
std::string RecordToJson(const google::protobuf::Message& record);

}  // namespace maskfill

#endif  // MASKFILL_RECORD_TOOL_RECORD_JSON_H_
