"""Vectors of an endpoint of embeddings, over a real socket and the real Redis."""

import asyncio
import dataclasses
import json
import logging
import math
from typing import Any

import numpy as np
import pytest

from brief.embeddings import AT_ONCE, LONGEST, SHORT, Embeddings, open_embeddings
from brief.errors import WritingError
from brief.settings import load_settings
from brief.store import Store
from brief.writing.breaker import PAUSE
from tests.brief.asking_models import QUICK, Clock
from tests.fakes.embeddings import FakeEmbeddings, good, vector
from tests.fakes.llm_replies import Reply, error, failed, page, rate_limited


def opened(fake: FakeEmbeddings, store: Store, clock: Clock | None = None, **more: Any) -> Any:
    given = {"EMBEDDINGS_MODEL": fake.model, "EMBEDDINGS_BASE_URL": fake.url, "EMBEDDINGS_API_KEY": fake.key}
    waits = dataclasses.replace(QUICK, whole=more.pop("whole", QUICK.whole))
    return open_embeddings(load_settings(given | more), store, clock or Clock(), waits)


async def of(model: Embeddings, *texts: str) -> dict[str, Any]:
    found = await model.of(texts)
    assert found is not None
    return found


async def test_every_text_gets_its_own_unit_vector(store: Store) -> None:
    texts = [f"paper {n} of {'reward ' * n}" for n in range(AT_ONCE + 3)]
    async with FakeEmbeddings() as fake, opened(fake, store) as model:
        found = await of(model, *texts)
    assert list(found) == texts
    assert fake.requests == 2
    for text, got in found.items():
        wanted = np.array(vector(text))
        np.testing.assert_allclose(got, wanted / np.linalg.norm(wanted), atol=1e-3)


async def test_a_text_is_asked_for_once_in_its_life(store: Store) -> None:
    async with FakeEmbeddings() as fake:
        async with opened(fake, store) as model:
            first = await of(model, "reward", "latent")
        async with opened(fake, store) as model:
            again = await of(model, "latent", "world", "reward")
    assert fake.texts == ["reward", "latent", "world"]
    np.testing.assert_allclose(again["reward"], first["reward"], atol=1e-3)
    [key] = [key async for key in store.client.scan_iter("*vector*", count=1000)][:1]
    assert 29 * 86_400 < await store.client.ttl(key) <= 30 * 86_400


async def test_another_model_is_asked_anew(store: Store) -> None:
    async with FakeEmbeddings() as fake:
        async with opened(fake, store) as model:
            await of(model, "reward")
        fake.model = "another"
        async with opened(fake, store) as model:
            await of(model, "reward")
    assert fake.texts == ["reward", "reward"]


async def test_texts_that_no_endpoint_takes_are_sent_as_one_it_takes(store: Store) -> None:
    texts = ["", "词" * 3 * LONGEST, "half \ud800 a letter", "nul\0"]
    async with FakeEmbeddings() as fake, opened(fake, store) as model:
        assert list(await of(model, *texts)) == texts
    assert [len(text) for text in fake.texts[:2]] == [1, LONGEST]


async def test_what_passes_is_tried_again(store: Store) -> None:
    async with FakeEmbeddings([rate_limited("0"), failed(503)]) as fake, opened(fake, store) as model:
        await of(model, "reward")
    assert fake.requests == 3


def wrong(change: Any) -> Any:
    def body(texts: list[str]) -> Any:
        found = good(texts)
        change(found["data"])
        return found

    return body


BROKEN: dict[str, Any] = {
    "a page": page(200),
    "no data": lambda _: {"object": "list"},
    "a list": lambda _: [],
    "one vector too few": wrong(lambda rows: rows.pop()),
    "the same place twice": wrong(lambda rows: rows[1].update(index=0)),
    "two lengths": wrong(lambda rows: rows[0]["embedding"].append(1.0)),
    "no direction": wrong(lambda rows: rows[0].update(embedding=[0.0] * len(rows[0]["embedding"]))),
    "not a number": Reply(body=json.dumps(good(["a", "b"])).replace("0.01", "NaN", 1).encode()),
    "words": wrong(lambda rows: rows[0].update(embedding="AAAA")),
    "too long a body": Reply(body=b" " * 5_000_000),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_an_answer_that_cannot_be_used_is_none_and_nothing_of_it_is_kept(store: Store, name: str) -> None:
    async with FakeEmbeddings([BROKEN[name]]) as fake, opened(fake, store) as model:
        assert await model.of(["a", "b"]) is None
        found = await of(model, "a", "b")  # a living endpoint is asked again
    assert all(math.isclose(np.linalg.norm(one), 1.0, abs_tol=1e-2) for one in found.values())


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (error(401, "no"), "unauthorized"),
        (error(404, "no"), "not_found"),
        (error(400, "no"), "rejected"),
        (rate_limited("3600"), "rate_limited"),
        (Reply(fault="hang"), "timeout"),
    ],
)
async def test_a_probe_tells_the_trouble(store: Store, reply: Reply, trouble: str) -> None:
    whole = 0.1 if reply.fault else 30.0
    async with FakeEmbeddings([reply]) as fake, opened(fake, store, whole=whole) as model:
        with pytest.raises(WritingError) as caught:
            await model.probe()
    assert str(caught.value) == f"{fake.model}: {trouble}"


async def test_a_probe_tells_how_long_vectors_are(store: Store) -> None:
    async with FakeEmbeddings() as fake, opened(fake, store) as model:
        assert await model.probe() == len(vector(""))


