#include "spurious_shapes/pretrain/step/pretraining_state.h"

#include <map>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/model/named_tensors.h"
#include "core/model/safetensors.h"

namespace maskfill {
namespace {

constexpr char kParameters[] = "parameters/";
constexpr char kFirstMoments[] = "first_moments/";
constexpr char kSecondMoments[] = "second_moments/";
constexpr char kStep[] = "step";
constexpr char kFingerprint[] = "fingerprint";

}  // namespace

absl::Status SavePretrainingState(const std::string& path,
                                  const PretrainerState& state,
                                  const std::string& fingerprint) {
  NamedTensors tensors = AddPrefix(state.parameters, kParameters);
  tensors.merge(AddPrefix(state.first_moments, kFirstMoments));
  tensors.merge(AddPrefix(state.second_moments, kSecondMoments));
  return WriteSafetensors(
      path, tensors,
      {{kStep, absl::StrCat(state.step)}, {kFingerprint, fingerprint}});
}

absl::StatusOr<PretrainerState> LoadPretrainingState(
    const std::string& path, const std::string& fingerprint) {
  ASSIGN_OR_RETURN(SafetensorsFile file, ReadSafetensors(path));
  const std::string& found = file.metadata[kFingerprint];
  if (found != fingerprint) {
    return absl::FailedPreconditionError(absl::StrCat(
        "\"", path, "\" is of a run with fingerprint ", found,
        ", this run has ", fingerprint,
        "; give another --output, the options of that run, or --overwrite"));
  }
  PretrainerState state;
  if (!absl::SimpleAtoi(file.metadata[kStep], &state.step) || state.step < 0) {
    return absl::DataLossError(absl::StrCat("\"", path, "\": step is \"",
                                            file.metadata[kStep],
                                            "\", expected a number"));
  }
  state.parameters = SelectPrefix(file.tensors, kParameters);
  state.first_moments = SelectPrefix(file.tensors, kFirstMoments);
  state.second_moments = SelectPrefix(file.tensors, kSecondMoments);
  return state;
}

}  // namespace maskfill
