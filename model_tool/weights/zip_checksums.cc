#include "model_tool/weights/zip_checksums.h"

#include <zip.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace maskfill {
namespace {

constexpr size_t kBufferBytes = 1 << 20;

absl::Status Damaged(const std::string& what, const std::string& why) {
  return absl::DataLossError(
      absl::StrCat(what, " is damaged (", why, "); get the file again"));
}

}  // namespace

absl::Status CheckZipChecksums(absl::string_view bytes) {
  zip_error_t error;
  zip_error_init(&error);
  const absl::Cleanup clear = [&error] { zip_error_fini(&error); };
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(),
                                                  /*freep=*/0, &error);
  zip_t* archive = source == nullptr
                       ? nullptr
                       : zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive == nullptr) {
    zip_source_free(source);
    return Damaged("the zip archive", zip_error_strerror(&error));
  }
  const absl::Cleanup close = [archive] { zip_discard(archive); };
  std::vector<char> buffer(kBufferBytes);
  const zip_int64_t entries = zip_get_num_entries(archive, 0);
  if (entries == 0) return Damaged("the zip archive", "it has no entries");
  for (zip_int64_t i = 0; i < entries; ++i) {
    const char* name = zip_get_name(archive, i, ZIP_FL_ENC_RAW);
    const std::string what =
        absl::StrCat("entry \"", name == nullptr ? "?" : name, "\"");
    zip_file_t* file = zip_fopen_index(archive, i, 0);
    if (file == nullptr) return Damaged(what, zip_strerror(archive));
    // The checksum is compared when the end of the entry is reached.
    zip_int64_t read = 0;
    do {
      read = zip_fread(file, buffer.data(), buffer.size());
    } while (read > 0);
    const std::string why = read < 0 ? zip_file_strerror(file) : "";
    zip_fclose(file);
    if (read < 0) return Damaged(what, why);
  }
  return absl::OkStatus();
}

}  // namespace maskfill
