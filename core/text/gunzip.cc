#include "core/text/gunzip.h"

#include <zlib.h>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace maskfill {

absl::StatusOr<std::string> Gunzip(absl::string_view bytes, size_t max_bytes) {
  z_stream stream = {};
  constexpr int kGzip = 16;
  if (inflateInit2(&stream, MAX_WBITS + kGzip) != Z_OK) {
    return absl::ResourceExhaustedError("gzip: no memory to inflate");
  }
  const auto end = absl::MakeCleanup([&stream] { inflateEnd(&stream); });
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // only read
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::string piece(size_t{256} << 10, '\0');
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    result = inflate(&stream, Z_NO_FLUSH);
    out.append(piece, 0, piece.size() - stream.avail_out);
    if (out.size() > max_bytes) {
      return absl::DataLossError(
          absl::StrCat("gzip: contents exceed ", max_bytes, " bytes"));
    }
  }
  if (result != Z_STREAM_END) {
    return absl::DataLossError(absl::StrCat(
        "gzip: damaged or cut after ", stream.total_in, " of ", bytes.size(),
        " bytes: ", stream.msg != nullptr ? stream.msg : "unexpected end"));
  }
  return out;
}

}  // namespace maskfill
