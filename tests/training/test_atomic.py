"""A file is written whole or not at all."""

from __future__ import annotations

import errno
import os

import pytest

from deltarule.language.errors import DeltaruleError
from deltarule.training.atomic import write_whole


def full_disk(descriptor: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_text_is_written_as_utf8_and_bytes_as_they_are(tmp_path):
    assert write_whole(tmp_path / "a", "σ\n").read_bytes() == b"\xcf\x83\n"
    assert write_whole(tmp_path / "b", b"\xff\0").read_bytes() == b"\xff\0"


@pytest.mark.parametrize("before", [None, "old"])
def test_a_full_disk_leaves_what_stood_there_and_nothing_else(tmp_path, monkeypatch, before):
    file = tmp_path / "out.html"
    if before is not None:
        file.write_text(before)
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(DeltaruleError, match=r"cannot write .*out\.html: no space left on device"):
        write_whole(file, "new")
    assert [p.name for p in tmp_path.iterdir()] == ([] if before is None else ["out.html"])
    assert before is None or file.read_text() == before


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(DeltaruleError, match=r"cannot write .*none/out: no such file or directory"):
        write_whole(tmp_path / "none" / "out", "x")


def test_the_rights_of_a_file_are_kept_and_a_new_one_has_the_usual_ones(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("")
    usual = plain.stat().st_mode
    assert write_whole(tmp_path / "new", "x").stat().st_mode == usual
    plain.chmod(0o600)
    write_whole(plain, "x")
    assert plain.stat().st_mode & 0o777 == 0o600


def test_a_link_keeps_pointing_to_the_file_that_is_replaced(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_whole(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text() == "new"
