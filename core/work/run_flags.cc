#include "core/work/run_flags.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace maskfill {

std::vector<std::string> ParseList(absl::string_view text) {
  std::vector<std::string> parts;
  for (const absl::string_view part :
       absl::StrSplit(text, ',', absl::SkipWhitespace())) {
    parts.emplace_back(absl::StripAsciiWhitespace(part));
  }
  return parts;
}

}  // namespace maskfill
