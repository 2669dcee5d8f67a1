"""The command line as a user meets it: real processes, a real Redis, the sites on loopback."""

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from brief.models import Brief, Paper
from tests.fakes.sites import PREFIXES, Sites, serve
from tests.fakes.slack_blocks import check_message
from tests.patience import PATIENCE

SAMPLE = "2026-05-01"
PAPERBOY = Path(sys.executable).with_name("paperboy")


class Paperboy:
    """The program with an environment of its own."""

    def __init__(self, sites: Sites, environ: dict[str, str]) -> None:
        self.sites, self.environ = sites, environ

    def __call__(
        self, *args: str, stdin: str = "", cwd: Path | None = None, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PAPERBOY, *args],
            check=False,
            cwd=cwd,
            input=stdin,
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            timeout=120,
        )


@pytest.fixture
def paperboy(tmp_path: Path) -> Iterator[Paperboy]:
    with serve() as (sites, urls):
        kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
        base = kept | {"HOME": str(tmp_path), "PAPERBOY_DATA_DIR": str(tmp_path / "data")}
        yield Paperboy(sites, {**base, **urls})


def links(markdown: str) -> set[str]:
    tokens = [child for token in MarkdownIt().parse(markdown) for child in token.children or []]
    return {str(token.attrs["href"]) for token in tokens if token.type == "link_open"}


def test_the_brief_has_every_section_and_links_only_to_items(paperboy):
    made = paperboy("brief", "--date", SAMPLE, "--format", "markdown")
    assert (made.returncode, made.stderr) == (0, "")
    sections = [line.removeprefix("## ") for line in made.stdout.splitlines() if line.startswith("## ")]
    assert len(sections) == 7
    asked = paperboy("brief", "--date", SAMPLE, "--format", "json")
    brief = Brief.model_validate_json(asked.stdout)
    known = {url for p in papers_of(brief) for url in (p.url, p.hub_url, p.code_url, p.project) if url}
    known |= {item.url for f in (*brief.follow, *brief.more_follow) for item in (f.repo, f.asset) if item}
    assert len(papers_of(brief)) > 5
    assert links(made.stdout) <= known


def papers_of(brief: Brief) -> list[Paper]:
    return [pick.paper for pick in brief.items]


def test_the_terminal_gets_the_push_and_then_the_brief_in_both_languages(paperboy):
    english = paperboy("brief", "--date", SAMPLE)
    chinese = paperboy("brief", "--date", SAMPLE, "--lang", "zh")
    assert english.returncode == chinese.returncode == 0
    assert english.stdout.index("AI papers this morning") < english.stdout.index("In one sentence")
    assert chinese.stdout.index("AI 论文早报") < chinese.stdout.index("一句话总览")
    assert "\x1b" not in english.stdout


def test_explain_tells_of_every_sentence_where_it_comes_from(paperboy):
    made = Brief.model_validate_json(paperboy("brief", "--sample", "--format", "json").stdout)
    explained = paperboy("brief", "--sample", "--explain").stdout
    whole = "".join(explained.split())
    for pick in made.items:
        quoted = [s for part in ("contribution", "why", "focus") for s in getattr(pick.card, part) if s.quoted]
        assert all("".join(s.text.split()) in whole for s in quoted)
        assert f"abstract of {pick.paper.id}" in explained
    assert "→ measured by Paperboy" in explained
    markdown = paperboy("brief", "--sample", "--explain", "--lang", "zh", "--format", "markdown").stdout
    assert f"→ {made.picks[0].paper.id} 的摘要" in markdown


def test_a_stored_day_is_not_asked_for_again(paperboy):
    paperboy("brief", "--date", SAMPLE)
    before = dict(paperboy.sites.hits)
    again = paperboy("brief", "--date", SAMPLE, "--lang", "zh")
    assert again.returncode == 0
    assert paperboy.sites.hits == before
    paperboy("collect", "--date", SAMPLE)
    assert paperboy.sites.hits["hf"] == 2 * before["hf"]


