// Loss terms, gradients and whole trajectories of the trainer against an
// independent Python implementation (goldens; sizes come from them).
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <utility>

#include "ATen/Parallel.h"
#include "ATen/core/grad_mode.h"
#include "ATen/ops/zeros.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/model/image_classifier.h"
#include "core/model/model_config.h"
#include "core/model/named_tensors.h"
#include "core/model/safetensors.h"
#include "core/training/teacher.h"
#include "core/training/trainer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/support/golden_directory.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_device.h"

namespace maskfill {
namespace {

using testing::Pair;

constexpr char kCounterfactuals[] = "single_fill_object_0.4";
constexpr char kGradientPrefix[] = "grad.";
constexpr double kBeta = 30;

// As the goldens' README demands: |a - b| <= 1e-4 + 1e-3 |b|.
double Tolerance(double golden) { return 1e-4 + 1e-3 * std::abs(golden); }
// Of divergences: T^2 times a small difference of probabilities.
double DivergenceTolerance(double golden) {
  return 1e-4 + 2e-3 * std::abs(golden);
}

void ExpectNear(const at::Tensor& found, const at::Tensor& golden,
                const std::string& name) {
  ASSERT_EQ(found.sizes(), golden.sizes()) << name;
  const at::Tensor a = found.detach().to(at::kCPU, at::kDouble);
  const at::Tensor b = golden.to(at::kDouble);
  const at::Tensor excess = a.sub(b).abs().sub(b.abs().mul(1e-3).add(1e-4));
  EXPECT_LE(excess.max().item<double>(), 0.0)
      << name << ": largest difference " << a.sub(b).abs().max().item<double>()
      << " of values up to " << b.abs().max().item<double>();
}

// "backbone.X" of the goldens is "visual.X" here.
std::string OurName(const std::string& name) {
  const std::string prefix = "backbone.";
  return absl::StartsWith(name, prefix)
             ? absl::StrCat("visual.", name.substr(prefix.size()))
             : name;
}

// Sizes from the weights, what they cannot tell from config.json.
ModelConfig ConfigOf(const NamedTensors& student, const nlohmann::json& json) {
  ModelConfig config;
  const at::Tensor conv1 = student.at("visual.conv1.weight");
  config.patch_size = conv1.size(3);
  config.vision.width = conv1.size(0);
  // Without a word of it, OpenAI's heads.
  config.vision.heads = json.value("heads", config.vision.width / 64);
  config.vision.mlp_width =
      student.at("visual.transformer.resblocks.0.mlp.c_fc.bias").size(0);
  config.vision.layers = json.at("layers");
  config.embed_dim = student.at("visual.proj").size(1);
  config.image_size =
      config.patch_size *
      std::llround(
          std::sqrt(student.at("visual.positional_embedding").size(0) - 1));
  config.num_classes = student.at("classifier.weight").size(0);
  return config;
}

// The half-open range of `count` rows that `rule` says for a step: "rows 0..3
// on even steps, last 4 on odd steps". Without a rule, what the goldens' README
// says: the first half on even steps, the others on odd ones.
std::pair<int64_t, int64_t> RowsOfStep(const std::string& rule, int64_t step,
                                       int64_t count) {
  const bool is_odd = step % 2 == 1;
  if (rule.empty()) {
    return is_odd ? std::pair(count / 2, count)
                  : std::pair<int64_t, int64_t>(0, count / 2);
  }
  const std::regex clause(
      R"((?:rows? (\d+)(?:\.\.|-)(\d+)|(first|last) (\d+)(?: rows)?) )"
      R"((?:on|in) (even|odd))");
  for (std::sregex_iterator it(rule.begin(), rule.end(), clause), end;
       it != end; ++it) {
    const std::smatch& match = *it;
    if ((match[5] == "odd") != is_odd) continue;
    if (match[1].matched) {
      return {std::stoll(match[1]), std::stoll(match[2]) + 1};
    }
    const int64_t rows = std::stoll(match[4]);
    if (match[3] == "first") return {0, rows};
    return {count - rows, count};
  }
  ADD_FAILURE() << "trajectory.safetensors says \"" << rule
                << "\", which tells no rows for step " << step;
  return {0, count};
}

class TrainingParity : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(device_, TestDevice());
    at::set_num_threads(1);  // as the goldens were made
    ASSERT_OK_AND_ASSIGN(const std::string dir, GoldenDirectory());
    const auto read = [&dir](const std::string& name) {
      return ReadSafetensors(JoinPath(dir, name));
    };
    ASSERT_OK_AND_ASSIGN(const SafetensorsFile clip,
                         read("clip-openai-keys.safetensors"));
    ASSERT_OK_AND_ASSIGN(const SafetensorsFile student,
                         read("student-init.safetensors"));
    ASSERT_OK_AND_ASSIGN(loss_, read("loss.safetensors"));
    ASSERT_OK_AND_ASSIGN(trajectory_, read("trajectory.safetensors"));
    ASSERT_OK_AND_ASSIGN(SafetensorsFile vision, read("vision.safetensors"));
    ASSERT_OK_AND_ASSIGN(const std::string json,
                         ReadFile(JoinPath(dir, "config.json")));
    for (const auto& [name, tensor] : student.tensors) {
      student_[OurName(name)] = tensor;
    }
    config_ = ConfigOf(student_, nlohmann::json::parse(json));
    ASSERT_OK_AND_ASSIGN(const SafetensorsFile text, read("text.safetensors"));
    NamedTensors zeroshot = MoveTensors(clip.tensors, device_, at::kFloat);
    zeroshot["classifier.weight"] = text.tensors.at("zeroshot_head_weight");
    zeroshot["classifier.bias"] = at::zeros({config_.num_classes});
    ASSERT_OK_AND_ASSIGN(teacher_, ImageClassifier::Create(config_, zeroshot));
    all_.images = vision.tensors.at("images_u8");
    all_.counterfactuals = vision.tensors.at(kCounterfactuals);
    all_.labels = vision.tensors.at("labels");
  }

