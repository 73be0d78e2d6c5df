// The images of a shard, each with its CAM.
#ifndef MASKFILL_MASK_TOOL_SOURCE_READER_H_
#define MASKFILL_MASK_TOOL_SOURCE_READER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/record/record_reader.h"
#include "mask_tool/mask_inputs.h"
#include "proto/records.pb.h"

namespace maskfill {

// An image of the input with its CAM.
struct Source {
  v1::ImageRecord image;
  std::optional<v1::CamRecord> cam;
  int64_t position = 0;  // in the set
};

// Gives the sources of one shard one after another. Thread-compatible.
class SourceReader {
 public:
  // `with_pixels`: else images come without pixels or file, which only their
  // checksums are made of.
  static absl::StatusOr<std::unique_ptr<SourceReader>> Open(
      const MaskInputs& inputs, int64_t shard, bool with_pixels);

  // nullopt at the end. FailedPrecondition when image and CAM are not of one
  // id; otherwise as RecordReader::Next.
  absl::StatusOr<std::optional<Source>> Next();

 private:
  SourceReader() = default;
  absl::Status NextImage(v1::ImageRecord* image);

  std::unique_ptr<RecordReader> images_;
  std::unique_ptr<RecordReader> cams_;  // null: none are read
  bool with_pixels_ = true;
  int64_t position_ = 0;
  std::string payload_;
};

}  // namespace maskfill

#endif  // MASKFILL_MASK_TOOL_SOURCE_READER_H_
