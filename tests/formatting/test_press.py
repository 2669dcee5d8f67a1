import datetime as dt

import pytest
from builders import DATE
from hypothesis import example, given
from hypothesis import strategies as st

from formatting.press import Press, pack, unpack


@given(
    st.from_regex(r"[a-z_]{1,20}", fullmatch=True),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)),
)
def test_what_a_button_carries_comes_back(action: str, value: str, date: dt.date) -> None:
    data = pack(action, value, date)
    assert len(data.encode()) <= 64
    assert unpack(data) == Press(action, value, date)


@given(st.text() | st.from_regex(r"[0-2]\|[a-z]+\|\d{6}\|.*"))
@example("1|card|260230|x")
@example("2|card|260501|x")
@example("1|card|260501")
@example("1|card|２60501|x")
@example("")
def test_foreign_data_is_nothing_or_a_press(data: str) -> None:
    press = unpack(data)
    assert press is None or data == f"1|{press.action}|{press.date:%y%m%d}|{press.value}"


def test_data_of_buttons() -> None:
    assert pack("card", "2604.26904", DATE) == "1|card|260501|2604.26904"
    assert pack("zone", "America/Argentina/ComodRivadavia", DATE)
    assert unpack("1|top|260501|") == Press("top", "", DATE)


@pytest.mark.parametrize(
    ("action", "value", "date"),
    [
        ("card", "x" * 64, DATE),
        ("a|b", "", DATE),
        ("", "x", DATE),
        ("card", "\ud800", DATE),
        ("card", "x", dt.date(1999, 1, 1)),
    ],
)
def test_what_does_not_fit_a_button_is_refused(action: str, value: str, date: dt.date) -> None:
    with pytest.raises(ValueError, match=r"year|callback|surrogates"):
        pack(action, value, date)
