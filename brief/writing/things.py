"""What a number of a text counts: tokens, hours, people, data sets."""

from __future__ import annotations

import re

_WINDOW = 40  # characters looked at behind a number
_THING = re.compile(
    r"""(?P<token>\btokens?\b|词元)|(?P<byte>\b[KMGT]i?B\b|\bbytes?\b|字节)|(?P<hour>\bhours?\b|\bhrs?\b|小时)
    |(?P<minute>\bminutes?\b|\bmins?\b|分钟)|(?P<second>\bseconds?\b|\bsecs?\b|秒)|(?P<day>\bdays?\b|天)
    |(?P<week>\bweeks?\b|周)|(?P<month>\bmonths?\b|个月)|(?P<year>\byears?\b|年)|(?P<money>\bdollars?\b|\bUSD\b|美元|美金)
    |(?P<param>\bparam\w*|参数)|(?P<dataset>\bdata\s?sets?\b|\bbenchmarks?\b|数据集|基准)
    |(?P<item>\b(?:tasks?|questions?|problems?|samples?|examples?|instances?|items?|cases?|tests?)\b|任务|样本|问题|题|例|条)
    |(?P<person>\b(?:users?|people|participants?|annotators?|experts?)\b|用户|参与者|专家|个人(?=[都均也,。的]|$))
    |(?P<node>\b(?:nodes?|machines?|servers?)\b|节点|机器(?!人|学习|翻译|视觉)|服务器)|(?P<bit>\bbits?\b|比特)|(?P<agent>\bagents?\b|智能体|代理)|(?P<language>\blanguages?\b|语言)|(?P<gpu>\b[GT]PUs?\b|显卡|[张块单]卡|卡)
    |(?P<step>\b(?:steps?|turns?|rounds?|iterations?)\b|步|轮)|(?P<image>\b(?:images?|videos?|frames?)\b|图像|图片|视频|帧)
    |(?P<repo>\brepo\w*|仓库)|(?P<star>\bstars?\b|星)|(?P<paper>\bpapers?\b|论文)|(?P<path>\btrajector\w+|\brollouts?\b|轨迹)
    """,
    re.ASCII | re.VERBOSE | re.IGNORECASE,
)
_PAST_WINDOW = re.compile(
    r"[,.;:!?、。()\d的了由被与和在对]|\b(?:is|are|was|were|for|per|to|in|on|by|with|from|at|and|or|than|that|which|who|over|under|after|as|each|how|what|say|says|report|show|use)\b",
    re.ASCII | re.IGNORECASE,
)
_NEAR = re.compile(
    r"(?:\W*(?:[A-Za-z][\w-]*\W?[\u4e00-\u9fff]{0,2}|[\u4e00-\u9fff]{1,3})){0,3}", re.ASCII
)  # three words on


def things(text: str, start: int, end: int) -> frozenset[str]:
    """Return the classes of the things that the number at `start` to `end` of a folded text counts."""
    window = text[end : end + _WINDOW]
    stop = _PAST_WINDOW.search(window)
    near = _NEAR.match(window[: stop.start()] if stop else window)
    found = {m.lastgroup for m in _THING.finditer(near[0] if near else "") if m.lastgroup}
    return frozenset(found | {"money"} if text[:start].endswith("$") else found)
