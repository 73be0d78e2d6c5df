// Records and what `records export` makes of them, in protobuf's Python
// classes, tfrecord, webdataset and mlcroissant themselves, by the scripts of
// docs/python.md. Skipped where those are not installed.

#include <bit>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/image/patch_mask.h"
#include "core/work/shards.h"
#include "gtest/gtest.h"
#include "proto/records.pb.h"
#include "record_tool/croissant.h"
#include "record_tool/export_records.h"
#include "tests/support/program.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_paths.h"

namespace maskfill {
namespace {

constexpr char kPhoto[] = "examples/photos/val/n02123045/n02123045_val_0.JPEG";
// read_records.py's code for a library that is not installed.
constexpr int kNotInstalled = 77;
// Two records lie in the first shard, one in the second.
constexpr int64_t kShardBegins[] = {0, 2, 3};
constexpr int64_t kLabels[] = {0, 1, 0};

std::string IdOf(int64_t number) { return absl::StrCat("photo-", number); }

// A set "photos" with what `make` fills in for the numbers 0 to 2.
template <typename Record>
void WriteSet(const std::string& dir,
              const std::function<void(int64_t number, Record* record)>& make) {
  RunOptions run;
  run.output = dir;
  run.progress = ProgressMode::kNone;
  ShardSpec spec{.work = {.tool = "test"},
                 .record_type = Record::descriptor()->full_name(),
                 .name = "photos",
                 .num_shards = 2,
                 .dataset = {}};
  spec.dataset.add_class_keys("cat");
  spec.dataset.add_class_keys("dog");
  ASSERT_OK(MakeShards(run, spec, [&make](int64_t shard, ShardSink& sink) {
    for (int64_t n = kShardBegins[shard]; n < kShardBegins[shard + 1]; ++n) {
      Record record;
      record.set_schema_version(1);
      record.set_id(IdOf(n));
      make(n, &record);
      const absl::Status status = sink.Append(record);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }));
}

// Pixels whose values read_records.py computes; the last image is a file.
void WriteImages(const std::string& dir) {
  ASSERT_OK_AND_ASSIGN(const std::string photo, ReadFile(kPhoto));
  ASSERT_OK(WriteFileAtomically(JoinPath(dir, "photo.JPEG"), photo));
  WriteSet<v1::ImageRecord>(
      JoinPath(dir, "photos"), [&photo](int64_t n, v1::ImageRecord* record) {
        record->set_label(kLabels[n]);
        if (n == 2) {
          record->mutable_encoded()->set_data(photo);
          record->mutable_encoded()->set_format("jpeg");
          return;
        }
        v1::PixelBlock* block = record->mutable_pixels();
        block->set_height(4);
        block->set_width(6);
        for (int64_t y = 0; y < 4; ++y) {
          for (int64_t x = 0; x < 6; ++x) {
            for (int64_t c = 0; c < 3; ++c) {
              block->mutable_data()->push_back(
                  static_cast<char>(10 * n + 7 * y + 3 * x + c));
            }
          }
        }
      });
}

void WriteCams(const std::string& dir) {
  WriteSet<v1::CamRecord>(dir, [](int64_t n, v1::CamRecord* record) {
    record->set_grid_height(2);
    record->set_grid_width(2);
    record->set_target(kLabels[n]);
    for (int64_t patch = 0; patch < 4; ++patch) {
      const uint32_t bits =
          std::bit_cast<uint32_t>(static_cast<float>(n + patch) / 8);
      for (int shift = 0; shift < 32; shift += 8) {
        record->mutable_relevance()->push_back(
            static_cast<char>(bits >> shift & 0xff));
      }
    }
  });
}

void WriteCounterfactuals(const std::string& dir) {
  WriteSet<v1::CounterfactualRecord>(
      dir, [](int64_t n, v1::CounterfactualRecord* record) {
        PatchMask mask(9);
        for (int64_t patch = 0; patch < 9; ++patch) {
          mask.set(patch, (patch + n) % 2 == 1);
        }
        record->set_grid_height(3);
        record->set_grid_width(3);
        record->set_mask(mask.ToBytes());
        record->add_donor_ids(absl::StrCat("donor-", n));
      });
}

void WritePredictions(const std::string& dir) {
  WriteSet<v1::PredictionRecord>(
      dir, [](int64_t n, v1::PredictionRecord* record) {
        record->set_label(kLabels[n]);
        record->add_top_classes(0);
        record->add_top_classes(1);
        record->add_top_logits(static_cast<float>(n) + 0.5f);
        record->add_top_logits(static_cast<float>(-n));
      });
}

class RecordsInPython : public testing::Test {
 protected:
  void SetUp() override {
    // Where Bazel's links to them lead: the working tree.
    script_ = std::filesystem::canonical("tests/libraries/read_records.py");
    const std::filesystem::path root = std::filesystem::path(script_)
                                           .parent_path()
                                           .parent_path()
                                           .parent_path();
    python_ = root / ".venv/bin/python";
    proto_ = root / "proto";
    if (!PathExists(python_)) GTEST_SKIP() << "there is no " << python_;
    dir_ = TestDirectory();
    WriteImages(dir_);
  }

  void Export(SampleFormat to) {
    ExportRecordsOptions options;
    options.run.input = JoinPath(dir_, "photos");
    options.run.output = JoinPath(dir_, ToString(to));
    options.run.progress = ProgressMode::kNone;
    options.to = to;
    ASSERT_OK(ExportRecords(options));
  }

  void Read(const std::string& what) {
    ProgramOptions run;
    run.working_directory = dir_;
    const std::string page = std::filesystem::canonical("docs/python.md");
    const ProgramResult result =
        RunProgram({python_, script_, what, page, proto_}, run);
    if (result.exit_code == kNotInstalled) GTEST_SKIP() << result.err;
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  }

  std::string script_;
  std::string python_;
  std::string proto_;
  std::string dir_;
};

TEST_F(RecordsInPython, ProtobufAloneReadsCamsMasksAndPredictions) {
  WriteCams(JoinPath(dir_, "cams"));
  WriteCounterfactuals(JoinPath(dir_, "counterfactuals"));
  WritePredictions(JoinPath(dir_, "predictions/photos"));
  Read("records");
}

TEST_F(RecordsInPython, TfrecordReadsAnExport) {
  Export(SampleFormat::kTfExample);
  Read("tf_example");
}

TEST_F(RecordsInPython, WebdatasetReadsAnExport) {
  Export(SampleFormat::kWebDataset);
  Read("webdataset");
}

TEST_F(RecordsInPython, MlcroissantTakesTheDescription) {
  CroissantOptions options;
  options.run.input = JoinPath(dir_, "photos");
  ASSERT_OK(MakeCroissant(options));
  Read("croissant");
}

}  // namespace
}  // namespace maskfill
