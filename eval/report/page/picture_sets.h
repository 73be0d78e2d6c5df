// Record sets that the page takes its pictures from.
#ifndef MASKFILL_EVAL_REPORT_PAGE_PICTURE_SETS_H_
#define MASKFILL_EVAL_REPORT_PAGE_PICTURE_SETS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/draw/preview_rows.h"
#include "core/image/image.h"
#include "core/record/record_set.h"
#include "proto/records.pb.h"

namespace maskfill {

// An image of a sheet, with the first of the images that its patches came from
// where that was found.
struct SheetRow {
  PreviewRow preview;
  std::string class_name;
  std::string donor_id;  // empty: none
  std::optional<Image> donor;
};

// Some counterfactuals of one set.
struct Sheet {
  std::string dir;
  std::string name;  // "object-0.3-single"
  std::vector<SheetRow> rows;
};

class PictureSets {
 public:
  // Sets of ImageRecords, CamRecords and CounterfactualRecords; which belong
  // together is read from their manifests. InvalidArgument for other records.
  static absl::StatusOr<PictureSets> Open(const std::vector<std::string>& dirs);

  // Of the first `most` sets of counterfactuals whose images are here; of
  // several that differ by seed only the first.
  absl::StatusOr<std::vector<Sheet>> ReadSheets(int64_t rows_each,
                                                size_t most) const;

  // Those of `ids` in the set with this content fingerprint, of at most `side`
  // px; nothing when the set is not here. Reads the set until all are found.
  absl::StatusOr<std::map<std::string, Image>> ReadImages(
      const std::string& fingerprint, const std::vector<std::string>& ids,
      int64_t side) const;

  // Every set, for the identity of what is made of them.
  const std::vector<RecordSet>& all() const { return all_; }

 private:
  const RecordSet* Find(const std::string& fingerprint) const;
  absl::StatusOr<Sheet> ReadSheet(const RecordSet& counterfactuals,
                                  const RecordSet& images, int64_t rows) const;

  std::vector<RecordSet> all_;
};

}  // namespace maskfill

#endif  // MASKFILL_EVAL_REPORT_PAGE_PICTURE_SETS_H_
