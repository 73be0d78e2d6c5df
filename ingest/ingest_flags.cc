#include "ingest/ingest_flags.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/flag_errors.h"
#include "core/base/flag_facts.h"
#include "core/base/status_macros.h"
#include "core/work/run_flags.h"
#include "gflags/gflags.h"
#include "ingest/admitted_images.h"

DEFINE_string(
    source, "",
    "directory of the data set as unpacked; of --layout=csv the file");
DEFINE_string(layout, "folder",
              "folder (<source>/<class>/*, labels in the order of sorted "
              "folder names); csv (a file with the columns path, label or "
              "labels separated by ';', and if there split and group); with "
              "labels of the 1000 classes: imagenet "
              "(<source>/<split>/<wnid>/*), imagenet_v2 (<source>/<label>/*), "
              "imagenet_r, imagenet_sketch, imagenet_a (<source>/<wnid>/*), "
              "objectnet (<source>/images/<folder>/* and <source>/mappings)");
DEFINE_string(split, "",
              "train, val or test: which folder of --layout=imagenet, which "
              "rows of --layout=csv, and what the manifest says; empty: train "
              "for --layout=folder, csv and imagenet, test for the others");
DEFINE_string(
    images, "",
    "directory that the paths of --layout=csv are below; empty: where "
    "the file lies");
DEFINE_string(ignore, "",
              "comma separated patterns (* ? [abc]) of files and folders that "
              "are left out and counted: names, or paths below --source where "
              "they have a slash");
DEFINE_string(name, "",
              "of the set and of its shards, letters, digits, '.', '_' and "
              "'-'; empty: <layout>-<split>, of a hold-out <layout>-holdout");
DEFINE_int64(num_shards, 0,
             "how many files are written, 0 to 99999; 0: one per 1000 images");
DEFINE_string(pixels, "original",
              "what is stored: original (the file's bytes) or preprocessed "
              "(RGB pixels, resized and cropped as CLIP does)");
DEFINE_int64(image_size, 224, "px per side of preprocessed pixels, 1 to 4096");
DEFINE_string(classes, "",
              "JSON list of class keys in label order, in place of ImageNet's "
              "wnids; empty: these, and for --layout=folder the sorted folder "
              "names, for csv the sorted labels");
DEFINE_string(
    exif, "ignore",
    "ignore the orientation in EXIF data, as CLIP and torchvision do, "
    "or apply it: the image is turned as it is to be seen (and stored "
    "as PNG by --pixels=original)");
DEFINE_string(formats, "jpeg,png,webp",
              "comma separated formats of files that are images: jpeg, png, "
              "webp, gif, bmp, tiff; others are refused");
DEFINE_bool(first_frame, false,
            "take the first frame of animations and the first page of files "
            "that have several; without it they are refused");
DEFINE_string(
    groups, "",
    "CSV file whose columns path and --group_column tell the group of "
    "each image, for the accuracy of the worst one; a path may have "
    "more folders before that below --source. --layout=csv has a "
    "column of its own");
DEFINE_string(group_column, "group",
              "of --groups; groups of another column than group are called "
              "COLUMN=VALUE");
DEFINE_int64(holdout, 0,
             "images of the training set that are its validation split, the "
             "same share of every class, at least 0 (the method's: 10240 of "
             "ImageNet's): --split=val takes them, --split=train the others");
DEFINE_uint64(holdout_seed, 0, "which images --holdout takes");
DEFINE_string(
    holdout_index, "",
    "in place of --holdout: file of the images' paths below --source, "
    "one a line");
DEFINE_int64(k_shot, 0, "images per class that are taken, at least 0; 0: all");
DEFINE_uint64(k_shot_seed, 0, "which images --k_shot takes");
DEFINE_bool(
    verify_only, false,
    "decode every image and report all that is wrong with the set, also "
    "by --summary_json; write nothing else. 65 where anything is");

