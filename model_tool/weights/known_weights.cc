#include "model_tool/weights/known_weights.h"

#include <utility>

namespace maskfill {
namespace {

// From the addresses in openai/CLIP's clip.py, whose last folder is the digest.
constexpr std::pair<absl::string_view, absl::string_view> kWeights[] = {
    {"40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af",
     "OpenAI CLIP ViT-B/32"},
    {"5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f",
     "OpenAI CLIP ViT-B/16"},
    {"b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836",
     "OpenAI CLIP ViT-L/14"},
    {"3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02",
     "OpenAI CLIP ViT-L/14@336px"},
};

}  // namespace

std::string KnownWeights(absl::string_view sha256_hex) {
  for (const auto& [digest, name] : kWeights) {
    if (digest == sha256_hex) return std::string(name);
  }
  return "";
}

}  // namespace maskfill
