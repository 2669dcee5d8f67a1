"""Rich text. https://docs.slack.dev/reference/block-kit/blocks/rich-text-block .

Slack prints no limit for a piece of rich text: what limits it is the total text of a message. Empty pieces and empty
lists of them are refused: https://github.com/NousResearch/hermes-agent/pull/59621 .
"""

from __future__ import annotations

from tests.fakes.slack_elements import ID, URL
from tests.fakes.slack_schema import array, boolean, integer, one_of, pattern, record, string, typed

_TYPE = {"type": string(255)}
_ANY_LENGTH, _ANY_NUMBER = 100_000, 1000
_STYLE = record({}, dict.fromkeys(["bold", "italic", "strike", "code", "underline"], boolean))
_MENTION_STYLE = record(
    {}, dict.fromkeys(["bold", "italic", "strike", "highlight", "client_highlight", "unlink"], boolean)
)
_BORDER = {"border": one_of(0, 1)}

_TEXT = record(_TYPE | {"text": string(_ANY_LENGTH)}, {"style": _STYLE})
_LINK = record(_TYPE | {"url": URL}, {"text": string(_ANY_LENGTH), "unsafe": boolean, "style": _STYLE})
_PIECES = {
    "text": _TEXT,
    "link": _LINK,
    "emoji": record(
        _TYPE | {"name": pattern(r"[a-z0-9_+'-]+", "must be a valid emoji name", 100)},
        {"unicode": string(255), "skin_tone": integer(1, 6), "style": _STYLE},
    ),
    "user": record(
        _TYPE | {"user_id": pattern(r"[UW][A-Z0-9]+", "must be a valid user id")}, {"style": _MENTION_STYLE}
    ),
    "channel": record(
        _TYPE | {"channel_id": pattern(r"[CDG][A-Z0-9]+", "must be a valid channel id")}, {"style": _MENTION_STYLE}
    ),
    "usergroup": record(
        _TYPE | {"usergroup_id": pattern(r"S[A-Z0-9]+", "must be a valid usergroup id")}, {"style": _MENTION_STYLE}
    ),
    "broadcast": record(_TYPE | {"range": one_of("here", "channel", "everyone")}, {"style": _STYLE}),
    "date": record(
        _TYPE | {"timestamp": integer(0, 2**40), "format": string(255)},
        {"url": URL, "fallback": string(_ANY_LENGTH), "style": _STYLE},
    ),
    "color": record(_TYPE | {"value": pattern(r"#[0-9a-fA-F]{6}", "must be a valid color")}, {"style": _STYLE}),
}
_RUN = array(typed(_PIECES), _ANY_NUMBER)
_SECTION = record(_TYPE | {"elements": _RUN})
_PARTS = {
    "rich_text_section": _SECTION,
    "rich_text_list": record(
        _TYPE
        | {
            "style": one_of("bullet", "ordered"),
            "elements": array(typed({"rich_text_section": _SECTION}), _ANY_NUMBER),
        },
        {"indent": integer(0, 8), "offset": integer(0, 10**6)} | _BORDER,
    ),
    # Preformatted text holds text and links only, and neither is styled.
    "rich_text_preformatted": record(
        _TYPE | {"elements": array(typed({"text": _TEXT, "link": _LINK}), _ANY_NUMBER)},
        {"language": string(255)} | _BORDER,
    ),
    "rich_text_quote": record(_TYPE | {"elements": _RUN}, _BORDER),
}

RICH_TEXT = record(_TYPE | {"elements": array(typed(_PARTS), _ANY_NUMBER)}, {"block_id": ID})
