#include "ingest/layout/csv_layout.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "ingest/classes/class_list.h"
#include "ingest/layout/csv_rows.h"
#include "ingest/layout/passed_over.h"

namespace maskfill {
namespace {

// Numbers above are taken for a mistake when nothing says how many there are.
constexpr int64_t kMaxClasses = 1'000'000;

// The number that `text` is in its shortest form, or -1.
int64_t NumberOf(const std::string& text) {
  int64_t number = -1;
  if (!absl::SimpleAtoi(text, &number) || absl::StrCat(number) != text) {
    return -1;
  }
  return number;
}

// Whether a person may have meant a number: also 2.0, -1, 007 and nan.
bool LooksLikeNumber(const std::string& text) {
  double number = 0;
  return absl::SimpleAtod(text, &number);
}

bool AreNumbersBelow(const std::set<std::string>& labels, int64_t limit) {
  return std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
    return NumberOf(label) >= 0 && NumberOf(label) < limit;
  });
}

// As names, numbers get other labels than they say: "10" is before "2".
void NoteNumbers(const std::set<std::string>& labels,
                 SourceFindings* findings) {
  std::vector<std::string> numbers;
  std::copy_if(labels.begin(), labels.end(), std::back_inserter(numbers),
               LooksLikeNumber);
  if (numbers.empty()) return;
  findings->deviations.push_back(absl::StrCat(
      numbers.size(), " of the ", labels.size(), " labels of the rows look ",
      "like numbers (", ShortList(numbers), "), but not all are numbers 0 to ",
      kMaxClasses - 1, " such as 7: all are taken for names, which get labels ",
      "in the order of text", kClassesAdvice));
}

// The classes that the labels are of.
absl::StatusOr<ClassList> ClassesOf(const std::set<std::string>& labels,
                                    const std::string& classes_file,
                                    SourceFindings* findings) {
  if (!classes_file.empty()) {
    ASSIGN_OR_RETURN(ClassList classes, ReadClassList(classes_file));
    const bool are_keys = std::all_of(
        labels.begin(), labels.end(),
        [&](const auto& label) { return classes.labels.contains(label); });
    if (are_keys || !AreNumbersBelow(labels, classes.size())) return classes;
    classes.labels.clear();
    for (int64_t label = 0; label < classes.size(); ++label) {
      classes.labels.emplace(absl::StrCat(label), label);
    }
    return classes;
  }
  ClassList classes;
  classes.is_imagenet = false;
  classes.origin = "the labels of the rows";
  if (AreNumbersBelow(labels, kMaxClasses)) {
    int64_t greatest = -1;
    for (const std::string& label : labels) {
      greatest = std::max(greatest, NumberOf(label));
    }
    for (int64_t label = 0; label <= greatest; ++label) {
      classes.keys.push_back(absl::StrCat(label));
    }
  } else {
    NoteNumbers(labels, findings);
    classes.keys.assign(labels.begin(), labels.end());
  }
  for (const std::string& key : classes.keys) {
    classes.labels.emplace(key, classes.labels.size());
  }
  return classes;
}

// Sets label and other_labels.
absl::Status SetLabels(const CsvRow& row, const ClassList& classes,
                       ImageFile* file) {
  std::vector<int64_t> labels;
  for (const std::string& text : row.labels) {
    const auto label = classes.labels.find(text);
    if (label == classes.labels.end()) {
      return absl::DataLossError(
          absl::StrCat("the label \"", text, "\" is not among ", classes.origin,
                       ", expected one of them or, in all rows, numbers below ",
                       classes.size()));
    }
    if (std::find(labels.begin(), labels.end(), label->second) !=
        labels.end()) {
      return absl::DataLossError(
          absl::StrCat("the label \"", text, "\" is there twice"));
    }
    labels.push_back(label->second);
  }
  file->label = labels[0];
  file->other_labels.assign(labels.begin() + 1, labels.end());
  return absl::OkStatus();
}

// Names the groups in bytewise order.
void SetGroups(const std::vector<CsvRow>& rows, ImageList* list) {
  std::set<std::string> groups;
  for (const CsvRow& row : rows) {
    if (!row.group.empty()) groups.insert(row.group);
  }
  list->groups.assign(groups.begin(), groups.end());
}

int32_t GroupOf(const CsvRow& row, const ImageList& list) {
  if (row.group.empty()) return -1;
  return static_cast<int32_t>(
      std::lower_bound(list.groups.begin(), list.groups.end(), row.group) -
      list.groups.begin());
}

void AddRow(const std::string& csv_file, const CsvRow& row,
            const ClassList& classes, ImageList* list) {
  ImageFile file{.path = row.path};
  absl::Status status = SetLabels(row, classes, &file);
  if (status.ok()) {
    const absl::StatusOr<FileStamp> stamp =
        ListedStampOf(JoinPath(list->source, row.path));
    status = stamp.status();
    if (stamp.ok()) file.stamp = *stamp;
  }
  if (!status.ok()) {
    list->findings.errors.push_back(absl::Status(
        status.code(),
        absl::StrCat(csv_file, ", line ", row.line, ": ", status.message())));
    return;
  }
  file.group = GroupOf(row, *list);
  list->files.push_back(std::move(file));
}

}  // namespace

absl::Status ListCsvLayout(const std::string& csv_file, absl::string_view split,
                           const std::string& classes_file, ImageList* list) {
  if (IsDirectory(csv_file)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", csv_file, "\" is a directory, expected --source to ",
                     "be the CSV file; the images' directory is --images"));
  }
  ASSIGN_OR_RETURN(const std::string text,
                   Annotate(ReadFile(csv_file), "--source"));
  ASSIGN_OR_RETURN(const std::vector<CsvRow> rows,
                   ReadCsvRows(text, csv_file, &list->findings));
  std::set<std::string> labels;
  for (const CsvRow& row : rows) {
    labels.insert(row.labels.begin(), row.labels.end());
  }
  ASSIGN_OR_RETURN(const ClassList classes,
                   ClassesOf(labels, classes_file, &list->findings));
  SetClasses(classes, list);
  SetGroups(rows, list);
  list->mapping_sha256 = Sha256Hex(text);
  list->mixes_labels = true;
  for (const CsvRow& row : rows) {
    if (list->findings.errors.size() >= kMaxCsvErrors) break;
    if (!row.split.empty() && row.split != split) {
      list->findings.LeaveOut(
          absl::StrCat("of --split=", row.split, " in the CSV file"), row.path);
    } else if (!PassOver(row.path, list)) {
      AddRow(csv_file, row, classes, list);
    }
  }
  if (list->files.empty() && list->findings.errors.empty()) {
    const std::vector<SourceFindings::LeftOut>& found = list->findings.left_out;
    return absl::NotFoundError(absl::StrCat(
        "\"", csv_file, "\" has no row for --split=", split, ", found ",
        found.empty() ? "none at all" : ToText(found)));
  }
  return absl::OkStatus();
}

}  // namespace maskfill
