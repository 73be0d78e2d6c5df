// RETURN_IF_ERROR and ASSIGN_OR_RETURN, and how a status says where it arose.
//
//   absl::StatusOr<Image> ReadImage(const std::string& path) {
//     ASSIGN_OR_RETURN(std::string bytes, ReadFile(path));
//     RETURN_IF_ERROR(CheckSize(bytes)) ;
//     return Annotate(Decode(bytes), path);
//   }
#ifndef MASKFILL_CORE_BASE_STATUS_MACROS_H_
#define MASKFILL_CORE_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// The same status with `context` before its message: "context: message".
// OK stays OK, payloads stay.
inline absl::Status Annotate(const absl::Status& status,
                             absl::string_view context) {
  if (status.ok()) return status;
  absl::Status annotated(status.code(),
                         absl::StrCat(context, ": ", status.message()));
  status.ForEachPayload(
      [&annotated](absl::string_view type, const absl::Cord& payload) {
        annotated.SetPayload(type, payload);
      });
  return annotated;
}

template <typename T>
absl::StatusOr<T> Annotate(absl::StatusOr<T> value, absl::string_view context) {
  if (value.ok()) return value;
  return Annotate(value.status(), context);
}

}  // namespace maskfill

#define RETURN_IF_ERROR(expr)                                             \
  do {                                                                    \
    if (absl::Status maskfill_status_ = (expr); !maskfill_status_.ok()) { \
      return maskfill_status_;                                            \
    }                                                                     \
  } while (false)

#define MASKFILL_CONCAT_INNER_(a, b) a##b
#define MASKFILL_CONCAT_(a, b) MASKFILL_CONCAT_INNER_(a, b)

// `lhs` may declare a variable. Commas in `lhs` need parentheses.
#define ASSIGN_OR_RETURN(lhs, expr)                                          \
  MASKFILL_ASSIGN_OR_RETURN_(MASKFILL_CONCAT_(maskfill_statusor_, __LINE__), \
                             lhs, expr)

#define MASKFILL_ASSIGN_OR_RETURN_(statusor, lhs, expr) \
  auto statusor = (expr);                               \
  if (!statusor.ok()) return statusor.status();         \
  lhs = std::move(statusor).value()

#endif  // MASKFILL_CORE_BASE_STATUS_MACROS_H_