async def test_what_came_before_a_failure_is_not_asked_again(store: Store) -> None:
    texts = [f"paper {n}" for n in range(AT_ONCE + 1)]
    clock = Clock()
    async with FakeEmbeddings([good, error(403, "no")]) as fake, opened(fake, store, clock) as model:
        assert await model.of(texts) is None
        clock.now += PAUSE
        await of(model, *texts)
    assert fake.texts == texts


async def test_a_dead_endpoint_is_left_alone_for_a_while(store: Store) -> None:
    clock = Clock()
    async with FakeEmbeddings([error(401, "no")]) as fake, opened(fake, store, clock) as model:
        assert await model.of(["a"]) is None
        assert await model.of(["a"]) is None
        assert fake.requests == 1
        clock.now += PAUSE
        await of(model, "a")


def refusing(limit: int, *words: str) -> Any:
    """An endpoint that refuses a request with a text that is too long, or that has one of some words."""

    def reply(texts: list[str]) -> Any:
        wrong = any(len(text) > limit or any(word in text for word in words) for text in texts)
        return error(400, "the input is too long") if wrong else good(texts)

    return reply


async def test_one_text_that_is_refused_costs_only_itself(store: Store) -> None:
    texts = ["reward", "latent " * 200, "forbidden", "world"]
    async with FakeEmbeddings(answer=refusing(SHORT, "forbidden")) as fake, opened(fake, store) as model:
        found = await of(model, *texts)
        asked = fake.requests
        await of(model, *texts)
        assert fake.requests == asked
    assert not found["forbidden"].any()
    np.testing.assert_allclose(found["latent " * 200] @ found["reward"], 0, atol=0.1)
    assert all(math.isclose(np.linalg.norm(found[text]), 1.0, abs_tol=1e-2) for text in texts if text != "forbidden")


async def test_an_endpoint_that_refuses_everything_gives_nothing(store: Store) -> None:
    async with FakeEmbeddings(answer=refusing(0)) as fake, opened(fake, store) as model:
        assert await model.of(["a", "b"]) is None


async def test_a_damaged_value_counts_as_absent(store: Store) -> None:
    async with FakeEmbeddings() as fake, opened(fake, store) as model:
        first = await of(model, "reward")
        [key] = [key async for key in store.client.scan_iter("*vector*", count=1000)]
        for value in (b"", b"abc"):
            await store.client.set(key, value)
            again = await of(model, "reward")
            np.testing.assert_allclose(again["reward"], first["reward"], atol=1e-3)
    assert fake.texts == ["reward"] * 3


async def test_a_model_that_changed_behind_its_name_is_asked_for_all(store: Store) -> None:
    async with FakeEmbeddings([lambda texts: good(texts, 64)]) as fake, opened(fake, store) as model:
        await of(model, "a")
        assert await model.of(["a", "b"]) is None
        found = await of(model, "a", "b")
    assert {one.size for one in found.values()} == {len(vector(""))}


async def test_the_key_is_in_no_log_and_no_error(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with FakeEmbeddings([error(401, "Incorrect API key: sk-fake-emb3d")]) as fake, opened(fake, store) as model:
        assert await model.of(["a"]) is None
    assert "unauthorized" in caplog.text
    assert fake.key not in caplog.text


async def test_without_a_model_nothing_is_opened(store: Store) -> None:
    async with open_embeddings(load_settings({}), store, Clock()) as model:
        assert model is None


async def test_who_asks_at_the_same_time_gets_the_same(store: Store) -> None:
    async with FakeEmbeddings() as fake, opened(fake, store) as model:
        one, other = await asyncio.gather(of(model, "a", "b"), of(model, "b", "a"))
    np.testing.assert_allclose(one["a"], other["a"], atol=1e-3)


async def spent(store: Store) -> dict[str, int]:
    """Return the tokens spent by account."""
    keys = [key async for key in store.client.scan_iter("*:spent:*", count=1000)]
    return {key.decode().split(":spent:")[1]: int(await store.client.hget(key, "tokens")) for key in keys}


async def test_what_it_reads_counts_apart_and_no_more_is_read_than_the_day_has(store: Store) -> None:
    clock = Clock()
    async with FakeEmbeddings() as fake:
        limited = {"LLM_DAILY_TOKENS": "60", "BRIEF_TIMEZONE": "UTC"}
        given = {"EMBEDDINGS_MODEL": fake.model, "EMBEDDINGS_BASE_URL": fake.url, "EMBEDDINGS_API_KEY": fake.key}
        async with open_embeddings(load_settings(given | limited), store, clock, QUICK) as model:
            assert await model.of(["reward " * 4])
            today = clock().date()
            assert await spent(store) == {f"{today}:embeddings": 7}  # what the endpoint reported, a token being 4 bytes
            assert await model.of(["latent " * 9]) is None  # its bytes may be as many tokens
            assert await model.of(["world"])
            clock.now += PAUSE * 300
            assert await model.of(["latent " * 8])


async def test_what_was_refused_or_never_sent_costs_nothing(store: Store) -> None:
    async with FakeEmbeddings([error(401, "no")]) as fake, opened(fake, store) as model:
        assert await model.of(["reward"]) is None
    async with opened(fake, store) as model:  # nobody listens there now
        assert await model.of(["reward"]) is None
    assert set((await spent(store)).values()) == {0}


async def test_an_answer_that_does_not_tell_its_tokens_counts_in_full(store: Store) -> None:
    def untold(texts: list[str]) -> Any:
        return {**good(texts), "usage": {"prompt_tokens": "many"}}

    async with FakeEmbeddings(answer=untold) as fake, opened(fake, store) as model:
        await of(model, "reward")
    assert set((await spent(store)).values()) == {8}
