#include "eval/model_source.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/base/files.h"
#include "core/base/number_text.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint_layout.h"
#include "core/model/torch_status.h"
#include "core/model/weight_space.h"
#include "eval/set_evaluation.h"

namespace maskfill {
namespace {

Work NewWork(const std::string& precision) {
  Work work{.tool = "eval", .algorithm_version = kEvalVersion};
  work.AddOption("precision", precision);
  return work;
}

// The ends of a curve, loaded at first use.
class Ends {
 public:
  Ends(CheckpointFile base, CheckpointFile checkpoint)
      : base_file_(std::move(base)), file_(std::move(checkpoint)) {}

  const CheckpointFile& base_file() const { return base_file_; }
  const CheckpointFile& file() const { return file_; }

  absl::StatusOr<Checkpoint> At(double alpha) {
    if (!base_.has_value()) {
      ASSIGN_OR_RETURN(base_, base_file_.Load());
      ASSIGN_OR_RETURN(checkpoint_, file_.Load());
    }
    return CatchTorch([&] {
      Checkpoint point;
      point.config = checkpoint_->config;
      point.tensors = Interpolate(base_->tensors, checkpoint_->tensors, alpha);
      return point;
    });
  }

 private:
  const CheckpointFile base_file_, file_;
  std::optional<Checkpoint> base_, checkpoint_;
};

}  // namespace

std::string CheckpointName(const std::string& dir) {
  const std::string path(absl::StripSuffix(dir, "/"));
  const std::string name = Basename(path);
  if (name != "best" && name != "last") return name;
  return Basename(Dirname(path));
}

absl::StatusOr<ModelSource> OpenModel(const std::string& name,
                                      const std::string& dir,
                                      const std::string& precision) {
  ASSIGN_OR_RETURN(CheckpointFile opened, CheckpointFile::Open(dir));
  const auto file = std::make_shared<CheckpointFile>(std::move(opened));
  ModelSource model{.name = name,
                    .dir = dir,
                    .work = NewWork(precision),
                    .fingerprint = file->fingerprint(),
                    .config = file->config(),
                    .load = [file] { return file->Load(); }};
  model.work.AddInput("checkpoint", dir, file->fingerprint());
  return model;
}

absl::StatusOr<std::vector<ModelSource>> OpenCurve(
    const std::string& base, const std::string& checkpoint,
    const std::vector<double>& alphas, const std::string& precision) {
  ASSIGN_OR_RETURN(CheckpointFile base_file, CheckpointFile::Open(base));
  ASSIGN_OR_RETURN(CheckpointFile file, CheckpointFile::Open(checkpoint));
  RETURN_IF_ERROR(CheckSameLayout(base_file, file));
  const auto ends =
      std::make_shared<Ends>(std::move(base_file), std::move(file));
  std::vector<ModelSource> models;
  for (const double alpha : alphas) {
    const std::string text = NumberText(alpha);
    ModelSource& model = models.emplace_back();
    model = {.name = absl::StrCat("alpha-", text),
             .dir = checkpoint,
             .work = NewWork(precision),
             .fingerprint = ends->file().fingerprint(),
             .config = ends->file().config(),
             .load = [ends, alpha] { return ends->At(alpha); }};
    model.work.AddOption("alpha", text);
    model.work.AddInput("base_checkpoint", base,
                        ends->base_file().fingerprint());
    model.work.AddInput("checkpoint", checkpoint, model.fingerprint);
  }
  return models;
}

}  // namespace maskfill
