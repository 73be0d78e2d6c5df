#include "eval/lineage.h"

#include <compare>
#include <optional>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/record/checkpoint_files.h"
#include "core/work/directory.h"
#include "eval/past_work.h"

namespace maskfill {
namespace {

struct Reference {
  std::string dir;
  std::string fingerprint;
  auto operator<=>(const Reference&) const = default;
};

absl::StatusOr<bool> IsStillThere(const Reference& checkpoint) {
  const auto files = OpenCheckpointFiles(checkpoint.dir);
  if (absl::IsUnavailable(files.status())) return files.status();
  return files.ok() && files->fingerprint == checkpoint.fingerprint;
}

}  // namespace

absl::StatusOr<std::vector<v1::Manifest>> LineageOf(
    const std::string& dir, absl::string_view fingerprint) {
  std::vector<v1::Manifest> lineage;
  std::vector<Reference> line = {{dir, std::string(fingerprint)}};
  // By place as well: a greedy soup may be one of its own ingredients.
  std::set<Reference> seen = {line[0]};
  for (size_t i = 0; i < line.size(); ++i) {
    ASSIGN_OR_RETURN(std::optional<v1::Manifest> entry,
                     PastEntry(JoinPath(line[i].dir, kProvenanceFile)));
    if (!entry.has_value()) continue;
    ASSIGN_OR_RETURN(const bool is_still_there, IsStillThere(line[i]));
    if (!is_still_there) continue;
    entry->clear_shards();
    for (const v1::InputReference& input : entry->inputs()) {
      const Reference reference = {input.path(), input.fingerprint()};
      if (seen.insert(reference).second) line.push_back(reference);
    }
    lineage.push_back(*std::move(entry));
  }
  return lineage;
}

}  // namespace maskfill
