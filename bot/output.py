"""What the command line writes to stdout."""

from __future__ import annotations

import datetime as dt
import json
import sys

import typer

from bot import terminal
from bot.request import File, Reply
from brief.models import Brief
from formatting import markdown, screens, slack, telegram
from formatting.document import Document

_CHATS = ("telegram", "slack")


def write_brief(made: Brief, form: str) -> None:
    """Write a brief: whole as JSON or Markdown, the push and then the whole otherwise."""
    push, full = screens.push(made), screens.full(made)
    if form == "json":
        typer.echo(made.model_dump_json(indent=2))
    elif form == "markdown":
        typer.echo(markdown.render(full))
    elif form in _CHATS:
        _write_calls(form, made.date, push, full)
    else:
        terminal.show(push)
        terminal.show(full)


def write_explained(made: Brief, form: str) -> None:
    """Write where each sentence of a brief comes from, as Markdown or for the terminal."""
    document = screens.explain(made)
    if form == "markdown":
        typer.echo(markdown.render(document))
    else:
        terminal.show(document)


def write_refusal(document: Document, form: str, date: dt.date) -> None:
    """Write on stderr why there is no answer; for a chat, the calls that would tell it, on stdout."""
    if form == "markdown":
        typer.echo(markdown.render(document), err=True)
    elif form in _CHATS:
        _write_calls(form, date, document)
    else:
        terminal.show(document, sys.stderr)


def write_reply(reply: Reply, form: str, date: dt.date) -> None:
    """Write an answer about the edition of a date; a file as it is."""
    if isinstance(reply, File):
        typer.echo(reply.content, nl=False)
    elif form == "markdown":
        typer.echo(markdown.render(reply))
    elif form in _CHATS:
        _write_calls(form, date, reply)
    else:
        terminal.show(reply)


def _write_calls(form: str, date: dt.date, *documents: Document) -> None:
    """Write the API calls that would send the documents."""
    chat = slack if form == "slack" else telegram
    calls = [call for document in documents for call in chat.calls(document, date=date)]
    typer.echo(json.dumps(calls, ensure_ascii=False, indent=2))
