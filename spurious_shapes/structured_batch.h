// What contrastive pre-training sees in one step.
#ifndef MASKFILL_SPURIOUS_SHAPES_STRUCTURED_BATCH_H_
#define MASKFILL_SPURIOUS_SHAPES_STRUCTURED_BATCH_H_

#include <cstdint>
#include <vector>

#include "spurious_shapes/scene.h"

namespace maskfill {

// The scenes of pre-training step `step`: a pure function of its arguments.
//
// The batch draws two styles (photo twice as likely as each other one), two
// colours and two backgrounds; each picture has one of each, at random, and
// shape i % 10. So what tells captions of a batch apart is mostly the shape:
// with fully random factors, colour and background alone would solve the task
// and shape would never be learnt. Nuisances: Profile::kPretrain.
std::vector<Scene> SampleStructuredBatch(uint64_t seed, int64_t step,
                                         int64_t batch_size);

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_STRUCTURED_BATCH_H_
