#include "eval/report/page/page.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/draw/markup.h"
#include "eval/report/page/page_style.h"
#include "eval/report/page/sections.h"

namespace maskfill {
namespace {

struct Section {
  const char* id;
  const char* title;
  std::string html;  // empty: left out
};

absl::StatusOr<std::vector<Section>> Sections(const PageData& data) {
  ASSIGN_OR_RETURN(std::string images, ImagesSection(data));
  ASSIGN_OR_RETURN(std::string sheets, SheetsSection(data));
  ASSIGN_OR_RETURN(std::string provenance, ProvenanceSection(data));
  return std::vector<Section>{
      {"differences", "Differences", DifferencesSection(data)},
      {"sets", "Set by set", SetsSection(data)},
      {"published", "Published values", PublishedSection(data)},
      {"classes", "Classes and groups", ClassesSection(data)},
      {"calibration", "Calibration", CalibrationSection(data)},
      {"images", "Images", std::move(images)},
      {"counterfactuals", "Counterfactuals", std::move(sheets)},
      {"thresholds", "Thresholds", ThresholdsSection(data)},
      {"disagreement", "Disagreement", DisagreementSection(data)},
      {"training", "Training", TrainingSection(data)},
      {"provenance", "Provenance", std::move(provenance)},
  };
}

// What the page is about, in a browser's tab.
std::string Title(const PageData& data) {
  const AccuracyTable::Method* subject = data.Subject();
  const AccuracyTable::Method* baseline = data.Baseline();
  if (subject == nullptr || baseline == nullptr) return "Evaluation";
  return absl::StrCat(subject->name, " against ", baseline->name);
}

}  // namespace

absl::StatusOr<std::string> PageHtml(const PageData& data) {
  ASSIGN_OR_RETURN(const std::vector<Section> sections, Sections(data));
  std::string links;
  std::string body;
  for (const Section& section : sections) {
    if (section.html.empty()) continue;
    absl::StrAppend(&links, "<li><a href=\"#", section.id, "\">", section.title,
                    "</a></li>");
    absl::StrAppend(&body, "<section id=\"", section.id,
                    "\" aria-labelledby=\"", section.id, "-title\">\n<h2 id=\"",
                    section.id, "-title\">", section.title, "</h2>\n",
                    section.html, "</section>\n");
  }
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">"
      "\n<title>",
      EscapeMarkup(Title(data)), "</title>\n<style>\n", PageCss(),
      "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the "
      "results</a>\n<header>\n<h1>",
      EscapeMarkup(Title(data)), "</h1>\n<nav aria-label=\"Sections\"><ul>",
      links, "</ul></nav>\n</header>\n<main id=\"main\">\n", Verdict(data),
      OverviewSection(data), body, "</main>\n</body>\n</html>\n");
}

}  // namespace maskfill
