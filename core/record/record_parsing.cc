#include "core/record/record_parsing.h"

#include <limits>
#include <string>

#include "absl/strings/str_cat.h"

namespace maskfill {

absl::Status ParseMessage(absl::string_view payload, absl::string_view where,
                          google::protobuf::MessageLite* message) {
  if (payload.size() <= static_cast<size_t>(std::numeric_limits<int>::max()) &&
      message->ParseFromArray(payload.data(),
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
