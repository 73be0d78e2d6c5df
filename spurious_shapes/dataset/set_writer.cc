#include "spurious_shapes/dataset/set_writer.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/atomic_file.h"
#include "core/base/files.h"
#include "core/base/ordered_parallel.h"
#include "core/base/preemption.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "spurious_shapes/dataset/scene_list.h"
#include "spurious_shapes/dataset/stored_png.h"
#include "spurious_shapes/picture.h"

namespace maskfill {
namespace {

// Pictures that a thread makes at a time. Part of the content digest's
// definition, so it never changes with the number of threads.
constexpr int64_t kChunk = 64;

// A chunk that has been written.
struct Chunk {
  std::string scene_lines;
  std::string digest;  // of its paths, pictures and masks
  int64_t images = 0;
  int64_t usual_background_images = 0;
};

// Where a set's parts lie below the benchmark's directory.
std::string SetDirectory(Suite suite) {
  return JoinPath(InfoOf(suite).source, InfoOf(suite).directory);
}
std::string MasksDirectory(Suite suite) {
  return JoinPath("masks", SetDirectory(suite));
}
std::string ScenesPath(Suite suite) {
  return absl::StrCat("scenes/", InfoOf(suite).name, ".csv");
}

// A set that is being made, in the temporary directory `root`.
class StagedSet {
 public:
  StagedSet(const BenchmarkOptions& options, Suite suite, std::string root)
      : options_(options), suite_(suite), root_(std::move(root)) {}

  absl::Status MakeFolders() const {
    for (const char* part : {"pictures", "masks"}) {
      for (int i = 0; i < kNumShapes; ++i) {
        RETURN_IF_ERROR(MakeDirectories(
            JoinPath(JoinPath(root_, part),
                     ClassFolder(suite_, static_cast<Shape>(i)))));
      }
    }
    return absl::OkStatus();
  }

  // Renders and writes pictures [begin, end). Thread-safe.
  absl::StatusOr<Chunk> WriteChunk(int64_t begin, int64_t end) const {
    Renderer renderer(options_.image_size);
    Sha256 sha;
    Chunk chunk;
    for (int64_t i = begin; i < end; ++i) {
      const Scene scene =
          SampleSuiteScene(suite_, options_.correlation, options_.run.seed, i);
      const Shape shape = scene.factors.shape;
      const Picture picture =
          TakePicture(scene, InfoOf(suite_).border_px, &renderer);
      const int64_t side = picture.image.height;
      const std::string image = EncodeStoredPng(PngColour::kRgb, side, side,
                                                picture.image.pixels.data());
      const std::string mask =
          EncodeStoredPng(PngColour::kGrey, side, side, picture.mask.data());
      const std::string path = PicturePath(suite_, shape, i);
      const std::string name =
          JoinPath(ClassFolder(suite_, shape), Basename(path));
      RETURN_IF_ERROR(
          WriteFileUnsynced(absl::StrCat(root_, "/pictures/", name), image));
      RETURN_IF_ERROR(
          WriteFileUnsynced(absl::StrCat(root_, "/masks/", name), mask));
      sha.UpdateField(path);
      sha.UpdateField(image);
      sha.UpdateField(mask);
      chunk.scene_lines += SceneListLine(path, scene);
      ++chunk.images;
      chunk.usual_background_images +=
          scene.factors.background == UsualBackground(shape);
    }
    chunk.digest = sha.HexDigest();
    return chunk;
  }

  // Syncs and gives everything its name.
  absl::Status Publish() const {
    RETURN_IF_ERROR(SyncFileSystem(root_));
    RETURN_IF_ERROR(RemoveRunFiles(options_.run.output, SetFiles(suite_)));
    RETURN_IF_ERROR(Move("scenes.csv", ScenesPath(suite_)));
    RETURN_IF_ERROR(Move("masks", MasksDirectory(suite_)));
    return Move("pictures", SetDirectory(suite_));
  }

  std::string scenes_path() const { return JoinPath(root_, "scenes.csv"); }

 private:
  absl::Status Move(const std::string& part, const std::string& name) const {
    const std::string to = JoinPath(options_.run.output, name);
    RETURN_IF_ERROR(MakeDirectories(Dirname(to)));
    return RenamePath(JoinPath(root_, part), to);
  }

