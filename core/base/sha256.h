// SHA-256, for fingerprints and for files.
#ifndef MASKFILL_CORE_BASE_SHA256_H_
#define MASKFILL_CORE_BASE_SHA256_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace maskfill {

// Incremental digest.
//
//   Sha256 sha;
//   sha.Update(header);
//   sha.Update(body);
//   std::string hex = sha.HexDigest();  // 64 lower-case digits; ends its use
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Update(absl::string_view bytes);
  // Appends the length first, so that ("ab","c") and ("a","bc") differ.
  void UpdateField(absl::string_view field);
  std::string HexDigest();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

std::string Sha256Hex(absl::string_view bytes);

// Of a file's bytes, read in pieces. NotFound when there is no such file.
absl::StatusOr<std::string> Sha256HexOfFile(const std::string& path);

}  // namespace maskfill

#endif  // MASKFILL_CORE_BASE_SHA256_H_
