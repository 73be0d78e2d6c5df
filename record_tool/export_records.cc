#include "record_tool/export_records.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "core/base/files.h"
#include "core/base/names.h"
#include "core/base/ordered_parallel.h"
#include "core/base/preemption.h"
#include "core/base/progress.h"
#include "core/base/status_macros.h"
#include "core/record/record_set.h"
#include "core/work/directory.h"
#include "core/work/shards.h"
#include "core/work/work.h"
#include "glog/logging.h"
#include "record_tool/record_target.h"
#include "record_tool/sample.h"
#include "record_tool/sample_formats.h"
#include "record_tool/tar_writer.h"

namespace maskfill {
namespace {

struct Payload {
  std::string bytes;
  std::string where;
};

// The samples of one shard in order.
absl::Status ForEachSample(
    const RecordSet& set, int64_t shard, int num_threads,
    const ToSampleFunction& to_sample,
    const std::function<absl::Status(Sample sample)>& consume) {
  ASSIGN_OR_RETURN(const std::unique_ptr<RecordReader> reader,
                   set.OpenShard(shard));
  return OrderedParallel<Payload, Sample>(
      num_threads,
      [&reader]() -> absl::StatusOr<std::optional<Payload>> {
        RETURN_IF_ERROR(CheckNotPreempted());
        Payload payload;
        const absl::Status status = reader->Next(&payload.bytes);
        if (absl::IsOutOfRange(status)) return std::optional<Payload>();
        RETURN_IF_ERROR(status);
        payload.where = Where(*reader);
        return std::optional<Payload>(std::move(payload));
      },
      [&to_sample](Payload payload) {
        return to_sample(payload.bytes, payload.where);
      },
      consume);
}

Work WorkFor(const RecordSet& set, SampleFormat to) {
  Work work{.tool = "records", .algorithm_version = kExportVersion};
  work.AddOption("command", "export");
  work.AddOption("to", ToString(to));
  work.AddInput(set.AsInput("records"));
  return work;
}

absl::StatusOr<WorkResult> ExportTfExamples(const RunOptions& run,
                                            const RecordSet& set,
                                            const Work& work,
                                            const ToSampleFunction& to_sample) {
  ShardSpec spec =
      ShardsLike(set, tensorflow::Example::descriptor()->full_name());
  spec.work = work;
  spec.unit = "records";
  return MakeShards(run, spec, [&](int64_t shard, ShardSink& sink) {
    return ForEachSample(set, shard, run.num_threads, to_sample,
                         [&sink](const Sample& sample) {
                           return sink.Append(ToTfExample(sample));
                         });
  });
}

absl::StatusOr<WorkResult> ExportWebDataset(const RunOptions& run,
                                            const RecordSet& set,
                                            const Work& work,
                                            const ToSampleFunction& to_sample) {
  std::vector<std::string> names;
  for (int64_t shard = 0; shard < set.num_shards(); ++shard) {
    names.push_back(
        absl::StrFormat("%s-%06d.tar", set.manifest().name(), shard));
  }
  const auto make = [&](const std::string& dir, v1::Manifest* result) {
    Progress progress(run.progress, "records", "records", set.num_records());
    int64_t number = 0;
    for (int64_t shard = 0; shard < set.num_shards(); ++shard) {
      ASSIGN_OR_RETURN(const std::unique_ptr<TarWriter> tar,
                       TarWriter::Create(JoinPath(dir, names[shard])));
      RETURN_IF_ERROR(
          ForEachSample(set, shard, run.num_threads, to_sample,
                        [&](const Sample& sample) -> absl::Status {
                          for (const auto& [name, bytes] :
                               ToWebDatasetFiles(number++, sample)) {
                            RETURN_IF_ERROR(tar->Append(name, bytes));
                          }
                          progress.Add();
                          return absl::OkStatus();
                        }));
      RETURN_IF_ERROR(tar->Close());
    }
    AddCounter("records", static_cast<double>(number), result);
    return absl::OkStatus();
  };
  return MakeDirectory(run, work, names, make, "webdataset");
}

// In the order of SampleFormat.
constexpr const char* kFormats[] = {"tf_example", "webdataset"};

}  // namespace

absl::StatusOr<SampleFormat> ParseSampleFormat(absl::string_view text) {
  return ParseName<SampleFormat>(kFormats, text, "--to is \"$0\", expected $1");
}

std::string ToString(SampleFormat format) {
  return kFormats[static_cast<size_t>(format)];
}

absl::StatusOr<WorkResult> ExportRecords(const ExportRecordsOptions& options) {
  ASSIGN_OR_RETURN(const RecordSet set, RecordSet::Open(options.run.input, ""));
  ASSIGN_OR_RETURN(const ToSampleFunction to_sample,
                   ToSampleFunctionFor(set.manifest()));
  const Work work = WorkFor(set, options.to);
  switch (options.to) {
    case SampleFormat::kTfExample:
      return ExportTfExamples(options.run, set, work, to_sample);
    case SampleFormat::kWebDataset:
      return ExportWebDataset(options.run, set, work, to_sample);
  }
  LOG(FATAL) << "unknown format " << static_cast<int>(options.to);
}

}  // namespace maskfill
