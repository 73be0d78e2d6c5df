// Names that no layout looks at.
#ifndef MASKFILL_INGEST_LAYOUT_PASSED_OVER_H_
#define MASKFILL_INGEST_LAYOUT_PASSED_OVER_H_

#include <string>
#include <vector>

#include "ingest/image_list.h"

namespace maskfill {

// Whether `path`, below list->source, is passed over, and then notes it in
// list->findings:
//
// - hidden files and folders, whose names begin with a dot;
// - what archivers and file systems leave behind: __MACOSX, lost+found and the
//   like;
// - what one of list->ignore matches, as the shell's * ? [abc] do: the name, or
//   where the pattern has a slash the path.
bool PassOver(const std::string& path, ImageList* list);

// Those of list.ignore for which nothing was passed over.
std::vector<std::string> UnusedPatterns(const ImageList& list);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_PASSED_OVER_H_
