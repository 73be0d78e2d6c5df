#include "core/work/work.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/build_facts.h"
#include "core/record/manifest.h"

namespace maskfill {

void Work::AddOption(absl::string_view name, absl::string_view value) {
  v1::Option& option = options.emplace_back();
  option.set_name(std::string(name));
  option.set_value(std::string(value));
}

void Work::AddInput(absl::string_view role, absl::string_view path,
                    absl::string_view fingerprint) {
  v1::InputReference& input = inputs.emplace_back();
  input.set_role(std::string(role));
  input.set_path(std::string(path));
  input.set_fingerprint(std::string(fingerprint));
}

void Work::AddInput(v1::InputReference input) {
  inputs.push_back(std::move(input));
}

v1::Manifest PlanOf(const Work& work, absl::string_view name,
                    absl::string_view record_type) {
  v1::Manifest plan;
  plan.set_schema_version(kManifestSchemaVersion);
  plan.set_name(std::string(name));
  plan.set_tool(work.tool);
  plan.set_tool_version(kToolVersion);
  plan.set_algorithm_version(work.algorithm_version);
  plan.set_record_type(std::string(record_type));
  *plan.mutable_options() = {work.options.begin(), work.options.end()};
  std::sort(plan.mutable_options()->begin(), plan.mutable_options()->end(),
            [](const v1::Option& a, const v1::Option& b) {
              return a.name() < b.name();
            });
  plan.set_seed(work.seed);
  *plan.mutable_inputs() = {work.inputs.begin(), work.inputs.end()};
  plan.set_fingerprint(ComputeFingerprint(plan));
  return plan;
}

void AddCounter(absl::string_view name, double value, v1::Manifest* result) {
  for (v1::Counter& counter : *result->mutable_counters()) {
    if (counter.name() == name) {
      counter.set_value(counter.value() + value);
      return;
    }
  }
  v1::Counter* counter = result->add_counters();
  counter->set_name(std::string(name));
  counter->set_value(value);
}

void AddNote(absl::string_view name, absl::string_view value,
             v1::Manifest* result) {
  v1::Option* note = result->add_notes();
  note->set_name(std::string(name));
  note->set_value(std::string(value));
}

double CounterOf(const v1::Manifest& result, absl::string_view name) {
  for (const v1::Counter& counter : result.counters()) {
    if (counter.name() == name) return counter.value();
  }
  return 0;
}

std::string NoteOf(const v1::Manifest& result, absl::string_view name) {
  for (const v1::Option& note : result.notes()) {
    if (note.name() == name) return note.value();
  }
  return "";
}

}  // namespace maskfill
