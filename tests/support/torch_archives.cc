#include "tests/support/torch_archives.h"

#include <zip.h>

#include "absl/strings/str_cat.h"
#include "caffe2/serialize/inline_container.h"
#include "glog/logging.h"

namespace maskfill {

void WriteTorchArchive(const std::string& path, const std::string& pickle,
                       const std::map<std::string, std::string>& storages,
                       const std::string& byteorder,
                       const std::map<std::string, std::string>& records) {
  caffe2::serialize::PyTorchStreamWriter writer(path);
  writer.writeRecord("data.pkl", pickle.data(), pickle.size());
  writer.writeRecord("byteorder", byteorder.data(), byteorder.size());
  for (const auto& [key, bytes] : storages) {
    writer.writeRecord(absl::StrCat("data/", key), bytes.data(), bytes.size());
  }
  for (const auto& [name, bytes] : records) {
    writer.writeRecord(name, bytes.data(), bytes.size());
  }
  writer.writeEndOfFile();
}

void WriteZip(const std::string& path,
              const std::map<std::string, std::string>& entries,
              bool deflated) {
  zip_t* zip = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
  CHECK(zip != nullptr) << path;
  for (const auto& [name, bytes] : entries) {
    zip_source_t* source =
        zip_source_buffer(zip, bytes.data(), bytes.size(), /*freep=*/0);
    const zip_int64_t index =
        zip_file_add(zip, name.c_str(), source, ZIP_FL_ENC_UTF_8);
    CHECK_GE(index, 0) << name;
    zip_set_file_compression(zip, static_cast<zip_uint64_t>(index),
                             deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
  }
  CHECK_EQ(zip_close(zip), 0) << path;
}

std::string FloatBytes(const std::vector<float>& values) {
  return std::string(reinterpret_cast<const char*>(values.data()),
                     values.size() * sizeof(float));
}

}  // namespace maskfill
