#include "core/work/work.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/counter_rng.h"
#include "core/base/crc32c.h"
#include "core/record/manifest.h"
#include "gtest/gtest.h"

namespace maskfill {
namespace {

constexpr int kChanges = 10000;

// Short texts of few letters, so that equal ones and ones that only differ in
// where a name ends are frequent.
std::string Text(CounterRng& rng) {
  std::string text;
  const uint64_t size = rng.Below(4);
  for (uint64_t i = 0; i < size; ++i) text += "ab=\0,1"[rng.Below(6)];
  return text;
}

Work SomeWork(CounterRng& rng) {
  Work work{.tool = absl::StrCat("tool", rng.Below(2)),
            .algorithm_version = static_cast<uint32_t>(rng.Below(3)),
            .seed = rng.Below(3)};
  std::map<std::string, std::string> options;  // each name once
  const uint64_t num_options = rng.Below(4);
  for (uint64_t i = 0; i < num_options; ++i) options[Text(rng)] = Text(rng);
  for (const auto& [name, value] : options) work.AddOption(name, value);
  const uint64_t num_inputs = rng.Below(3);
  for (uint64_t i = 0; i < num_inputs; ++i) {
    work.AddInput(Text(rng), "a/path", Text(rng));
  }
  return work;
}

// All that makes work the same, as a value that compares.
struct Identity {
  std::string tool;
  uint32_t algorithm_version;
  uint64_t seed;
  std::map<std::string, std::string> options;
  std::vector<std::pair<std::string, std::string>> inputs;

  explicit Identity(const Work& work)
      : tool(work.tool),
        algorithm_version(work.algorithm_version),
        seed(work.seed) {
    for (const v1::Option& option : work.options) {
      options[option.name()] = option.value();
    }
    for (const v1::InputReference& input : work.inputs) {
      inputs.emplace_back(input.role(), input.fingerprint());
    }
  }
  friend bool operator==(const Identity&, const Identity&) = default;
};

// Changes one thing, or gives back the same when there is nothing to change.
Work Changed(Work work, CounterRng& rng) {
  switch (rng.Below(9)) {
    case 0:
      work.tool += "s";
      break;
    case 1:
      ++work.algorithm_version;
      break;
    case 2:
      work.seed ^= uint64_t{1} << rng.Below(64);
      break;
    case 3:
      work.AddOption(absl::StrCat("new", Text(rng)), Text(rng));
      break;
    case 4:
      work.AddInput(Text(rng), "a/path", Text(rng));
      break;
    case 5:
      if (!work.options.empty()) work.options.pop_back();
      break;
    case 6:
      if (!work.options.empty()) {
        work.options[0].mutable_value()->push_back('0');
      }
      break;
    case 7:  // the name's last letter becomes the value's first
      if (!work.options.empty() && !work.options[0].name().empty()) {
        v1::Option& option = work.options[0];
        option.set_value(option.name().back() + option.value());
        option.mutable_name()->pop_back();
      }
      break;
    case 8:
      if (!work.inputs.empty()) {
        std::swap(*work.inputs.back().mutable_role(),
                  *work.inputs.back().mutable_fingerprint());
      }
      break;
  }
  return work;
}

std::string FingerprintOf(const Work& work) {
  return PlanOf(work, "set", "maskfill.v1.CamRecord").fingerprint();
}

// What a store keyed by fingerprints rests on.
TEST(Work, HasTheSameFingerprintAsOtherWorkOnlyWhenItIsTheSame) {
  CounterRng rng(1, "works", 0, "");
  std::map<std::string, Identity> store;
  int found = 0;
  for (int i = 0; i < kChanges; ++i) {
    const Work work = SomeWork(rng);
    const Work changed = Changed(work, rng);
    ASSERT_EQ(Identity(work) == Identity(changed),
              FingerprintOf(work) == FingerprintOf(changed))
        << i;
    for (const Work& one : {work, changed}) {
      const auto [entry, is_new] =
          store.emplace(FingerprintOf(one), Identity(one));
      ASSERT_EQ(entry->second, Identity(one)) << i;
      found += !is_new;
    }
  }
  // The texts are short enough for the same work to come again and again.
  EXPECT_GT(found, kChanges / 10);
}

TEST(Work, IsFoundAgainWhateverDoesNotMatter) {
  CounterRng rng(2, "works", 0, "");
  for (int i = 0; i < kChanges; ++i) {
    const Work work = SomeWork(rng);
    Work again = work;
    std::reverse(again.options.begin(), again.options.end());
    for (v1::InputReference& input : again.inputs) {
      input.set_path(Text(rng));
    }
    ASSERT_EQ(FingerprintOf(work), FingerprintOf(again)) << i;
  }
}

// One byte of a record: by its shard's checksum and the content fingerprint of
// the set to the fingerprint of the work that reads it.
TEST(Work, ChangesWithEveryByteOfItsInputs) {
  CounterRng rng(3, "bytes", 0, "");
  std::string bytes(1500, '\0');
  for (char& byte : bytes) byte = static_cast<char>(rng.Below(256));
  const auto fingerprint_of = [](const std::string& shard) {
    v1::Manifest images;
    v1::ShardEntry& entry = *images.add_shards();
    entry.set_bytes(static_cast<int64_t>(shard.size()));
    entry.set_crc32c(absl::StrFormat("%08x", Crc32c(shard)));
    Work work{.tool = "cam_tool"};
    work.AddInput("images", "records", ComputeContentFingerprint(images));
    return FingerprintOf(work);
  };
  const std::string before = fingerprint_of(bytes);
  for (int i = 0; i < kChanges; ++i) {
    std::string changed = bytes;
    changed[rng.Below(changed.size())] ^= static_cast<char>(1 + rng.Below(255));
    ASSERT_NE(fingerprint_of(changed), before) << i;
  }
  EXPECT_EQ(fingerprint_of(bytes), before);
}

}  // namespace
}  // namespace maskfill
