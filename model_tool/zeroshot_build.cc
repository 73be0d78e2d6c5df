#include "model_tool/zeroshot_build.h"

#include <utility>
#include <vector>

#include "ATen/Parallel.h"
#include "ATen/ops/zeros.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/model/checkpoint.h"
#include "model_tool/zeroshot/text_lists.h"
#include "model_tool/zeroshot/zeroshot_head.h"
#include "nlohmann/json.hpp"

namespace maskfill {
namespace {

std::string ListFingerprint(const std::vector<std::string>& list) {
  Sha256 sha;
  for (const std::string& entry : list) sha.UpdateField(entry);
  return sha.HexDigest();
}

// The image tower and its temperature, without text tower or earlier head.
Checkpoint ImageTower(const Checkpoint& clip) {
  Checkpoint tower;
  tower.config = clip.config;
  tower.config.text = {};
  tower.config.context_length = 0;
  tower.config.vocab_size = 0;
  for (const auto& [name, tensor] : clip.tensors) {
    if (absl::StartsWith(name, "visual.") || name == "logit_scale") {
      tower.tensors.emplace(name, tensor);
    }
  }
  return tower;
}

// Everything but the summary.
absl::StatusOr<ZeroshotBuildStats> Build(const ZeroshotBuildOptions& options) {
  ZeroshotBuildStats stats;
  ZeroshotHeadOptions head;
  ASSIGN_OR_RETURN(head.class_names, LoadClassNames(options.class_names));
  ASSIGN_OR_RETURN(head.templates, LoadTemplates(options.templates));
  head.compute = options.compute;
  head.progress = options.progress;
  stats.num_classes = static_cast<int64_t>(head.class_names.size());
  stats.num_templates = static_cast<int64_t>(head.templates.size());

  ASSIGN_OR_RETURN(const std::string clip_fingerprint,
                   CheckpointFingerprint(options.checkpoint));
  v1::Provenance plan = StartProvenance("build_zeroshot");
  AddInput("checkpoint", clip_fingerprint, &plan);
  AddInput("class_names", ListFingerprint(head.class_names), &plan);
  AddInput("templates", ListFingerprint(head.templates), &plan);
  AddOption("precision", ToString(options.compute.precision), &plan);
  stats.fingerprint = PlanFingerprint(plan);
  ASSIGN_OR_RETURN(stats.already_done, IsAlreadyWritten(options.output, plan));
  if (stats.already_done || options.output.dry_run) return stats;

  if (options.num_threads > 0) at::set_num_threads(options.num_threads);
  ASSIGN_OR_RETURN(const Checkpoint clip, LoadCheckpoint(options.checkpoint));
  Checkpoint checkpoint = ImageTower(clip);
  ASSIGN_OR_RETURN(at::Tensor weight, ZeroshotHead(clip, head));
  checkpoint.tensors["classifier.weight"] = std::move(weight);
  checkpoint.tensors["classifier.bias"] = at::zeros({stats.num_classes});
  checkpoint.config.num_classes = stats.num_classes;
  checkpoint.config.class_names = std::move(head.class_names);
  checkpoint.provenance = std::move(plan);
  RETURN_IF_ERROR(WriteCheckpoint(options.output, checkpoint).status());
  stats.written = true;
  return stats;
}

}  // namespace

absl::StatusOr<ZeroshotBuildStats> BuildZeroshot(
    const ZeroshotBuildOptions& options) {
  const absl::Time start = absl::Now();
  ASSIGN_OR_RETURN(ZeroshotBuildStats stats, Build(options));
  stats.seconds = absl::ToDoubleSeconds(absl::Now() - start);
  if (!options.summary_json.empty() && !options.output.dry_run) {
    const nlohmann::json summary = {
        {"tool", "build_zeroshot"},
        {"checkpoint", options.checkpoint},
        {"output", options.output.dir},
        {"fingerprint", stats.fingerprint},
        {"already_done", stats.already_done},
        {"written", stats.written},
        {"classes", stats.num_classes},
        {"templates", stats.num_templates},
        {"seconds", stats.seconds},
    };
    RETURN_IF_ERROR(WriteFileAtomically(
        options.summary_json,
        summary.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) +
            "\n"));
  }
  return stats;
}

std::string ToText(const ZeroshotBuildStats& stats,
                   const ZeroshotBuildOptions& options) {
  return absl::StrCat(options.output.dir, ": zero-shot head of ",
                      stats.num_classes, " classes from ", stats.num_templates,
                      " templates, ",
                      stats.already_done ? "already done"
                      : stats.written    ? "written"
                                         : "not written (--dry_run)",
                      ", fingerprint ", stats.fingerprint, "\n");
}

}  // namespace maskfill
