// Archives of torch.save for tests.
#ifndef MASKFILL_TESTS_SUPPORT_TORCH_ARCHIVES_H_
#define MASKFILL_TESTS_SUPPORT_TORCH_ARCHIVES_H_

#include <map>
#include <string>
#include <vector>

namespace maskfill {

// A zip archive as torch.save writes it: data.pkl, byteorder and one record
// data/<key> per storage; `records` as they are.
void WriteTorchArchive(const std::string& path, const std::string& pickle,
                       const std::map<std::string, std::string>& storages,
                       const std::string& byteorder = "little",
                       const std::map<std::string, std::string>& records = {});

// A zip archive of `entries`, name and bytes, deflated or stored.
void WriteZip(const std::string& path,
              const std::map<std::string, std::string>& entries,
              bool deflated = false);

// The bytes of float32 values.
std::string FloatBytes(const std::vector<float>& values);

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_TORCH_ARCHIVES_H_
