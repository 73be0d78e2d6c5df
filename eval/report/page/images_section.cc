#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/base/status_macros.h"
#include "core/draw/markup.h"
#include "eval/report/page/sections.h"

namespace maskfill {
namespace {

using Method = AccuracyTable::Method;

constexpr size_t kErrors = 12;
constexpr size_t kDisagreements = 6;  // for either side
constexpr int64_t kSide = 112;        // px

// An image and what is said below it.
struct Card {
  float order = 0;          // the largest first
  std::string fingerprint;  // of its set
  std::string set;
  std::string id;
  std::string text;
  int64_t rank = 0;  // among those of its set
};

// The largest of every set, then the second of every set and so on: one set
// alone would hide what happens on the others.
void KeepLargest(size_t count, std::vector<Card>* cards) {
  std::stable_sort(
      cards->begin(), cards->end(),
      [](const Card& a, const Card& b) { return a.order > b.order; });
  std::map<std::string, int64_t> seen;
  for (Card& card : *cards) card.rank = seen[card.set]++;
  std::stable_sort(
      cards->begin(), cards->end(),
      [](const Card& a, const Card& b) { return a.rank < b.rank; });
  if (cards->size() > count) cards->resize(count);
}

std::string Said(const std::string& who, const PredictionSet& set,
                 const PredictedImage& image) {
  std::string text = absl::StrCat(who, who.empty() ? "" : ": ",
                                  set.ClassName(image.predicted));
  if (image.confidence.has_value()) {
    absl::StrAppendFormat(&text, " (%.0f %%)", 100 * *image.confidence);
  }
  return text;
}

Card ToCard(const v1::SetReport& set, const PredictionSet& predictions,
            const PredictedImage& image, const std::string& text) {
  return {.order = image.confidence.value_or(0),
          .fingerprint = set.fingerprint(),
          .set = set.name(),
          .id = image.id,
          .text = absl::StrCat("is ", predictions.ClassName(image.label), "; ",
                               text)};
}

// A set on which both models' predictions are there.
struct Pair {
  const v1::SetReport& set;
  const PredictionSet& subject;
  const PredictionSet* baseline;  // may be null
};

absl::StatusOr<std::vector<Pair>> Pairs(const PageData& data,
                                        const Method& subject,
                                        const Method* baseline) {
  std::vector<Pair> pairs;
  const v1::EvalReport& report = data.FirstRun(subject).report;
  for (const v1::SetReport& set : report.sets()) {
    ASSIGN_OR_RETURN(const PredictionSet* ours,
                     data.predictions.Find(report, set));
    if (ours == nullptr) continue;
    const PredictionSet* theirs = nullptr;
    if (baseline != nullptr) {
      const v1::EvalReport& other = data.FirstRun(*baseline).report;
      for (const v1::SetReport& same : other.sets()) {
        if (same.name() != set.name()) continue;
        ASSIGN_OR_RETURN(theirs, data.predictions.Find(other, same));
      }
    }
    pairs.push_back({set, *ours, theirs});
  }
  return pairs;
}

absl::StatusOr<std::string> Cards(const PageData& data,
                                  const std::string& title,
                                  const std::vector<Card>& cards) {
  if (cards.empty()) return "";
  std::map<std::string, std::vector<std::string>> wanted;
  for (const Card& card : cards) wanted[card.fingerprint].push_back(card.id);
  std::map<std::string, std::map<std::string, Image>> images;
  for (const auto& [fingerprint, ids] : wanted) {
    ASSIGN_OR_RETURN(images[fingerprint],
                     data.pictures.ReadImages(fingerprint, ids, kSide));
  }
  std::string html = absl::StrCat("<h3>", EscapeMarkup(title),
                                  "</h3>\n<ul class=\"cards\">\n");
  for (const Card& card : cards) {
    absl::StrAppend(&html, "<li>");
    const auto& of_set = images[card.fingerprint];
    const auto image = of_set.find(card.id);
    if (image != of_set.end()) {
      ASSIGN_OR_RETURN(
          const std::string picture,
          InlineImage(image->second, absl::StrCat(card.set, ", ", card.id)));
      absl::StrAppend(&html, picture);
    }
    absl::StrAppend(&html, "<span class=\"id\">", EscapeMarkup(card.set), ", ",
                    EscapeMarkup(card.id), "</span><span>",
                    EscapeMarkup(card.text), "</span></li>\n");
  }
  return html + "</ul>\n";
}

}  // namespace

absl::StatusOr<std::string> ImagesSection(const PageData& data) {
  const Method* subject = data.Subject();
  if (subject == nullptr) return "";
  const Method* baseline = data.Baseline();
  ASSIGN_OR_RETURN(const std::vector<Pair> pairs,
                   Pairs(data, *subject, baseline));
  std::vector<Card> errors;
  std::vector<Card> won;
  std::vector<Card> lost;
  for (const Pair& pair : pairs) {
    for (size_t i = 0; i < pair.subject.images.size(); ++i) {
      const PredictedImage& ours = pair.subject.images[i];
      if (!ours.counted) continue;
      if (!ours.right && ours.confidence.has_value()) {
        errors.push_back(
            ToCard(pair.set, pair.subject, ours,
                   absl::StrCat("taken for ", Said("", pair.subject, ours))));
      }
      if (pair.baseline == nullptr || i >= pair.baseline->images.size()) {
        continue;
      }
      const PredictedImage& theirs = pair.baseline->images[i];
      if (theirs.id != ours.id || ours.right == theirs.right) continue;
      Card card =
          ToCard(pair.set, pair.subject, ours,
                 absl::StrCat(Said(subject->name, pair.subject, ours), ", ",
                              Said(baseline->name, *pair.baseline, theirs)));
      card.order += theirs.confidence.value_or(0);
      (ours.right ? won : lost).push_back(card);
    }
  }
  KeepLargest(kErrors, &errors);
  KeepLargest(kDisagreements, &won);
  KeepLargest(kDisagreements, &lost);
  std::string html;
  const std::vector<std::pair<std::string, const std::vector<Card>*>> parts = {
      {absl::StrCat("Most confident errors of ", subject->name), &errors},
      {absl::StrCat("Right with ", subject->name, ", wrong with ",
                    baseline == nullptr ? "" : baseline->name),
       &won},
      {absl::StrCat("Wrong with ", subject->name, ", right with ",
                    baseline == nullptr ? "" : baseline->name),
       &lost}};
  for (const auto& [title, cards] : parts) {
    ASSIGN_OR_RETURN(const std::string part, Cards(data, title, *cards));
    absl::StrAppend(&html, part);
  }
  if (!html.empty()) {
    absl::StrAppend(&html,
                    "<p class=\"note\">Of the first seed; those that "
                    "the models are most confident about.</p>\n");
  }
  return html;
}

}  // namespace maskfill