  absl::StatusOr<std::unique_ptr<Trainer>> MakeTrainer(
      const TrainerOptions& options) const {
    return Trainer::Create(config_, student_, Teacher(*teacher_), device_,
                           options);
  }

  // A number that the trajectories were made with.
  double Setting(const std::string& name) const {
    double value = 0;
    const auto found = trajectory_.metadata.find(name);
    EXPECT_TRUE(found != trajectory_.metadata.end() &&
                absl::SimpleAtod(found->second, &value))
        << "trajectory.safetensors says nothing of " << name;
    return value;
  }

  // The rows that the trajectories took in a step.
  ImageBatch BatchOfStep(int64_t step) const {
    const auto rule = trajectory_.metadata.find("batch");
    const auto [begin, end] =
        RowsOfStep(rule == trajectory_.metadata.end() ? "" : rule->second, step,
                   all_.labels.size(0));
    ImageBatch batch;
    batch.images = all_.images.slice(0, begin, end);
    batch.counterfactuals = all_.counterfactuals.slice(0, begin, end);
    batch.labels = all_.labels.slice(0, begin, end);
    return batch;
  }

  void ExpectTrajectory(const char* mode);

  c10::Device device_ = at::kCPU;
  SafetensorsFile loss_;
  SafetensorsFile trajectory_;
  NamedTensors student_;
  ModelConfig config_;
  std::optional<ImageClassifier> teacher_;
  ImageBatch all_;
};

TEST(RowsOfStep, AreThoseOfTheRule) {
  const std::string rule = "rows 0..3 on even steps, last 4 on odd steps";
  EXPECT_THAT(RowsOfStep(rule, 0, 6), Pair(0, 4));
  EXPECT_THAT(RowsOfStep(rule, 3, 6), Pair(2, 6));
  EXPECT_THAT(RowsOfStep("last 1 on odd steps, first 2 on even steps", 2, 3),
              Pair(0, 2));
  EXPECT_THAT(RowsOfStep("", 0, 5), Pair(0, 2));
  EXPECT_THAT(RowsOfStep("", 1, 5), Pair(2, 5));
}

TEST_F(TrainingParity, LossTermsAndGradientsAgree) {
  TrainerOptions options;
  options.objective = *ParseObjective("fd_mask");
  options.beta = kBeta;
  options.grad_clip = 0;  // the goldens' gradients are not clipped
  ASSERT_OK_AND_ASSIGN(auto trainer, MakeTrainer(options));
  ASSERT_OK_AND_ASSIGN(const StepResult found, trainer->ComputeGradients(all_));
  const auto golden = [this](const std::string& name) {
    return loss_.tensors.at(name).item<double>();
  };
  EXPECT_NEAR(found.ce, golden("ce"), Tolerance(golden("ce")));
  EXPECT_NEAR(found.distill, golden("mse"), Tolerance(golden("mse")));
  EXPECT_NEAR(found.total, golden("total_beta30"),
              Tolerance(golden("total_beta30")));
  EXPECT_NEAR(found.grad_norm, golden("grad_norm"),
              Tolerance(golden("grad_norm")));
  const NamedTensors parameters = trainer->student().parameters();
  int compared = 0;
  for (const auto& [name, tensor] :
       SelectPrefix(loss_.tensors, kGradientPrefix)) {
    ExpectNear(parameters.at(OurName(name)).grad(), tensor, name);
    ++compared;
  }
  EXPECT_GE(compared, 6);
}

