#include "ingest/ingest_flags.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
#include "core/base/status_macros.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"

DEFINE_string(source, "", "directory of the data set as unpacked");
DEFINE_string(layout, "folder",
              "folder (<source>/<class>/*, labels in the order of sorted "
              "folder names); with labels of the 1000 classes: imagenet "
              "(<source>/<split>/<wnid>/*), imagenet_v2 (<source>/<label>/*), "
              "imagenet_r, imagenet_sketch, imagenet_a (<source>/<wnid>/*), "
              "objectnet (<source>/images/<folder>/* and <source>/mappings)");
DEFINE_string(split, "",
              "train, val or test: which folder of --layout=imagenet, and "
              "what the manifest says; empty: train for --layout=folder and "
              "imagenet, test for the others");
DEFINE_string(name, "",
              "of the set and of its shards, letters, digits, '.', '_' and "
              "'-'; empty: <layout>-<split>");
DEFINE_int64(num_shards, 0,
             "how many files are written, 0 to 99999; 0: one per 1000 images");
DEFINE_string(pixels, "original",
              "what is stored: original (the file's bytes) or preprocessed "
              "(RGB pixels, resized and cropped as CLIP does)");
DEFINE_int64(image_size, 224, "px per side of preprocessed pixels, 1 to 4096");
DEFINE_string(classes, "",
              "JSON list of class keys in label order, in place of ImageNet's "
              "wnids; empty: these, and for --layout=folder the sorted folder "
              "names");
DEFINE_bool(verify_only, false,
            "decode every image, print images per class and all unusable "
            "files, write nothing");

namespace maskfill {
namespace {

bool IsGiven(const char* flag) {
  return !gflags::GetCommandLineFlagInfoOrDie(flag).is_default;
}

bool IsName(const std::string& text) {
  for (const char c : text) {
    if (!isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' &&
        c != '-') {
      return false;
    }
  }
  return text.empty() || text[0] != '.';
}

void CheckNumbers(FlagErrors* errors) {
  if (FLAGS_num_shards < 0 || FLAGS_num_shards > 99999) {
    errors->Add(absl::StrCat("--num_shards is ", FLAGS_num_shards,
                             ", expected 0 to 99999"));
  }
  if (FLAGS_image_size < 1 || FLAGS_image_size > 4096) {
    errors->Add(absl::StrCat("--image_size is ", FLAGS_image_size,
                             ", expected 1 to 4096 px"));
  }
}

void CheckVerifyOnly(FlagErrors* errors) {
  if (!FLAGS_verify_only) return;
  for (const char* flag : {"dry_run", "overwrite", "summary_json"}) {
    if (IsGiven(flag)) {
      errors->Add(
          absl::StrCat("--", flag, " has no meaning with --verify_only"));
    }
  }
}

}  // namespace

absl::StatusOr<IngestOptions> IngestOptionsFromFlags() {
  FlagErrors errors;
  IngestOptions options;
  if (!FLAGS_verify_only) {
    TakeOutputFlags("a directory to write", &options.run, &errors);
    TakeTaskFlags(&options.run, &errors);
  }
  TakeProgressFlag(&options.run, &errors);
  TakeBadRecordFlag(&options.run, &errors);
  TakeThreadFlag(&options.run, &errors);
  options.source = FLAGS_source;
  if (options.source.empty()) {
    errors.Add("--source is missing, expected the directory of the data set");
  }
  const absl::StatusOr<Layout> layout = ParseLayout(FLAGS_layout);
  errors.Add(layout.status());
  if (layout.ok()) options.layout = *layout;
  options.split = FLAGS_split;
  if (options.split.empty()) {
    options.split = IsTestSet(options.layout) ? "test" : "train";
  }
  if (options.split != "train" && options.split != "val" &&
      options.split != "test") {
    errors.Add(absl::StrCat("--split is \"", options.split,
                            "\", expected train, val or test"));
  }
  options.name = FLAGS_name;
  if (!IsName(options.name)) {
    errors.Add(absl::StrCat("--name is \"", options.name,
                            "\", expected letters, digits, '.', '_', '-'"));
  }
  options.classes_file = FLAGS_classes;
  const absl::StatusOr<PixelsMode> mode = ParsePixelsMode(FLAGS_pixels);
  errors.Add(mode.status());
  if (mode.ok()) options.read.mode = *mode;
  options.read.image_size = FLAGS_image_size;
  options.num_shards = FLAGS_num_shards;
  CheckNumbers(&errors);
  CheckVerifyOnly(&errors);
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

bool VerifyOnlyFromFlags() { return FLAGS_verify_only; }

}  // namespace maskfill