def test_arxivs_pace_holds_between_processes_and_the_sites_know_who_asks(paperboy):
    for _ in range(2):
        done = paperboy("collect", "--date", SAMPLE, "--json", PAPERBOY_CONTACT="me@example.org")
        assert json.loads(done.stdout)["papers"] > 10
    assert paperboy.sites.too_fast == 0
    assert all(re.fullmatch(r"Paperboy/\S+ \(me@example\.org\)", agent) for agent in paperboy.sites.agents)


def test_what_an_edition_showed_does_not_come_back_the_next_day(paperboy):
    first = Brief.model_validate_json(paperboy("brief", "--date", SAMPLE, "--format", "json").stdout)
    next_day = Brief.model_validate_json(paperboy("brief", "--date", "2026-05-02", "--format", "json").stdout)
    again = Brief.model_validate_json(paperboy("brief", "--date", SAMPLE, "--format", "json").stdout)
    shown = {p.paper.id for p in first.items}
    assert next_day.window.quiet == "weekend"
    assert not shown & {p.paper.id for p in next_day.items}
    assert {p.paper.id for p in again.items} == shown


def test_a_failing_site_costs_its_own_items_and_is_asked_again_next_time(paperboy):
    paperboy.sites.down = {"hf"}
    hurt = Brief.model_validate_json(paperboy("brief", "--date", SAMPLE, "--format", "json").stdout)
    reports = {r.source: r for r in hurt.reports}
    assert reports["huggingface"].status == "failed"
    assert reports["huggingface"].notes[0].code == "server_error"
    assert reports["arxiv"].status == reports["github"].status == "ok"
    assert hurt.picks
    paperboy.sites.down = set()
    healed = Brief.model_validate_json(paperboy("brief", "--date", SAMPLE, "--format", "json").stdout)
    assert {r.source: r.status for r in healed.reports}["huggingface"] == "ok"


def test_when_arxivs_api_fails_its_feed_stands_in(paperboy):
    urls = {"ARXIV_API_URL": "http://127.0.0.1:9"}
    done = paperboy("brief", "--date", SAMPLE, "--format", "json", **urls)
    brief = Brief.model_validate_json(done.stdout)
    [arxiv] = [r for r in brief.reports if r.source == "arxiv"]
    assert arxiv.status == "partial"
    assert {"unreachable", "fallback", "rss_newest_only"} <= {n.code for n in arxiv.notes}
    assert arxiv.papers > 10
    assert brief.window.quiet is None


def test_only_the_source_that_failed_is_asked_again(paperboy):
    paperboy.sites.down = {"github"}
    paperboy("brief", "--date", SAMPLE)
    before = dict(paperboy.sites.hits)
    paperboy.sites.down = set()
    healed = Brief.model_validate_json(paperboy("brief", "--date", SAMPLE, "--format", "json").stdout)
    assert (paperboy.sites.hits["arxiv"], paperboy.sites.hits["hf"]) == (before["arxiv"], before["hf"])
    assert paperboy.sites.hits["github"] > before["github"]
    assert [r.status for r in healed.reports if r.source in ("arxiv", "github")] == ["ok", "ok"]
    assert healed.follow


def test_what_was_collected_stays_when_its_source_fails_later(paperboy):
    whole = Brief.model_validate_json(paperboy("brief", "--date", SAMPLE, "--format", "json").stdout)
    paperboy.sites.down = {"hf"}
    hurt = json.loads(paperboy("collect", "--date", SAMPLE, "--json").stdout)
    assert "kept_earlier" in {n["code"] for r in hurt["reports"] for n in r["notes"]}
    again = Brief.model_validate_json(paperboy("brief", "--date", SAMPLE, "--format", "json").stdout)
    assert {p.paper.id: p.paper.votes for p in again.items} == {p.paper.id: p.paper.votes for p in whole.items}


def test_looking_back_at_an_old_day_does_not_change_this_one(paperboy):
    made = paperboy("brief", "--date", SAMPLE, "--format", "json").stdout
    paperboy("ask", "/brief 2026-04-30", "--date", SAMPLE)
    assert paperboy("brief", "--date", SAMPLE, "--format", "json").stdout == made
    chinese = Brief.model_validate_json(paperboy("brief", "--date", SAMPLE, "--lang", "zh", "--format", "json").stdout)
    english = Brief.model_validate_json(made)
    assert [p.paper.id for p in chinese.items] == [p.paper.id for p in english.items]


