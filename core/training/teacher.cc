#include "core/training/teacher.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

absl::Status CheckHead(const ModelConfig& student, const ModelConfig& teacher,
                       const Objective& objective) {
  if (teacher.num_classes != student.num_classes) {
    return absl::FailedPreconditionError(absl::StrCat(
        "mode ", objective.name, " needs a teacher whose head has the ",
        student.num_classes, " rows of the student's, this one has ",
        teacher.num_classes, "; make one with build_zeroshot"));
  }
  const auto& a = student.class_names;
  const auto& b = teacher.class_names;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i] == b[i]) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "mode ", objective.name, " needs a teacher of the student's classes, ",
        "but class ", i, " is \"", a[i], "\" for the student and \"", b[i],
        "\" for the teacher"));
  }
  return absl::OkStatus();
}

// What decides a tower's weights and what they mean.
std::string TowerOf(ModelConfig config) {
  config.text = {};
  config.text_layer_norm_eps = 0;
  config.context_length = 0;
  config.vocab_size = 0;
  config.num_classes = 0;
  config.class_names.clear();
  return ToProto(config).ShortDebugString();
}

}  // namespace

NamedTensors ParametersOf(const Teacher& teacher) {
  return teacher.classifier.has_value()
             ? teacher.classifier->parameters()
             : AddPrefix(teacher.backbone.parameters(), "visual.");
}

absl::StatusOr<Teacher> MovableCopy(const Teacher& teacher, bool with_head) {
  const NamedTensors copy = CloneTensors(MoveTensors(
      ParametersOf(teacher), teacher.backbone.device(), at::kFloat));
  const ModelConfig& config = teacher.backbone.config();
  if (with_head) {
    ASSIGN_OR_RETURN(ImageClassifier classifier,
                     ImageClassifier::Create(config, copy));
    return Teacher(std::move(classifier));
  }
  ASSIGN_OR_RETURN(
      VisionTransformer tower,
      VisionTransformer::Create(config, SelectPrefix(copy, "visual.")));
  return Teacher(std::move(tower));
}

absl::Status CheckTeacher(const ModelConfig& student,
                          const ModelConfig& teacher,
                          const Objective& objective) {
  if (objective.needs_teacher_head) {
    RETURN_IF_ERROR(CheckHead(student, teacher, objective));
  } else if (teacher.embed_dim != student.embed_dim) {
    return absl::FailedPreconditionError(
        absl::StrCat("the teacher's features have ", teacher.embed_dim,
                     " values, the student's ", student.embed_dim,
                     "; feature distillation needs equal ones"));
  }
  if (teacher.image_size != student.image_size) {
    return absl::FailedPreconditionError(
        absl::StrCat("the teacher takes images of ", teacher.image_size,
                     " px, the student of ", student.image_size, " px"));
  }
  return absl::OkStatus();
}

absl::Status CheckSameTower(const ModelConfig& student,
                            const ModelConfig& teacher) {
  const std::string a = TowerOf(student);
  const std::string b = TowerOf(teacher);
  if (a == b) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "a teacher that moves towards the student has its image tower, but the "
      "student's is {",
      a, "} and the teacher's {", b, "}; use --teacher_update=static"));
}

}  // namespace maskfill
