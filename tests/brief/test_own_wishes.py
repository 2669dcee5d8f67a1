"""Plain words say whom to follow and what to avoid, and never the opposite."""

import pytest

from brief.own_profile import profile_from_text
from brief.profile import load_profile

KNOWN, ID = load_profile(), "2604.24927"


def read(text):
    return profile_from_text(text, "own", KNOWN)


@pytest.mark.parametrize(
    ("text", "authors", "labs"),
    [
        ("follow Yann LeCun", ["Yann LeCun"], []),
        ("I also follow Laurens van der Maaten, Fei-Fei Li", ["Laurens van der Maaten", "Fei-Fei Li"], []),
        ("关注 Yann LeCun、Kaiming He", ["Yann LeCun", "Kaiming He"], []),
        ("我也关注 Stanford University", [], ["Stanford University"]),
        ("follow OpenAI, UC Berkeley and Ada Lovelace", ["Ada Lovelace"], ["OpenAI", "UC Berkeley"]),
        ("papers from Google DeepMind", [], ["Google DeepMind"]),
        ("labs: Ada Lovelace", [], ["Ada Lovelace"]),
        ("关注 Yann LeCun和Kaiming He以及 OpenAI", ["Yann LeCun", "Kaiming He"], ["OpenAI"]),
        ("follow Mila, Anthropic and ETH", [], ["Mila", "Anthropic", "ETH"]),
    ],
)
def test_people_and_laboratories_are_followed(text, authors, labs):
    profile, unread = read(text)
    assert (list(profile.authors), list(profile.organizations), unread) == (authors, labs, ())
    assert profile.directions == KNOWN.directions


@pytest.mark.parametrize(
    "text",
    [
        "follow GRPO",
        "关注 GRPO",
        "我关注世界模型",
        "I follow latent reasoning",
        "关注 RLHF",
        "我关注RAG和Agent",
        "关注 LLM 与 RAG",
    ],
)
def test_what_is_followed_may_be_a_topic(text):
    profile, unread = read(text)
    assert (profile.authors, profile.organizations, unread) == ((), (), ())
    assert len(profile.directions) == 1


def test_a_lone_word_to_follow_is_asked_about():
    assert read("follow Hinton") == (None, (("Hinton", "lone_name"),))
    profile, unread = read("关注 Hinton、Geoffrey Hinton；机构：清华与 MIT")
    assert (profile.authors, profile.organizations) == (("Geoffrey Hinton",), ("MIT",))
    assert unread == (("Hinton", "lone_name"), ("清华", "no_english"))


@pytest.mark.parametrize(
    ("text", "avoided"),
    [
        ("not: survey, medical", ["survey", "medical"]),
        ("avoid surveys and medical imaging", ["surveys", "medical imaging"]),
        ("no surveys", ["surveys"]),
        ("I'm not interested in papers about robots", ["robots"]),
        ("I don’t want any benchmarks", ["benchmarks"]),
        ("不要 survey", ["survey"]),
        ("不要综述", ["survey"]),
        ("但不想看 survey，audio", ["survey", "audio"]),
        ("避开 audio", ["audio"]),
        ("I do not like surveys", ["surveys"]),
        ("I don't like surveys and audio", ["surveys", "audio"]),
        ("we do not care about robots", ["robots"]),
        ("no interest in surveys", ["surveys"]),
        ("不喜欢综述", ["survey"]),
        ("不喜欢：综述", ["survey"]),
        ("我不喜欢语音", ["speech"]),
        ("我对语音不感兴趣", ["speech"]),
        ("不要综述类论文", ["survey"]),
        ("不要语音和综述", ["speech", "survey"]),
        ("不要医学影像（medical imaging）", ["medical imaging", "medical image"]),
    ],
)
def test_what_is_to_be_avoided_may_be_said_plainly(text, avoided):
    profile, unread = read(text)
    assert (list(profile.avoid), unread) == (avoided, ())
    assert profile.directions == KNOWN.directions


@pytest.mark.parametrize(
    ("text", "avoided"),
    [
        ("不要视频生成", ("video generation", "text-to-video")),
        ("不要语音", ("speech",)),
        ("不要医疗影像", ("medical imaging", "medical image")),
    ],
)
def test_a_chinese_refusal_does_not_hide_a_whole_field(text, avoided):
    assert read(text)[0].avoid == avoided


@pytest.mark.parametrize("part", ["医疗量子", "医疗大模型", "LLM 综述", "系统与效率", "医疗 квант"])
def test_what_is_to_be_avoided_is_understood_as_a_whole_or_not_at_all(part):
    profile, unread = read(f"avoid: audio, {part}")
    assert profile.avoid == ("audio",)
    assert {one.reason for one in unread} == {"no_english"}