def test_an_answer_given_while_all_was_down_is_not_kept(paperboy):
    nowhere = dict.fromkeys(PREFIXES, "http://127.0.0.1:9")
    assert "ClawGym" not in paperboy("ask", "/top", "--date", SAMPLE, **nowhere).stdout
    assert "ClawGym" in paperboy("ask", "/top", "--date", SAMPLE).stdout
    assert paperboy("rank", "--date", "2026-04-30", **nowhere).returncode == 1


def test_a_run_ended_in_the_middle_gives_back_arxivs_turn(paperboy):
    command = [PAPERBOY, "collect", "--date", SAMPLE]
    with subprocess.Popen(command, env=paperboy.environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        paperboy.sites.asked["arxiv"].wait(30)
        run.terminate()
        run.communicate(timeout=PATIENCE)
    collected = json.loads(paperboy("collect", "--date", SAMPLE, "--json").stdout)
    [arxiv] = [r for r in collected["reports"] if r["source"] == "arxiv"]
    assert arxiv["status"] == "ok", arxiv


def test_without_any_site_each_is_named_and_the_sample_is_shown(paperboy):
    nowhere = dict.fromkeys([*PREFIXES, "X_API_URL", "GOOGLE_API_URL"], "http://127.0.0.1:9")
    shown = paperboy("brief", **nowhere)
    assert shown.returncode == 0
    head = shown.stdout[: shown.stdout.index("Sample:")]
    for site in ("arXiv", "Hugging Face", "GitHub"):
        assert re.search(rf"{site}.*\n?.*could not connect", head)
    assert "ClawGym" in shown.stdout
    dated = paperboy("brief", "--date", SAMPLE, **nowhere)
    assert dated.returncode == 0
    assert "ClawGym" not in dated.stdout
    assert "could not connect" in dated.stdout
    collected = paperboy("collect", **nowhere)
    assert collected.returncode == 1
    assert "paperboy check" in collected.stderr


def test_the_sample_needs_neither_sites_nor_redis(paperboy):
    shown = paperboy("brief", "--sample", "--lang", "zh", REDIS_URL="redis://127.0.0.1:9/0")
    assert shown.returncode == 0
    assert "2026 年 5 月 1 日" in shown.stdout
    assert paperboy.sites.hits == {}


def test_ranking_is_one_object_a_line_best_first_with_parts_that_add_up(paperboy):
    ranked = [json.loads(line) for line in paperboy("rank", "--date", SAMPLE, "--json").stdout.splitlines()]
    assert len(ranked) > 10
    assert [r["score"] for r in ranked] == sorted((r["score"] for r in ranked), reverse=True)
    assert all(abs(sum(r["parts"].values()) - r["score"]) < 1e-6 for r in ranked)
    table = paperboy("rank", "--date", SAMPLE)
    assert table.stdout.index(ranked[0]["id"]) < table.stdout.index(ranked[1]["id"])


def test_votes_from_a_file_change_the_order(paperboy, tmp_path):
    plain = [json.loads(line)["id"] for line in paperboy("rank", "--date", SAMPLE, "--json").stdout.splitlines()]
    votes = tmp_path / "votes.jsonl"
    liked = plain[-1]
    votes.write_text(
        f'{{"id": "{plain[0]}", "vote": 1}}\n\n{{"id": "{plain[0]}v2", "vote": 0}}\n{{"id": "{liked}", "vote": 1}}\n'
    )
    taught = paperboy("rank", "--date", SAMPLE, "--json", "--feedback", str(votes)).stdout.splitlines()
    order = [json.loads(line)["id"] for line in taught]
    assert order.index(liked) < plain.index(liked)
    assert json.loads(taught[order.index(liked)])["parts"]["learned"] > 0
    votes.write_text('{"id": "2604.26904", "vote": 5}')
    refused = paperboy("rank", "--date", SAMPLE, "--feedback", str(votes))
    assert refused.returncode == 1
    assert "line 1" in refused.stderr
    assert '{"id": "2604.26904", "vote": 1}' in refused.stderr


@pytest.mark.parametrize(
    "text",
    [
        "/paper 2604.26904",
        "/paper 2604.26904v1",
        "/PAPER arXiv:2604.26904",
        "/paper https://arxiv.org/pdf/2604.26904v1.pdf",
        "https://huggingface.co/papers/2604.26904",
        "2604.26904",
    ],
)
def test_a_paper_is_found_however_it_is_written(paperboy, text):
    answer = paperboy("ask", text, "--date", SAMPLE)
    assert answer.returncode == 0
    assert "ClawGym: A Scalable Framework" in answer.stdout


def test_a_paper_outside_the_day_is_fetched(paperboy):
    answer = paperboy("ask", "/paper 2604.23941", "--date", SAMPLE)
    assert answer.returncode == 0
    assert "GoClick" in answer.stdout


@pytest.mark.parametrize(
    ("text", "status", "said"),
    [
        ("/paper", 2, "/paper 2604.26904"),
        ("/paper nonsense", 2, "/paper 2604.26904"),
        ("what is new?", 2, "/paper 2604.26904"),
        ("/papr 2604.26904", 2, "/paper"),
        ("/brief tomorrow", 2, "/brief 20"),
        ("/brief 2999-01-01", 2, "2999-01-01"),
        ("/paper 2604.00000", 1, "2604.00000"),
    ],
)
def test_bad_input_is_answered_with_an_example(paperboy, text, status, said):
    answer = paperboy("ask", text, "--date", SAMPLE)
    assert (answer.returncode, answer.stdout) == (status, "")
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr


@pytest.mark.parametrize(("lang", "press"), [("en", "[Pp]ress|button"), ("zh", "点按钮|按钮|点论文")])
def test_the_terminal_says_what_to_type_instead_of_what_to_press(paperboy, lang, press):
    lines = ["/start", "/help", "/later", "/profile", "/why 2604.26904", "/settings", "/save 2604.26904", "/later"]
    said = paperboy("chat", "--date", SAMPLE, "--lang", lang, stdin="\n".join(lines)).stdout
    assert "/done" in said
    assert not re.search(f"{press}|👍|☆|✓", said)


def test_the_terminal_promises_no_brief_that_nobody_brings(paperboy):
    asked = paperboy("ask", "/subscribe", "--date", SAMPLE)
    assert (asked.returncode, asked.stdout) == (1, "")
    assert "paperboy init" in asked.stderr
    assert "0 chats subscribed" in paperboy("status").stdout
    assert "/subscribe" not in paperboy("ask", "/start", "--date", SAMPLE).stdout
    settings = paperboy("ask", "/settings", "--date", SAMPLE).stdout
    assert "paperboy init" in settings
    assert not re.search(r"/subscribe|/time|arrives here", settings)
    assert "Language: English" in settings


@pytest.mark.parametrize("name", ["brief", "top", "more", "must", "repos", "ideas", "sources", "help"])
def test_every_command_answers_in_both_languages(paperboy, name):
    for lang in ("en", "zh"):
        answer = paperboy("ask", f"/{name}", "--date", SAMPLE, "--lang", lang)
        assert answer.returncode == 0
        assert len(answer.stdout) > 100


def test_chat_answers_line_by_line_and_a_number_opens_a_card(paperboy):
    said = paperboy("chat", "--date", SAMPLE, stdin="1\n/nonsense\n/ideas\n/quit\n/more\n")
    assert said.returncode == 0
    first = re.search(r"^ 1 (.+)$", said.stdout, re.MULTILINE)
    assert first
    assert said.stdout.count(first[1][:40]) > 1
    assert "/nonsense" in said.stdout
    assert "Also worth scanning" not in said.stdout


def test_the_numbers_of_a_list_open_one_card_after_the_other(paperboy):
    top = paperboy("ask", "/top", "--date", SAMPLE).stdout
    third = re.search(r"^ 3 (.{30})", top, re.MULTILINE)
    assert third
    said = paperboy("chat", "--date", SAMPLE, stdin="1\n/nonsense\n/save 2604.26904\n3\n").stdout
    card = said.rpartition("2604.26904\n\n")[2]
    assert third[1] in card
    assert "Abstract" in card


def test_the_number_of_a_paper_stands_for_its_id_behind_a_command(paperboy):
    top = paperboy("ask", "/top", "--date", SAMPLE).stdout
    third = re.search(r"^ 3 .+?<https://arxiv.org/abs/([\d.]+)", top, re.MULTILINE | re.DOTALL)
    assert third
    said = paperboy("chat", "--date", SAMPLE, stdin="/save 3\n/why 99\nquit\n/more\n").stdout
    assert f"Undo: /remove {third[1]}" in said
    assert "“99” is not an arXiv id" in said
    assert "Also worth scanning" not in said


def test_the_terminal_has_a_later_list_and_settings_of_its_own(paperboy, tmp_path):
    paperboy("ask", "/save 2604.26904", "--date", SAMPLE)
    exported = paperboy("ask", "/export bibtex", "--date", SAMPLE)
    assert (exported.returncode, exported.stderr) == (0, "")
    assert exported.stdout.startswith("@misc{")
    said = paperboy("chat", "--date", SAMPLE, stdin="/export csv\n/export csv\n/lang zh\n/later\n", cwd=tmp_path)
    assert str(tmp_path / "paperboy-later-2.csv") in said.stdout.replace("\n", "")
    assert (tmp_path / "paperboy-later.csv").read_bytes() == (tmp_path / "paperboy-later-2.csv").read_bytes()
    assert "稍后读" in said.stdout
    assert "AI 论文早报" in paperboy("ask", "/top", "--date", SAMPLE).stdout


def test_check_names_what_answers_and_what_to_fix(paperboy):
    fine = paperboy("check")
    assert fine.returncode == 0
    broken = paperboy("check", GITHUB_API_URL="http://127.0.0.1:9")
    assert broken.returncode == 1
    assert paperboy.sites.too_fast == 0
    assert "GITHUB_API_URL" in broken.stdout


def test_check_asks_the_language_model_where_one_is_configured(paperboy):
    assert re.search(r"language model: not enabled · optional:\s+LLM_MODEL", paperboy("check").stdout)
    wrong = {"LLM_MODEL": "small", "LLM_BASE_URL": "http://127.0.0.1:9/v1"}
    checked = paperboy("check", **wrong)
    assert checked.returncode == 1
    assert re.search(r"language model: problem · small: unreachable\s+What to do:.*LLM_BASE_URL", checked.stdout)


@pytest.mark.parametrize(
    ("args", "environ", "status", "said"),
    [
        (("brief", "--date", "yesterday"), {}, 2, "2026-05-01"),
        (("brief", "--date", "2999-01-01"), {}, 2, "has not begun"),
        (("brief", "--lang", "fr"), {}, 2, "'zh', 'en'"),
        (("nonsense",), {}, 2, "No such command"),
        (("why", "2604.26904"), {}, 2, 'paperboy ask "/why 2604.26904"'),
        (("/top",), {}, 2, 'paperboy ask "/top"'),
        (("brief", "--explain", "--format", "json"), {}, 2, "paperboy brief --explain --format"),
        (("brief", "--profile", "missing.toml"), {}, 1, "missing.toml"),
        (("brief",), {"BRIEF_TIME": "8am", "BRIEF_TIMEZONE": "Mars"}, 1, "BRIEF_TIMEZONE"),
        (("brief", "--date", SAMPLE), {"REDIS_URL": "redis://127.0.0.1:9/0"}, 1, "REDIS_URL"),
    ],
)
def test_mistakes_end_in_a_sentence_on_stderr(paperboy, args, environ, status, said):
    done = paperboy(*args, **environ)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_progress_shows_on_a_terminal_only(paperboy):
    parent, child = pty.openpty()
    command = [PAPERBOY, "brief", "--date", SAMPLE]
    environ = {**paperboy.environ, "TERM": "xterm-256color"}
    with subprocess.Popen(command, env=environ, stdout=child, stderr=child, stdin=child):
        os.close(child)
        output = b"".join(iter(lambda: _read(parent), b""))
    os.close(parent)
    text = output.decode()
    assert re.search(r"Waiting for.*arXiv", text)
    assert "\x1b]8;" in text  # links can be clicked
    piped = paperboy("brief", "--date", SAMPLE)
    assert piped.stderr == ""


@pytest.mark.parametrize(
    ("what", "shown"),
    [
        ("steps('en', 'writing') as told: told(7, 20)", "Written 7 of 20 parts"),
        ("steps('en', 'reading') as told: told(7, 20)", "Read 7 of 20 papers"),
        ("checking('en'): pass", "Asking everything"),
    ],
)
def test_progress_shows_what_takes_long_on_a_terminal_only(what, shown):
    program = f"from bot.terminal import checking, steps\nwith {what}"
    parent, child = pty.openpty()
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, env={**os.environ, "TERM": "xterm"}, stdout=child, stderr=child, stdin=child):
        os.close(child)
        output = b"".join(iter(lambda: _read(parent), b""))
    os.close(parent)
    assert shown in output.decode()
    assert subprocess.run(command, check=True, capture_output=True).stderr == b""


