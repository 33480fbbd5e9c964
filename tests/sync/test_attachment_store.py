"""Where attachments stand: the same in a folder and in a bucket."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.sync.attachment_store import AttachmentStore, StoreError
from tests.sync.buckets import BUCKET, Bucket, bucket

NAME, OTHER = "ab" + "1" * 62, "cd" + "2" * 62


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """Give a bucket that the usual variables lead to."""
    with bucket() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        monkeypatch.setenv("AWS_REGION", "eu-central-1")
        yield server


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> AttachmentStore:
    """Give a store of each kind."""
    if request.param == "folder":
        return AttachmentStore(str(tmp_path / "kept"))
    request.getfixturevalue("served")
    return AttachmentStore(f"s3://{BUCKET}/site one")


def test_what_is_kept_is_read_until_it_is_removed(store: AttachmentStore) -> None:
    store.keep(NAME, b"whole")
    store.put_piece(NAME, "u", 0, b"piece")

    assert store.read(NAME) == b"whole"
    assert store.read(OTHER) is None
    for _ in range(2):
        store.remove(NAME)
    assert store.read(NAME) is None
    assert store.uploads() == set()


def test_pieces_are_joined_as_far_as_they_follow_each_other(store: AttachmentStore) -> None:
    for start, piece in ((0, b"abc"), (3, b"defg"), (5, b"fghi"), (5, b"f"), (12, b"zz")):
        store.put_piece(NAME, "u1", start, piece)
    store.put_piece(NAME, "u2", 0, b"other")
    store.put_piece(OTHER, "u1", 0, b"another")

    assert store.joined(NAME, "u1") == b"abcdefghi"
    assert store.joined(NAME, "u3") == b""
    assert store.uploads() == {NAME, OTHER}
    store.drop_pieces(NAME, "u1")
    assert (store.joined(NAME, "u1"), store.joined(NAME, "u2")) == (b"", b"other")
    store.drop_pieces(NAME)
    assert store.uploads() == {OTHER}


def test_bucket_is_asked_with_a_signature_and_a_prefix(served: Bucket) -> None:
    store = AttachmentStore(f"s3://{BUCKET}/deep/down")

    store.keep(NAME, b"whole")
    store.put_piece(NAME, "u", 0, b"piece")

    assert set(served.objects) == {
        f"deep/down/attachments/ab/{NAME}",
        f"deep/down/partial/{NAME}/u/0-5",
    }
    assert all(served.signed)


def test_bucket_that_refuses_is_told(served: Bucket) -> None:
    served.broken = True
    store = AttachmentStore(f"s3://{BUCKET}")

    with pytest.raises(StoreError, match="The place for attachments answers"):
        store.keep(NAME, b"whole")


def test_folder_is_closed_to_others_and_says_what_is_wrong(tmp_path: Path) -> None:
    place = tmp_path / "kept"
    AttachmentStore(str(place)).keep(NAME, b"whole")

    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    with pytest.raises(StoreError, match="No such file"):
        AttachmentStore(str(tmp_path / "no" / "folder")).read(NAME)


def test_looking_makes_no_folder(tmp_path: Path) -> None:
    place = tmp_path / "kept"

    assert AttachmentStore(str(place)).uploads() == set()
    assert not place.exists()


def test_file_that_is_no_piece_is_passed_over(tmp_path: Path) -> None:
    store = AttachmentStore(str(tmp_path))
    store.put_piece(NAME, "u", 0, b"abc")
    (tmp_path / "partial" / NAME / "u" / "notes.txt").write_bytes(b"x")

    assert store.joined(NAME, "u") == b"abc"


def test_what_is_kept_reaches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []

    def fsync(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink())

    monkeypatch.setattr(os, "fsync", fsync)
    AttachmentStore(str(tmp_path)).keep(NAME, b"whole")

    file = tmp_path / "attachments" / "ab" / NAME
    assert synced == [file, file.parent, file.parent.parent, tmp_path]
