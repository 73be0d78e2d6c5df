#include "eval/report/page/picture_sets.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/image/record_pixels.h"
#include "core/image/resize.h"
#include "core/record/indexed_records.h"
#include "core/record/manifest.h"
#include "core/record/manifest_text.h"

namespace maskfill {
namespace {

constexpr char kImages[] = "maskfill.v1.ImageRecord";
constexpr char kCams[] = "maskfill.v1.CamRecord";
constexpr char kCounterfactuals[] = "maskfill.v1.CounterfactualRecord";
constexpr int64_t kEncodedSide = 224;  // px, of images that are still files
// Donors are looked for in sets of this size: reading all of ImageNet for eight
// pictures takes longer than the page is worth.
constexpr int64_t kMostSearched = 100000;

int64_t SideOf(const RecordSet& images) {
  const int64_t side = images.manifest().dataset().image_size();
  return side > 0 ? side : kEncodedSide;
}

std::string FingerprintOf(const RecordSet& set, absl::string_view role) {
  const v1::InputReference* input = FindInput(set.manifest(), role);
  return input == nullptr ? "" : input->fingerprint();
}

std::vector<int64_t> ShardBegins(const RecordSet& set) {
  std::vector<int64_t> begins;
  for (int64_t shard = 0; shard < set.num_shards(); ++shard) {
    begins.push_back(set.ShardBegin(shard));
  }
  begins.push_back(set.num_records());
  return begins;
}

// Image i of a shard has its counterfactuals from variants * i on.
int64_t FirstCounterfactual(const RecordSet& images,
                            const RecordSet& counterfactuals,
                            int64_t position) {
  const int64_t images_count = std::max<int64_t>(images.num_records(), 1);
  return position * (counterfactuals.num_records() / images_count);
}

}  // namespace

absl::StatusOr<PictureSets> PictureSets::Open(
    const std::vector<std::string>& dirs) {
  PictureSets sets;
  for (const std::string& dir : dirs) {
    ASSIGN_OR_RETURN(RecordSet set, RecordSet::Open(dir, ""));
    const std::string& type = set.manifest().record_type();
    if (type != kImages && type != kCams && type != kCounterfactuals) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", dir, "\" holds ", type,
                       ", expected images, CAMs or counterfactuals"));
    }
    sets.all_.push_back(std::move(set));
  }
  return sets;
}

const RecordSet* PictureSets::Find(const std::string& fingerprint) const {
  for (const RecordSet& set : all_) {
    if (set.manifest().content_fingerprint() == fingerprint) return &set;
  }
  return nullptr;
}

absl::StatusOr<std::map<std::string, Image>> PictureSets::ReadImages(
    const std::string& fingerprint, const std::vector<std::string>& ids,
    int64_t side) const {
  std::map<std::string, Image> found;
  const RecordSet* images = Find(fingerprint);
  if (images == nullptr) return found;
  std::set<std::string> missing(ids.begin(), ids.end());
  for (int64_t shard = 0; shard < images->num_shards(); ++shard) {
    if (missing.empty()) break;
    ASSIGN_OR_RETURN(const std::unique_ptr<RecordReader> reader,
                     images->OpenShard(shard));
    while (!missing.empty()) {
      v1::ImageRecord record;
      const absl::Status status = reader->Next(&record);
      if (absl::IsOutOfRange(status)) break;
      RETURN_IF_ERROR(status);
      if (missing.erase(record.id()) == 0) continue;
      ASSIGN_OR_RETURN(Image image, PixelsFromRecord(record, SideOf(*images)));
      if (image.height > side) image = ResizeBicubic(image, side, side);
      found[record.id()] = std::move(image);
    }
  }
  return found;
}

absl::StatusOr<Sheet> PictureSets::ReadSheet(const RecordSet& counterfactuals,
                                             const RecordSet& images,
                                             int64_t rows) const {
  Sheet sheet;
  sheet.dir = counterfactuals.dir();
  sheet.name = MaskingOf(counterfactuals.manifest());
  const RecordSet* cams = Find(FingerprintOf(counterfactuals, "cams"));
  ASSIGN_OR_RETURN(const auto image_records, IndexedRecords::Open(images));
  ASSIGN_OR_RETURN(const auto made, IndexedRecords::Open(counterfactuals));
  std::unique_ptr<IndexedRecords> cam_records;
  if (cams != nullptr) {
    ASSIGN_OR_RETURN(cam_records, IndexedRecords::Open(*cams));
  }
  std::vector<std::string> donors;
  for (const int64_t position : PreviewPositions(ShardBegins(images), rows)) {
    v1::ImageRecord image;
    RETURN_IF_ERROR(image_records->Read(position, &image));
    v1::CamRecord cam;
    if (cams != nullptr) RETURN_IF_ERROR(cam_records->Read(position, &cam));
    v1::CounterfactualRecord counterfactual;
    RETURN_IF_ERROR(
        made->Read(FirstCounterfactual(images, counterfactuals, position),
                   &counterfactual));
    if (counterfactual.id() != image.id()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "\"", counterfactuals.dir(), "\" has ", counterfactual.id(),
          " where \"", images.dir(), "\" has ", image.id()));
    }
    SheetRow& row = sheet.rows.emplace_back();
    ASSIGN_OR_RETURN(row.preview,
                     ToPreviewRow(image, cams != nullptr ? &cam : nullptr,
                                  counterfactual, SideOf(images)));
    row.class_name = ClassNameOf(images.manifest().dataset(), image.label());
    if (counterfactual.donor_ids().empty()) continue;
    row.donor_id = counterfactual.donor_ids(0);
    donors.push_back(row.donor_id);
  }
  const std::string pool = FingerprintOf(counterfactuals, "donors");
  const std::string from =
      pool.empty() ? images.manifest().content_fingerprint() : pool;
  const RecordSet* donor_images = Find(from);
  if (donor_images == nullptr || donor_images->num_records() > kMostSearched) {
    return sheet;
  }
  ASSIGN_OR_RETURN(const auto found, ReadImages(from, donors, kEncodedSide));
  for (SheetRow& row : sheet.rows) {
    const auto donor = found.find(row.donor_id);
    if (donor != found.end()) row.donor = donor->second;
  }
  return sheet;
}

absl::StatusOr<std::vector<Sheet>> PictureSets::ReadSheets(int64_t rows_each,
                                                           size_t most) const {
  std::vector<Sheet> sheets;
  std::set<std::string> names;
  for (const RecordSet& set : all_) {
    if (sheets.size() == most) break;
    if (set.manifest().record_type() != kCounterfactuals) continue;
    const RecordSet* images = Find(FingerprintOf(set, "images"));
    if (images == nullptr || !names.insert(MaskingOf(set.manifest())).second)
      continue;
    ASSIGN_OR_RETURN(Sheet sheet, ReadSheet(set, *images, rows_each));
    sheets.push_back(std::move(sheet));
  }
  return sheets;
}

}  // namespace maskfill
