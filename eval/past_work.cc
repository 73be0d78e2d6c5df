#include "eval/past_work.h"

#include <utility>

#include "absl/status/status.h"
#include "core/record/manifest.h"

namespace maskfill {
namespace {

using Found = std::optional<v1::Manifest>;

absl::StatusOr<Found> IfReadable(absl::StatusOr<v1::Manifest> manifest) {
  if (manifest.ok()) return Found(*std::move(manifest));
  if (absl::IsUnavailable(manifest.status())) return manifest.status();
  return Found();
}

}  // namespace

absl::StatusOr<Found> PastSet(const std::string& dir) {
  const absl::StatusOr<std::string> path = FindManifest(dir);
  return IfReadable(path.ok() ? ReadManifest(*path) : path.status());
}

absl::StatusOr<Found> PastEntry(const std::string& path) {
  return IfReadable(ReadUnfinishedManifest(path));
}

}  // namespace maskfill