namespace maskfill {
namespace {

const FlagFactsTable kFacts({
    {"source", {.path = FlagPath::kInput, .required = true}},
    {"layout",
     {.values = {"folder", "csv", "imagenet", "imagenet_v2", "imagenet_r",
                 "imagenet_sketch", "imagenet_a", "objectnet"}}},
    {"split", {.values = {"train", "val", "test"}}},
    {"images", {.path = FlagPath::kInputDirectory}},
    {"pixels", {.values = {"original", "preprocessed"}}},
    {"classes", {.path = FlagPath::kInputFile}},
    {"exif", {.values = {"ignore", "apply"}}},
    {"formats",
     {.list = true, .values = {"jpeg", "png", "webp", "gif", "bmp", "tiff"}}},
    {"groups", {.path = FlagPath::kInputFile}},
    {"holdout_index", {.path = FlagPath::kInputFile}},
    {"output",
     {.path = FlagPath::kOutputDirectory,
      .required = true,
      .unless = {"verify_only"}}},
});

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
  errors->CheckRange("num_shards", FLAGS_num_shards, 0, 99999);
  errors->CheckRange("image_size", FLAGS_image_size, 1, 4096, " px");
}

void CheckVerifyOnly(FlagErrors* errors) {
  if (!FLAGS_verify_only) return;
  for (const char* flag :
       {"dry_run", "overwrite", "exif", "holdout", "holdout_seed",
        "holdout_index", "k_shot", "k_shot_seed", "groups", "group_column"}) {
    if (IsFlagGiven(flag)) {
      errors->Add(
          absl::StrCat("--", flag, " has no meaning with --verify_only"));
    }
  }
}

// --holdout and --k_shot, each with what belongs to it.
SelectionOptions TakeSelection(Layout layout, const std::string& split,
                               FlagErrors* errors) {
  errors->CheckAtLeast("holdout", FLAGS_holdout, 0);
  errors->CheckAtLeast("k_shot", FLAGS_k_shot, 0);
  if (IsFlagGiven("holdout") && IsFlagGiven("holdout_index")) {
    errors->Add("--holdout and --holdout_index are given, expected one");
  }
  if (IsFlagGiven("holdout_seed") && FLAGS_holdout == 0) {
    errors->Add("--holdout_seed has no meaning without --holdout");
  }
  if (IsFlagGiven("k_shot_seed") && FLAGS_k_shot == 0) {
    errors->Add("--k_shot_seed has no meaning without --k_shot");
  }
  SelectionOptions selection{.holdout = FLAGS_holdout,
                             .holdout_seed = FLAGS_holdout_seed,
                             .holdout_index = FLAGS_holdout_index,
                             .k_shot = FLAGS_k_shot,
                             .k_shot_seed = FLAGS_k_shot_seed};
  if (selection.HasHoldout() && (IsTestSet(layout) || split == "test")) {
    errors->Add(absl::StrCat(
        "a hold-out is of a training set, found --layout=", ToString(layout),
        " and --split=", split, ", expected train or val"));
  }
  return selection;
}

GroupOptions TakeGroups(Layout layout, FlagErrors* errors) {
  if (layout == Layout::kCsv && IsFlagGiven("groups")) {
    errors->Add(
        "--groups has no meaning with --layout=csv, whose list has a "
        "column group");
  }
  if (FLAGS_groups.empty() && IsFlagGiven("group_column")) {
    errors->Add("--group_column has no meaning without --groups");
  }
  if (FLAGS_group_column == "path") {
    errors->Add("--group_column is path, expected another column of --groups");
  }
  return {.file = FLAGS_groups, .column = FLAGS_group_column};
}

SourceOptions TakeSource(FlagErrors* errors) {
  SourceOptions source;
  source.path = FLAGS_source;
  errors->Require("source", source.path, "the directory of the data set");
  const absl::StatusOr<Layout> layout = ParseLayout(FLAGS_layout);
  errors->Take(layout, &source.layout);
  source.split = FLAGS_split;
  if (source.split.empty()) {
    source.split = IsTestSet(source.layout) ? "test" : "train";
  }
  if (source.split != "train" && source.split != "val" &&
      source.split != "test") {
    errors->Add(absl::StrCat("--split is \"", source.split,
                             "\", expected train, val or test"));
  }
  source.classes_file = FLAGS_classes;
  source.images_dir = FLAGS_images;
  if (layout.ok() && *layout != Layout::kCsv && IsFlagGiven("images")) {
    errors->Add("--images has no meaning without --layout=csv");
  }
  source.ignore = ParseList(FLAGS_ignore);
  errors->Take(ParseImageFormats(ParseList(FLAGS_formats)),
               &source.admitted.formats, "formats");
  source.admitted.first_frame = FLAGS_first_frame;
  return source;
}

}  // namespace

absl::StatusOr<IngestOptions> IngestOptionsFromFlags() {
  FlagErrors errors;
  IngestOptions options;
  TakeOutputFlags(FLAGS_verify_only ? "" : "a directory to write", &options.run,
                  &errors);
  if (!FLAGS_verify_only) TakeTaskFlags(&options.run, &errors);
  TakeProgressFlag(&options.run, &errors);
  TakeBadRecordFlag(&options.run, &errors);
  TakeThreadFlag(&options.run, &errors);
  options.source = TakeSource(&errors);
  options.selection =
      TakeSelection(options.source.layout, options.source.split, &errors);
  options.groups = TakeGroups(options.source.layout, &errors);
  options.name = FLAGS_name;
  if (!IsName(options.name)) {
    errors.Add(absl::StrCat("--name is \"", options.name,
                            "\", expected letters, digits, '.', '_', '-'"));
  }
  errors.Take(ParsePixelsMode(FLAGS_pixels), &options.read.mode);
  options.read.image_size = FLAGS_image_size;
  errors.Take(ParseExifMode(FLAGS_exif), &options.read.exif);
  options.num_shards = FLAGS_num_shards;
  CheckNumbers(&errors);
  CheckVerifyOnly(&errors);
  RETURN_IF_ERROR(errors.ToStatus());
  return options;
}

bool VerifyOnlyFromFlags() { return FLAGS_verify_only; }

}  // namespace maskfill
