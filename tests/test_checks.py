import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seisfill import errors
from seisfill._checks import check_between, check_shape, did_you_mean
from seisfill.errors import InvalidParameterError, SeisfillError


def test_bounds_are_allowed_and_what_lies_beyond_is_named():
    check_between("missing", 0.0, 0, 1)
    check_between("missing", 1.0, 0, 1)
    with pytest.raises(InvalidParameterError, match=r"^Invalid missing 1.5: must lie between 0 and 1\.$"):
        check_between("missing", 1.5, 0, 1)
    with pytest.raises(InvalidParameterError, match="Invalid missing nan"):
        check_between("missing", math.nan, 0, 1)


def test_a_wrong_shape_is_named_with_the_right_one():
    check_shape("live", (3,), (3,))
    with pytest.raises(InvalidParameterError, match=r"^Invalid shape \(2,\) of live: must be \(3,\)\.$"):
        check_shape("live", (2,), (3,))


@given(st.sampled_from(["missing", "phase", "every"]), st.integers(0, 4))
def test_a_word_with_one_letter_lost_is_recognised(word, place):
    assert did_you_mean(word[:place] + word[place + 1 :], ["missing", "phase", "every"]) == f"did you mean {word!r}?"


def test_every_error_of_the_house_is_a_seisfill_error_and_drawn_in_the_tree():
    raised = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    for error in raised:
        assert error.__name__ in errors.__doc__
        assert issubclass(error, (SeisfillError, UserWarning))
    assert issubclass(InvalidParameterError, ValueError)
