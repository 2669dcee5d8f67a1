"""Universities, hospitals, laboratories and companies with a Chinese name, and whether a text may have meant them."""

from __future__ import annotations

import re
from collections.abc import Iterator

# What such a name ends in, and what an English one has in its place.
_ENGLISH = {
    "大学": "Universit(?:y|ies|é|ät)|Univ",
    "学院": "College|Institute|School|Academy|Faculty",
    "医院": "Hospitals?|Clinic|Medical Cent(?:er|re)|Infirmary",
    "研究院": "Institutes?|Academy|Research|Lab(?:s|oratory)?",
    "研究所": "Institutes?|Research|Lab(?:s|oratory)?",
    "实验室": "Lab(?:s|oratory|oratories)?",
    "公司": "Inc|Corp(?:oration)?|Ltd|LLC|Company|Technolog(?:y|ies)|Labs?|Group|Systems",
    "集团": "Group|Holdings?|Corporation|Inc",
    "基金会": "Foundation",
    "协会": "Association|Society|Institute",
    "银行": "Bank",
    "科学院": "Academy|Institute",
}
_KIND = re.compile("|".join(sorted(_ENGLISH, key=len, reverse=True)) + "(?!生)")
_LEAD = re.compile("[\u4e00-\u9fff]{2,12}$")
_CUT = re.compile(  # where the name before its ending cannot go on
    "(?<!协)和|[由在与来自是及对的于为从向等家所个名或把被让将据以按用该各数两几某其到了这那份项种不未含给至每此叫做即如像位台座一二三四五六七八九十]"
)
_MEASURES = tuple("家所个些类")  # 一家加州公司 is not named
_GENERAL = re.compile(
    "(?:大型?|小型?|多|其他|其它|不同|同一|合作|科技|互联网|初创|创业|创新|商业|研究|训练|测试|三甲|综合|教学|公立|私立|基层|附属|人工智能|国家|"
    "重点|开放|机器人?|虚拟|自动化?|自主|物理|化学|生物|医学|社区|真实|当地|本地|参与|来源|联合|专科|儿童|技术|软件|游戏|电商|制药|金融|保险|上市|"
    "母|子|头部|主流|学术|工业|高校|知名|顶尖|著名|普通|部分|所有|全部|许多|很多|美国|中国|中文|国内|国外|海外|欧洲|英国|日本|企业|智能|语言|模型|"
    "计算机?|信息|数据|云|芯片|前沿|独立|第三方|无人|湿|干|仿真|模拟|线上|线下|投资|中央|世界|数字|网上|现实|外部|内部|留出|目标|新|老|更多|上述|"
    "提供|使用|动?驾驶|开源|闭源|加州|硅谷|美|中|外|发布|进入|模仿|例如|比如|出版|供应|运营|顶级|一流|超过|近|约|另|有|无|上|读|去|乡镇|城市|农村|县级?|市级?|省级?|大公司)*"
)


def institutions(text: str) -> Iterator[tuple[int, int]]:
    """Yield where the named institutions of a folded text stand; `合作医院` names none."""
    for kind in _KIND.finditer(text):
        lead = _LEAD.search(text, max(kind.start() - 12, 0), kind.start())
        if not lead:
            continue
        own = _CUT.split(lead[0])[-1]
        counted = text[kind.start() - len(own) - 1 : kind.start() - len(own)] in _MEASURES
        if len(own) > 1 and not counted and not _GENERAL.fullmatch(own):
            yield kind.start() - len(own), kind.end()


def kind_of(name: str) -> str:
    """Return the ending of an institution's Chinese name that says what it is."""
    return next(ending for ending in sorted(_ENGLISH, key=len, reverse=True) if name.endswith(ending))


def has_kind(kind: str, text: str) -> bool:
    """Whether a text has an English name of this kind of institution, which a Chinese one may translate."""
    english = rf"[A-Z][\w.&-]+ (?:{_ENGLISH[kind]})\b|\b(?:{_ENGLISH[kind]}) (?:of|for) (?:the )?[A-Z]"
    return bool(re.search(english, text))
