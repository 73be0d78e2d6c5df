// <name>.manifest.json: what a stage directory holds and what it is made from.
#ifndef MASKFILL_CORE_RECORD_MANIFEST_H_
#define MASKFILL_CORE_RECORD_MANIFEST_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// The schema_version of manifests. 1 had the software's release in the
// fingerprint in place of the algorithm's version.
inline constexpr uint32_t kManifestSchemaVersion = 2;

// SHA-256 hex over tool, algorithm_version, options, seed, and the inputs'
// roles and fingerprints: equal means that the same work was asked for. Neither
// paths, the order of options nor the release of the software matter.
std::string ComputeFingerprint(const v1::Manifest& manifest);

// SHA-256 hex over fingerprint, name, record_type, dataset and every shard's
// name, records, bytes and crc32c: what the next stage records as its input.
std::string ComputeContentFingerprint(const v1::Manifest& manifest);

// Protobuf JSON with the fields' names as in the .proto file; equal manifests
// give equal bytes.
std::string ManifestToJson(const v1::Manifest& manifest);

// Atomically, to `dir`/<name>.manifest.json.
absl::Status WriteManifest(const std::string& dir,
                           const v1::Manifest& manifest);

// Reads and checks: JSON and fields (DataLoss), schema_version
// (FailedPrecondition), both fingerprints and the checksum of the file
// (DataLoss: edited or damaged).
absl::StatusOr<v1::Manifest> ReadManifest(const std::string& path);
absl::StatusOr<v1::Manifest> ManifestFromJson(const std::string& json);

// As ReadManifest, for a manifest that is not finished: the content
// fingerprint is not looked at. Also for other entries of the ledger
// (core/work/ledger.h), whose shards are any files.
absl::StatusOr<v1::Manifest> ReadUnfinishedManifest(const std::string& path);

// The name in a directory of the plan of a set that is being made: what a
// manifest says but for its shards.
inline constexpr char kPlanFile[] = ".plan.json";

// The manifest's path in a stage directory. NotFound when `dir` is absent,
// holds none or is unfinished (another task may still be running);
// FailedPrecondition when there are several manifests.
absl::StatusOr<std::string> FindManifest(const std::string& dir);

// The input with this role, or nullptr. Valid as long as `manifest`.
const v1::InputReference* FindInput(const v1::Manifest& manifest,
                                    absl::string_view role);

// In words, what differs in what was asked for: "option --threshold is \"0.3\"
// here and \"0.4\" there; input \"images\" ...". Empty when nothing does.
// `here` and `there` say who is who, e.g. "this run" and "the output".
std::string DescribeDifference(const v1::Manifest& a, const v1::Manifest& b,
                               absl::string_view here, absl::string_view there);

// FailedPrecondition unless `derived` was made from exactly the records of
// `images`: its input with this role has the content fingerprint of `images`.
// The paths are only for the message: the directories as the user gave them.
absl::Status CheckSameImages(const v1::Manifest& images,
                             const v1::Manifest& derived,
                             absl::string_view images_path = "",
                             absl::string_view derived_path = "",
                             absl::string_view role = "images");

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_MANIFEST_H_
