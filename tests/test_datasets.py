import hashlib
import http.server
import threading

import pytest

from seisfill import datasets
from seisfill.datasets import FILES, SURVEYS, FieldFile, fetch_file
from seisfill.errors import FileAccessError, InvalidParameterError
from tests.field_data import field_file

WORDS = b"traces"
SHA = hashlib.sha256(WORDS).hexdigest()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and a registry of a public and a private file."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(datasets, "cache_folder", lambda: folder)
    monkeypatch.delenv("SEISFILL_DATA", raising=False)
    here = {"licence": "none", "citation": "none", "sha256": SHA}
    monkeypatch.setitem(FILES, "open.sgy", FieldFile(**here, address="http://127.0.0.1:9/open.sgy"))
    monkeypatch.setitem(FILES, "mine.su", FieldFile(**here))
    return folder


@pytest.fixture
def server():
    """A server on this machine; its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(WORDS)

        def log_message(self, *_):
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as served:
        threading.Thread(target=served.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{served.server_port}/open.sgy"
        served.shutdown()


def test_the_folder_that_the_user_names_comes_first(cache, tmp_path, monkeypatch):
    for folder in (cache, tmp_path / "told"):
        folder.mkdir()
        (folder / "open.sgy").write_bytes(WORDS)
    assert fetch_file("open.sgy") == cache / "open.sgy"
    monkeypatch.setenv("SEISFILL_DATA", str(tmp_path / "told"))
    assert fetch_file("open.sgy") == tmp_path / "told" / "open.sgy"


def test_a_file_is_fetched_once_and_only_on_request(cache, server, monkeypatch):
    monkeypatch.setitem(FILES, "open.sgy", FieldFile(sha256=SHA, licence="", citation="", address=server))
    with pytest.raises(FileAccessError, match="Set SEISFILL_DATA to a folder that has it, or fetch it with --download"):
        fetch_file("open.sgy")
    assert fetch_file("open.sgy", download=True).read_bytes() == WORDS
    assert fetch_file("open.sgy") == cache / "open.sgy"


def test_a_wrong_download_is_refused(cache, server, monkeypatch):
    monkeypatch.setitem(FILES, "open.sgy", FieldFile(sha256="0" * 64, licence="", citation="", address=server))
    with pytest.raises(FileAccessError, match="must be fetched from"):
        fetch_file("open.sgy", download=True)
    assert not (cache / "open.sgy").exists()


def test_offline_is_one_sentence_with_the_cure(cache):
    with pytest.raises(FileAccessError, match=r"could not be .*Fetch it by other means and set SEISFILL_DATA"):
        fetch_file("open.sgy", download=True)


def test_a_file_that_is_not_public_is_not_looked_for_elsewhere(cache, tmp_path, monkeypatch):
    monkeypatch.setenv("SEISFILL_DATA", str(tmp_path))
    with pytest.raises(FileAccessError, match=rf"must lie in {tmp_path} \(SEISFILL_DATA\) or .* It is not public"):
        fetch_file("mine.su", download=True)


def test_another_file_of_the_same_name_is_refused(cache):
    cache.mkdir()
    (cache / "open.sgy").write_bytes(b"others")
    with pytest.raises(FileAccessError, match="must have sha256"):
        fetch_file("open.sgy")


def test_a_file_that_cannot_be_read_says_why(cache, monkeypatch):
    cache.mkdir()
    (cache / "open.sgy").write_bytes(WORDS)

    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(FileAccessError, match="must be readable; Permission denied"):
        fetch_file("open.sgy")


def test_an_unknown_name_is_met_with_a_near_one():
    with pytest.raises(InvalidParameterError, match=r"did you mean 'f3\.sgy'"):
        fetch_file("f3.segy")


def test_every_survey_has_its_file_and_every_public_file_an_address_that_never_changes():
    assert {survey.file for survey in SURVEYS.values()} <= set(FILES)
    for file in FILES.values():
        assert len(bytes.fromhex(file.sha256)) == 32
        assert file.licence
        assert file.citation
        if file.address is not None:
            assert len(file.address.split("/")[5]) == 40  # a commit


def test_the_cache_belongs_to_the_user():
    assert datasets.cache_folder().name == "seisfill"


@pytest.mark.parametrize("name", FILES)
def test_the_field_files_are_those_of_the_registry(name, monkeypatch):
    monkeypatch.setenv("SEISFILL_DATA", str(field_file(name).parent))
    assert fetch_file(name).name == name
