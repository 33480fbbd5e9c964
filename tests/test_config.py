"""Tests of the settings."""

import dataclasses
import stat
from pathlib import Path

import pytest

from server.config import ConfigError, Settings, attachments_place, secret_key, variable

SECRET = "a secret for tests that is long enough"  # noqa: S105 - it opens nothing


def test_nothing_has_to_be_set() -> None:
    settings = Settings.from_environment({"PATH": "/bin", "TOTEBOOK_TEST_POSTGRES_URL": "x"})

    assert settings == Settings()
    assert settings.database == "sqlite:///totebook.sqlite3"
    assert (settings.port, settings.session_hours) == (8080, 12)


def test_every_default_is_a_value_that_is_allowed() -> None:
    given = {
        variable(field.name): str(field.default)
        for field in dataclasses.fields(Settings)
        if field.default != ""
    }

    assert Settings.from_environment(given) == Settings()


def test_what_is_set_is_read() -> None:
    settings = Settings.from_environment(
        {
            "TOTEBOOK_DATABASE": "postgresql://totebook@db/totebook",
            "TOTEBOOK_PORT": " 9000 ",
            "TOTEBOOK_LOG_FORMAT": "JSON",
            "TOTEBOOK_SECRET_KEY": f"{SECRET}\n",
        }
    )

    assert settings.database == "postgresql://totebook@db/totebook"
    assert (settings.port, settings.log_format) == (9000, "json")
    assert settings.secret_key == SECRET


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("PORT", "http", "'http' is not allowed; it must be a whole number from 1 to 65535"),
        ("PORT", "65536", "'65536' is not allowed"),
        ("PORT", "-1", "'-1' is not allowed"),
        ("PORT", "²", "'²' is not allowed"),
        ("HOST", " ", "must be a text that is not empty"),
        ("LOG_LEVEL", "loud", "must be one of debug, info, warning, error"),
        ("DATABASE", "mysql://somewhere/x", "must be sqlite:///FILE"),
        ("DATABASE", "sqlite://", "must be sqlite:///FILE"),
        ("DATABASE", "no url", "must be sqlite:///FILE"),
        ("SECRET_KEY", "short", "must be at least 32 random characters"),
        ("ATTACHMENTS", " ", "must be a folder, or s3://BUCKET/PREFIX"),
        ("ATTACHMENTS", "gs://bucket", "must be a folder, or s3://BUCKET/PREFIX"),
        ("ATTACHMENTS", "s3:///prefix", "must be a folder, or s3://BUCKET/PREFIX"),
    ],
)
def test_bad_value_names_the_variable_and_what_is_allowed(name: str, value: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Settings.from_environment({f"TOTEBOOK_{name}": value})

    assert str(caught.value).startswith(f"TOTEBOOK_{name}: ")
    assert told in str(caught.value)


def test_secrets_are_not_told() -> None:
    with pytest.raises(ConfigError) as caught:
        Settings.from_environment({"TOTEBOOK_DATABASE": "mysql://user:hidden@host/x"})
    settings = Settings(secret_key=SECRET, database="postgresql://user:hidden@host/x")

    assert "hidden" not in str(caught.value)
    assert "hidden" not in repr(settings)
    assert SECRET not in repr(settings)


def test_misspelt_variable_is_refused_with_the_near_one() -> None:
    with pytest.raises(ConfigError, match=r"no setting TOTEBOOK_PROT\. Did you mean TOTEBOOK_PORT"):
        Settings.from_environment({"TOTEBOOK_PROT": "9000"})


def test_secret_key_is_made_once_and_kept_for_its_owner(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path}/book.sqlite3")

    first = secret_key(settings)
    second = secret_key(settings)

    kept = tmp_path / "book.sqlite3.secret"
    assert first == second
    assert len(first) >= 32
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [kept]


def test_secret_key_of_a_process_that_was_quicker_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path}/book.sqlite3")
    kept = tmp_path / "book.sqlite3.secret"

    def link(_fresh: Path, path: Path) -> None:
        path.write_text(SECRET)
        path.chmod(0o600)
        raise FileExistsError

    monkeypatch.setattr("os.link", link)

    assert secret_key(settings) == SECRET.encode()
    assert list(tmp_path.iterdir()) == [kept]


def test_secret_key_that_is_given_is_used(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path}/book.sqlite3", secret_key=SECRET)

    assert secret_key(settings) == SECRET.encode()
    assert list(tmp_path.iterdir()) == []


def test_secret_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path}/book.sqlite3")
    secret_key(settings)
    (tmp_path / "book.sqlite3.secret").chmod(0o644)

    with pytest.raises(ConfigError, match="chmod 600"):
        secret_key(settings)


def test_secret_key_file_without_a_key_is_refused(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path}/book.sqlite3")
    secret_key(settings)
    (tmp_path / "book.sqlite3.secret").write_text("")

    with pytest.raises(ConfigError, match="holds no key"):
        secret_key(settings)


def test_secret_key_without_a_place_to_keep_it_is_told(tmp_path: Path) -> None:
    settings = Settings(database=f"sqlite:///{tmp_path}/nowhere/book.sqlite3")

    with pytest.raises(ConfigError, match=r"can't be read or written .* set TOTEBOOK_SECRET_KEY"):
        secret_key(settings)


def test_secret_key_must_be_given_on_postgres() -> None:
    with pytest.raises(ConfigError, match="TOTEBOOK_SECRET_KEY must be set"):
        secret_key(Settings(database="postgresql://totebook@db/totebook"))


@pytest.mark.parametrize(
    ("database", "given", "place"),
    [
        ("sqlite:///book.sqlite3", "", "book.sqlite3.attachments"),
        ("sqlite:///book.sqlite3", "elsewhere", "elsewhere"),
        ("postgresql://db/totebook", "", ""),
        ("postgresql://db/totebook", "s3://proofs/berlin", "s3://proofs/berlin"),
    ],
)
def test_attachments_stand_beside_the_database_or_where_it_is_said(
    database: str, given: str, place: str
) -> None:
    variables = {"TOTEBOOK_DATABASE": database}
    if given:
        variables["TOTEBOOK_ATTACHMENTS"] = given

    assert attachments_place(Settings.from_environment(variables)) == place
