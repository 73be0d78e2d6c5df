#include "core/record/manifest.h"

#include <filesystem>
#include <string>

#include "absl/strings/str_replace.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/record/record_set.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"
#include "tests/support/test_records.h"

namespace maskfill {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::AllOf;
using testing::HasSubstr;

v1::Manifest SmallManifest() {
  v1::Manifest manifest;
  manifest.set_schema_version(kManifestSchemaVersion);
  manifest.set_name("cams");
  manifest.set_tool("cam_tool");
  manifest.set_tool_version("0.1.0");
  manifest.set_algorithm_version(2);
  manifest.set_record_type("maskfill.v1.CamRecord");
  v1::Option* option = manifest.add_options();
  option->set_name("method");
  option->set_value("attribution");
  option = manifest.add_options();
  option->set_name("layers");
  option->set_value("all");
  manifest.set_seed(7);
  v1::InputReference* input = manifest.add_inputs();
  input->set_role("images");
  input->set_path("records/train");
  input->set_fingerprint("aa");
  return manifest;
}

TEST(ComputeFingerprint, IsTheDocumentedHash) {
  // printf '22:maskfill.fingerprint.2' ... of docs/record_format.md, hashed by
  // Python's hashlib:
  //   "22:maskfill.fingerprint.2" "8:cam_tool" "1:2" "1:2" "6:layers"
  //   "3:all" "6:method" "11:attribution" "1:7" "1:1" "6:images" "2:aa"
  EXPECT_EQ(ComputeFingerprint(SmallManifest()),
            "acbc2f40df06a7e0dae8f4f6c089a90a006af798904a1c5aeb18348aba4f96b7");
}

TEST(ComputeFingerprint, DoesNotDependOnPathsOrTheOrderOfOptions) {
  const std::string fingerprint = ComputeFingerprint(SmallManifest());
  v1::Manifest manifest = SmallManifest();
  manifest.mutable_inputs(0)->set_path("elsewhere");
  manifest.set_tool_version("99.0");
  manifest.mutable_options()->SwapElements(0, 1);
  EXPECT_EQ(ComputeFingerprint(manifest), fingerprint);
}

TEST(ComputeFingerprint, ChangesWithEverythingThatChangesTheWork) {
  const std::string fingerprint = ComputeFingerprint(SmallManifest());
  v1::Manifest manifest = SmallManifest();
  manifest.set_tool("mask_tool");
  EXPECT_NE(ComputeFingerprint(manifest), fingerprint);
  manifest = SmallManifest();
  manifest.set_algorithm_version(3);
  EXPECT_NE(ComputeFingerprint(manifest), fingerprint);
  manifest = SmallManifest();
  manifest.mutable_options(0)->set_value("rollout");
  EXPECT_NE(ComputeFingerprint(manifest), fingerprint);
  manifest = SmallManifest();
  manifest.set_seed(8);
  EXPECT_NE(ComputeFingerprint(manifest), fingerprint);
  manifest = SmallManifest();
  manifest.mutable_inputs(0)->set_fingerprint("ab");
  EXPECT_NE(ComputeFingerprint(manifest), fingerprint);
  manifest = SmallManifest();
  manifest.mutable_inputs(0)->set_role("cams");
  EXPECT_NE(ComputeFingerprint(manifest), fingerprint);
}

TEST(ComputeFingerprint, KeepsFieldsApart) {
  const auto with_option = [](const char* name, const char* value) {
    v1::Manifest manifest = SmallManifest();
    manifest.mutable_options(0)->set_name(name);
    manifest.mutable_options(0)->set_value(value);
    return ComputeFingerprint(manifest);
  };
  EXPECT_NE(with_option("method", "gradcam"), with_option("methodg", "radcam"));
  EXPECT_NE(with_option("a", "b1:c"), with_option("a1:b", "c"));
  EXPECT_NE(with_option("a", ""), with_option("", "a"));
  // An option is not an input.
  v1::Manifest manifest = SmallManifest();
  v1::InputReference* input = manifest.add_inputs();
  input->set_role("layers");
  input->set_fingerprint("all");
  manifest.mutable_options()->RemoveLast();
  EXPECT_NE(ComputeFingerprint(manifest), ComputeFingerprint(SmallManifest()));
}

TEST(ManifestToJson, UsesTheNamesOfTheProtoFile) {
  EXPECT_THAT(ManifestToJson(SmallManifest()),
              AllOf(HasSubstr("\"schema_version\": 2"),
                    HasSubstr("\"record_type\": \"maskfill.v1.CamRecord\""),
                    HasSubstr("\"content_fingerprint\": \"\"")));
}

TEST(Manifest, RoundTrips) {
  const std::string dir = TestDirectory();
  const v1::Manifest written = WriteTestImages(dir, {{"a", "b"}, {"c"}});
  ASSERT_OK_AND_ASSIGN(const std::string path, FindManifest(dir));
  EXPECT_EQ(Basename(path), "images.manifest.json");
  ASSERT_OK_AND_ASSIGN(const v1::Manifest read, ReadManifest(path));
  EXPECT_TRUE(MessageDifferencer::Equals(read, written));
}

// Replaces `from`, which must be there, and reads.
absl::Status ReadEdited(const std::string& from, const std::string& to) {
  const std::string dir = TestDirectory();
  WriteTestImages(dir, {{"a", "b"}, {"c"}});
  const std::string path = JoinPath(dir, "images.manifest.json");
  std::string json = *ReadFile(path);
  EXPECT_EQ(absl::StrReplaceAll({{from, to}}, &json), 1) << from;
  EXPECT_TRUE(WriteFileAtomically(path, json).ok());
  return ReadManifest(path).status();
}

TEST(Manifest, NoticesEditedFields) {
  const std::pair<const char*, const char*> edits[] = {
      {"\"tool\": \"ingest\"", "\"tool\": \"other\""},
      {"\"algorithm_version\": 3", "\"algorithm_version\": 4"},
      {"\"seed\": \"0\"", "\"seed\": \"1\""},
      {"\"records\": \"2\"", "\"records\": \"1\""},
      {"n01440764", "n01440765"},
      {"maskfill.v1.ImageRecord", "maskfill.v1.CamRecord"},
      {"-00001-of-00002", "-00000-of-00002"},
      {"\"name\": \"images\"", "\"name\": \"../images\""},
      {"\"name\": \"images\"", "\"name\": \"images\\u0000\""},
      {"\"records\": \"1\"", "\"records\": \"-1\""},
      {"\"schema_version\"", "\"schema_versiom\""},
      {"\"tool_version\": \"", "\"tool_version\": \"1"},
  };
  for (const auto& [from, to] : edits) {
    EXPECT_THAT(ReadEdited(from, to), StatusIs(absl::StatusCode::kDataLoss))
        << from;
  }
}

TEST(Manifest, RefusesAnotherSchemaVersion) {
  EXPECT_THAT(ReadEdited("\"schema_version\": 2", "\"schema_version\": 3"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("is 3, this version reads 2")));
}

TEST(ManifestFromJson, ReportsDataLossForACutAtEveryByte) {
  const v1::Manifest written = WriteTestImages(TestDirectory(), {{"a"}});
  const std::string json = ManifestToJson(written);
  // The last byte is the newline after the object.
  for (size_t size = 0; size + 1 < json.size(); ++size) {
    ASSERT_THAT(ManifestFromJson(json.substr(0, size)),
                StatusIs(absl::StatusCode::kDataLoss))
        << size;
  }
}

TEST(ManifestFromJson, NoticesEveryFlippedBitThatChangesItsMeaning) {
  v1::Manifest written = WriteTestImages(TestDirectory(), {{"a"}});
  v1::Counter* counter = written.add_counters();
  counter->set_name("masked_share");
  counter->set_value(0.3);
  v1::Option* note = written.add_notes();
  note->set_name("left_out");
  note->set_value("README");
  const std::string json = ManifestToJson(written);
  for (size_t bit = 0; bit < 8 * json.size(); ++bit) {
    std::string damaged = json;
    damaged[bit / 8] ^= static_cast<char>(1 << (bit % 8));
    absl::StatusOr<v1::Manifest> read = ManifestFromJson(damaged);
    if (!read.ok()) continue;  // else only white space has changed
    ASSERT_TRUE(MessageDifferencer::Equals(*read, written)) << bit;
  }
}

TEST(ManifestFromJson, RefusesWhatNestsTooDeep) {
  for (const char* open : {"[", "{\"shards\":["}) {
    std::string json = "{\"shards\":";
    for (int i = 0; i < 100'000; ++i) json += open;
    EXPECT_THAT(ManifestFromJson(json), StatusIs(absl::StatusCode::kDataLoss));
  }
}

// The file claims 3 GiB and holds a hole.
TEST(ReadManifest, RefusesMoreThanAManifestCanHave) {
  const std::string path = JoinPath(TestDirectory(), "x.manifest.json");
  ASSERT_OK(WriteFileAtomically(path, "{}"));
  std::filesystem::resize_file(path, uint64_t{3} << 30);
  for (const auto& read : {ReadManifest(path), ReadUnfinishedManifest(path)}) {
    EXPECT_THAT(
        read,
        StatusIs(absl::StatusCode::kDataLoss,
                 testing::HasSubstr("3221225472 bytes, a manifest at most")));
  }
}

TEST(ManifestFromJson, ReadsManifestsFromBeforeTheyHadAChecksum) {
  const v1::Manifest written = WriteTestImages(TestDirectory(), {{"a"}});
  std::string json = ManifestToJson(written);
  const size_t comma = json.rfind(",\n \"crc32c\"");
  ASSERT_NE(comma, std::string::npos) << json;
  json.resize(comma);
  ASSERT_OK_AND_ASSIGN(const v1::Manifest read, ManifestFromJson(json + "}"));
  EXPECT_TRUE(MessageDifferencer::Equals(read, written));
}

TEST(FindManifest, SaysWhatIsWrongWithADirectory) {
  const std::string dir = TestDirectory();
  EXPECT_THAT(FindManifest(dir + "/no"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(FindManifest(dir),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("holds no *.manifest.json")));
  ASSERT_OK(WriteFileAtomically(dir + "/.a-00000-of-00002.entry.json", ""));
  EXPECT_THAT(FindManifest(dir),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("unfinished")));
  WriteTestImages(dir, {{"a"}}, "a");
  EXPECT_OK(FindManifest(dir));
  WriteTestImages(dir, {{"a"}}, "b");
  EXPECT_THAT(FindManifest(dir),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("a.manifest.json and b.manifest.json")));
  EXPECT_THAT(FindManifest(dir + "/a.manifest.json"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(DescribeDifference, NamesOptionsAndInputs) {
  v1::Manifest other = SmallManifest();
  other.mutable_options(1)->set_value("last");
  other.mutable_inputs(0)->set_fingerprint("bb");
  EXPECT_EQ(
      DescribeDifference(SmallManifest(), other, "this run", "the output"),
      "option layers is \"all\" in this run and \"last\" in the output; "
      "input images is \"aa\" in this run and \"bb\" in the output");
}

TEST(DescribeDifference, IsEmptyForTheSameWork) {
  EXPECT_EQ(DescribeDifference(SmallManifest(), SmallManifest(), "a", "b"), "");
}

TEST(FindInput, FindsByRole) {
  const v1::Manifest manifest = SmallManifest();
  ASSERT_NE(FindInput(manifest, "images"), nullptr);
  EXPECT_EQ(FindInput(manifest, "images")->path(), "records/train");
  EXPECT_EQ(FindInput(manifest, "checkpoint"), nullptr);
}

TEST(CheckSameImages, AcceptsWhatWasMadeFromTheseImages) {
  const std::string dir = TestDirectory();
  const v1::Manifest images = WriteTestImages(dir + "/images", {{"a"}});
  const v1::Manifest cams = WriteTestCams(dir + "/cams", images, {{"a"}});
  EXPECT_OK(CheckSameImages(images, cams));
}

TEST(CheckSameImages, SaysWhatWasMadeFromOthers) {
  const std::string dir = TestDirectory();
  const v1::Manifest images = WriteTestImages(dir + "/images", {{"a"}});
  const v1::Manifest others = WriteTestImages(dir + "/others", {{"b"}});
  const v1::Manifest cams = WriteTestCams(dir + "/cams", images, {{"a"}});
  EXPECT_THAT(CheckSameImages(others, cams, "my/images", "my/cams"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("my/images"), HasSubstr("my/cams"),
                             HasSubstr(images.content_fingerprint()),
                             HasSubstr(others.content_fingerprint()))));
  EXPECT_THAT(CheckSameImages(images, others),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("was made without images")));
}

}  // namespace
}  // namespace maskfill
