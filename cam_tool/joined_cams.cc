#include "cam_tool/joined_cams.h"

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/record/joined_reader.h"

namespace maskfill {
namespace {

absl::Status CheckSameGrid(const RecordReader& a, const v1::CamRecord& cam_a,
                           const RecordReader& b, const v1::CamRecord& cam_b) {
  if (cam_a.grid_height() == cam_b.grid_height() &&
      cam_a.grid_width() == cam_b.grid_width()) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "the CAM of \"", cam_a.id(), "\" has ", cam_a.grid_height(), " x ",
      cam_a.grid_width(), " patches in ", a.path(), " and ",
      cam_b.grid_height(), " x ", cam_b.grid_width(), " in ", b.path(),
      "; compare CAMs of models with one patch and image size"));
}

}  // namespace

absl::StatusOr<JoinedCams> JoinedCams::Open(const std::vector<RecordSet>& sets,
                                            int64_t shard) {
  std::vector<std::unique_ptr<RecordReader>> readers;
  for (const RecordSet& set : sets) {
    RETURN_IF_ERROR(CheckJoinable(sets[0], set, shard));
    ASSIGN_OR_RETURN(std::unique_ptr<RecordReader> reader,
                     set.OpenShard(shard));
    readers.push_back(std::move(reader));
  }
  return JoinedCams(std::move(readers));
}

absl::Status JoinedCams::Next(std::vector<v1::CamRecord>* cams) {
  cams->resize(readers_.size());
  const RecordReader& reader = *readers_[0];
  const v1::CamRecord& cam = (*cams)[0];
  const absl::Status first = readers_[0]->Next(&(*cams)[0]);
  if (!first.ok() && !absl::IsOutOfRange(first)) return first;
  for (size_t i = 1; i < readers_.size(); ++i) {
    v1::CamRecord& other = (*cams)[i];
    const absl::Status status = readers_[i]->Next(&other);
    const absl::Status joined = JoinStatus(reader, first, *readers_[i], status);
    if (absl::IsOutOfRange(joined)) continue;
    RETURN_IF_ERROR(joined);
    if (cam.id() != other.id()) {
      return IdMismatch(reader, cam.id(), *readers_[i], other.id());
    }
    RETURN_IF_ERROR(CheckSameGrid(reader, cam, *readers_[i], other));
  }
  return first;
}

}  // namespace maskfill
