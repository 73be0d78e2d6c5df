// Reading shard i of several CAM sets in lockstep.
#ifndef MASKFILL_CAM_TOOL_JOINED_CAMS_H_
#define MASKFILL_CAM_TOOL_JOINED_CAMS_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/record/record_reader.h"
#include "core/record/record_set.h"
#include "proto/records.pb.h"

namespace maskfill {

// Joins any number of sets (core/record/joined_reader.h).
class JoinedCams {
 public:
  // FailedPrecondition as of CheckJoinable.
  static absl::StatusOr<JoinedCams> Open(const std::vector<RecordSet>& sets,
                                         int64_t shard);

  // The CAM of the next image in each set. OutOfRange at the end of all;
  // FailedPrecondition when ids or grids differ.
  absl::Status Next(std::vector<v1::CamRecord>* cams);

 private:
  explicit JoinedCams(std::vector<std::unique_ptr<RecordReader>> readers)
      : readers_(std::move(readers)) {}

  std::vector<std::unique_ptr<RecordReader>> readers_;
};

}  // namespace maskfill

#endif  // MASKFILL_CAM_TOOL_JOINED_CAMS_H_
