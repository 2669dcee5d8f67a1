"""Inline mode: `@bot words` in any chat finds papers (https://core.telegram.org/bots/api#inline-mode)."""

from __future__ import annotations

import logging

from telegram import (
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.services import Services
from brief.models import Language, Paper, find_arxiv_ids
from brief.vocabulary import in_english
from formatting.inline import mention
from formatting.locales import load
from formatting.telegram import render
from formatting.text import shorten

RESULTS = 20  # of Telegram's 50; more than anybody scrolls through
CACHED = 300  # seconds that Telegram answers the same words itself
_TITLE_COLUMNS = 200

_log = logging.getLogger(__name__)


async def find(query: InlineQuery, services: Services, language: Language) -> None:
    """Answer with the papers that fit the words, or are named by id or link; without a find, with the way into the bot.

    A question that is too old to be answered is let go.
    """
    found = await _found(query.query.strip(), services)
    try:
        await query.answer(
            [_result(paper, services, language) for paper in found],
            cache_time=CACHED,
            is_personal=True,
            button=InlineQueryResultsButton(load(language).text("button.open"), start_parameter="inline"),
        )
    except BadRequest as error:
        _log.info("a search could not be answered: %s", error.message)


async def _found(words: str, services: Services) -> list[Paper]:
    """Return the papers of an inline question. Sites are not asked: it is put anew with every letter."""
    if ids := [paper_id for paper_id, _ in find_arxiv_ids(words)]:
        stored = [await services.store.paper(paper_id) for paper_id in ids[:RESULTS]]
        return [paper for paper in stored if paper]
    english = in_english(words, services.profile).words
    return [paper for paper, _ in await services.search(english, RESULTS)] if english else []


def _result(paper: Paper, services: Services, language: Language) -> InlineQueryResultArticle:
    document = mention(paper, language)
    content = InputTextMessageContent(
        render(document, date=services.today()).html,
        ParseMode.HTML,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    title = shorten(document.title, _TITLE_COLUMNS)
    return InlineQueryResultArticle(paper.id, title, content, url=paper.url, description=document.summary)
