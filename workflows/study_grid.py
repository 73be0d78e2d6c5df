"""The cells of a grid that a configuration describes by a row for each family.

    grid:
      "object-{threshold}-{fill}":
        {mask: object, threshold: [0.3, 0.4], fill: [single, multi]}

Every list is an axis; this makes four cells, object-0.3-single to
object-0.4-multi, each with mask_tool's flags --mask, --threshold and --fill. A
later configuration file drops a row by null.
"""

import itertools


def cells(grid):
    """Cell name -> flags of mask_tool."""
    return {
        name: flags
        for family, row in (grid or {}).items()
        if row is not None
        for name, flags in _cells_of(family, row)
    }


def _cells_of(family, row):
    axes = {name: value for name, value in row.items() if isinstance(value, list)}
    names = set()
    for point in itertools.product(*axes.values()):
        cell = {**row, **dict(zip(axes, point))}
        name = family.format(**cell)
        if name in names:
            raise ValueError(
                f'grid: two cells of "{family}" are called "{name}"; name every'
                f" axis in it: {', '.join('{' + axis + '}' for axis in axes)}"
            )
        names.add(name)
        yield name, cell
