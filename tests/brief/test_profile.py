"""A profile is read whole, or refused with every mistake named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brief.errors import ProfileError
from brief.profile import load_profile

GOOD = """
name = "two-things"
authors = ["Ada Lovelace"]
avoid = ["medical imaging"]

[[directions]]
id = "looms"
zh = "织机"
en = "programmable looms"
keywords = ["programmable loom", "punched card"]
queries = ["loom simulator"]
"""


@pytest.fixture
def written(tmp_path: Path):
    def write(text: str | bytes) -> Path:
        path = tmp_path / "reader.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refusal(path: Path) -> str:
    with pytest.raises(ProfileError) as caught:
        load_profile(path)
    return str(caught.value)


def test_the_packaged_reader_has_six_directions_with_names_and_searches():
    profile = load_profile()
    assert len(profile.directions) == 6
    assert all(d.zh and d.en and d.keywords and d.queries for d in profile.directions)


def test_a_file_is_read(written):
    profile = load_profile(written(GOOD))
    assert (profile.name, profile.authors, profile.avoid) == ("two-things", ("Ada Lovelace",), ("medical imaging",))
    assert profile.directions[0].keywords == ("programmable loom", "punched card")


def test_the_digest_changes_with_the_profile_and_only_then(written):
    first, again = load_profile(written(GOOD)).digest, load_profile(written(GOOD + "\n# a remark\n")).digest
    assert first == again
    assert first != load_profile(written(GOOD.replace("punched card", "punch card"))).digest


def test_a_mistake_is_said_without_the_librarys_words(written):
    said = refusal(written(GOOD.replace('"two-things"', "7")))
    assert "name: has to be a valid string" in said


def test_every_mistake_is_named_at_once_with_an_example(written):
    message = refusal(written(GOOD.replace('id = "looms"', 'id = "Looms!"').replace('en = "programmable looms"\n', "")))
    assert "reader.toml" in message
    assert "directions[1].id" in message
    assert 'as in id = "latent-reasoning"' in message
    assert "directions[1].en: Field required" in message


def test_a_misspelled_field_is_answered_with_the_known_ones(written):
    message = refusal(written(GOOD.replace("avoid =", "avoids =")))
    assert "avoids" in message
    assert "avoid," in message or message.endswith("avoid")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "name: Field required"),
        ('name = "x"\ndirections = []', "directions"),
        ("name = ", "not TOML"),
        (b"\xff\xfe", "not TOML"),
        (GOOD + GOOD[GOOD.index("[[") :], "two directions have the same id"),
        (GOOD.replace('["programmable loom", "punched card"]', "[]"), "directions[1].keywords"),
    ],
)
def test_what_is_wrong_is_said(written, text, expected):
    assert expected in refusal(written(text))


def test_a_missing_file_is_named(tmp_path):
    assert "absent.toml" in refusal(tmp_path / "absent.toml")


@given(st.binary(max_size=300))
def test_any_file_is_a_profile_or_a_profile_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("profiles") / "any.toml"
    path.write_bytes(content)
    try:
        outcome = load_profile(path).name
    except ProfileError as error:
        outcome = str(error)
    assert outcome
