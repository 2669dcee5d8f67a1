import re

import pytest

from brief.models import Language
from formatting import markdown, people, slack, telegram, terminal
from formatting.document import plain
from formatting.locales import load
from formatting.typed import either
from sources.sample_site import SAMPLE_DATE

PRESS = re.compile(r"Press|点论文")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_only_surfaces_with_buttons_speak_of_pressing(language: Language) -> None:
    empty = people.later(language, [])
    for shown in (terminal.render(empty, 100, color=False), markdown.render(empty)):
        assert "/save" in shown
        assert not PRESS.search(shown)
    for chat in (telegram, slack):
        assert PRESS.search(str(chat.calls(empty, date=SAMPLE_DATE)))


@pytest.mark.parametrize("key", sorted(key for key in load("en").keys if key.endswith("_typed")))
def test_what_is_typed_has_a_counterpart_to_press_and_names_commands(key: str) -> None:
    for locale in (load("en"), load("zh")):
        said = either(locale, key.removesuffix("_typed"))
        assert said.typed
        assert plain(said.spans) != plain(said.typed)
        assert "`/" in locale.raw(key)
