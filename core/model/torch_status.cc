#include "core/model/torch_status.h"

#include <exception>
#include <new>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "c10/util/Exception.h"
#include "core/base/build_facts.h"
#include "core/base/uncaught.h"
#include "torch/version.h"

namespace maskfill {
namespace {

const BuildFact kLibTorch("LibTorch", TORCH_VERSION);

}  // namespace

absl::Status TorchExceptionStatus(const std::exception& exception) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&exception);
  const std::string message = torch_error != nullptr
                                  ? torch_error->what_without_backtrace()
                                  : exception.what();
  // The CPU allocator throws a plain c10::Error.
  const bool out_of_memory =
      dynamic_cast<const c10::OutOfMemoryError*>(&exception) != nullptr ||
      dynamic_cast<const std::bad_alloc*>(&exception) != nullptr ||
      absl::StrContains(message, "not enough memory") ||
      absl::StrContains(message, "can't allocate memory");
  if (out_of_memory) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "out of memory: ", message, "; use a smaller --batch_size"));
  }
  if (torch_error == nullptr) {
    const absl::Status status = ExceptionStatus(exception);
    if (!absl::IsInternal(status)) return status;
  }
  return absl::InternalError(absl::StrCat("LibTorch: ", message));
}

}  // namespace maskfill