  const BenchmarkOptions& options_;
  const Suite suite_;
  const std::string root_;
};

absl::StatusOr<SetSummary> WriteChunks(const BenchmarkOptions& options,
                                       Suite suite, const StagedSet& staged,
                                       Progress* progress) {
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFile> scenes,
                   AtomicFile::Create(staged.scenes_path()));
  RETURN_IF_ERROR(scenes->Append(SceneListHeader()));
  SetSummary summary;
  summary.name = std::string(InfoOf(suite).name);
  Sha256 sha;
  const int64_t size = options.SizeOf(suite);
  int64_t next = 0;
  RETURN_IF_ERROR((OrderedParallel<int64_t, Chunk>(
      options.run.num_threads,
      [&]() -> absl::StatusOr<std::optional<int64_t>> {
        RETURN_IF_ERROR(CheckNotPreempted());
        if (next >= size) return std::optional<int64_t>();
        return std::exchange(next, next + kChunk);
      },
      [&](int64_t begin) {
        return staged.WriteChunk(begin, std::min(begin + kChunk, size));
      },
      [&](Chunk chunk) -> absl::Status {
        sha.UpdateField(chunk.digest);
        sha.UpdateField(chunk.scene_lines);
        summary.images += chunk.images;
        summary.usual_background_images += chunk.usual_background_images;
        progress->Add(chunk.images);
        return scenes->Append(chunk.scene_lines);
      })));
  summary.content_sha256 = sha.HexDigest();
  RETURN_IF_ERROR(scenes->Commit());
  return summary;
}

}  // namespace

RunFiles SetFiles(Suite suite) {
  const std::string pictures = absl::StrCat(InfoOf(suite).name, "_*.png");
  RunFiles files;
  files.files = {ScenesPath(suite)};
  files.results = files.files;
  for (const std::string& root : {SetDirectory(suite), MasksDirectory(suite)}) {
    files.directories.push_back({root, {}});
    for (int i = 0; i < kNumShapes; ++i) {
      files.results.push_back(
          JoinPath(root, ClassFolder(suite, static_cast<Shape>(i))));
      files.directories.push_back({files.results.back(), {pictures}});
    }
  }
  return files;
}

absl::StatusOr<bool> IsWritten(const BenchmarkOptions& options, Suite suite) {
  const std::string& dir = options.run.output;
  if (!PathExists(JoinPath(dir, ScenesPath(suite)))) return false;
  for (int i = 0; i < kNumShapes; ++i) {
    const Shape shape = static_cast<Shape>(i);
    std::vector<std::string> expected;  // classes take turns
    for (int64_t k = i; k < options.SizeOf(suite); k += kNumShapes) {
      expected.push_back(Basename(PicturePath(suite, shape, k)));
    }
    std::sort(expected.begin(), expected.end());
    for (const std::string& root :
         {SetDirectory(suite), MasksDirectory(suite)}) {
      absl::StatusOr<std::vector<std::string>> names = ListDirectory(
          JoinPath(JoinPath(dir, root), ClassFolder(suite, shape)));
      if (absl::IsNotFound(names.status())) return false;
      RETURN_IF_ERROR(names.status());
      std::erase_if(*names,
                    [](const std::string& name) { return name[0] == '.'; });
      if (*names != expected) return false;
    }
  }
  return true;
}

absl::StatusOr<SetSummary> WriteSet(const BenchmarkOptions& options,
                                    Suite suite, Progress* progress) {
  const std::string name(InfoOf(suite).name);
  progress->SetDetail(name);
  ASSIGN_OR_RETURN(
      const std::unique_ptr<TemporaryDirectory> temporary,
      TemporaryDirectory::Create(JoinPath(options.run.output, name)));
  const StagedSet staged(options, suite, temporary->path());
  RETURN_IF_ERROR(staged.MakeFolders());
  ASSIGN_OR_RETURN(SetSummary summary,
                   WriteChunks(options, suite, staged, progress));
  RETURN_IF_ERROR(staged.Publish());
  return summary;
}

}  // namespace maskfill
