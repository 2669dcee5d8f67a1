"""Who and what there is: people, conversations, and whose token this is."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack_call import Call, invalid
from tests.fakes.slack_errors import SlackRefusal


async def users_info(call: Call) -> dict[str, Any]:
    """users.info; the locale comes only on request. https://docs.slack.dev/reference/methods/users.info ."""
    user = call.world.users.get((call.team.id, call.text("user")))
    if user is None:
        raise SlackRefusal("user_not_found")
    return {"ok": True, "user": user.json(locale=call.flag("include_locale"))}


async def conversations_info(call: Call) -> dict[str, Any]:
    """conversations.info; each kind has a scope. https://docs.slack.dev/reference/methods/conversations.info ."""
    channel = call.world.channels.get((call.team.id, call.text("channel")))
    member = channel is not None and call.team.bot_user in channel.members
    if channel is None or channel.is_deleted or (channel.is_private and not member):
        raise SlackRefusal("channel_not_found")
    call.need("im:read" if channel.person else "groups:read" if channel.is_private else "channels:read")
    found = channel.json() | ({} if channel.person else {"is_member": member})
    if not call.flag("include_num_members"):
        found.pop("num_members", None)
    return {"ok": True, "channel": found}


async def conversations_open(call: Call) -> dict[str, Any]:
    """conversations.open with one person. https://docs.slack.dev/reference/methods/conversations.open ."""
    users = [user for user in call.text("users").split(",") if user]
    if len(users) > 1:
        call.need("mpim:write")
        raise invalid("[ERROR] only one user is supported here [json-pointer:/users]")
    if not users:
        channel = call.world.channels.get((call.team.id, call.text("channel")))
        if channel is None or not channel.person:
            raise SlackRefusal("channel_not_found" if call.get("channel") else "users_list_not_supplied")
        users = [channel.person]
    person = call.world.users[call.team.id, call.person(users[0])]
    if person.deleted:
        raise SlackRefusal("user_disabled")
    channel = call.world.dm(call.team.id, person.id)
    return {"ok": True, "channel": channel.json() if call.flag("return_im") else {"id": channel.id}}


async def auth_test(call: Call) -> dict[str, Any]:
    """auth.test. https://docs.slack.dev/reference/methods/auth.test ."""
    team, name = call.team, call.world.users[call.team.id, call.team.bot_user].name
    who = {"team": team.name, "user": name, "team_id": team.id, "user_id": team.bot_user, "bot_id": team.bot_id}
    url = {"url": f"https://{team.domain}.slack.com/", "is_enterprise_install": False}
    expires = call.token.expires
    return {"ok": True, **url, **who} | ({"expires_in": int(expires - call.world.now())} if expires else {})


async def auth_revoke(call: Call) -> dict[str, Any]:
    """auth.revoke; `test` changes nothing. https://docs.slack.dev/reference/methods/auth.revoke ."""
    if not call.flag("test"):
        call.token.refusal = "token_revoked"
    return {"ok": True, "revoked": not call.flag("test")}


async def connections_open(call: Call) -> dict[str, Any]:
    """apps.connections.open. https://docs.slack.dev/apis/events-api/using-socket-mode ."""
    ticket = call.world.next_id("ticket-")
    call.world.tickets.add(ticket)
    return {
        "ok": True,
        "url": f"{call.world.url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={call.world.app_id}",
    }
