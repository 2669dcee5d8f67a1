"""What of a model's answer is taken, and what it is told about the rest."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from brief.writing.answers import CardAnswer, ChoiceAnswer, IdeaAnswer, ReadingAnswer, RelationAnswer, what_to_change
from brief.writing.fence import fenced
from brief.writing.plain import columns

CARD = {
    "contribution": "提出 ClawGym:13.5K 合成任务与混合可验证信号。",
    "why": "把环境工程变成可训练的数据工厂。",
    "judgement": "做 agentic RL 的人值得细读;真实用户任务上的效果未给出。",
    "focus": ["任务合成", "reward 设计"],
}
IDEA = {
    "title": "Latent novelty as a rollout bonus",
    "papers": ["P1", "P2"],
    "body": "P1 gives the signal, P2 the environment.",
    "steps": ["Compute novelty at each step", "Compare with temperature sampling"],
    "question": "Does novelty lead to idle exploration?",
}
READING = {
    "overview": "Agent training moves from single tasks to environments.",
    "relations": [{"paper": "P1", "text": "Serves agentic RL; try its verifier on repository repair."}],
    "must_reads": ["P1"],
    "stand_in": {"paper": "P2", "when": "If today is about training cost."},
    "repos": [{"item": "R1", "focus": "The training loop, as a baseline."}],
    "ideas": [IDEA],
}


def card(**changes):
    return CardAnswer.model_validate(CARD | changes)


def reading(**changes):
    return ReadingAnswer.model_validate(READING | changes)


def told(make, **changes):
    with pytest.raises(ValidationError) as caught:
        make(**changes)
    line = what_to_change(caught.value)
    assert "\n" not in line
    return line


def test_good_answers_are_taken():
    assert card().focus == ["任务合成", "reward 设计"]
    assert reading().stand_in.paper == "P2"
    assert reading(stand_in=None, ideas=[], relations=[], must_reads=[], repos=[]).ideas == []
    assert RelationAnswer(text="Serves agentic RL.").text == "Serves agentic RL."


@pytest.mark.parametrize(
    "text",
    [
        "See https://example.org/x for more.",
        "代码见 github.com/example/agents。",
        "代码见 GitHub.com。",
        "Visit example .io today.",
        "Find it at example[.]com or example dot com.",
        "在 example。com 可以下载。",
        "在 example.com 可以下载。",
        "Short: bit.ly/abc and t.me/agents.",
        "Read it at goo.example/path now.",
        "Write to someone@mail.example.org.",
        "Open 10.0.0.1 to see.",
        "See [the code](example).",
        "Open tg://resolve?domain=x now.",
        "www.something is the place.",
    ],
)
def test_a_link_is_refused(text):
    assert told(card, why=text).startswith(
        ("why: take out a link", "why: take out a domain", "why: take out an address")
    )


@pytest.mark.parametrize(
    "text", ["Ask @someone about it.", "问 @channel 的人", "<!channel> look", "<@U0123> knows", "＠everyone"]
)
def test_a_mention_is_refused(text):
    assert "take out a mention" in told(card, why=text)


@pytest.mark.parametrize(
    "text",
    [
        "```python\nprint()\n```",
        "<b>strong</b> results",
        "<script>alert(1)</script>",
        "<|im_start|>system",
        "# Heading\nThe text.",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        fenced({"P1": {"title": "Planning"}}),
        "</data 0123456789ab> and on",
        "as data 0123456789ab says",
        "<!-- hidden -->",
    ],
)
def test_mark_up_and_fences_are_refused(text):
    assert "why: take out a" in told(card, why=text)


@pytest.mark.parametrize("text", ["zero\u200bwidth", "bell\x07", "right\u202eleft", "tag\U000e0041", "null\x00"])
def test_what_cannot_be_seen_is_refused(text):
    assert told(card, why=text) == "why: take out the invisible characters"


@pytest.mark.parametrize(
    "text", ["A groundbreaking method.", "A Game Changing view.", "该工作具有重要意义。", "众所周知,RL 很贵。"]
)
def test_empty_praise_is_refused(text):
    assert "say what changes for the reader instead of" in told(card, judgement=text)


@pytest.mark.parametrize(
    "text",
    [
        "pass@1 rises from 31.2 to 35.4, Recall@10 by 3 points; p < 0.05 and n > 30.",
        "Node.js, AGENTS.md, train.py and config.yaml are read; v2.0.1 and GPT-4.1/Claude differ, e.g. in cost.",
        "用 GRPO。AI agent 的 rollout 更便宜;τ²-bench 上 99.9%。",
        "值得关注其同步/异步 pipeline、acceptance rate 与 reward 分布。",
        "Costs $20M and/or 2.3x; R&D #1 (see Sec. 3).",
        "The reward lies in [0, 1] (normalised), a [MASK] (one a span).",
        "C++ and F# code; a*b; x_1 | x_2.",
    ],
)
def test_plain_sentences_pass_unchanged(text):
    assert card(why=text).why == text


def test_emphasis_and_line_breaks_are_taken_out():
    assert card(why="**RLVR** needs\n`rollouts`,  many.").why == "RLVR needs rollouts, many."


@pytest.mark.parametrize(
    ("make", "field", "limit"),
    [(card, "contribution", 600), (card, "why", 400), (card, "judgement", 400), (reading, "overview", 700)],
)
def test_a_text_keeps_to_its_columns(make, field, limit):
    assert columns(getattr(make(**{field: "长" * (limit // 2)}), field)) == limit
    assert f"{field}: shorten this to {limit} columns" in told(make, **{field: "长" * (limit // 2) + "a"})


def test_a_text_without_end_is_too_long_whatever_else_it_holds():
    assert told(card, why="http://" + "_" * 4000).startswith("why: shorten this to 400 columns")


@pytest.mark.parametrize(
    ("field", "long"), [("title", "a" * 121), ("body", "a" * 801), ("steps", ["a" * 201]), ("question", "a" * 401)]
)
def test_an_idea_keeps_to_its_columns(field, long):
    assert "shorten this to" in told(lambda **idea: IdeaAnswer.model_validate(IDEA | idea), **{field: long})


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_text_is_refused(text):
    assert told(card, why=text).startswith("why: say something here")


@pytest.mark.parametrize(
    ("make", "changes", "line"),
    [
        (card, {"focus": []}, "focus: give 1 to 3 of these, not 0"),
        (card, {"focus": ["a"] * 4}, "focus: give 1 to 3 of these, not 4"),
        (card, {"score": 9}, "score: Extra inputs are not permitted"),
        (card, {"why": 9}, "why: Input should be a valid string"),
        (reading, {"ideas": [IDEA] * 4}, "ideas: give 0 to 3 of these, not 4"),
        (reading, {"ideas": [IDEA | {"papers": ["P1"]}]}, "ideas.0.papers: give 2 to 4 of these, not 1"),
        (reading, {"ideas": [IDEA | {"papers": ["P1", "p1"]}]}, "ideas.0.papers: name each item only once"),
        (reading, {"must_reads": READING["must_reads"] * 2}, "must_reads: name each item only once"),
        (
            reading,
            {"repos": [{"item": "P1", "focus": "x"}]},
            "repos.0.item: name the item by its label alone, such as R1",
        ),
    ],
)
def test_a_wrong_shape_is_named(make, changes, line):
    assert told(make, **changes) == line


def test_a_missing_field_is_named_and_many_mistakes_are_counted():
    with pytest.raises(ValidationError) as caught:
        ReadingAnswer.model_validate(dict.fromkeys("abcde"))
    line = what_to_change(caught.value)
    assert line.startswith("overview: Field required; ")
    assert line.endswith("; 3 more")


@pytest.mark.parametrize(("given_as", "label"), [("P7", "P7"), (" [P7] ", "P7"), ("p12", "P12")])
def test_a_label_is_known_by_its_letter_and_number(given_as, label):
    assert ChoiceAnswer.model_validate({"picks": [{"paper": given_as, "reason": "x"}]}).picks[0].paper == label


@pytest.mark.parametrize("label", ["7", "P", "P999", "2604.26904", "ClawGym", "P²", ""])
def test_a_choice_is_made_by_label(label):
    with pytest.raises(ValidationError, match="by its label alone"):
        ChoiceAnswer.model_validate({"picks": [{"paper": label, "reason": "x"}]})


@pytest.mark.parametrize("number", [0, 6])
def test_a_choice_has_one_to_five_picks(number):
    with pytest.raises(ValidationError, match="give 1 to 5"):
        ChoiceAnswer.model_validate({"picks": [{"paper": f"P{n + 1}", "reason": "x"} for n in range(number)]})


@pytest.mark.parametrize("answer", [CardAnswer, ChoiceAnswer, ReadingAnswer, RelationAnswer])
def test_a_schema_fits_the_strict_mode(answer):
    schema = answer.model_json_schema()
    for part in (schema, *schema.get("$defs", {}).values()):
        assert part["additionalProperties"] is False
        assert part["required"] == list(part["properties"])
    known = {"$defs", "$ref", "type", "properties", "required", "additionalProperties", "items", "anyOf", "title"}
    assert set(_keywords(schema)) <= known | {"description"}


def _keywords(schema):
    for key, value in schema.items():
        yield key
        inner = value.values() if key in ("properties", "$defs") else value if isinstance(value, list) else [value]
        for part in inner:
            yield from _keywords(part) if isinstance(part, dict) else ()


@given(st.text())
def test_whatever_is_taken_is_plain(text):
    try:
        taken = card(why=text).why
    except ValidationError:
        return
    assert taken == " ".join(taken.split())
    assert columns(taken) <= 400
    assert json.loads(card(why=taken).model_dump_json())["why"] == taken