def test_the_chat_on_a_terminal_waits_for_its_reader_and_ctrl_c_leaves(paperboy):
    paperboy("brief", "--date", SAMPLE)
    parent, child = pty.openpty()
    environ = {**paperboy.environ, "TERM": "xterm-256color"}
    with subprocess.Popen(
        [PAPERBOY, "chat", "--date", SAMPLE], env=environ, stdout=child, stderr=child, stdin=child
    ) as chat:
        os.close(child)
        seen = _until(parent, "paperboy> ")
        assert "Waiting for" not in seen  # all was stored
        assert "quit leaves" in seen
        os.write(parent, b"/more\n")
        assert "Also worth scanning" in _until(parent, "paperboy> ")
        assert _interrupted(chat) == 0
    os.close(parent)


def _interrupted(process: "subprocess.Popen[bytes]") -> int:
    """Press Ctrl-C until the process has ended, also while it leaves, and return the exit status."""
    for _ in range(1000):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(0.02)
    process.kill()
    return process.wait()


def _until(terminal: int, end: str) -> str:
    seen = ""
    while not seen.endswith(end):
        part = _read(terminal)
        assert part, seen
        seen += part.decode(errors="replace")
    return seen


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is gone
        return b""


def test_telegrams_calls_are_printed_as_json(paperboy):
    made = json.loads(paperboy("brief", "--date", SAMPLE, "--format", "telegram").stdout)
    assert {call["method"] for call in made} == {"sendMessage"}
    assert len(made) > 2
    [asked] = json.loads(paperboy("ask", "/must", "--date", SAMPLE, "--format", "telegram").stdout)
    assert asked["parameters"]["reply_markup"]["inline_keyboard"]
    wrong = paperboy("ask", "/papr", "--date", SAMPLE, "--format", "telegram")
    assert (wrong.returncode, json.loads(wrong.stdout)[0]["method"]) == (2, "sendMessage")


