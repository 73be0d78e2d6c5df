#include "model_tool/inspect_model.h"

#include <set>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/files.h"
#include "core/base/number_text.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint.h"
#include "core/work/directory.h"
#include "core/work/ledger.h"
#include "model_tool/weights/weights_source.h"
#include "model_tool/weights_table.h"

namespace maskfill {
namespace {

// Where the entry of the ledger for `path` lies, if there is one.
std::string EntryPath(const std::string& path) {
  return JoinPath(path, kProvenanceFile);
}

// What was made from what, each parent below its child.
void PrintProvenance(const std::string& path, size_t depth,
                     std::set<std::string>* seen, std::ostream& out) {
  const absl::StatusOr<v1::Manifest> entry = ReadEntry(EntryPath(path));
  if (!entry.ok()) {
    if (!absl::IsNotFound(entry.status())) {
      out << std::string(2 * depth, ' ') << entry.status().message() << "\n";
    }
    return;
  }
  const std::string indent(2 * depth, ' ');
  out << indent << "made by " << entry->tool() << " of maskfill "
      << entry->tool_version();
  for (const v1::Option& option : entry->options()) {
    if (!option.value().empty() && option.value() != "0") {
      out << " --" << option.name() << "=" << option.value();
    }
  }
  out << "\n";
  for (const v1::InputReference& input : entry->inputs()) {
    out << indent << "  " << input.role() << " " << input.path() << "  "
        << input.fingerprint() << "\n";
    if (seen->insert(input.path()).second) {
      PrintProvenance(input.path(), depth + 2, seen, out);
    }
  }
}

void PrintWeights(const ClipWeights& weights, std::ostream& out) {
  out << "stored as      " << ToString(weights.format)
      << (weights.key.empty() ? "" : absl::StrCat(" under ", weights.key))
      << ", " << weights.stored_tensors << " tensors";
  if (!weights.naming.empty()) out << ", names of " << weights.naming;
  out << "\n";
  if (!weights.known.empty()) out << "recognised as  " << weights.known << "\n";
  if (!weights.other_keys.empty()) {
    out << "--state_key    takes also "
        << absl::StrJoin(weights.other_keys, ", ") << "\n";
  }
  if (weights.parameters > 0) {
    out << "parameters     " << NumberText(weights.parameters) << "\n";
  }
  if (!weights.settings.empty()) {
    out << "settings, and who said them\n" << SettingsText(weights.settings);
  }
  for (const std::string& remark : weights.remarks) {
    out << "note: " << remark << "\n";
  }
}

}  // namespace

absl::Status InspectModel(const InspectModelOptions& options,
                          std::ostream& out) {
  if (options.formats) {
    out << WeightsTable();
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const WeightsSource source, OpenWeightsSource(options.path));
  int64_t bytes = 0;
  for (const auto& file : source.files) {
    bytes += static_cast<int64_t>(file->bytes().size());
  }
  out << source.path << ": " << source.files.size()
      << (source.files.size() == 1 ? " file, " : " files, ") << bytes
      << " bytes\n";
  const std::shared_future<std::string> digest = source.DigestMeanwhile();
  ClipWeights weights;
  const absl::Status read =
      ReadClipWeights(source, digest, options.weights, &weights);
  if (weights.stored_tensors > 0) PrintWeights(weights, out);
  const std::string dir = Dirname(source.path);
  const auto checkpoint = CheckpointFile::Open(dir);
  if (IsDirectory(options.path) && checkpoint.ok()) {
    out << "fingerprint    " << checkpoint->fingerprint() << "\n";
  } else {
    out << "sha256         " << digest.get() << "\n";
  }
  if (IsDirectory(options.path)) {
    std::set<std::string> seen = {options.path};
    PrintProvenance(dir, 0, &seen, out);
  }
  return read;
}

}  // namespace maskfill
