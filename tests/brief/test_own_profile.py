"""What a reader writes in plain words becomes a profile, and what could not be understood is said."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brief.own_profile import LENGTH, profile_from_text
from brief.profile import Profile, load_profile
from brief.vocabulary import GLOSSARY, in_english

KNOWN = load_profile()


def read(text, known=KNOWN):
    return profile_from_text(text, "own", known)


def keywords(text):
    profile, unread = read(text)
    assert unread == ()
    return [direction.keywords for direction in profile.directions]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Agents: tool use, MCP", [("tool use", "MCP")]),
        ("tool use agents\ncode search", [("tool use agents",), ("code search",)]),
        ("tool use agents; code search；graph search", [("tool use agents",), ("code search",), ("graph search",)]),
        (
            "- protein folding\n* code search\n3. graph search",
            [("protein folding",), ("code search",), ("graph search",)],
        ),
        ("I work on protein folding. Also code search.", [("protein folding",), ("code search",)]),
        ("reasoning about proteins in latent space", [("reasoning about proteins in latent space", "latent space")]),
        ("GRPO for robots", [("GRPO for robots", "GRPO")]),
        ("robots in space", [("robots in space", "robots", "space")]),
        ("code search, protein folding", [("code search", "protein folding")]),
    ],
)
def test_each_line_or_sentence_is_a_direction(text, said):
    found = keywords(text)
    assert [phrases[: len(expected)] for phrases, expected in zip(found, said, strict=True)] == said


def test_a_direction_bears_the_readers_own_name():
    profile, _ = read("I'm interested in latent space; 代码助手: SWE-bench")
    assert [(d.en, d.zh) for d in profile.directions] == [("latent space",) * 2, ("代码助手",) * 2]
    assert profile.name == "own"


def test_lists_say_whom_to_follow_and_what_to_avoid():
    text = "latent space\navoid: biology, medical imaging\nauthors: Ada Lovelace and Alan Turing\n机构：MIT、Stanford"
    profile, unread = read(text)
    assert unread == ()
    assert profile.avoid == ("biology", "medical imaging")
    assert profile.authors == ("Ada Lovelace", "Alan Turing")
    assert profile.organizations == ("MIT", "Stanford")
    assert len(profile.directions) == 1
    assert read("latent space; avoid biology")[0].avoid == read("latent space; 不看：biology")[0].avoid == ("biology",)


def test_lists_alone_keep_the_operators_directions():
    profile, _ = read("avoid: biology")
    assert profile.directions == KNOWN.directions
    assert profile.avoid == ("biology",)


def test_chinese_words_are_looked_for_under_their_english_names():
    [world] = keywords("我关心世界模型")
    assert "world model" in world
    assert keywords("世界模型") == [world]
    assert "latent reasoning" in keywords("隐空间推理")[0]
    assert "chain-of-thought" not in keywords("隐空间推理")[0]  # not the 推理 within it
    assert "VLA" in keywords("具身智能: VLA, 机器人")[0]
    assert "robot" in keywords("具身智能: VLA, 机器人")[0]
    assert "time series" in read("latent space; 不看：时间序列")[0].avoid


@pytest.mark.parametrize(
    ("text", "said", "unsaid"),
    [
        ("潜空间推理", "latent reasoning", "chain-of-thought"),  # the words of README.zh.md
        ("智能体强化学习", "agentic RL", "bandit"),
        ("基于模型的强化学习", "model-based RL", "bandit"),
        ("代码智能体", "coding agent", "LLM agent"),
        ("自我进化智能体", "self-evolving agent", "LLM agent"),
        ("预训练数据", "pretraining data", "LLM agent"),
        ("推荐系统", "recommender system", "throughput"),
        ("视觉语言模型", "vision-language model", "object detection"),
        ("大模型推理加速", "inference efficiency", "chain-of-thought"),
        ("医学影像分割和病理图像分析", "medical image segmentation", "image generation"),
        ("图像处理", "image", "image generation"),
        ("多模态推荐", "multimodal recommendation", "audio-visual"),
    ],
)
def test_a_chinese_term_is_not_read_as_a_word_within_it(text, said, unsaid):
    [found] = keywords(text)
    assert said in found
    assert unsaid not in found


def test_every_term_of_the_glossary_is_understood_by_its_own_words():
    for term, english in tomllib.loads(GLOSSARY.read_text(encoding="utf-8")).items():
        [found] = keywords(term)
        assert found[: len(english)] == tuple(english), term


def test_the_operators_names_are_known_too():
    row = {"id": "q", "zh": "量子引力", "en": "quantum gravity", "keywords": ["spin foam", "圈量子"]}
    known = Profile.model_validate({"name": "mine", "directions": [row]})
    assert read("量子引力", known)[0].directions[0].keywords == ("spin foam",)
    assert read("圈量子", known)[0].directions[0].keywords == ("spin foam",)


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("量子引力", [("量子引力", "no_english")]),
        ("квантовая гравитация", [("квантовая гравитация", "no_english")]),
        ("LLM 量子", [("LLM 量子", "no_english")]),
        ("机构：清华", [("清华", "no_english")]),
        ("of the", [("of the", "no_words")]),
        ("🙂", [("🙂", "no_english")]),
        ("", []),
        (" \n;;; - \n", []),
    ],
)
def test_what_says_nothing_makes_no_profile_and_is_named(text, unread):
    assert read(text) == (None, tuple(unread))


def test_what_is_understood_counts_beside_what_is_not():
    profile, unread = read("量子引力; 世界模型，量子; authors: Ada, 何恺明")
    assert len(profile.directions) == 1
    assert profile.authors == ("Ada",)
    assert [part.text for part in unread] == ["量子引力", "量子", "何恺明"]


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("量子世界模型", ["量子"]),
        ("世界模型和量子引力；扩散模型", ["量子引力"]),
        ("我想看大模型在教育中的应用", []),
        ("量子世界模型 quantum world model", []),  # the reader said it in English, too
    ],
)
def test_a_chinese_rest_beside_what_is_understood_is_named(text, unread):
    profile, found = read(text)
    assert profile
    assert found == tuple((words, "no_english") for words in unread)


@pytest.mark.parametrize(
    ("words", "english", "unknown"),
    [
        ("world model", "world model", ()),
        ("α-divergence", "α-divergence", ()),
        ("世界模型 robots", "world model robots", ()),
        ("关于世界模型的量子论文", "world model", ("量子",)),
        ("量子引力", "", ("量子引力",)),
    ],
)
def test_words_to_search_for_are_said_in_english(words, english, unknown):
    assert in_english(words, KNOWN) == (english, unknown)


@pytest.mark.parametrize(("name", "typed"), [("ski", "ſkı"), ("模型i", "模型ı")])
def test_letters_that_only_a_pattern_takes_for_others_are_no_name(name, typed):
    row = {"id": "q", "zh": f"量{name}", "en": "q", "keywords": ["spin foam"]}
    known = Profile.model_validate({"name": "mine", "directions": [row]})
    assert in_english(f"量{typed}", known).words.endswith(typed.lstrip("模型"))


def test_what_is_beyond_a_profile_is_named():
    profile, unread = read("\n".join(f"topic number{n}" for n in range(23)))
    assert len(profile.directions) == 20
    assert unread == tuple((f"topic number{n}", "too_many") for n in range(20, 23))
    profile, unread = read("many: " + ", ".join(f"w{n}x" for n in range(62)))
    assert len(profile.directions[0].keywords) == 60
    assert unread == (("w60x", "too_many"), ("w61x", "too_many"))


ID, LINK = "2604.24927", "https://arxiv.org/abs/2604.24927"


@pytest.mark.parametrize(
    "text",
    [
        f"more like {ID}",
        f"like {LINK}",
        f"More papers like {LINK}v2?context=cs please",
        f"I want to see papers similar to arXiv:{ID}.",
        f"seeds: {ID}",
        f"more like: https://huggingface.co/papers/{ID}",
        f"更多类似 {ID}",
        f"更多类似：{LINK}",
        f"像 {ID} 这样的",
        f"我想看更多像{ID}这样的论文",
        f"多推荐一些与 {ID} 相近的文章",
        ID,
        LINK,
    ],
)
def test_a_paper_to_see_more_of_is_a_seed_and_no_direction(text):
    profile, unread = read(text)
    assert (profile.seeds, unread) == ((ID,), ())
    assert profile.directions == KNOWN.directions


def test_a_paper_may_stand_beside_what_a_direction_says():
    profile, unread = read(f"latent reasoning, like {ID} and 2604.25917, but no surveys\ncode: SWE-bench, cs/0112017")
    assert (profile.seeds, profile.avoid, unread) == ((ID, "2604.25917", "cs/0112017"), ("surveys",), ())
    assert [direction.en for direction in profile.directions] == ["latent reasoning", "code"]
    assert profile.directions[1].keywords == ("SWE-bench",)


def test_what_names_no_paper_or_one_to_avoid_is_named():
    assert read("seeds: foo") == (None, (("foo", "no_paper"),))
    shouted = "//arxiv.org/abs/HEP-TH/9901001"  # archives are in lower case
    assert read(f"seeds: {shouted}") == (None, ((shouted, "no_paper"),))
    assert read(f"avoid {ID}") == (None, ((ID, "one_paper"),))
    ids = [f"2604.{n:05}" for n in range(1, 23)]
    profile, unread = read(f"like {', '.join(ids)}")
    assert profile.seeds == tuple(ids[:20])
    assert unread == tuple((paper, "too_many") for paper in ids[20:])
    assert read(f"more like {'a' * 20}/0112017")[0].seeds == ()  # longer than an id is


PIECES = [
    "avoid:",
    "不看：",
    "authors:",
    "关注：",
    "more like ",
    "不要",
    "follow Ada",
    "像",
    ID,
    LINK,
    "世界模型",
    "隐空间推理",
    "GRPO",
    "a",
    "LLM",
    ",",
    "，",
    ";",
    "\n",
    ": ",
    "- ",
]


def held(text):
    """Whatever is read is bounded and makes a profile."""
    profile, unread = read(text)
    assert all(0 < len(part.text) <= 80 for part in unread)
    if profile:
        assert Profile.model_validate(profile.model_dump()) == profile
        assert len(profile.digest) == 16
        assert all(phrase.isprintable() for d in profile.directions for phrase in (d.en, *d.keywords))


@given(st.one_of(st.text(max_size=LENGTH * 2), st.lists(st.sampled_from(PIECES) | st.text(max_size=9)).map("".join)))
def test_any_text_is_read_within_the_limits_of_a_profile(text):
    held(text)


@given(st.sampled_from(PIECES), st.integers(1, LENGTH))
def test_repetition_is_read_as_well(piece, times):
    held((piece * times)[:LENGTH])
