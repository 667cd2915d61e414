"""Whether a video has the shape and the sound that were asked for, by the header of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from klingkit_contract.judge import Claim

if TYPE_CHECKING:
    from klingkit_contract.checks.lives import Life
    from klingkit_contract.contract import Operation
    from klingkit_contract.exchanges import Record
    from klingkit_contract.media import Movie
    from klingkit_contract.session import Session

__all__ = ["CHECKS", "ask"]

CHECKS = ("result-shape", "result-sound")
_NEAR = 0.03  # how far a ratio may be off: sides are rounded to whole blocks of pixels
_WITH_SOUND = {"sound": "on", "audio": "native"}


def ask(session: Session, life: Life, get: Operation, movie: Movie | None, file: Record) -> None:
    """Hold the header of a video against the create it was made by."""
    wanted = _ratio(session.samples.asked(life.create, life.body, "aspect_ratio")[1])
    if wanted is None:
        session.board.does_not_apply(get.id, "result-shape", "the create does not say which shape the video is to have")
    elif movie is None:
        session.board.untested(get.id, "result-shape", "the file's movie header could not be found")
    elif abs(movie.width / movie.height / wanted - 1) > _NEAR:
        words = f"The video has {movie.width} x {movie.height} pixels, where {wanted:.2f} to 1 was asked for."
        _accuse(session, life, get, "result-shape", words, file)
    else:
        session.board.passed(get.id, "result-shape")
    loud = any(session.samples.asked(life.create, life.body, name)[1] == word for name, word in _WITH_SOUND.items())
    if not loud:
        session.board.does_not_apply(get.id, "result-sound", "the create does not ask for sound")
    elif movie is None:
        session.board.untested(get.id, "result-sound", "the file's movie header could not be found")
    elif not movie.sound:
        _accuse(session, life, get, "result-sound", "Sound was asked for, and the video has no sound track.", file)
    else:
        session.board.passed(get.id, "result-sound")


def _ratio(said: object) -> float | None:
    wide, colon, tall = said.partition(":") if isinstance(said, str) else ("", "", "")
    return int(wide) / int(tall) if colon and wide.isdigit() and tall.isdigit() and int(tall) else None


def _accuse(session: Session, life: Life, get: Operation, check: str, words: str, file: Record) -> None:
    pointer = session.contract.request_schema(life.create)
    session.board.accuse([Claim(get.id, check, check, pointer, words, file)])
