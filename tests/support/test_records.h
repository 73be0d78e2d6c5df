// Small sets of records for tests.
#ifndef MASKFILL_TESTS_SUPPORT_TEST_RECORDS_H_
#define MASKFILL_TESTS_SUPPORT_TEST_RECORDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/manifest.pb.h"
#include "proto/records.pb.h"

namespace maskfill {

// An image record with this id and two bytes of pixels-to-be.
v1::ImageRecord TestImage(absl::string_view id, int64_t label = 0);
v1::CamRecord TestCam(absl::string_view id);

// Writes a finished set of TestImage records: shards[i] lists the ids of
// shard i. Creates `dir`. Returns its manifest; fails the test on an error.
v1::Manifest WriteTestImages(
    const std::string& dir, const std::vector<std::vector<std::string>>& shards,
    const std::string& name = "images");

// The same with TestCam records, made from `images`.
v1::Manifest WriteTestCams(const std::string& dir, const v1::Manifest& images,
                           const std::vector<std::vector<std::string>>& shards);

// All payloads of a file, or the first error.
absl::StatusOr<std::vector<std::string>> ReadAllPayloads(
    const std::string& path);

}  // namespace maskfill

#endif  // MASKFILL_TESTS_SUPPORT_TEST_RECORDS_H_
