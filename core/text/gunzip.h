// Inflating gzip bytes in memory.
#ifndef MASKFILL_CORE_TEXT_GUNZIP_H_
#define MASKFILL_CORE_TEXT_GUNZIP_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// The contents of one gzip member. DataLoss when it is damaged, cut or longer
// than `max_bytes`.
absl::StatusOr<std::string> Gunzip(absl::string_view bytes,
                                   size_t max_bytes = size_t{64} << 20);

}  // namespace maskfill

#endif  // MASKFILL_CORE_TEXT_GUNZIP_H_
