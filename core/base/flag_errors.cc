#include "core/base/flag_errors.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gflags/gflags.h"

namespace maskfill {

bool IsFlagGiven(const char* flag) {
  return !gflags::GetCommandLineFlagInfoOrDie(flag).is_default;
}

void FlagErrors::Add(const absl::Status& status) {
  if (!status.ok()) errors_.emplace_back(status.message());
}

void FlagErrors::RefuseIfGiven(const char* flag, absl::string_view user) {
  if (!IsFlagGiven(flag)) return;
  Add(absl::StrCat("--", flag, " is not used by ", user));
}

void FlagErrors::RefuseIfGiven(std::initializer_list<const char*> flags,
                               absl::string_view user) {
  for (const char* flag : flags) RefuseIfGiven(flag, user);
}

void FlagErrors::CheckAtLeast(const char* flag, int64_t value, int64_t least) {
  if (value >= least) return;
  Add(absl::StrCat("--", flag, " is ", value, ", expected at least ", least));
}

absl::Status FlagErrors::ToStatus() const {
  if (errors_.empty()) return absl::OkStatus();
  if (errors_.size() == 1) return absl::InvalidArgumentError(errors_[0]);
  return absl::InvalidArgumentError(absl::StrCat(
      errors_.size(), " flags are wrong: ", absl::StrJoin(errors_, "; ")));
}

}  // namespace maskfill
