#include "spurious_shapes/dataset/scene_list.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace maskfill {

std::string SceneListHeader() {
  return "path,label,shape,background,usual_background,style,colour,"
         "appearance_seed,radius,rotation,centre_x,centre_y,log_aspect,shear,"
         "noise,blur,light,background_contrast,object_contrast\n";
}

std::string SceneListLine(absl::string_view path, const Scene& scene) {
  const Factors& factors = scene.factors;
  const Nuisances& n = scene.nuisances;
  const bool usual = factors.background == UsualBackground(factors.shape);
  std::string line = absl::StrCat(
      path, ",", static_cast<int>(factors.shape), ",", ShapeName(factors.shape),
      ",", BackgroundName(factors.background), ",", usual ? 1 : 0, ",",
      StyleName(factors.style), ",", ColourName(factors.colour), ",",
      scene.appearance_seed);
  for (const float value :
       {n.radius, n.rotation, n.centre_x, n.centre_y, n.log_aspect, n.shear,
        n.noise, n.blur, n.light, n.background_contrast, n.object_contrast}) {
    absl::StrAppendFormat(&line, ",%.9g", value);
  }
  line += "\n";
  return line;
}

}  // namespace maskfill
