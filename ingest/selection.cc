#include "ingest/selection.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "core/base/counter_rng.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"

namespace maskfill {
namespace {

// Files of one class: list.files[begin, end).
struct ClassRange {
  size_t size() const { return end - begin; }

  size_t begin = 0;
  size_t end = 0;
};

std::vector<ClassRange> ClassRanges(const std::vector<ImageFile>& files) {
  std::vector<ClassRange> ranges;
  for (size_t i = 0; i < files.size(); ++i) {
    if (ranges.empty() || files[i].label != files[ranges.back().begin].label) {
      ranges.push_back({.begin = i});
    }
    ranges.back().end = i + 1;
  }
  return ranges;
}

// Sets the marks of `count` files of a class, chosen at random.
void Mark(const std::vector<ImageFile>& files, const ClassRange& range,
          int64_t count, uint64_t seed, absl::string_view purpose,
          std::vector<bool>* marks) {
  std::vector<std::pair<uint64_t, size_t>> order;
  for (size_t i = range.begin; i < range.end; ++i) {
    CounterRng rng(seed, purpose, 0, ImageId(files[i]));
    order.emplace_back(rng.Next64(), i);
  }
  std::partial_sort(order.begin(), order.begin() + count, order.end());
  for (int64_t i = 0; i < count; ++i) (*marks)[order[i].second] = true;
}

// How many images each class gives to a hold-out of `holdout`.
absl::StatusOr<std::vector<int64_t>> Shares(
    const std::vector<ClassRange>& ranges, int64_t holdout) {
  int64_t images = 0;
  for (const ClassRange& range : ranges) images += range.size();
  const int64_t most = images - static_cast<int64_t>(ranges.size());
  if (holdout > most) {
    return absl::InvalidArgumentError(
        absl::StrCat("--holdout is ", holdout, ", expected at most ", most,
                     ": there are ", images, " images of ", ranges.size(),
                     " classes, and each keeps one at least"));
  }
  std::vector<int64_t> shares;
  std::vector<std::pair<int64_t, size_t>> by_remainder;  // negated
  int64_t left = holdout;
  for (size_t i = 0; i < ranges.size(); ++i) {
    const int64_t product = static_cast<int64_t>(ranges[i].size()) * holdout;
    shares.push_back(product / images);
    by_remainder.emplace_back(-(product % images), i);
    left -= shares.back();
  }
  std::sort(by_remainder.begin(), by_remainder.end());
  while (left > 0) {  // more than once where classes of one image gave none
    for (const auto& [remainder, i] : by_remainder) {
      if (left == 0) break;
      if (shares[i] + 1 >= static_cast<int64_t>(ranges[i].size())) continue;
      ++shares[i];
      --left;
    }
  }
  return shares;
}

absl::Status MarkHoldout(const SelectionOptions& options,
                         const std::vector<ImageFile>& files,
                         std::vector<bool>* marks) {
  const std::vector<ClassRange> ranges = ClassRanges(files);
  ASSIGN_OR_RETURN(const std::vector<int64_t> shares,
                   Shares(ranges, options.holdout));
  for (size_t i = 0; i < ranges.size(); ++i) {
    Mark(files, ranges[i], shares[i], options.holdout_seed, "holdout", marks);
  }
  return absl::OkStatus();
}

absl::Status MarkIndexed(const std::string& index,
                         const std::vector<ImageFile>& files,
                         std::vector<bool>* marks) {
  ASSIGN_OR_RETURN(const std::string text,
                   Annotate(ReadFile(index), "--holdout_index"));
  absl::flat_hash_map<absl::string_view, size_t> place;
  for (size_t i = 0; i < files.size(); ++i) place.emplace(files[i].path, i);
  int64_t line_number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++line_number;
    absl::ConsumeSuffix(&line, "\r");
    if (line.empty()) continue;
    const auto found = place.find(line);
    const bool known = found != place.end();
    if (!known || (*marks)[found->second]) {
      return absl::DataLossError(absl::StrCat(
          index, ", line ", line_number, ": \"", PrintablePath(line), "\" is ",
          known ? "there twice"
                : "no image of the training set, expected a path below the "
                  "source such as ",
          known ? "" : files[0].path));
    }
    (*marks)[found->second] = true;
  }
  const auto held_out = std::count(marks->begin(), marks->end(), true);
  if (held_out > 0 && held_out < static_cast<int64_t>(files.size())) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", index, "\" names ", held_out, " of ", files.size(),
                   " images, expected at least one and not all"));
}

absl::Status MarkKShot(const SelectionOptions& options, const ImageList& list,
                       std::vector<bool>* marks) {
  std::vector<std::string> small;
  for (const ClassRange& range : ClassRanges(list.files)) {
    if (static_cast<int64_t>(range.size()) < options.k_shot) {
      small.push_back(absl::StrCat(
          list.class_keys[list.files[range.begin].label], " ", range.size()));
      continue;
    }
    Mark(list.files, range, options.k_shot, options.k_shot_seed, "k_shot",
         marks);
  }
  if (small.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("--k_shot is ", options.k_shot, ", but ", small.size(),
                   small.size() == 1 ? " class has" : " classes have",
                   " fewer images (", ShortList(small), ")"));
}

// Keeps the files whose mark is `mark`.
void Keep(bool mark, const std::vector<bool>& marks,
          std::vector<ImageFile>* files) {
  size_t kept = 0;
  for (size_t i = 0; i < files->size(); ++i) {
    if (marks[i] != mark) continue;
    if (kept != i) (*files)[kept] = std::move((*files)[i]);
    ++kept;
  }
  files->resize(kept);
}

}  // namespace

absl::Status SelectImages(const SelectionOptions& options,
                          absl::string_view split, ImageList* list) {
  if (options.HasHoldout()) {
    if (split != "train" && split != "val") {
      return absl::InvalidArgumentError(
          absl::StrCat("--split is ", split, ", expected train or val of a ",
                       "training set with a hold-out"));
    }
    std::vector<bool> marks(list->files.size());
    RETURN_IF_ERROR(
        options.holdout_index.empty()
            ? MarkHoldout(options, list->files, &marks)
            : MarkIndexed(options.holdout_index, list->files, &marks));
    Keep(split == "val", marks, &list->files);
  }
  if (options.k_shot > 0) {
    std::vector<bool> marks(list->files.size());
    RETURN_IF_ERROR(MarkKShot(options, *list, &marks));
    Keep(true, marks, &list->files);
  }
  return absl::OkStatus();
}

}  // namespace maskfill
