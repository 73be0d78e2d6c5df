// Reading a safetensors file with every checksum that it carries. Torch-free.
#ifndef MASKFILL_CORE_RECORD_SAFETENSORS_READER_H_
#define MASKFILL_CORE_RECORD_SAFETENSORS_READER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/base/mapped_file.h"
#include "core/record/safetensors_header.h"

namespace maskfill {

// One open file: replacing it under its name changes nothing for who has it
// open, and bytes that change inside it no longer fit their checksum.
//
//   ASSIGN_OR_RETURN(const auto reader, SafetensorsReader::Open(path));
//   for (const SafetensorsEntry& entry : reader->header().entries) {
//     std::string bytes(entry.end - entry.begin, '\0');
//     RETURN_IF_ERROR(reader->Read(entry, bytes.data()));
//   }
//
// Every error names the file. Thread-safe, but for ReadChecksums.
class SafetensorsReader {
 public:
  // Reads the header. NotFound when there is no such file; DataLoss, saying
  // what was found and expected, when it is not as safetensors_header.h
  // demands; no memory is reserved before the header is checked against the
  // file's size.
  static absl::StatusOr<std::unique_ptr<SafetensorsReader>> Open(
      const std::string& path);
  // The same for the bytes of a file, which must outlive the reader; `name` is
  // what errors call it.
  static absl::StatusOr<std::unique_ptr<SafetensorsReader>> OpenBytes(
      absl::string_view bytes, const std::string& name);

  const std::string& path() const { return path_; }
  const SafetensorsHeader& header() const { return header_; }
  int64_t file_bytes() const { return file_bytes_; }

  // The file that Open opened, even when another one has its name by now.
  absl::StatusOr<std::shared_ptr<const MappedFile>> Map() const;

  // Copies the tensor's entry.end - entry.begin bytes to `out`. DataLoss that
  // names the tensor when they do not fit its checksum, where it has one.
  absl::Status Read(const SafetensorsEntry& entry, char* out) const;

  // Reads all tensors once, compares them with the checksums that the header
  // has and fills in those that it has not; Read compares with them from then
  // on.
  absl::Status ReadChecksums();

 private:
  // Copies `size` bytes at `offset` of the file to `out`.
  using ReadAt =
      std::function<absl::Status(int64_t offset, int64_t size, char* out)>;

  SafetensorsReader(std::string path, int64_t file_bytes, ReadAt read_at);
  absl::Status ReadHeader();
  absl::Status CheckTensor(const SafetensorsEntry& entry, uint32_t crc) const;

  const std::string path_;
  const int64_t file_bytes_;
  const ReadAt read_at_;
  std::shared_ptr<const int> fd_;  // of Open; closed with its last owner
  int64_t data_begin_ = 0;
  SafetensorsHeader header_;
};

}  // namespace maskfill

#endif  // MASKFILL_CORE_RECORD_SAFETENSORS_READER_H_