def test_what_is_not_wanted_may_follow_without_a_comma():
    profile, _ = read(f"more like {ID} and no vision")
    assert (profile.seeds, profile.avoid, profile.directions) == ((ID,), ("vision",), KNOWN.directions)
    profile, _ = read("latent reasoning but I don't like surveys；世界模型，我对语音不感兴趣")
    assert [direction.en for direction in profile.directions] == ["latent reasoning", "世界模型"]
    assert profile.avoid == ("surveys", "speech")


def test_words_turn_within_a_line():
    profile, _ = read("latent reasoning, not audio, follow Ada Lovelace, more like 2604.24927；世界模型，不要 survey")
    assert [direction.en for direction in profile.directions] == ["latent reasoning", "世界模型"]
    assert (profile.avoid, profile.authors, profile.seeds) == (("audio", "survey"), ("Ada Lovelace",), (ID,))


def test_a_no_within_a_name_avoids_nothing():
    assert read("no-regret learning")[0].avoid == ()
    assert read("notation; nonlinear control")[0].avoid == ()


@pytest.mark.parametrize(
    ("text", "avoided"),
    [
        ("No surveys please, and nothing about medical imaging.", ("surveys", "medical imaging")),
        ("I don't want benchmarks either, thanks", ("benchmarks",)),
        ("不想看语音，也不要综述", ("speech", "survey")),
        ("请不要语音，也别推荐综述", ("speech", "survey")),
        ("别看音频；不需要综述", ("audio", "survey")),
    ],
)
def test_a_refusal_may_be_polite_and_may_go_on(text, avoided):
    profile, unread = read(f"latent reasoning. {text}")
    assert (profile.avoid, unread) == (avoided, ())
    assert [direction.en for direction in profile.directions] == ["latent reasoning"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("我做世界模型，也关注机器人，还想看扩散模型", ["世界模型", "机器人", "扩散模型"]),
        ("我们主要研究知识图谱，同时关注 Yann LeCun", ["知识图谱"]),
        ("我的研究方向是推荐系统", ["推荐系统"]),
        ("我关注：世界模型", ["我关注"]),
        ("研究智能体", ["研究智能体"]),  # an agent that does research
    ],
)
def test_a_direction_bears_no_words_that_only_introduce_it_in_chinese(text, names):
    assert [direction.zh for direction in read(text)[0].directions] == names


def test_a_name_ends_before_the_sentence_does():
    assert read("Follow Ada Lovelace and Tsinghua University.")[0].organizations == ("Tsinghua University",)


# -- several subjects in one sentence ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I work on world models, code agents and RAG", ["world models", "code agents", "RAG"]),
        (
            "I'm interested in tool use, world models, and protein folding",
            ["tool use", "world models", "protein folding"],
        ),
        ("I study latent reasoning and code agents.", ["latent reasoning", "code agents"]),
        ("I follow RAG and world models", ["RAG", "world models"]),
        ("我做世界模型、机器人和扩散模型", ["世界模型", "机器人", "扩散模型"]),
        ("我主要研究世界模型和机器人", ["世界模型", "机器人"]),
        ("我们研究潜空间推理、代码智能体以及大模型推理加速", ["潜空间推理", "代码智能体", "大模型推理加速"]),
    ],
)
def test_a_sentence_may_name_several_directions(text, names):
    profile, unread = read(text)
    assert unread == ()
    assert [direction.en for direction in profile.directions] == names


@pytest.mark.parametrize(
    "text",
    [
        "I work on planning and reasoning in agents",
        "I work on tool use, planning and memory in LLM agents",
        "I'm interested in search and retrieval",
        "I work on visual, spatial and temporal reasoning",
        "I work on multi-modal, long-context and agentic reasoning",
        "I study GUI agents, especially computer use",
        "I work on code agents: program repair, code search and SWE-bench",
        "我做检索与RAG",
        "我研究系统和效率",  # two names of one category
        "我做大模型的规划、推理和记忆",
        "latent reasoning, code agents and world models",  # the keywords of one line, as they always were
    ],
)
def test_one_subject_is_not_torn_apart(text):
    assert len(read(text)[0].directions) == 1


def test_the_last_of_several_follows_a_comma_and_an_and():
    assert read("no surveys, audio, and speech")[0].avoid == ("surveys", "audio", "speech")


@pytest.mark.parametrize("text", ["机构：上海 AI Lab", "关注 上海 AI Lab", "labs: 微软 Research"])
def test_half_a_name_of_a_laboratory_is_not_followed_as_any_laboratory(text):
    profile, unread = read(text)
    assert profile is None
    assert [one.reason for one in unread] == ["no_english"]


def test_a_name_in_both_languages_is_followed_by_its_english_one():
    assert read("机构：清华 Tsinghua University、阿里 DAMO")[0].organizations == ("Tsinghua University", "DAMO")
