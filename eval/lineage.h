// Where a checkpoint comes from, as far back as that can be seen. Knows no
// torch.
#ifndef MASKFILL_EVAL_LINEAGE_H_
#define MASKFILL_EVAL_LINEAGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// The ledger's entry (provenance.json) of the checkpoint in `dir`, then those
// of the checkpoints among its inputs, and so on, each once, without their
// files. Followed is what still lies where it lay and is what it was; others
// are left out, as is a checkpoint that has no entry. Unavailable when the
// system cannot tell.
absl::StatusOr<std::vector<v1::Manifest>> LineageOf(
    const std::string& dir, absl::string_view fingerprint);

}  // namespace maskfill

#endif  // MASKFILL_EVAL_LINEAGE_H_
