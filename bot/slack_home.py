"""The Home tab in Slack, the modals that open from it, and the modal that changes the settings.

Whoever presses changes only what is their own: the chat is always the person's, whatever a payload names beside them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.chat import Chat
from bot.chat_settings import view_of
from bot.commands import COMMANDS, CommandError, Request, answer
from bot.services import Services
from bot.slack_chats import Chats
from bot.slack_form import changes
from bot.slack_screens import Screens
from bot.slack_send import Sender
from bot.slack_updates import Place, data_of, who_asks
from formatting import press, screens, slack, slack_views
from formatting.document import Document
from formatting.home import home, noted
from formatting.press import Press
from formatting.text import shorten

_ERROR_COLUMNS = 240  # of what is said under a field
_SUBSCRIPTION = ("subscribe", "unsubscribe")  # what these change stands in the tab

Body = Mapping[str, Any]
Ack = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class InView:
    """A press in a view: whose it was, what it carries, and the view; `shows` is what the modal was opened for."""

    team: str
    person: str
    data: str
    trigger: str
    view_id: str
    hash: str
    home: bool
    shows: str


class Home:
    """Shows people their Home tab and answers presses in it and in modals."""

    def __init__(self, services: Services, screens: Screens, sender: Sender, chats: Chats) -> None:
        self._services, self._screens, self._sender, self._chats = services, screens, sender, chats

    async def publish(self, team: str, person: str, note: Document | None = None, seen: str | None = None) -> None:
        """Show a person their Home tab as things are now, with a note on what their last press did.

        When another press changed the tab since it was `seen` (its hash), things are looked up once more.
        """
        if seen is None or not await self._screens.publish(team, person, await self._home(team, person, note), seen):
            await self._screens.publish(team, person, await self._home(team, person, note))

    async def pressed(self, body: Body) -> None:
        """Answer a press in the Home tab or in a modal."""
        seen = pressed_in_view(body)
        if seen is None or not seen.data:
            return
        chat = await self._chats.of_person(seen.team, seen.person)
        wanted = press.unpack(seen.data)
        row = COMMANDS.get(wanted.action) if wanted else None
        if wanted is None or row is None:
            await self._note(seen, chat, screens.message("old_button", chat.language))
        elif wanted.action == "settings":
            await self._open_settings(seen, chat, wanted)
        elif row.toast or (seen.home and wanted.action in _SUBSCRIPTION):
            await self._note(seen, chat, await self._screens.answer(chat, _line(wanted), wanted.date))
        else:
            await self._turn(seen, chat, wanted)

    async def submitted(self, ack: Ack, body: Body) -> None:
        """Change what the settings modal says; what cannot be is said at its field, and the modal stays."""
        who, view = who_asks(body), body.get("view")
        if who is None or not isinstance(view, Mapping):
            await ack()
            return
        chat = await self._chats.of_person(*who)
        request = Request("", chat.language, self._services.today(), chat, owner=chat.id)
        for field, lines in changes(chat, view).items():
            for line in lines:
                try:
                    await answer(line, request, self._services)
                except CommandError as error:
                    said = shorten(slack.summary(error.document), _ERROR_COLUMNS)
                    await ack(response_action="errors", errors={field: said})
                    return
        await ack()
        await self.publish(*who)

    # -- answers ------------------------------------------------------------------------------------------------------

    async def _home(self, team: str, person: str, note: Document | None) -> dict[str, Any]:
        chat = await self._chats.of_person(team, person)
        date = await self._services.edition_date(chat)
        brief = await self._services.stored_brief(date, chat.language, self._services.profile_of(chat, date))
        kept = [(one.paper, one.saved, one.done) for one in await self._services.people.kept(chat.id)]
        shown = home(chat.language, brief, kept, view_of(chat))
        return slack_views.home(noted(shown, note) if note else shown, date=date)

    async def _note(self, seen: InView, chat: Chat, note: Document) -> None:
        """Say what a press did above what it was pressed on, which is shown as it is now."""
        if not seen.home:
            shown = press.unpack(seen.shows)
            document = noted(await self._screens.page(chat, _line(shown), shown.date), note) if shown else note
            date = shown.date if shown else self._services.today()
            view = slack_views.screen_modal(document, date=date, shows=seen.shows)
            await self._screens.update(seen.team, seen.view_id, view, seen.hash)
        await self.publish(seen.team, seen.person, note if seen.home else None, seen.hash if seen.home else None)

    async def _turn(self, seen: InView, chat: Chat, wanted: Press) -> None:
        """Show a screen in the modal that was pressed, or in a new one: at once, for a trigger does not wait."""
        view_id: str | None = seen.view_id
        if seen.home:
            view_id = await self._screens.open(seen.team, seen.trigger, slack_views.working_modal(chat.language))
        document = await self._screens.page(chat, _line(wanted), wanted.date)
        if view_id:
            view = slack_views.screen_modal(document, date=wanted.date, shows=seen.data)
            await self._screens.update(seen.team, view_id, view)
        else:  # Slack took too long to deliver the press
            await self._sender.post(Place(seen.team, seen.person), document, wanted.date)
        if seen.home and wanted.action == "top":  # which the tab had none of
            await self.publish(seen.team, seen.person)

    async def _open_settings(self, seen: InView, chat: Chat, wanted: Press) -> None:
        view = slack_views.settings_modal(chat.language, view_of(chat), chat.profile)
        if not seen.home:
            await self._screens.update(seen.team, seen.view_id, view)
        elif await self._screens.open(seen.team, seen.trigger, view) is None:
            document = await self._screens.page(chat, _line(wanted), wanted.date)
            await self._sender.post(Place(seen.team, seen.person), document, wanted.date)


def pressed_in_view(body: Body) -> InView | None:
    """Return the press in a view; None for one under a message, or no press at all."""
    who, view, actions = who_asks(body), body.get("view"), body.get("actions")
    action = actions[0] if isinstance(actions, list) and actions else None
    if who is None or not isinstance(view, Mapping) or not isinstance(action, Mapping):
        return None
    texts = {name: _text(view.get(name)) for name in ("id", "hash", "private_metadata")}
    if not texts["id"]:
        return None
    home_tab = view.get("type") == "home"
    trigger = _text(body.get("trigger_id"))
    return InView(
        *who, data_of(action), trigger, texts["id"], texts["hash"], home=home_tab, shows=texts["private_metadata"]
    )


def _line(wanted: Press) -> str:
    return f"/{wanted.action} {wanted.value}".strip()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
