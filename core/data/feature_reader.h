// Features that feature_tool has made, for who takes them in a model's place.
#ifndef MASKFILL_CORE_DATA_FEATURE_READER_H_
#define MASKFILL_CORE_DATA_FEATURE_READER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/record/indexed_records.h"
#include "core/record/record_set.h"
#include "proto/manifest.pb.h"

namespace maskfill {

// One checkpoint's features of every record of one set, float32 whatever is
// stored.
//
//   ASSIGN_OR_RETURN(auto features,
//                    FeatureReader::Open(dir, counterfactuals, fingerprint));
//   ASSIGN_OR_RETURN(std::vector<float> f, features->Read(position, id, 0));
//
// Thread-safe.
class FeatureReader {
 public:
  // The features in `dir` of exactly the records of `source` (images or
  // counterfactuals), made by the checkpoint of this fingerprint; empty: by the
  // only one there. FailedPrecondition that names both when they are of another
  // source or checkpoint or `dir` holds something else; errors of
  // RecordSet::Open, and of Read for the first record.
  static absl::StatusOr<std::unique_ptr<FeatureReader>> Open(
      const std::string& dir, const RecordSet& source,
      absl::string_view checkpoint_fingerprint);

  const RecordSet& set() const { return set_; }
  // Whose features these are: its fingerprint, and where it was.
  const v1::InputReference& checkpoint() const;
  int64_t size() const { return records_->size(); }
  int64_t num_features() const { return num_features_; }  // E

  // [E]: of the record of `source` at `position`, which is `variant` (0 for an
  // image) of `id`. DataLoss when the record is of another one, its length is
  // not that of its dimension and dtype, or a value is not finite.
  absl::StatusOr<std::vector<float>> Read(int64_t position,
                                          absl::string_view id,
                                          int64_t variant) const;

 private:
  explicit FeatureReader(RecordSet set) : set_(std::move(set)) {}

  const RecordSet set_;
  std::unique_ptr<IndexedRecords> records_;
  int vector_ = 0;  // in each record
  int64_t num_features_ = 0;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_DATA_FEATURE_READER_H_
