"""A release key signs the viewer that the sources make, and no other."""

import stat
from pathlib import Path

import pytest

from school.settings import PAGES, TEMPLATES
from school.viewer.folder import MANIFEST, check_viewer, viewer_files, write_viewer
from school.web_app import page_templates
from tools.sign_viewer import SigningError, make_key, sign_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_viewer(tmp_path / "viewer", viewer_files(PAGES, page_templates(TEMPLATES)))
    return tmp_path / "viewer"


def test_what_the_sources_make_is_signed(folder: Path, tmp_path: Path) -> None:
    public = make_key(tmp_path / "release.key")
    assert stat.S_IMODE((tmp_path / "release.key").stat().st_mode) == 0o600
    assert sign_folder(folder, tmp_path / "release.key") == public
    assert check_viewer(folder, (folder / MANIFEST).read_bytes(), [public]).signed_by == (public.hex(),)


@pytest.mark.parametrize("name", ["index.html", MANIFEST])
def test_nothing_else_is_signed(folder: Path, tmp_path: Path, name: str) -> None:
    make_key(tmp_path / "release.key")
    (folder / name).write_bytes((folder / name).read_bytes() + b"\n")
    with pytest.raises(SigningError, match="is not the viewer that these sources make"):
        sign_folder(folder, tmp_path / "release.key")
    assert not (folder / "signatures").exists()


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    make_key(tmp_path / "release.key")
    with pytest.raises(SigningError, match="Choose another name"):
        make_key(tmp_path / "release.key")
    (tmp_path / "no.key").write_text("abcd")
    with pytest.raises(SigningError, match="holds no release key"):
        sign_folder(tmp_path, tmp_path / "no.key")
