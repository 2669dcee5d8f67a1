"""Time zones as people type them: a city, a country, an abbreviation, or the IANA database's own name."""

from __future__ import annotations

import difflib
from functools import cache
from zoneinfo import available_timezones

_REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")

# What the database does not name, or names only in English.
_NAMES: dict[str, tuple[str, ...]] = {
    "Asia/Shanghai": (
        *("beijing", "shenzhen", "guangzhou", "hangzhou", "nanjing", "wuhan", "chengdu", "xi'an", "china"),
        *("上海", "北京", "深圳", "广州", "杭州", "南京", "武汉", "成都", "西安", "苏州", "合肥", "中国", "北京时间"),
    ),
    "Asia/Hong_Kong": ("香港",),
    "Asia/Taipei": ("台北", "臺北", "taiwan", "hsinchu", "新竹", "台湾"),
    "Asia/Macau": ("澳门",),
    "Asia/Tokyo": ("东京", "京都", "大阪", "日本", "kyoto", "osaka"),
    "Asia/Seoul": ("首尔", "韩国", "korea", "daejeon", "pohang"),
    "Asia/Singapore": ("新加坡",),
    "Asia/Kolkata": ("bangalore", "bengaluru", "mumbai", "delhi", "new delhi", "hyderabad", "chennai", "india", "印度"),
    "Asia/Dubai": ("迪拜", "abu dhabi", "阿布扎比"),
    "Asia/Riyadh": ("thuwal", "沙特"),
    "Asia/Jerusalem": ("haifa", "israel", "以色列"),
    "Europe/London": ("伦敦", "oxford", "牛津", "edinburgh", "爱丁堡", "manchester", "england", "uk", "英国"),
    "Europe/Paris": ("巴黎", "grenoble", "france", "法国"),
    "Europe/Berlin": ("柏林", "munich", "慕尼黑", "hamburg", "frankfurt", "tübingen", "tubingen", "germany", "德国"),
    "Europe/Zurich": ("苏黎世", "zürich", "lausanne", "geneva", "日内瓦", "switzerland", "瑞士"),
    "Europe/Amsterdam": ("阿姆斯特丹", "delft", "netherlands", "荷兰"),
    "Europe/Stockholm": ("斯德哥尔摩", "sweden", "瑞典"),
    "Europe/Moscow": ("莫斯科",),
    "America/New_York": (
        *("nyc", "boston", "pittsburgh", "princeton", "philadelphia", "baltimore", "washington dc", "atlanta", "miami"),
        *("est", "edt", "纽约", "波士顿", "匹兹堡", "华盛顿", "亚特兰大"),
    ),
    "America/Chicago": ("austin", "houston", "dallas", "madison", "minneapolis", "芝加哥", "奥斯汀", "休斯敦"),
    "America/Los_Angeles": (
        *("san francisco", "palo alto", "stanford", "berkeley", "mountain view", "seattle", "san diego", "pst", "pdt"),
        *("洛杉矶", "旧金山", "西雅图", "圣地亚哥", "硅谷"),
    ),
    "America/Toronto": ("多伦多", "montreal", "蒙特利尔", "waterloo", "ottawa"),
    "America/Vancouver": ("温哥华",),
    "America/Edmonton": ("calgary",),
    "America/Sao_Paulo": ("são paulo", "圣保罗", "rio de janeiro"),
    "Australia/Sydney": ("悉尼", "canberra"),
    "Australia/Melbourne": ("墨尔本",),
}
# Words that alone do not tell which zone is meant.
_AMBIGUOUS: dict[str, tuple[str, ...]] = {
    "cambridge": ("Europe/London", "America/New_York"),
    "剑桥": ("Europe/London", "America/New_York"),
    "cst": ("Asia/Shanghai", "America/Chicago"),
    "ist": ("Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"),
    "bst": ("Europe/London", "Asia/Dhaka"),
    "usa": ("America/New_York", "America/Chicago", "America/Los_Angeles"),
    "us": ("America/New_York", "America/Chicago", "America/Los_Angeles"),
    "美国": ("America/New_York", "America/Chicago", "America/Los_Angeles"),
    "canada": ("America/Toronto", "America/Vancouver"),
    "加拿大": ("America/Toronto", "America/Vancouver"),
    "australia": ("Australia/Sydney", "Australia/Perth"),
    "澳大利亚": ("Australia/Sydney", "Australia/Perth"),
    "portland": ("America/Los_Angeles", "America/New_York"),
    "birmingham": ("Europe/London", "America/Chicago"),
}


def find_zones(text: str) -> tuple[str, ...]:
    """Return the IANA zones a text may mean: one when it is clear, several when it is not, none when unknown.

    A city is enough, in any case: `Shanghai`, `new york`, `东京`. The database is that of
    https://www.iana.org/time-zones.
    """
    return _table().get(_plain(text), ())


def closest(text: str) -> str:
    """Return the known city spelled most like the text, else an example."""
    [found] = difflib.get_close_matches(_plain(text), _table(), n=1) or ["shanghai"]
    return _table()[found][0]


@cache
def _table() -> dict[str, tuple[str, ...]]:
    """Return zones by the words for them. Zones that share their last part are the same zone under two names."""
    named = sorted(zone for zone in available_timezones() if zone.startswith(tuple(f"{r}/" for r in _REGIONS)))
    return {
        **{_plain(zone.rpartition("/")[2]): (zone,) for zone in named},
        **{_plain(zone): (zone,) for zone in [*named, "UTC"]},
        "gmt": ("UTC",),
        **{word: (zone,) for zone, words in _NAMES.items() for word in words},
        **_AMBIGUOUS,
    }


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").replace("-", " ").casefold().split())
