"""The commands about the chat: when the brief comes, in which language, how long, and whether at all.

The docstrings of commands are their help texts, in English and, after an empty line, in Chinese.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from bot.chat import Chat
from bot.request import Reply, Request, refused
from bot.schedule import due
from bot.services import Services
from bot.zones import closest, find_zones
from brief.models import Language
from formatting import people as screens
from formatting import settings_screen
from formatting.document import Document
from formatting.locales import load

_TIME = re.compile(
    r"(?P<day>早上|上午|下午|晚上)?\s*(?<![\d:+-])(?P<hour>\d{1,2})"
    r"(?:[:：.点](?P<minute>\d{2})分?|点(?P<half>半)?)?\s*(?P<noon>am|pm)?(?![\w:：.])",
    re.ASCII | re.IGNORECASE,
)
_LANGUAGES: dict[str, Language] = {
    **dict.fromkeys(("zh", "cn", "chinese", "中文", "汉语", "简体中文"), "zh"),
    **dict.fromkeys(("en", "english", "英文", "英语"), "en"),
}
_SWITCHES = {"on": True, "off": False, "开": True, "关": False}
_SATURDAY = 5  # Monday is 0
_ITEMS = range(3, 11)
_DAY_NAMES = (
    *("monday mon 周一 星期一", "tuesday tue 周二 星期二", "wednesday wed 周三 星期三", "thursday thu 周四 星期四"),
    *("friday fri 周五 星期五", "saturday sat 周六 星期六", "sunday sun 周日 周天 星期日 星期天"),
)
_WEEKDAYS = {name: number for number, names in enumerate(_DAY_NAMES) for name in names.split()}


async def settings(request: Request, services: Services) -> Reply:  # noqa: ARG001  (every command takes both)
    """What is set for this chat, and how to change it.

    本聊天的设置，以及怎么修改。
    """
    return _screen(request.chat, request.language)


async def time(request: Request, services: Services) -> Reply:
    """When the brief comes, and in which city: `/time 7:30`, `/time Tokyo`, `/time 7:30 Asia/Shanghai`.

    几点、按哪个城市的时间发送：`/time 7:30`，`/time 上海`，`/time 7:30 Asia/Shanghai`。
    """
    if not request.text:
        return _screen(request.chat, request.language)
    typed = _TIME.search(request.text)
    place = (request.text.replace(typed[0], " ", 1) if typed else request.text).strip(" ,，")
    fields: dict[str, Any] = {"time": _clock(request, typed)} if typed else {}
    if place:
        fields["zone"] = _zone(request, place)
    return _screen(await change(request, services, **fields), request.language)


async def lang(request: Request, services: Services) -> Reply:
    """The language of this chat: `/lang zh` or `/lang en`.

    本聊天的语言：`/lang zh` 或 `/lang en`。
    """
    if not request.text:
        return _screen(request.chat, request.language)
    language = _LANGUAGES.get(request.text.casefold())
    if language is None:
        raise refused(request, "bad_language", request.text, usage=True)
    return _screen(await change(request, services, language=language), language)


async def items(request: Request, services: Services) -> Reply:
    """How many papers the morning message has, from 3 to 10: `/items 8`.

    早报里放几篇论文，3 到 10：`/items 8`。
    """
    if not request.text:
        return _screen(request.chat, request.language)
    number = int(request.text) if re.fullmatch(r"\d{1,2}", request.text, re.ASCII) else 0
    if number not in _ITEMS:
        raise refused(request, "bad_number", request.text, usage=True)
    return _screen(await change(request, services, items=number), request.language)


async def weekdays(request: Request, services: Services) -> Reply:
    """Whether the brief comes from Monday to Friday only: `/weekdays on` or off.

    是否只在周一到周五发送：`/weekdays on` 或 off。
    """
    return await _switched(request, services, "weekdays", "weekdays_only")


async def reminder(request: Request, services: Services) -> Reply:
    """Whether a waiting later list is called to mind once a week: `/reminder on` or off.

    是否每周提醒一次稍后读：`/reminder on` 或 off。
    """
    return await _switched(request, services, "reminder", "reminder")


async def pictures(request: Request, services: Services) -> Reply:
    """Whether cards and trends come with pictures: `/pictures on` or off.

    卡片和话题趋势是否带图：`/pictures on` 或 off。
    """
    return await _switched(request, services, "pictures", "pictures")


async def weekly_day(request: Request, services: Services) -> Reply:
    """The day on which the weekly digest comes: `/weekly saturday`, or off.

    每周回顾在周几发送：`/weekly 周六`，或 off。
    """
    typed = request.text.casefold()
    day = _WEEKDAYS.get(typed)
    if day is None and typed not in _SWITCHES:
        raise refused(request, "bad_day", request.text, usage=True)
    weekly = _SATURDAY if _SWITCHES.get(typed) else day
    return _screen(await change(request, services, weekly=weekly), request.language)


async def subscribe(request: Request, services: Services) -> Reply:
    """Get the brief here every morning.

    每天早上在这里收到早报。
    """
    if request.chat.kind == "terminal":
        raise refused(request, "no_delivery")
    chat = await change(request, services, subscribed=True, stopped=None, **_brought_back(request.text))
    too_late = due(chat, services.clock()) is not None
    when = _when(chat, request.language)
    return screens.subscribed(request.language, when, too_late=too_late, fresh=not request.chat.subscribed)


async def unsubscribe(request: Request, services: Services) -> Reply:
    """No more briefs by themselves; commands still answer.

    不再自动发送早报，命令仍然可用。
    """
    await change(request, services, subscribed=False)
    return screens.unsubscribed(request.language, fresh=request.chat.subscribed)


async def stop(request: Request, services: Services) -> Reply:
    """Nothing by itself any more: neither brief nor reminder nor digest. `/subscribe` brings the brief back.

    不再自动发送任何消息：早报、提醒和每周回顾都停。发 `/subscribe` 恢复早报。
    """
    chat = request.chat
    await change(request, services, subscribed=False, reminder=False, weekly=None)
    return screens.stopped(request.language, _words_of(chat) if chat.subscribed else None)


def _words_of(chat: Chat) -> str:
    """Return what has to come back with the subscription of a chat, as the button that undoes `/stop` carries it."""
    day = () if chat.weekly is None else (_DAY_NAMES[chat.weekly].split()[0],)
    return " ".join((*(("reminder",) if chat.reminder else ()), *day))


def _brought_back(text: str) -> dict[str, Any]:
    """Return the fields that such words stand for."""
    words = text.casefold().split()
    days = [_WEEKDAYS[word] for word in words if word in _WEEKDAYS]
    return ({"reminder": True} if "reminder" in words else {}) | ({"weekly": days[0]} if days else {})


def welcome(request: Request, typed: str = "") -> Document:
    """Return what a chat is greeted with; `typed` are words that a search would find papers by."""
    when = "" if request.chat.kind == "terminal" else _when(request.chat, request.language)
    return screens.start(request.language, request.name, subscribed=request.chat.subscribed, when=when, typed=typed)


def view_of(chat: Chat) -> settings_screen.SettingsView:
    """Return what is set for a chat, as screens take it."""
    fields = ("time", "zone", "language", "items", "weekdays_only", "subscribed", "reminder", "pictures", "weekly")
    values = {field: getattr(chat, field) for field in fields}
    return settings_screen.SettingsView(**values, own_profile=bool(chat.profile), arrives=chat.kind != "terminal")


async def change(request: Request, services: Services, **fields: Any) -> Chat:
    """Set fields of the chat; one that was never stored is stored first, with what it goes by now."""
    if await services.people.chat(request.chat.id) is None:
        await services.people.save_chat(request.chat)
    return await services.people.change(request.chat.id, **fields)


def _screen(chat: Chat, language: Language) -> Document:
    return settings_screen.settings(language, view_of(chat))


def _when(chat: Chat, language: Language) -> str:
    return settings_screen.when(language, chat.time, chat.zone, weekdays_only=chat.weekdays_only)


def _clock(request: Request, typed: re.Match[str]) -> dt.time:
    hour, minute = int(typed["hour"]), 30 if typed["half"] else int(typed["minute"] or 0)
    if typed["noon"]:
        hour = hour % 12 + (12 if typed["noon"].lower() == "pm" else 0)
    elif typed["day"] in ("下午", "晚上") and hour < 12:
        hour += 12
    if hour > 23 or minute > 59:
        raise refused(request, "bad_time", request.text, usage=True)
    return dt.time(hour, minute)


def _zone(request: Request, place: str) -> str:
    zones = find_zones(place)
    if len(zones) == 1:
        return zones[0]
    if zones:
        raise refused(request, "which_zone", place, load(request.language).join(zones), usage=True)
    if any(character.isdigit() for character in place):
        raise refused(request, "bad_time", request.text, usage=True)
    raise refused(request, "bad_zone", place, closest(place), usage=True)


async def _switched(request: Request, services: Services, command: str, setting: str) -> Reply:
    """Turn a setting on or off, as a command says; without a word show all of them."""
    if not request.text:
        return _screen(request.chat, request.language)
    return _screen(await change(request, services, **{setting: _switch(request, command)}), request.language)


def _switch(request: Request, name: str) -> bool:
    if request.text.casefold() not in _SWITCHES:
        raise refused(request, "bad_switch", request.text, f"/{name} on", usage=True)
    return _SWITCHES[request.text.casefold()]
