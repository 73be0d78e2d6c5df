#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/draw/markup.h"
#include "core/draw/panels.h"
#include "core/image/resize.h"
#include "eval/report/page/sections.h"

namespace maskfill {
namespace {

constexpr size_t kSheets = 8;   // more make the page heavy
constexpr int64_t kRows = 4;    // of each set
constexpr int64_t kSide = 112;  // px

absl::Status AddPanel(const Image& image, const std::string& what,
                      const std::string& of, std::string* html) {
  if (image.pixels.empty()) return absl::OkStatus();
  const bool fits = image.height == kSide && image.width == kSide;
  ASSIGN_OR_RETURN(
      const std::string picture,
      InlineImage(fits ? image : ResizeBicubic(image, kSide, kSide),
                  absl::StrCat(what, " of ", of)));
  absl::StrAppend(html, "<li>", picture, "<span>", EscapeMarkup(what),
                  "</span></li>");
  return absl::OkStatus();
}

absl::StatusOr<std::string> Row(const SheetRow& row) {
  const PreviewRow& preview = row.preview;
  // Panels are drawn at a size that shows the patches' borders.
  const Image picture = ResizeBicubic(preview.image, kSide, kSide);
  std::string html = absl::StrCat(
      "<figure class=\"strip\"><figcaption>", EscapeMarkup(row.class_name),
      row.class_name.empty() ? "" : ": ", "<span class=\"id\">",
      EscapeMarkup(preview.id), "</span>, ", preview.mask.count(), " of ",
      preview.mask.size(), " patches masked",
      row.donor_id.empty()
          ? ""
          : absl::StrCat(", from <span class=\"id\">",
                         EscapeMarkup(row.donor_id), "</span>"),
      "</figcaption><ul class=\"panels\">");
  RETURN_IF_ERROR(AddPanel(picture, "image", preview.id, &html));
  if (!preview.relevance.empty()) {
    RETURN_IF_ERROR(
        AddPanel(RelevancePanel(picture, preview.grid, preview.relevance),
                 "relevance", preview.id, &html));
  }
  RETURN_IF_ERROR(AddPanel(MaskPanel(picture, preview.grid, preview.mask),
                           "mask", preview.id, &html));
  RETURN_IF_ERROR(
      AddPanel(preview.counterfactual, "counterfactual", preview.id, &html));
  if (row.donor.has_value()) {
    RETURN_IF_ERROR(AddPanel(*row.donor, "donor", preview.id, &html));
  }
  return html + "</ul></figure>\n";
}

}  // namespace

absl::StatusOr<std::string> SheetsSection(const PageData& data) {
  ASSIGN_OR_RETURN(const std::vector<Sheet> sheets,
                   data.pictures.ReadSheets(kRows, kSheets));
  std::string html;
  if (sheets.size() == kSheets) {
    html = "<p class=\"note\">Of the first sets that were given.</p>\n";
  }
  for (const Sheet& sheet : sheets) {
    absl::StrAppend(&html, "<h3>", EscapeMarkup(sheet.name),
                    "</h3>\n<div class=\"strips\">\n");
    for (const SheetRow& row : sheet.rows) {
      ASSIGN_OR_RETURN(const std::string strip, Row(row));
      absl::StrAppend(&html, strip);
    }
    absl::StrAppend(&html, "</div>\n");
  }
  return html;
}

}  // namespace maskfill
