"""The fake Telegram is as strict as the original, driven by the real client and by hand."""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.ext import ExtBot

from tests.fakes.telegram import FakeTelegram


@pytest.fixture
async def fake() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def bot(fake: FakeTelegram) -> AsyncIterator[Bot]:
    async with ExtBot(fake.token, base_url=fake.base_url, base_file_url=fake.base_file_url) as client:
        yield client


async def test_a_conversation_with_the_real_client(fake, bot):
    await fake.send_text(7, 7, "/start p_1")
    [update] = await bot.get_updates(timeout=5)
    assert update.message.text == "/start p_1"
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("Open", callback_data="1|x")]])
    await bot.send_message(7, "<b>Hi</b> &lt;you&gt;", parse_mode="HTML", reply_markup=keys)
    message = await fake.next_message(7)
    assert (message.text, message.data) == ("Hi <you>", ["1|x"])
    query = await fake.press(message, "1|x", 7)
    [update] = await bot.get_updates(offset=update.update_id + 1, timeout=5)
    await update.callback_query.answer("done")
    assert (await fake.answered(query))["text"] == "done"
    await update.callback_query.edit_message_text("<i>new</i>", parse_mode="HTML")
    assert [m.text for m in fake.messages(7)] == ["new"]
    await bot.get_updates(offset=update.update_id + 1, timeout=0)
    await fake.idle()
    assert not fake.refusals
