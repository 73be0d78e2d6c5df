#include "ingest/layout/passed_over.h"

#include <fnmatch.h>

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"

namespace maskfill {
namespace {

// Of macOS's and Synology's archivers, of ext4 and of Windows.
constexpr const char* kLeftBehind[] = {
    "__MACOSX",     "@eaDir",    "lost+found",
    "$RECYCLE.BIN", "Thumbs.db", "System Volume Information",
    "desktop.ini"};

bool Matches(const std::string& pattern, const std::string& path) {
  const bool whole = absl::StrContains(pattern, '/');
  return fnmatch(pattern.c_str(), whole ? path.c_str() : Basename(path).c_str(),
                 FNM_PATHNAME) == 0;
}

std::string ReasonOf(const std::string& pattern) {
  return absl::StrCat("matched by --ignore=", pattern);
}

}  // namespace

bool PassOver(const std::string& path, ImageList* list) {
  SourceFindings& findings = list->findings;
  for (const std::string& pattern : list->ignore) {
    if (!Matches(pattern, path)) continue;
    findings.LeaveOut(ReasonOf(pattern), path);
    return true;
  }
  const std::string name = Basename(path);
  if (name[0] == '.') {
    findings.LeaveOut("hidden: the name begins with a dot", path);
    return true;
  }
  if (std::find(std::begin(kLeftBehind), std::end(kLeftBehind), name) !=
      std::end(kLeftBehind)) {
    findings.LeaveOut("left behind by an archiver or a file system", path);
    return true;
  }
  return false;
}

std::vector<std::string> UnusedPatterns(const ImageList& list) {
  std::vector<std::string> unused;
  const auto& left_out = list.findings.left_out;
  for (const std::string& pattern : list.ignore) {
    if (std::none_of(left_out.begin(), left_out.end(),
                     [reason = ReasonOf(pattern)](const auto& entry) {
                       return entry.reason == reason;
                     })) {
      unused.push_back(pattern);
    }
  }
  return unused;
}

}  // namespace maskfill
