#include "model_tool/weights/zip_checksums.h"

#include <zip.h>

#include <cstdint>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace maskfill {
namespace {

constexpr size_t kBufferBytes = 1 << 20;

absl::Status Damaged(const std::string& path, const std::string& what,
                     const std::string& why) {
  return absl::DataLossError(absl::StrCat(path, ": ", what, " is damaged (",
                                          why, "); get the file again"));
}

}  // namespace

absl::Status CheckZipChecksums(const std::string& path) {
  int code = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (archive == nullptr) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string why = zip_error_strerror(&error);
    zip_error_fini(&error);
    return Damaged(path, "the zip archive", why);
  }
  const absl::Cleanup close = [archive] { zip_discard(archive); };
  std::vector<char> buffer(kBufferBytes);
  const zip_int64_t entries = zip_get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < entries; ++i) {
    const char* name = zip_get_name(archive, i, ZIP_FL_ENC_RAW);
    const std::string what =
        absl::StrCat("entry \"", name == nullptr ? "?" : name, "\"");
    zip_file_t* file = zip_fopen_index(archive, i, 0);
    if (file == nullptr) return Damaged(path, what, zip_strerror(archive));
    // The checksum is compared when the end of the entry is reached.
    zip_int64_t read = 0;
    do {
      read = zip_fread(file, buffer.data(), buffer.size());
    } while (read > 0);
    const std::string why = read < 0 ? zip_file_strerror(file) : "";
    zip_fclose(file);
    if (read < 0) return Damaged(path, what, why);
  }
  return absl::OkStatus();
}

}  // namespace maskfill
