// All bad flags of a command line in one error.
#ifndef MASKFILL_CORE_BASE_FLAG_ERRORS_H_
#define MASKFILL_CORE_BASE_FLAG_ERRORS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// Whether the flag of that name was given another value than its default.
bool IsFlagGiven(const char* flag);

//   FlagErrors errors;
//   if (rate < 0) errors.Add("--rate is -1, expected 0 to 1");
//   RETURN_IF_ERROR(errors.ToStatus());
class FlagErrors {
 public:
  void Add(std::string error) { errors_.push_back(std::move(error)); }
  // Adds the message of an error; OK adds nothing.
  void Add(const absl::Status& status);
  // An error when the flag of that name was given: "--seed is not used by
  // --method=attribution".
  void RefuseIfGiven(const char* flag, absl::string_view user);
  // Stores the value, or adds the error's message.
  template <typename T>
  void Take(absl::StatusOr<T> parsed, T* value) {
    if (parsed.ok()) {
      *value = *std::move(parsed);
    } else {
      Add(parsed.status());
    }
  }
  bool empty() const { return errors_.empty(); }
  // InvalidArgument with all of them, or OK.
  absl::Status ToStatus() const;

 private:
  std::vector<std::string> errors_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_FLAG_ERRORS_H_
