"""The vocabulary of Paperboy: frozen values that sources produce, the edition arranges and renderers show.

Others import from here, whichever module a name is in.
"""

from brief.models.arxiv_ids import find_arxiv_ids, split_arxiv_id
from brief.models.day import Ask, Day, Harvest, Note, Quiet, SourceReport, Status, Window
from brief.models.edition import (
    Author,
    Brief,
    Byline,
    Card,
    Example,
    Follow,
    Idea,
    Label,
    Pick,
    Ranked,
    Score,
    Sentence,
    Text,
)
from brief.models.items import HubAsset, Mention, Paper, Repo
from brief.models.trends import Trend, Trends
from brief.models.value import Language, Value

__all__ = [
    "Ask",
    "Author",
    "Brief",
    "Byline",
    "Card",
    "Day",
    "Example",
    "Follow",
    "Harvest",
    "HubAsset",
    "Idea",
    "Label",
    "Language",
    "Mention",
    "Note",
    "Paper",
    "Pick",
    "Quiet",
    "Ranked",
    "Repo",
    "Score",
    "Sentence",
    "SourceReport",
    "Status",
    "Text",
    "Trend",
    "Trends",
    "Value",
    "Window",
    "find_arxiv_ids",
    "split_arxiv_id",
]
