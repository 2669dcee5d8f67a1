"""Telegram's HTML mode: the tags, entities and complaints of the original, plus what it would drop without a word.

https://core.telegram.org/bots/api#html-style and `parse_html` in tdlib's td/telegram/MessageEntity.cpp.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

MOST_ENTITIES = 100  # https://core.telegram.org/bots/api#messageentity; later ones are dropped

_STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
_KINDS = _STYLES | {"a": "text_link", "tg-emoji": "custom_emoji", "code": "code", "pre": "pre"}
_KINDS |= {"blockquote": "blockquote"}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_WANTED = {"a": "href", "code": "class", "span": "class", "tg-emoji": "emoji-id", "blockquote": "expandable"}

_SPECIAL = re.compile("[<&]")
_REFERENCE = re.compile(r"&(?:#(?P<hex>x[0-9A-Fa-f]*)|#(?P<number>[0-9]*)|(?P<name>[A-Za-z]*));?")
_TAG_NAME = re.compile(r"[^ \t\r\n\v\0>]*")
_ATTRIBUTE_NAME = re.compile(r"[^ \t\r\n\v\0>=]*")
_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
_QUOTED = {'"': re.compile('[^"&]*'), "'": re.compile("[^'&]*")}
_SPACE = re.compile(r"[ \t\r\n\v\0]*")
_URL = re.compile(r"(?:(?:https?|tonsite)://)?[^\s/?#@:]+\.[^\s/?#@:.]+\.?(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)
_SURROGATES = "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate"
_SURROGATES += " code units"
_SURROGATE = re.compile("[\ud800-\udfff]")
_DEEP = re.compile(r"(?:tg|ton)://\S+", re.IGNORECASE)
_USER = re.compile(r"tg://user\?id=(\d+)", re.IGNORECASE)


class ParseError(Exception):
    """The text is refused; the message is Telegram's, without its "Bad Request: can't parse entities: "."""


@dataclass(frozen=True)
class Parsed:
    """What a reader sees; `lost` says what Telegram would silently leave out of it."""

    text: str
    entities: list[dict[str, Any]]
    lost: list[str]


@dataclass(frozen=True)
class _Open:
    tag: str
    argument: str
    offset: int
    begin: int


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 code units, which is how Telegram counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(html: str) -> Parsed:
    """Return the text and entities of a message, or raise ParseError as Telegram would refuse it."""
    return _Parser(html).run()


def is_link(url: str) -> bool:
    """Return whether Telegram would keep this address as a link."""
    return bool(_URL.fullmatch(url) or _DEEP.fullmatch(url))


