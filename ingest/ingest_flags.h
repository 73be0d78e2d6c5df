// Flags of ingest.
#ifndef MASKFILL_INGEST_INGEST_FLAGS_H_
#define MASKFILL_INGEST_INGEST_FLAGS_H_

#include "absl/status/statusor.h"
#include "ingest/ingest.h"

namespace maskfill {

// InvalidArgument lists everything that is wrong.
absl::StatusOr<IngestOptions> IngestOptionsFromFlags();

// --verify_only.
bool VerifyOnlyFromFlags();

}  // namespace maskfill

#endif  // MASKFILL_INGEST_INGEST_FLAGS_H_
