// What the published data sets hold.
#ifndef MASKFILL_INGEST_LAYOUT_PUBLISHED_SET_H_
#define MASKFILL_INGEST_LAYOUT_PUBLISHED_SET_H_

#include <cstdint>

#include "ingest/image_list.h"

namespace maskfill {

struct PublishedSet {
  const char* name = "";  // "ImageNet-R", for messages; empty: none is known
  int64_t images = 0;
  int64_t folders = 0;
  int64_t images_per_folder = 0;  // 0: they differ
  // Beside these, of classes that are not used.
  int64_t unused_folders = 0;
  int64_t unused_images = 0;
};

// Adds to list->findings.deviations how `list` differs from `set`: classes
// without images, and other numbers.
void CompareWithPublished(const PublishedSet& set, ImageList* list);

// The same for a set of which only the list of classes is known: those that no
// image has.
void NoteEmptyClasses(ImageList* list);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_LAYOUT_PUBLISHED_SET_H_