@dataclass
class _Parser:
    html: str
    pos: int = 0
    text: str = ""
    length: int = 0
    opened: list[_Open] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def run(self) -> Parsed:
        while special := _SPECIAL.search(self.html, self.pos):
            self._say(self.html[self.pos : special.start()])
            self.pos = special.start()
            if special.group() == "&":
                self._say(self._reference())
            elif self.html.startswith("</", self.pos):
                self._end_tag()
            else:
                self._start_tag()
        self._say(self.html[self.pos :])
        if self.opened:
            raise ParseError(f'Can\'t find end tag corresponding to start tag "{self.opened[-1].tag}"')
        if _SURROGATE.search(self.text):
            raise ParseError(_SURROGATES)
        return self._finish()

    def _finish(self) -> Parsed:
        entities = sorted(self.entities, key=lambda entity: (entity["offset"], -entity["length"]))
        if len(entities) > MOST_ENTITIES:
            self.lost.append(f"{len(entities)} entities, {MOST_ENTITIES} are kept")
        return Parsed(self.text, entities[:MOST_ENTITIES], self.lost)

    def _say(self, text: str) -> None:
        self.text += text
        self.length += utf16_length(text)

    def _reference(self) -> str:
        """Return the character at `pos`; what is not a known reference stays as it is written."""
        match = _REFERENCE.match(self.html, self.pos)
        assert match
        if match["name"] is not None:
            found = _NAMED.get(match["name"], "")
        else:
            digits = (match["hex"] or "")[1:] or match["number"]
            code = int(digits or "0", 16 if match["hex"] else 10)
            short = len(match.group().rstrip(";")) < 10
            found = chr(code) if 0 < code < 0x10FFFF and short else ""
        self.pos = match.end() if found else self.pos + 1
        return found or "&"

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.html, self.pos)
        assert match
        self.pos = match.end()
        return match.group()

    def _here(self) -> str:
        return self.html[self.pos : self.pos + 1]

    def _bytes(self, pos: int) -> int:
        return len(self.html[:pos].encode("utf-8", "surrogatepass"))

    def _start_tag(self) -> None:
        begin = self.pos
        self.pos += 1
        tag = self._take(_TAG_NAME).lower()
        if not self._here():
            raise ParseError(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        if tag not in _KINDS:
            raise ParseError(f'Unsupported start tag "{tag}" at byte offset {self._bytes(begin)}')
        argument = self._attributes(tag, begin)
        if tag == "span" and argument != "tg-spoiler":
            raise ParseError(f'Tag "span" must have class "tg-spoiler" at byte offset {self._bytes(begin)}')
        self.pos += 1
        self.opened.append(_Open(tag, argument, self.length, len(self.text)))

    def _attributes(self, tag: str, begin: int) -> str:
        """Return the value of the one attribute that means something for the tag, and go to the closing bracket."""
        argument = ""
        while self._take(_SPACE) or self._here() != ">":
            if self._here() == ">":
                break
            name = self._take(_ATTRIBUTE_NAME)
            if not name:
                raise ParseError(f'Empty attribute name in the tag "{tag}" at byte offset {self._bytes(begin)}')
            value = self._value(tag, name, begin)
            if name.lower() == _WANTED.get(tag):
                argument = value or name
        return argument

    def _value(self, tag: str, name: str, begin: int) -> str:
        self._take(_SPACE)
        if name.lower() == "expandable" and self._here() not in ("", "="):
            return ""
        if self._here() not in ("", "="):
            place = f'the tag "{tag}" at byte offset {self._bytes(begin)}'
            raise ParseError(f"Expected equal sign in declaration of an attribute of {place}")
        self.pos += 1
        self._take(_SPACE)
        if not self._here():
            raise ParseError(f'Unclosed start tag "{tag}" at byte offset {self._bytes(begin)}')
        value = self._quoted() if self._here() in ("'", '"') else self._token()
        if not self._here():
            raise ParseError(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        return value

    def _token(self) -> str:
        start = self.pos
        token = self._take(_TOKEN)
        if self._here() not in tuple(" \t\r\n\v\0>"):
            raise ParseError(f"Unexpected end of name token at byte offset {self._bytes(start)}")
        return token.lower()

    def _quoted(self) -> str:
        plain = _QUOTED[self._here()]
        self.pos += 1
        value = self._take(plain)
        while self._here() == "&":
            value += self._reference() + self._take(plain)
        self.pos += 1
        return value

    def _end_tag(self) -> None:
        begin, self.pos = self.pos, self.pos + 2
        if not self.opened:
            raise ParseError(f"Unexpected end tag at byte offset {self._bytes(begin)}")
        name = self._take(_TAG_NAME).lower()
        self._take(_SPACE)
        if self._here() != ">":
            raise ParseError(f"Unclosed end tag at byte offset {self._bytes(begin)}")
        self.pos += 1
        tag = self.opened.pop()
        if name not in ("", tag.tag):
            raise ParseError(
                f'Unmatched end tag at byte offset {self._bytes(begin)}, expected "</{tag.tag}>", found "</{name}>"'
            )
        self._close(tag)

    def _close(self, tag: _Open) -> None:
        outer = self.opened[-1] if self.opened else None
        self.lost += [f'"{tag.tag}" inside "{o.tag}"' for o in self.opened if _clash(o, tag) and not _listing(o, tag)]
        entity: dict[str, Any] = {"type": _KINDS[tag.tag], "offset": tag.offset, "length": self.length - tag.offset}
        if tag.tag == "a" and not self._link(tag, entity):
            return
        if not entity["length"]:
            return
        if tag.tag == "code" and outer and _listing(outer, tag):
            self.entities.append(entity | {"type": "pre", "language": tag.argument.removeprefix("language-")})
        elif tag.tag != "pre" or not any(e["type"] == "pre" and e["offset"] == tag.offset for e in self.entities):
            extra = {"custom_emoji_id": tag.argument} if tag.tag == "tg-emoji" else {}
            kind = "expandable_blockquote" if tag.tag == "blockquote" and tag.argument else entity["type"]
            self.entities.append(entity | extra | {"type": kind})

    def _link(self, tag: _Open, entity: dict[str, Any]) -> bool:
        url = tag.argument or self.text[tag.begin :]
        if not entity["length"]:
            self.lost.append(f"link without text to {url!r}")
        elif user := _USER.fullmatch(url):
            entity |= {"type": "text_mention", "user": {"id": int(user[1])}}
            return True
        elif is_link(url):
            entity["url"] = url
            return True
        else:
            self.lost.append(f"link to {url!r}, which is no address")
        return False


def _listing(outer: _Open, inner: _Open) -> bool:
    return (outer.tag, inner.tag) == ("pre", "code") and inner.argument.startswith("language-")


def _clash(outer: _Open, inner: _Open) -> bool:
    """Return whether Telegram cannot show one inside the other."""
    if {outer.tag, inner.tag} & _STYLES.keys():
        return bool({outer.tag, inner.tag} & {"pre", "code"})
    return outer.tag != "blockquote" or inner.tag == "blockquote"
