"""The names of the planted defects, and what each of them breaks."""

from __future__ import annotations

__all__ = ["DEFECTS"]

# Silent damage that gateways are known to do is among these: an operation that is turned into another, defaults that
# win over what was asked for, times of two units, results that need a key.
DEFECTS: dict[str, str] = {
    # --- keys and paths
    "key-echoed": "answers repeat the key: plain in the message, in Base64 and in an address in the head",
    "key-in-address-accepted": "a key in the address (api_key=...) is let in",
    "key-in-header-accepted": "a key in the header X-Api-Key is let in",
    "key-in-result-url": "result addresses carry the key",
    "missing-auth-accepted": "a request without a key, or with a wrong one, is served",
    "other-account-listed": "the list has the tasks of all accounts",
    "other-account-visible": "a task of another account can be queried",
    "rate-limit-without-time": "the first query is answered 429, without Retry-After",
    "unknown-path-page": "a path that does not exist shows a dashboard page with HTTP 200",
    "wrong-key-accepted": "a key that was never given out is let in",
    "wrong-method-served": "a method that no document lists is answered with HTTP 200",
    # --- requests that ought to be refused
    "capability-not-enforced": "a model is asked for what it does not make, and the create is accepted and charged",
    "charged-refusal": "a refused create is charged for all the same, and its task appears in the list",
    "duplicate-accepted": "a create that repeats an external_task_id is accepted and charged",
    "enum-ignored": "a word that is not in a list of words is accepted and charged",
    "error-500-on-bad-request": "a wrong request is answered with HTTP 500 instead of 400",
    "exclusions-ignored": "fields that exclude each other are accepted together",
    "item-count-ignored": "a list with more or fewer entries than documented is accepted and charged",
    "long-prompt-accepted": "a prompt longer than documented is accepted and charged",
    "range-ignored": "a number outside its range is accepted and charged",
    "refusal-200": "what is wrong with a request is told under HTTP 200",
    "request-type-ignored": "JSON is accepted under any Content-Type",
    "required-ignored": "a request without a required field is accepted and charged",
    "rule-not-enforced": "fields that contradict each other by a named rule are accepted and charged",
    "type-ignored": "a value of another JSON type than documented is accepted and charged",
    "valid-refused": "every create is refused",
    # --- what is answered
    "created-201": "a create is answered with HTTP 201",
    "created-in-seconds": "a query tells times in seconds, where a create told milliseconds",
    "created-moves": "a query tells the time of the last change for the time of creation",
    "html-200": "queries answer a dashboard page with HTTP 200",
    "id-as-number": "task_id is a JSON number, which a double cannot hold",
    "id-changes": "a query answers another id than the create gave out",
    "missing-task-id": "the answer to a create lacks the task's id",
    "string-code": "the code of a success is text",
    "text-plain": "JSON answers say they are text/plain",
    "unknown-id-200": "an unknown task id is answered as if the task existed",
    "wrong-task": "a query answers another task than the one asked for",
    # --- on the way to Kling
    "field-dropped": "a gateway does not pass a short negative prompt on",
    # --- the course of a task
    "end-changes": "a task that succeeded has failed when it is asked for again",
    "external-id-not-found": "a query by external_task_id finds nothing",
    "image2video-turned": "a picture to be moved is silently taken for a text: the task is one of another operation",
    "reason-missing": "every task fails without a reason",
    "status-backwards": "a task runs when it is first asked for, and waits the second time",
    "status-word": "a finished task has a status word that is not documented",
    "stuck": "a task never leaves the running state",
    # --- the list
    "list-incomplete": "the list lacks the newest task",
    "list-stale": "the list tells of every task that it waits",
    "page-size-ignored": "the list answers every task whatever page is asked for",
    # --- money
    "charged-twice": "a create is charged twice",
    "failed-charged": "every task fails, and what it cost stays charged",
    # --- results
    "duration-reset": "videos last ten seconds whatever was asked for",
    "expired-result": "result files answer 404 as soon as they are finished",
    "result-html": "result files are a web page with HTTP 200",
    "result-missing": "a task that succeeded has no result",
    "result-needs-key": "result files answer 401 without a key",
    "result-type-wrong": "result files say they are application/octet-stream",
    "result-without-ranges": "result files are always sent whole",
    "short-video": "videos last half as long as asked for and stated",
    "silent-video": "videos have no sound, also where it was asked for",
    "square-video": "videos are square whatever was asked for",
    # --- callbacks
    "callback-missing": "no callback is ever sent",
    "callback-other-end": "the callback about a task that succeeded says that it failed",
    "callback-other-id": "callbacks carry another id than the create gave out",
    "callback-twice": "every callback is sent twice",
}
