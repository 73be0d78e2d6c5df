#include "model_tool/weights/zip_contents.h"

#include <zip.h>

#include <cstdint>
#include <functional>
#include <set>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

constexpr size_t kBufferBytes = 1 << 20;

absl::Status Damaged(const std::string& what, const std::string& why) {
  return absl::DataLossError(
      absl::StrCat(what, " is damaged (", why, "); get the file again"));
}

// Opens the archive and visits its entries in order.
absl::Status ForEachEntry(
    absl::string_view bytes,
    const std::function<absl::Status(zip_t* archive, const zip_stat_t& entry)>&
        visit) {
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
  const zip_int64_t entries = zip_get_num_entries(archive, 0);
  if (entries == 0) return Damaged("the zip archive", "it has no entries");
  for (zip_int64_t i = 0; i < entries; ++i) {
    zip_stat_t entry;
    zip_stat_init(&entry);
    if (zip_stat_index(archive, i, ZIP_FL_ENC_RAW, &entry) != 0) {
      return Damaged("the zip archive", zip_strerror(archive));
    }
    RETURN_IF_ERROR(visit(archive, entry));
  }
  return absl::OkStatus();
}

}  // namespace

int64_t MaxUnpackedBytes(absl::string_view archive) {
  return 100 * static_cast<int64_t>(archive.size()) + (int64_t{1} << 20);
}

absl::StatusOr<ZipContents> ReadZipContents(absl::string_view archive) {
  ZipContents contents;
  std::set<std::string> seen;
  auto left = static_cast<uint64_t>(MaxUnpackedBytes(archive));
  RETURN_IF_ERROR(
      ForEachEntry(archive, [&](zip_t* /*archive*/, const zip_stat_t& entry) {
        if (entry.size > left) {
          return absl::DataLossError(absl::StrCat(
              "the zip archive has ", archive.size(), " bytes and says that ",
              "its entries have more than ", MaxUnpackedBytes(archive),
              " unpacked, which no weights have; get them as torch.save ",
              "writes them"));
        }
        left -= entry.size;
        if (!seen.insert(entry.name).second) {
          return absl::DataLossError(
              absl::StrCat("the zip archive has two entries \"", entry.name,
                           "\"; expected one: get it as torch.save writes it"));
        }
        contents.names.push_back(entry.name);
        contents.compressed =
            contents.compressed || entry.comp_method != ZIP_CM_STORE;
        return absl::OkStatus();
      }));
  return contents;
}

absl::Status CheckZipChecksums(absl::string_view archive) {
  std::string buffer(kBufferBytes, '\0');
  return ForEachEntry(archive, [&](zip_t* zip, const zip_stat_t& entry) {
    const std::string what = absl::StrCat("entry \"", entry.name, "\"");
    // Of bytes that are there 0 is no checksum but the lack of one.
    if (entry.crc == 0 && entry.size > 0) return absl::OkStatus();
    zip_file_t* file = zip_fopen_index(zip, entry.index, 0);
    if (file == nullptr) return Damaged(what, zip_strerror(zip));
    // The checksum is compared when the end of the entry is reached.
    zip_int64_t read = 0;
    do {
      read = zip_fread(file, buffer.data(), buffer.size());
    } while (read > 0);
    const std::string why = read < 0 ? zip_file_strerror(file) : "";
    zip_fclose(file);
    return read < 0 ? Damaged(what, why) : absl::OkStatus();
  });
}

}  // namespace maskfill
