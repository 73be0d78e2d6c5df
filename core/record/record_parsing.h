// From a payload to a record's message.
#ifndef MASKFILL_CORE_RECORD_RECORD_PARSING_H_
#define MASKFILL_CORE_RECORD_RECORD_PARSING_H_

#include <concepts>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message_lite.h"

namespace maskfill {

// The schema_version of every record and manifest that this version writes.
inline constexpr uint32_t kSchemaVersion = 1;

// DataLoss when the payload does not parse. `where` names file and record.
absl::Status ParseMessage(absl::string_view payload, absl::string_view where,
                          google::protobuf::MessageLite* message);

// FailedPrecondition unless `version` is kSchemaVersion.
absl::Status CheckSchemaVersion(uint32_t version, absl::string_view where);

template <typename T>
concept RecordMessage = std::derived_from<T, google::protobuf::MessageLite>;

// ParseMessage(), and for messages with a schema_version CheckSchemaVersion().
template <RecordMessage Record>
absl::Status ParseRecord(absl::string_view payload, absl::string_view where,
                         Record* record) {
  absl::Status parsed = ParseMessage(payload, where, record);
  if (!parsed.ok()) return parsed;
  if constexpr (requires { record->schema_version(); }) {
    return CheckSchemaVersion(record->schema_version(), where);
  }
  return absl::OkStatus();
}

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_RECORD_PARSING_H_
