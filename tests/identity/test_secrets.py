"""How secrets are kept."""

import pytest

from server.identity import secrets
from server.identity.secrets import check_secret, hash_code, hash_secret
from server.ids import SeededRandomness


def test_kept_secret_is_checked(randomness: SeededRandomness) -> None:
    kept = hash_secret("2468", randomness)

    assert "2468" not in kept
    assert check_secret(kept, "2468")
    assert not check_secret(kept, "2469")
    assert not check_secret(kept, "")


def test_same_secret_is_kept_under_another_salt(randomness: SeededRandomness) -> None:
    assert hash_secret("2468", randomness) != hash_secret("2468", randomness)


def test_guessing_a_kept_secret_is_costly(
    randomness: SeededRandomness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "_hasher", secrets.COSTLY)

    kept = hash_secret("2468", randomness)

    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert check_secret(kept, "2468")


def test_nothing_kept_is_no_secret() -> None:
    assert not check_secret("", "")
    assert not check_secret("", "nobody")
    assert not check_secret("no hash", "nobody")


def test_codes_are_kept_as_hash() -> None:
    assert hash_code("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
