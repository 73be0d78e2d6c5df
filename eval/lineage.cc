#include "eval/lineage.h"

#include <set>
#include <utility>

#include "absl/status/statusor.h"
#include "core/base/files.h"
#include "core/record/checkpoint_files.h"
#include "core/record/manifest.h"
#include "core/work/directory.h"

namespace maskfill {
namespace {

struct Reference {
  std::string dir;
  std::string fingerprint;
};

bool IsStillThere(const Reference& checkpoint) {
  const auto files = OpenCheckpointFiles(checkpoint.dir);
  return files.ok() && files->fingerprint == checkpoint.fingerprint;
}

}  // namespace

std::vector<v1::Manifest> LineageOf(const std::string& dir,
                                    absl::string_view fingerprint) {
  std::vector<v1::Manifest> lineage;
  std::vector<Reference> line = {{dir, std::string(fingerprint)}};
  std::set<std::string> seen = {line[0].fingerprint};
  for (size_t i = 0; i < line.size(); ++i) {
    const std::string path = JoinPath(line[i].dir, kProvenanceFile);
    if (!PathExists(path) || !IsStillThere(line[i])) continue;
    absl::StatusOr<v1::Manifest> entry = ReadUnfinishedManifest(path);
    if (!entry.ok()) continue;
    entry->clear_shards();
    for (const v1::InputReference& input : entry->inputs()) {
      if (seen.insert(input.fingerprint()).second) {
        line.push_back({input.path(), input.fingerprint()});
      }
    }
    lineage.push_back(*std::move(entry));
  }
  return lineage;
}

}  // namespace maskfill
