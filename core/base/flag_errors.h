// All bad flags of a command line in one error.
#ifndef MASKFILL_CORE_BASE_FLAG_ERRORS_H_
#define MASKFILL_CORE_BASE_FLAG_ERRORS_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
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
  void RefuseIfGiven(std::initializer_list<const char*> flags,
                     absl::string_view user);
  // An error when `value`, a text or a list, is empty: "--cams is missing,
  // expected directories".
  template <typename Value>
  void Require(const char* flag, const Value& value,
               absl::string_view expected) {
    if (value.empty()) {
      Add(absl::StrCat("--", flag, " is missing, expected ", expected));
    }
  }
  // An error when it lies elsewhere, NaN too: "--rate is 2, expected 0 to 1".
  // `unit`: what follows, " px".
  template <typename T>
  void CheckRange(const char* flag, T value, std::type_identity_t<T> least,
                  std::type_identity_t<T> greatest,
                  absl::string_view unit = "") {
    if (value >= least && value <= greatest) return;
    Add(absl::StrCat("--", flag, " is ", value, ", expected ", least, " to ",
                     greatest, unit));
  }
  void CheckAtLeast(const char* flag, int64_t value, int64_t least);
  // Stores the value, or adds the error's message, behind "--mode: " where the
  // flag is named.
  template <typename T, typename Value>
  void Take(absl::StatusOr<T> parsed, Value* value, const char* flag = "") {
    if (parsed.ok()) {
      *value = *std::move(parsed);
    } else if (*flag == '\0') {
      Add(parsed.status());
    } else {
      Add(absl::StrCat("--", flag, ": ", parsed.status().message()));
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
