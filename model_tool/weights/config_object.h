// A JSON object out of somebody's configuration, read strictly.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_CONFIG_OBJECT_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_CONFIG_OBJECT_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "model_tool/weights/model_claims.h"
#include "nlohmann/json.hpp"

namespace maskfill {

// A member of a configuration and the setting that it decides.
struct ConfigMember {
  absl::string_view key;
  // Name in ModelClaims; empty: read, but decides nothing here.
  absl::string_view setting = "";
  enum Type { kInteger, kNumber, kText, kTriple, kAny } type = kAny;
};

class ConfigObject {
 public:
  // `name` for messages: "config.json" or "config.json: vision_config".
  ConfigObject(const nlohmann::json& object, std::string name)
      : object_(object), name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  // Whether the member is there and not null.
  bool Has(absl::string_view key) const;
  // The member, or null.
  const nlohmann::json& Get(absl::string_view key) const;
  // The object `key`; an empty one when it is absent. DataLoss when it is
  // something else.
  absl::StatusOr<ConfigObject> Object(absl::string_view key) const;

  // Adds the claims of `members`; DataLoss when one has the wrong type.
  absl::Status AddClaims(absl::Span<const ConfigMember> members,
                         ModelClaims* claims) const;
  // DataLoss that names the first member that is in neither list and switches
  // something on: is not null, false, 0, empty or "none".
  absl::Status RefuseOthers(absl::Span<const ConfigMember> known) const;
  // DataLoss where `key` is there and has none of the values in `allowed`.
  absl::Status CheckOneOf(absl::string_view key,
                          const std::vector<nlohmann::json>& allowed,
                          absl::string_view expected) const;
  // DataLoss that says what was found at `key` and what would be supported.
  absl::Status Unsupported(absl::string_view key,
                           absl::string_view expected) const;

 private:
  const nlohmann::json& object_;
  std::string name_;
};

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_CONFIG_OBJECT_H_
