"""Saving results: whole, of the right kind, or not at all; and never with the key."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from klingkit import DownloadError, InvalidRequestError
from klingkit._media import container

if TYPE_CHECKING:
    from pathlib import Path

HTML = b"<!doctype html><html>denied</html>"


@pytest.fixture
def result(either: Any, words: Any, respx_mock: Any) -> Any:
    """The result of a task that made one video."""
    return finished(either, words, respx_mock, words.done(words.file))


def finished(either: Any, words: Any, respx_mock: Any, answer: dict[str, Any]) -> Any:
    respx_mock.get(f"{words.root}/831").respond(json=answer)
    return either.run(either.run(either.open().tasks.get("831", operation="text_to_video")).wait())


def serve(respx_mock: Any, url: str, content: bytes, status: int = 200, **headers: str) -> Any:
    return respx_mock.get(url).respond(status, content=content, headers={"content-type": "video/mp4", **headers})


def test_a_result_is_saved_under_the_name_given(
    respx_mock: Any, words: Any, either: Any, result: Any, tmp_path: Path
) -> None:
    serve(respx_mock, words.file, words.mp4)
    path = either.run(result.download(tmp_path / "fox.mp4"))
    assert path == tmp_path / "fox.mp4"
    assert path.read_bytes() == words.mp4
    assert [each.name for each in tmp_path.iterdir()] == ["fox.mp4"]


def test_in_a_folder_it_is_named_after_the_task(
    respx_mock: Any, words: Any, either: Any, result: Any, tmp_path: Path
) -> None:
    serve(respx_mock, words.file, words.mp4)
    assert either.run(result.download(tmp_path)).name == "831.mp4"
    assert either.run(result.download(f"{tmp_path}{os.sep}", overwrite=True)).name == "831.mp4"


def test_the_key_is_not_sent_to_the_host_of_the_result(
    respx_mock: Any, words: Any, either: Any, result: Any, tmp_path: Path
) -> None:
    route = serve(respx_mock, words.file, words.mp4)
    either.run(result.download(tmp_path))
    headers = route.calls.last.request.headers
    assert not {"authorization", "cookie"} & set(headers)
    assert words.key not in str(headers.raw)


def test_nothing_of_the_callers_own_http_client_is_sent_there_either(
    respx_mock: Any, words: Any, either: Any, tmp_path: Path
) -> None:
    kind = httpx.AsyncClient if either.kind == "async" else httpx.Client
    own = kind(headers={"authorization": "Bearer mine", "x-mine": "1"}, cookies={"c": "1"}, auth=("u", "p"))
    api = respx_mock.get(f"{words.root}/831").respond(json=words.done(words.file), headers={"set-cookie": "s=1"})
    route = serve(respx_mock, words.file, words.mp4)
    kling = either.open(http_client=own)
    task = either.run(kling.tasks.get("831", operation="text_to_video"))
    either.run(either.run(task.wait()).download(tmp_path))
    assert api.calls.last.request.headers["authorization"] == f"Bearer {words.key}"
    assert api.calls.last.request.headers["x-mine"] == "1"
    assert not {"authorization", "cookie", "x-mine"} & set(route.calls.last.request.headers)
    either.run(kling.close())
    assert not own.is_closed
    either.run(own.aclose()) if isinstance(own, httpx.AsyncClient) else own.close()


def test_several_files_are_numbered_and_the_folder_is_made(
    respx_mock: Any, words: Any, either: Any, tmp_path: Path
) -> None:
    urls = [f"https://cdn.example/{at}.mp4" for at in range(3)]
    result = finished(either, words, respx_mock, words.done(*urls))
    for url in urls:
        serve(respx_mock, url, words.mp4)
    saved = either.run(result.download_all(tmp_path / "deep" / "out"))
    assert [path.name for path in saved] == ["831-1.mp4", "831-2.mp4", "831-3.mp4"]
    assert either.run(result.download(tmp_path / "third.mp4", index=2)).exists()
    with pytest.raises(InvalidRequestError, match="from 0 to 2"):
        either.run(result.download(tmp_path / "fourth.mp4", index=3))


def test_pictures_get_the_ending_of_what_they_are(respx_mock: Any, words: Any, either: Any, tmp_path: Path) -> None:
    result = finished(either, words, respx_mock, words.done("https://cdn.example/a", kind="images"))
    serve(respx_mock, "https://cdn.example/a", words.png)
    assert either.run(result.download(tmp_path)).name == "831.png"


@pytest.mark.parametrize("task_id", ["../../etc/passwd", "/etc/passwd", "a\\b", "..", "狐", "x" * 900])
def test_no_id_of_a_relay_leads_out_of_the_folder(
    respx_mock: Any, words: Any, either: Any, tmp_path: Path, task_id: str
) -> None:
    respx_mock.get(url__startswith=words.root).respond(json=words.done(words.file, task_id=task_id))
    serve(respx_mock, words.file, words.mp4)
    task = either.run(either.open().tasks.get("831", operation="text_to_video"))
    path = either.run(either.run(task.wait()).download(tmp_path))
    assert path.parent == tmp_path
    assert path.read_bytes() == words.mp4


def refused(either: Any, result: Any, path: Any, **arguments: Any) -> DownloadError:
    with pytest.raises(DownloadError) as caught:
        either.run(result.download(path, **arguments))
    assert "signature" not in str(caught.value)
    return caught.value


def nothing_is_left(folder: Path) -> None:
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (HTML, "no video but begins with '<!doctype html>"),
        (b"", "the answer is empty"),
        (b"\x00", "no video"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "it is image, not video"),
        (b'{"error": "expired"}', "no video"),
    ],
)
def test_what_is_no_video_is_not_saved(
    respx_mock: Any, words: Any, either: Any, result: Any, tmp_path: Path, content: bytes, problem: str
) -> None:
    serve(respx_mock, words.file, content)
    assert problem in str(refused(either, result, tmp_path / "fox.mp4"))
    nothing_is_left(tmp_path)


def test_a_file_that_breaks_off_is_tried_again_and_never_kept_in_part(
    respx_mock: Any, words: Any, either: Any, result: Any, tmp_path: Path
) -> None:
    short = httpx.Response(200, content=words.mp4[:500], headers={"content-length": str(len(words.mp4))})
    route = respx_mock.get(words.file).mock(return_value=short)
    error = refused(either, result, tmp_path / "fox.mp4")
    assert "broke off after 500 of" in str(error)
    assert error.retryable
    assert route.call_count == 3
    nothing_is_left(tmp_path)
    route.mock(side_effect=[short, httpx.ReadError("x"), httpx.Response(200, content=words.mp4)])
    assert either.run(result.download(tmp_path / "fox.mp4")).read_bytes() == words.mp4


def test_a_connection_that_breaks_while_reading_leaves_nothing(
    respx_mock: Any, words: Any, either: Any, result: Any, tmp_path: Path
) -> None:
    def broken() -> Any:
        yield words.mp4
        raise httpx.ReadError("reset")

    async def broken_async() -> Any:
        for piece in broken():
            yield piece

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=broken_async() if either.kind == "async" else broken())

    respx_mock.get(words.file).mock(side_effect=answer)
    assert "broke during" in str(refused(either, result, tmp_path / "fox.mp4"))
    nothing_is_left(tmp_path)


@pytest.mark.parametrize(
    ("status", "calls"), [(401, 1), (403, 1), (404, 1), (410, 1), (204, 1), (206, 1), (500, 3), (429, 3)]
)
def test_a_host_that_refuses_is_an_error_and_tried_again_when_that_may_pass(
    respx_mock: Any, words: Any, either: Any, result: Any, tmp_path: Path, status: int, calls: int
) -> None:
    route = serve(respx_mock, words.file, HTML, status)
    error = refused(either, result, tmp_path / "fox.mp4")
    assert (error.status, route.call_count) == (status, calls)
    assert f"HTTP {status}" in str(error)
    nothing_is_left(tmp_path)


def test_redirects_are_followed_without_a_key(
    respx_mock: Any, words: Any, either: Any, result: Any, tmp_path: Path
) -> None:
    respx_mock.get(words.file).respond(302, headers={"location": "//mirror.example/b.mp4"})
    route = serve(respx_mock, "https://mirror.example/b.mp4", words.mp4)
    assert either.run(result.download(tmp_path)).read_bytes() == words.mp4
    assert "authorization" not in route.calls.last.request.headers


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("http://mirror.example/b.mp4", "from https to http"),
        ("file:///etc/passwd", "to nowhere"),
        ("", "to nowhere"),
        ("http://[::1", "could not be saved"),
        ("https://cdn.example/loop.mp4", "without end"),
    ],
)
def test_redirects_that_lead_nowhere_good_are_not_followed(
    respx_mock: Any, words: Any, either: Any, result: Any, tmp_path: Path, location: str, problem: str
) -> None:
    respx_mock.get(words.file).respond(302, headers={"location": location})
    if "loop" in location:
        respx_mock.get(location).respond(302, headers={"location": words.file})
    assert problem in str(refused(either, result, tmp_path / "fox.mp4"))
    nothing_is_left(tmp_path)


def test_a_file_that_exists_is_only_replaced_when_asked_to(
    respx_mock: Any, words: Any, either: Any, result: Any, tmp_path: Path
) -> None:
    path = tmp_path / "fox.mp4"
    path.write_bytes(b"mine")
    assert "overwrite=True" in str(refused(either, result, path))
    assert path.read_bytes() == b"mine"
    serve(respx_mock, words.file, words.mp4)
    either.run(result.download(path, overwrite=True))
    assert path.read_bytes() == words.mp4


def test_a_file_that_appears_meanwhile_is_not_replaced_either(
    respx_mock: Any, words: Any, either: Any, result: Any, tmp_path: Path
) -> None:
    path = tmp_path / "fox.mp4"

    def answer(_: httpx.Request) -> httpx.Response:
        path.write_bytes(b"mine")
        return httpx.Response(200, content=words.mp4)

    respx_mock.get(words.file).mock(side_effect=answer)
    refused(either, result, path)
    assert [each.name for each in tmp_path.iterdir()] == ["fox.mp4"]
    assert path.read_bytes() == b"mine"


@pytest.mark.parametrize("place", ["missing/fox.mp4", "missing/", "file/fox.mp4", "n\0ul.mp4"])
def test_a_place_that_is_none_is_refused_before_anything_is_fetched(
    either: Any, result: Any, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_bytes(b"")
    error = refused(either, result, f"{tmp_path}/{place}")
    assert error.path is not None
    assert error.__cause__ is not None


@pytest.mark.parametrize("place", ["", 7, None, b"fox.mp4"])
def test_a_path_is_a_path(either: Any, result: Any, place: Any) -> None:
    with pytest.raises(InvalidRequestError, match="path"):
        either.run(result.download(place))


@pytest.mark.parametrize("method", ["write", "finish", "begin"])
def test_a_disk_that_refuses_is_an_error_and_leaves_nothing(
    respx_mock: Any,
    words: Any,
    either: Any,
    result: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
) -> None:
    from klingkit._target import Target

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Target, method, full)
    serve(respx_mock, words.file, words.mp4)
    error = refused(either, result, tmp_path / "fox.mp4")
    assert "No space left on device" in str(error)
    nothing_is_left(tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(either: Any, result: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DownloadError, match="cannot be made"):
        either.run(result.download_all(tmp_path / "file"))


def test_a_file_beyond_the_limit_is_not_fetched_to_its_end(
    respx_mock: Any, words: Any, either: Any, result: Any, tmp_path: Path
) -> None:
    serve(respx_mock, words.file, words.mp4)
    assert "more than max_bytes" in str(refused(either, result, tmp_path / "fox.mp4", max_bytes=100))

    def endless() -> Any:
        while True:
            yield words.mp4

    async def endless_async() -> Any:
        for piece in endless():
            yield piece

    stream = endless_async() if either.kind == "async" else endless()
    respx_mock.get(words.file).mock(return_value=httpx.Response(200, content=stream))
    assert "more than 10000 bytes" in str(refused(either, result, tmp_path / "fox.mp4", max_bytes=10_000))
    nothing_is_left(tmp_path)


def test_a_download_has_a_deadline(
    respx_mock: Any, words: Any, either: Any, result: Any, tmp_path: Path, waits: Any
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        waits.sleep(100)
        return httpx.Response(200, content=words.mp4)

    respx_mock.get(words.file).mock(side_effect=answer)
    assert "after 50 seconds" in str(refused(either, result, tmp_path / "fox.mp4", timeout=50))
    nothing_is_left(tmp_path)


@pytest.mark.parametrize("limits", [{"max_bytes": 0}, {"timeout": 0}, {"timeout": float("nan")}, {"max_bytes": "1"}])
def test_limits_are_above_zero(either: Any, result: Any, tmp_path: Path, limits: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError, match="above 0"):
        either.run(result.download(tmp_path / "fox.mp4", **limits))


def test_a_compressed_video_is_refused(respx_mock: Any, words: Any, either: Any, result: Any, tmp_path: Path) -> None:
    def packed() -> Any:
        yield words.mp4

    async def packed_async() -> Any:
        yield words.mp4

    stream = packed_async() if either.kind == "async" else packed()
    answer = httpx.Response(200, headers={"content-encoding": "br"}, content=stream)
    respx_mock.get(words.file).mock(return_value=answer)
    assert "compressed" in str(refused(either, result, tmp_path / "fox.mp4"))


def test_a_task_that_names_no_file_has_nothing_to_save(
    respx_mock: Any, words: Any, either: Any, tmp_path: Path
) -> None:
    result = finished(either, words, respx_mock, words.task("succeed"))
    assert result.files == ()
    with pytest.raises(DownloadError, match="names no file"):
        result.url  # noqa: B018
    with pytest.raises(DownloadError, match="names no file"):
        either.run(result.download(tmp_path))
    with pytest.raises(DownloadError, match="names no file"):
        either.run(result.download_all(tmp_path))


def test_a_large_file_arrives_whole(respx_mock: Any, words: Any, either: Any, result: Any, tmp_path: Path) -> None:
    content = words.mp4 * 2000
    serve(respx_mock, words.file, content)
    assert either.run(result.download(tmp_path / "fox.mp4")).read_bytes() == content


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        (b"\x00\x00\x00\x18ftypisom", ("video", ".mp4")),
        (b"\x00\x00\x00\x14ftypqt  ", ("video", ".mov")),
        (b"\x00\x00\x00\x18ftypavif", ("image", ".avif")),
        (b"\x00\x00\x00\x08wide\x00\x00", ("video", ".mp4")),
        (b"\x1aE\xdf\xa3", ("video", ".webm")),
        (b"\xff\xd8\xff\xe0", ("image", ".jpg")),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", ("image", ".webp")),
        (b"RIFF\x00\x00\x00\x00AVI LIST", None),
        (b"GIF89a", ("image", ".gif")),
        (b"", None),
        (b"<html>", None),
    ],
)
def test_a_file_is_told_by_how_it_begins(beginning: bytes, found: tuple[str, str] | None) -> None:
    assert container(beginning) == found
