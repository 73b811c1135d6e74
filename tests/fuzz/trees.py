"""One value of a tree of JSON changed: gone, an extreme, a neighbour, or something of another kind."""

from seisfill.segy.marks import pack

EXTREMES = (
    None,
    True,
    0,
    -1,
    1,
    2**31,
    2**63,
    10**30,
    0.5,
    1e300,
    float("nan"),
    float("inf"),
    "",
    "x" * 300,
    "../evil",
)
EXTREMES += ("fldr", "\x1b[2J", [], [[0, 1, "eJwDAAAAAAE="]], {}, {"a": 1}, pack(bytes(10**7)))


def places_of(value, path=()):
    """Every place in a tree of JSON."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from places_of(inner, (*path, key))


def changed(line, rng):
    """The line with one value gone, swapped for an extreme, or turned into another of its kind."""
    path = rng.choice(list(places_of(line)))
    inner = line
    for key in path[:-1]:
        inner = inner[key]
    old = inner[path[-1]]
    if rng.random() < 0.1:
        del inner[path[-1]]
    elif isinstance(old, int) and rng.random() < 0.4:
        inner[path[-1]] = old + rng.choice((-1, 1, 1000, 2**40))
    else:
        inner[path[-1]] = rng.choice(EXTREMES)
