// Teachers that follow their student.
#ifndef MASKFILL_CORE_TRAINING_MOVING_TEACHER_H_
#define MASKFILL_CORE_TRAINING_MOVING_TEACHER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/model/named_tensors.h"

namespace maskfill {

// A way to follow: after step t the teacher becomes
// (1 - w) * teacher + w * student, w = weights[t - 1].
struct TeacherUpdate {
  const char* name;         // of --teacher_update
  const char* description;  // for --help
  bool takes_momentum = false;
  // [total_steps], in [0, 1]. Null: the teacher stays as it is.
  std::vector<double> (*weights)(int64_t total_steps,
                                 double momentum) = nullptr;

  bool moves() const { return weights != nullptr; }
};

absl::Span<const TeacherUpdate> TeacherUpdates();
// The one of that name. InvalidArgument lists them all.
absl::StatusOr<const TeacherUpdate*> ParseTeacherUpdate(absl::string_view name);
// "static (the teacher stays), ema (...), ...".
std::string DescribeTeacherUpdates();

// Weights that are moved. For one thread.
class MovingTeacher {
 public:
  // `teacher`: float32, by checkpoint name; changed in place. `update` moves.
  MovingTeacher(NamedTensors teacher, const TeacherUpdate& update,
                double momentum, int64_t total_steps);

  // Step `step`, counted from 1, has been taken. `student` has the teacher's
  // tensors, on its device, and may have others.
  void Follow(const NamedTensors& student, int64_t step);

  const NamedTensors& parameters() const { return teacher_; }
  // Copies `state`, once parameters(), into them. DataLoss unless names and
  // shapes are these.
  absl::Status Restore(const NamedTensors& state);

 private:
  NamedTensors teacher_;
  const std::vector<double> weights_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_TRAINING_MOVING_TEACHER_H_
