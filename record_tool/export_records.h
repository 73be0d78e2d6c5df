// records export: a set in other tools' formats.
#ifndef MASKFILL_RECORD_TOOL_EXPORT_RECORDS_H_
#define MASKFILL_RECORD_TOOL_EXPORT_RECORDS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/work/run_options.h"
#include "core/work/work_result.h"

namespace maskfill {

enum class SampleFormat {
  kTfExample,   // TFRecord shards of tf.train.Example
  kWebDataset,  // tar archives
};
absl::StatusOr<SampleFormat> ParseSampleFormat(absl::string_view text);
std::string ToString(SampleFormat format);

inline constexpr uint32_t kExportVersion = 1;

struct ExportRecordsOptions {
  RunOptions run;  // --input: a stage directory
  SampleFormat to = SampleFormat::kTfExample;
};

// Writes every record as a sample (sample.h): one shard or tar archive for each
// shard, with the same records in the same order.
//
//   tf_example  a stage directory of tensorflow.Example records, with indexes
//               and a manifest
//   webdataset  a directory of <name>-000000.tar, ... and provenance.json
//
// The bytes do not depend on the number of threads. InvalidArgument for records
// that are none of sample.h's; else as of MakeShards and MakeDirectory.
absl::StatusOr<WorkResult> ExportRecords(const ExportRecordsOptions& options);

}  // namespace maskfill

#endif  // MASKFILL_RECORD_TOOL_EXPORT_RECORDS_H_
