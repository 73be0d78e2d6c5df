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

}  // namespace

bool PassOver(const std::string& path, ImageList* list) {
  SourceFindings& findings = list->findings;
  for (const std::string& pattern : list->ignore) {
    if (!Matches(pattern, path)) continue;
    findings.LeaveOut(absl::StrCat("matched by --ignore=", pattern), path);
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

}  // namespace maskfill
