// The files that weights come in.
#ifndef MASKFILL_MODEL_TOOL_WEIGHTS_WEIGHTS_SOURCE_H_
#define MASKFILL_MODEL_TOOL_WEIGHTS_WEIGHTS_SOURCE_H_

#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/mapped_file.h"

namespace maskfill {

// All that is read of a source, open: what is fingerprinted is what is used.
struct WeightsSource {
  std::string path;  // of the weights, or of the index of their parts
  // One file; with an index all parts, in the order of their names.
  std::vector<std::shared_ptr<const MappedFile>> files;
  // Of an index: the part's file name by tensor name.
  std::map<std::string, std::string> part_of;
  std::shared_ptr<const MappedFile> head;  // kHeadFile beside them, or null
  // The JSON of those kConfigurationFiles that lie beside, and of
  // kClassNamesFile, by name.
  std::map<std::string, std::string> configurations;
  std::vector<std::string> notes;  // for people: what else lies there

  // SHA-256 of the weights' bytes; of several files, of their digests. The head
  // beside them is another input.
  std::string Digest() const;
  // The same on a thread of its own, while this is read. This must outlive it.
  std::shared_future<std::string> DigestMeanwhile() const;
  // DataLoss when a file was written to since it was opened.
  absl::Status CheckUnchanged() const;
};

// The names that weights have in a directory of Hugging Face's hub, the first
// that is there is taken: model.safetensors, open_clip_model.safetensors,
// model.safetensors.index.json, open_clip_pytorch_model.bin,
// pytorch_model.bin, pytorch_model.bin.index.json.
extern const char* const kHubNames[6];

// `source`: a file, an index of several (*.index.json), or a directory with one
// of kHubNames or a single weights file of any name. NotFound when there is
// none; InvalidArgument when it cannot be told which is meant, or when one part
// of several is named; DataLoss when an index does not fit its parts.
absl::StatusOr<WeightsSource> OpenWeightsSource(const std::string& source);

}  // namespace maskfill

#endif  // MASKFILL_MODEL_TOOL_WEIGHTS_WEIGHTS_SOURCE_H_