TEST_F(TrainingParity, FeaturesOfTeacherAndStudentAgree) {
  TrainerOptions options;
  options.objective = *ParseObjective("ft");
  ASSERT_OK_AND_ASSIGN(auto trainer, MakeTrainer(options));
  at::NoGradGuard no_grad;
  const at::Tensor features =
      trainer->student().Features(all_.images.to(device_));
  ExpectNear(trainer->student().Logits(features),
             loss_.tensors.at("student_logits"), "student_logits");
  // The goldens hold the features that the distillation compares.
  ExpectNear(trainer->student().Features(all_.counterfactuals.to(device_)),
             loss_.tensors.at("student_features"), "student_features");
  ExpectNear(teacher_->Features(all_.counterfactuals.to(device_)),
             loss_.tensors.at("teacher_features"), "teacher_features");
}

TEST_F(TrainingParity, DistillationOfLogitsAgrees) {
  TrainerOptions options;
  options.objective = *ParseObjective("kd_mask");
  ASSERT_OK_AND_ASSIGN(auto trainer, MakeTrainer(options));
  ASSERT_OK_AND_ASSIGN(const StepResult found, trainer->ComputeGradients(all_));
  const double golden = loss_.tensors.at("kd_T10").item<double>();
  EXPECT_NEAR(found.distill, golden, DivergenceTolerance(golden));
}

void TrainingParity::ExpectTrajectory(const char* mode) {
  const std::string prefix = absl::StrCat(mode, ".");
  NamedTensors golden = SelectPrefix(trajectory_.tensors, prefix);
  ASSERT_EQ(golden.count("total"), 1) << "no trajectory of " << prefix;
  const int64_t steps = golden.at("total").size(0);
  TrainerOptions options;
  options.objective = *ParseObjective(mode);
  const bool of_logits = options.objective->needs_teacher_head;
  options.beta = Setting(of_logits ? "kd_weight" : "beta");
  options.grad_clip = Setting("clip");
  options.adamw.weight_decay = Setting("weight_decay");
  options.schedule.kind = ScheduleKind::kOneCycle;
  options.schedule.max_learning_rate = Setting("lr");
  options.schedule.total_steps = steps;
  options.schedule.warmup_fraction = Setting("pct_start");
  ASSERT_OK_AND_ASSIGN(auto trainer, MakeTrainer(options));
  const auto expect = [&](const std::string& name, int64_t step, double found) {
    const double value = golden.at(name)[step].item<double>();
    EXPECT_NEAR(found, value,
                of_logits ? DivergenceTolerance(value) : Tolerance(value))
        << prefix << name << " of step " << step;
  };
  for (int64_t step = 0; step < steps; ++step) {
    ASSERT_OK_AND_ASSIGN(const StepResult found,
                         trainer->Step(BatchOfStep(step)));
    expect("total", step, found.total);
    expect("ce", step, found.ce);
    expect("distill", step, found.distill);
    // Schedules must be exactly equal: to the rounding of doubles.
    const double lr = golden.at("lr")[step].item<double>();
    EXPECT_NEAR(found.learning_rate, lr, 1e-12 * lr) << "step " << step;
  }
  at::NoGradGuard no_grad;
  ExpectNear(trainer->student().Features(all_.images.to(device_)),
             golden.at("final_features"), prefix + "final_features");
}

TEST_F(TrainingParity, FineTuningFollowsTheTrajectory) {
  ExpectTrajectory("ft");
}

TEST_F(TrainingParity, FeatureDistillationFollowsTheTrajectory) {
  ExpectTrajectory("fd");
}

TEST_F(TrainingParity, MaskedFeatureDistillationFollowsTheTrajectory) {
  ExpectTrajectory("fd_mask");
}

TEST_F(TrainingParity, MaskedDistillationOfLogitsFollowsTheTrajectory) {
  ExpectTrajectory("kd_mask");
}

}  // namespace
}  // namespace maskfill
