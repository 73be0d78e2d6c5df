// --layout=objectnet: ObjectNet as it is unpacked.
#ifndef MASKFILL_INGEST_LAYOUT_OBJECTNET_LAYOUT_H_
#define MASKFILL_INGEST_LAYOUT_OBJECTNET_LAYOUT_H_

#include "absl/status/status.h"
#include "ingest/classes/class_list.h"
#include "ingest/image_list.h"

namespace maskfill {

// Adds the images of <list->source>/images/<folder>/**, of those folders whose
// objects are among `classes`: 113 of ObjectNet's 313 for ImageNet's; the
// others are counted. The source is the archive's directory "objectnet-1.0";
// its mappings say which label a folder has (objectnet_mapping.h). Where it has
// several, the first is `label` and the rest are `other_labels`. Allowed are
// the labels of the whole mapping, 125 of ImageNet's, however few folders are
// there. The red border of 2 px is to be cut off before anything else.
//
// NotFound when images/ or a mapping is missing; otherwise as
// objectnet_mapping.h and class_folders.h.
absl::Status ListObjectNetLayout(const ClassList& classes, ImageList* list);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_OBJECTNET_LAYOUT_H_
