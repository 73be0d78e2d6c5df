// Parts of a data set: a hold-out for validation, a few images per class.
#ifndef MASKFILL_INGEST_SELECTION_H_
#define MASKFILL_INGEST_SELECTION_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "ingest/image_list.h"

namespace maskfill {

struct SelectionOptions {
  bool HasHoldout() const { return holdout > 0 || !holdout_index.empty(); }

  // Images of the training set that are its validation split: the method's has
  // 10,240 of ImageNet's. 0: none.
  int64_t holdout = 0;
  uint64_t holdout_seed = 0;
  // In place of `holdout`: a file of their paths below the source, one a line.
  std::string holdout_index = {};
  int64_t k_shot = 0;  // images per class; 0: all
  uint64_t k_shot_seed = 0;
};

// Keeps of the finished `list` what `options` choose for `split`: of a list
// with a hold-out these images for "val" and all others for "train", then
// k_shot per class.
//
// The hold-out is stratified: each class gives its share, rounded so that the
// sum is exact (largest remainder; of equal ones the lower label), and keeps
// one image at least. It gives those with the least counter-based random
// numbers of seed and id, so their order depends on no other class, folder or
// machine. It is not the choice of the reference implementation, whose
// generator is NumPy's.
//
// InvalidArgument when `split` is another one, when there are not enough images
// for the hold-out, and when a class that has any has fewer than k_shot;
// NotFound when the index is missing, DataLoss when it names what is not in the
// list, or twice.
absl::Status SelectImages(const SelectionOptions& options,
                          absl::string_view split, ImageList* list);

}  // namespace maskfill

#endif  // MASKFILL_INGEST_SELECTION_H_
