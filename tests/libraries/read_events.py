"""A run's events, read by TensorBoard itself.

    read_events.py EVENTS

EVENTS is what events_in_tensorboard_test.cc has written: steps 1 to 6 of a run
that died after its fourth step and went on from its second, loss 1 / step, a
picture in steps 1 and 4; validation of steps 3 and 6. Exits with 77 when
TensorBoard is not installed.
"""

import io
import pathlib
import sys

NOT_INSTALLED = 77
try:
    from PIL import Image
    from tensorboard.backend.event_processing import event_accumulator
    from tensorboard.backend.event_processing import event_multiplexer
except ImportError as error:
    print(f"{error}: skipped", file=sys.stderr)
    sys.exit(NOT_INSTALLED)

events = pathlib.Path(sys.argv[1])
multiplexer = event_multiplexer.EventMultiplexer(
    size_guidance={event_accumulator.SCALARS: 0, event_accumulator.IMAGES: 0})
multiplexer.AddRunsFromDirectory(str(events))
multiplexer.Reload()
assert sorted(multiplexer.Runs()) == ["train", "validation"], multiplexer.Runs()


def scalars(run, tag):
    return [(event.step, event.value) for event in multiplexer.Scalars(run, tag)]


steps = range(1, 7)
train = multiplexer.Runs()["train"]
assert sorted(train["scalars"]) == ["accuracy", "loss"], train
found = scalars("train", "loss")
assert [step for step, _ in found] == list(steps), found
assert all(abs(value - 1 / step) < 1e-6 for step, value in found), found
found = scalars("validation", "accuracy")
assert found == [(3, 0.25), (6, 0.5)], found
pictures = multiplexer.Images("train", "counterfactuals")
assert [picture.step for picture in pictures] == [1, 4], pictures
for picture in pictures:
    assert (picture.width, picture.height) == (3, 2), picture
    pixels = Image.open(io.BytesIO(picture.encoded_image_string))
    assert pixels.getpixel((2, 1)) == (picture.step, 0, 0), pixels