def test_slacks_calls_are_printed_as_json(paperboy):
    made = json.loads(paperboy("brief", "--date", SAMPLE, "--format", "slack").stdout)
    assert {call["method"] for call in made} == {"chat.postMessage"}
    assert len(made) > 2
    for call in made:
        check_message(call["parameters"]["blocks"], call["parameters"]["text"])
    [asked] = json.loads(paperboy("ask", "/must", "--date", SAMPLE, "--format", "slack").stdout)
    assert asked["parameters"]["blocks"][-1]["type"] == "actions"


def test_the_terminals_own_words_count_until_a_profile_is_named(paperboy, tmp_path):
    own = tmp_path / "mine.toml"
    row = '[[directions]]\nid = "a"\nzh = "甲"\nen = "named in a file"\nkeywords = ["agent"]\n'
    own.write_text(f'name = "mine"\n{row}', encoding="utf-8")
    before = paperboy("rank", "--date", SAMPLE, "--json").stdout
    assert paperboy("ask", "/profile computer use: GUI agent", "--date", SAMPLE).returncode == 0
    assert paperboy("rank", "--date", SAMPLE, "--json").stdout != before
    assert "computer use" in paperboy("ask", "/profile", "--date", SAMPLE).stdout
    shown = paperboy("ask", "/profile", "--date", SAMPLE, "--profile", str(own)).stdout
    assert "named in a file" in shown
    assert "computer use" not in shown
