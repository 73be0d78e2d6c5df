#include "model_tool/weights_table.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "model_tool/export_format.h"
#include "model_tool/weights/key_map.h"
#include "model_tool/weights/state_dict.h"

namespace maskfill {

std::string WeightsTable() {
  std::string table =
      "| image tower | whose names | `export_model --format=` |\n"
      "|---|---|---|\n";
  for (const WeightsNaming& naming : AllWeightsNamings()) {
    std::vector<std::string> formats;
    for (const ExportFormat format : AllExportFormats()) {
      if (NamingOf(format) != naming.name) continue;
      formats.push_back(absl::StrCat("`", ToString(format), "`"));
    }
    absl::StrAppend(&table, "| `", naming.tower, "*` | ", naming.projects,
                    " | ", absl::StrJoin(formats, ", "), " |\n");
  }
  absl::StrAppend(&table, "\n| `import_model` reads | |\n|---|---|\n");
  for (const WeightsFormatRow& row : AllWeightsFormats()) {
    absl::StrAppend(&table, "| ", row.name, " | ", row.description, " |\n");
  }
  return table;
}

}  // namespace maskfill
