#include "ingest/groups.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "ingest/layout/csv_reader.h"

namespace maskfill {
namespace {

constexpr char kPathColumn[] = "path";
constexpr char kGroupColumn[] = "group";

using Places = absl::flat_hash_map<absl::string_view, size_t>;

// Place of the image that `path` names, with any folders before it; the
// number of images where it names none.
size_t PlaceOf(absl::string_view path, const Places& places) {
  while (true) {
    const auto found = places.find(path);
    if (found != places.end()) return found->second;
    const size_t slash = path.find('/');
    if (slash == absl::string_view::npos) return places.size();
    path.remove_prefix(slash + 1);
  }
}

absl::StatusOr<size_t> ColumnOf(const std::vector<std::string>& header,
                                const std::string& name) {
  const auto found = std::find(header.begin(), header.end(), name);
  if (found == header.end()) {
    return absl::DataLossError(absl::StrCat("there is no column \"", name,
                                            "\", found ",
                                            absl::StrJoin(header, ",")));
  }
  return static_cast<size_t>(found - header.begin());
}

// The group of each image, empty where nothing tells it.
absl::StatusOr<std::vector<std::string>> ReadGroups(absl::string_view text,
                                                    const std::string& column,
                                                    const ImageList& list) {
  Places places;
  for (size_t i = 0; i < list.files.size(); ++i) {
    places.emplace(list.files[i].path, i);
  }
  CsvReader reader(text);
  std::vector<std::string> fields;
  RETURN_IF_ERROR(reader.Next(&fields).status());
  ASSIGN_OR_RETURN(const size_t path, ColumnOf(fields, kPathColumn));
  ASSIGN_OR_RETURN(const size_t value, ColumnOf(fields, column));
  const size_t num_columns = fields.size();
  std::vector<std::string> groups(list.files.size());
  std::vector<bool> told(list.files.size());
  while (true) {
    ASSIGN_OR_RETURN(const bool more, reader.Next(&fields));
    if (!more) break;
    const std::string line = absl::StrCat("line ", reader.line(), ": ");
    if (fields.size() != num_columns) {
      return absl::DataLossError(absl::StrCat(
          line, "found ", fields.size(), " fields, expected ", num_columns));
    }
    const size_t place = PlaceOf(fields[path], places);
    if (place == places.size()) continue;
    if (told[place]) {
      return absl::DataLossError(absl::StrCat(
          line, "\"", list.files[place].path, "\" is there twice"));
    }
    told[place] = true;
    if (fields[value].empty()) continue;
    groups[place] = column == kGroupColumn
                        ? fields[value]
                        : absl::StrCat(column, "=", fields[value]);
  }
  if (std::find(told.begin(), told.end(), true) == told.end()) {
    return absl::DataLossError(
        absl::StrCat("tells of none of the ", list.files.size(),
                     " images, expected paths such as ", list.files[0].path));
  }
  return groups;
}

}  // namespace

absl::Status SetGroups(const GroupOptions& options, ImageList* list) {
  if (options.file.empty() || list->files.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::string text,
                   Annotate(ReadFile(options.file), "--groups"));
  ASSIGN_OR_RETURN(
      const std::vector<std::string> groups,
      Annotate(ReadGroups(text, options.column, *list), options.file));
  std::set<std::string> names(groups.begin(), groups.end());
  names.erase("");
  list->groups.assign(names.begin(), names.end());
  for (size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].empty()) continue;
    list->files[i].group = static_cast<int32_t>(
        std::distance(names.begin(), names.find(groups[i])));
  }
  return absl::OkStatus();
}

}  // namespace maskfill
