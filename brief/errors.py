"""The ways a part of Paperboy can fail, each with what a caller needs to decide what to do next."""

from __future__ import annotations

from enum import StrEnum


class Trouble(StrEnum):
    """Why an outside site gave nothing useful. Closed list: every value has a sentence in each locale."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    REFUSED = "refused"
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not_found"
    BAD_ANSWER = "bad_answer"
    EMPTY_ANSWER = "empty_answer"
    TOO_LARGE = "too_large"
    REDIRECTED = "redirected"
    DEADLINE = "deadline"
    BUSY = "busy"  # another run of the program had the turn at the site


class SourceError(Exception):
    """A site could not be used.

    `what` names the part of the site in a reader's words ("arXiv API"); `tries` counts the requests made;
    `retry_after` is in seconds when the site asked for a pause. The message carries no URL, so no token.
    """

    def __init__(
        self,
        trouble: Trouble,
        what: str,
        *,
        tries: int = 1,
        status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.trouble, self.what, self.tries = trouble, what, tries
        self.status, self.retry_after = status, retry_after
        code = f" (HTTP {status})" if status else ""
        super().__init__(f"{what}: {trouble.value}{code} after {tries} request{'s' if tries != 1 else ''}")


class DeliveryError(Exception):
    """A chat service did not take a message.

    `permanent` tells that it would not take it the next time either; `retry_after` is in seconds when it asked for a
    pause. `reason` is one word, such as `rate_limited`.
    """

    def __init__(self, reason: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        self.reason, self.permanent, self.retry_after = reason, permanent, retry_after
        super().__init__(f"the message was not taken: {reason}")


class WritingTrouble(StrEnum):
    """Why a language model did not write. Closed list: every value has a sentence in each locale."""

    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not_found"  # no such model there
    REJECTED = "rejected"  # the request, as one the endpoint does not take
    REFUSED = "refused"  # the model would not
    BAD_ANSWER = "bad_answer"
    TRUNCATED = "truncated"
    OVER_BUDGET = "over_budget"


class WritingError(Exception):
    """A language model gave nothing that can be used. The message carries no key and nothing that the model said."""

    def __init__(self, trouble: WritingTrouble, model: str) -> None:
        self.trouble, self.model = trouble, model
        super().__init__(f"{model}: {trouble.value}")


class StoreError(Exception):
    """Redis cannot be reached or started; the message says what to do about it."""


class SettingsError(Exception):
    """One or more settings are wrong; the message lists all of them, one a line, without any secret."""


class ProfileError(Exception):
    """A profile file cannot be used; the message names the file, the field and an example."""


class BackupError(Exception):
    """A backup cannot be written, read or put back; the message says what to do about it."""


class FeedbackError(Exception):
    """A file of votes cannot be used; the message names the file, the line and an example."""


class NothingCollectedError(Exception):
    """No source delivered anything."""
