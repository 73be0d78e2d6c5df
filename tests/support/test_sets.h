// Small image sets and their counterfactuals for tests.
#ifndef MASKFILL_TESTS_SUPPORT_TEST_SETS_H_
#define MASKFILL_TESTS_SUPPORT_TEST_SETS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/record/record_set.h"

namespace maskfill {

struct TestSetOptions {
  int64_t num_images = 10;
  int64_t num_classes = 5;  // image i has label i % num_classes
  int64_t image_size = 16;  // px
  int64_t num_shards = 2;
  uint64_t seed = 0;
  // Rows of a head; none: all are allowed.
  std::vector<int64_t> allowed_classes = {};
  // One per image, right besides its label; none: no image has another one.
  std::vector<int64_t> other_labels = {};
  bool class_keys = true;  // whether the manifest lists the classes
};

// Writes a finished set of preprocessed images "image-<i>": noise around a
// colour that tells the label. The first byte of image i is i.
RecordSet WriteTestImages(const std::string& dir,
                          const TestSetOptions& options = {});

// Writes counterfactuals of WriteTestImages(..., `options`) as mask_tool does,
// with pixels: those of one image one after another. The first byte of variant
// v of image i is 100 * (v + 1) + i.
RecordSet WriteTestCounterfactuals(const std::string& dir,
                                   const RecordSet& images,
                                   const TestSetOptions& options,
                                   int64_t num_variants = 1);

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_TEST_SETS_H_
