// What a source holds besides images that can be listed.
#ifndef MASKFILL_INGEST_SOURCE_FINDINGS_H_
#define MASKFILL_INGEST_SOURCE_FINDINGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// Nothing vanishes from a listing without being here.
struct SourceFindings {
  // What was passed over for one reason.
  struct LeftOut {
    std::string reason;  // "hidden: the name begins with a dot"
    int64_t count = 0;
    std::vector<std::string> first = {};  // some of the paths, below the source
  };

  void LeaveOut(absl::string_view reason, absl::string_view path);

  std::vector<LeftOut> left_out;
  // Why the list cannot be relied on: classes may be missing, or too many.
  std::vector<absl::Status> errors;
  // What a set of this layout has not, for example other counts than the
  // published one. Subsets and miniatures are like that, and damaged copies.
  std::vector<std::string> deviations;
};

// The first error; it says how many more there are. OK when there is none.
absl::Status CheckFindings(const SourceFindings& findings);

// "12 (.DS_Store, a/.DS_Store and 10 more), hidden: ..."
std::string ToText(const SourceFindings::LeftOut& left_out);
// All of them, separated by "; ".
std::string ToText(const std::vector<SourceFindings::LeftOut>& left_out);

// "a, b, c and 7 more": for messages.
std::string ShortList(const std::vector<std::string>& names);

// `path` as it can stand in a manifest: escaped where it is no UTF-8.
std::string PrintablePath(absl::string_view path);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_SOURCE_FINDINGS_H_
