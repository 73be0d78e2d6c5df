#include "core/model/device.h"

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace maskfill {
namespace {

using testing::HasSubstr;

TEST(Device, CpuIsAlwaysThere) {
  EXPECT_THAT(ParseDevice("cpu"), IsOkAndHolds(c10::Device(c10::kCPU)));
}

TEST(Device, AutoIsADeviceThatExists) {
  ASSERT_OK_AND_ASSIGN(const c10::Device device, ParseDevice("auto"));
  EXPECT_OK(ParseDevice(device.str()));
}

TEST(Device, UnknownNamesAreRefused) {
  for (const char* text :
       {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda0", "cpu:0"}) {
    EXPECT_THAT(ParseDevice(text),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("expected auto, cpu, cuda or cuda:N")))
        << text;
  }
}

TEST(Device, ACudaDeviceThatIsNotThereIsRefused) {
  EXPECT_THAT(ParseDevice("cuda:99"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("does not exist")));
}

TEST(Precision, ParsesWhatItPrints) {
  for (const Precision precision :
       {Precision::kFp32, Precision::kTf32, Precision::kBf16}) {
    EXPECT_THAT(ParsePrecision(ToString(precision)), IsOkAndHolds(precision));
  }
  EXPECT_THAT(ParsePrecision("fp16"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("expected fp32, tf32 or bf16")));
}

}  // namespace
}  // namespace maskfill
