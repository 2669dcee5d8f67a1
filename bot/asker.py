"""Questions on a terminal; answers may come from a pipe as well."""

from __future__ import annotations

import getpass
import sys
import textwrap

from formatting.locales import Locale, load

_WIDTH = 100  # columns
_CHINESE, _ENGLISH = ("zh", "中", "汉", "简", "cn", "chinese"), ("en", "英")


class Asker:
    """Asks in one language. An empty line, and the end of the input, skip a question."""

    def __init__(self, locale: Locale) -> None:
        self.locale = locale

    def say(self, key: str, **values: object) -> None:
        """Print a text of the locales, wrapped; one of several lines stands apart."""
        lines = self.locale.text(f"init.{key}", **values).splitlines()
        for line in [""] * (len(lines) > 1) + lines:
            print(textwrap.fill(line, _WIDTH, subsequent_indent="   ", break_on_hyphens=False, break_long_words=False))  # noqa: T201 - it is asking

    def ask(self, key: str, *, secret: bool = False, **values: object) -> str:
        """Return what is answered, empty for nothing; a secret does not show while it is typed."""
        return self._asked(self.locale.text(f"init.{key}", **values), secret=secret)

    def _asked(self, text: str, *, secret: bool = False) -> str:
        prompt = f"{text}: "
        try:
            if secret and sys.stdin.isatty():
                return getpass.getpass(prompt).strip()
            typed = input(prompt).strip()
        except EOFError:
            typed = ""
        if not sys.stdin.isatty():
            print()  # noqa: T201 - the line that nobody typed here
        return typed

    def agrees(self, key: str, *, default: bool, **values: object) -> bool:
        """Return whether the answer is yes; without any, the default."""
        typed = self._asked(self.locale.text(f"init.{key}", **values, choice="Y/n" if default else "y/N")).casefold()
        return typed.startswith(("y", "是", "好")) if typed else default


def choose_language(default: str) -> Asker:
    """Return an asker in the language that is chosen, first of all; asks again for one it does not know."""
    asker = Asker(load("en"))
    while (typed := asker.ask("language", default=default).casefold()) and not typed.startswith(_CHINESE + _ENGLISH):
        asker.say("language_unknown")
    return Asker(load("zh" if (typed or default).startswith(_CHINESE) else "en"))
