// What a picture is called, in words that CLIP's tokenizer knows.
#ifndef MASKFILL_SPURIOUS_SHAPES_PRETRAIN_CAPTIONS_H_
#define MASKFILL_SPURIOUS_SHAPES_PRETRAIN_CAPTIONS_H_

#include <string>
#include <vector>

#include "spurious_shapes/factors.h"

namespace maskfill {

// Which factors a caption mentions beside style and shape.
enum class CaptionForm {
  kFull,          // "a photo of a red circle on stripes."
  kNoBackground,  // "a photo of a red circle."
  kNoColour,      // "a photo of a circle on stripes."
  kShort,         // "a photo of a circle."
};
inline constexpr int kNumCaptionForms = 4;

// The next shape of the cycle circle, hexagon, square, cross, star, arrow,
// triangle, heart, crescent, ring, circle: the one whose word is also used for
// `shape`.
Shape ShapeLendingItsWord(Shape shape);

// Polysemy: in some contexts the word of a shape means the shape before it in
// the cycle, as "crane" means another thing at a lake than at a building site.
// Contexts are the 80 pairs of background and colour in this order, bricks
// first; the first share `rate` of them (rounded to pairs) is polysemous. A
// class name, averaged over prompts of all contexts as for a zero-shot head,
// then stands for its shape by 1 - rate and for another by `rate`.
bool IsPolysemousContext(Background background, Colour colour, double rate);

// The word for the shape in the given context; `polysemy_rate` in [0, 1].
Shape ShapeInCaption(const Factors& factors, double polysemy_rate);

// The caption of a picture with these factors. The words are the names of
// factors.h, except that a checkered background is "checkers".
std::string Caption(const Factors& factors, CaptionForm form,
                    double polysemy_rate);

// Prompts with "{}" for the class name. All full captions: 4 styles x 8
// colours x 10 backgrounds = 320, style by style, then colour by colour.
std::vector<std::string> PromptTemplates();

// Every caption that pre-training can produce, each once: the vocabulary.
std::vector<std::string> AllCaptions();

}  // namespace maskfill

#endif  // MASKFILL_SPURIOUS_SHAPES_PRETRAIN_CAPTIONS_H_
