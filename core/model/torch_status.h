// The only place where LibTorch's exceptions become a Status.
#ifndef MASKFILL_CORE_MODEL_TORCH_STATUS_H_
#define MASKFILL_CORE_MODEL_TORCH_STATUS_H_

#include <exception>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/status_macros.h"

namespace maskfill {

// The status for an exception out of LibTorch: ResourceExhausted when memory
// ran out (with what to do about it), else Internal; without the backtrace.
absl::Status TorchExceptionStatus(const std::exception& exception);

namespace torch_status_internal {
template <typename T>
struct ResultOf {
  using type = absl::StatusOr<T>;
};
template <>
struct ResultOf<void> {
  using type = absl::Status;
};
template <>
struct ResultOf<absl::Status> {
  using type = absl::Status;
};
template <typename T>
struct ResultOf<absl::StatusOr<T>> {
  using type = absl::StatusOr<T>;
};
}  // namespace torch_status_internal

// Runs `function` and turns an exception into a Status:
//
//   ASSIGN_OR_RETURN(at::Tensor features, CatchTorch([&] {
//                      return model.Encode(pixels);
//                    }));
//
// Returns StatusOr<T> for a function that returns T, Status for void; a
// function's own Status or StatusOr is passed on as it is.
template <typename Function>
auto CatchTorch(Function&& function) ->
    typename torch_status_internal::ResultOf<
        std::invoke_result_t<Function>>::type {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Function>>) {
      std::forward<Function>(function)();
      return absl::OkStatus();
    } else {
      return std::forward<Function>(function)();
    }
  } catch (const std::exception& exception) {
    return TorchExceptionStatus(exception);
  }
}

}  // namespace maskfill

#endif  // MASKFILL_CORE_MODEL_TORCH_STATUS_H_
