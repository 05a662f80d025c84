"""What is wrong in an address is not said of a body."""

from __future__ import annotations

from typing import Any

import httpx
import pytest


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/grids/at?lon=true&lat=35.6", "lon"),
        ("/api/people/nearest?lon=112.9&lat=35.6&k=0", "k"),
        ("/api/people/nearest?lat=35.6", "lon"),
    ],
)
async def test_a_wrong_parameter_is_named(
    client: httpx.AsyncClient, bearer: Any, path: str, name: str
) -> None:
    header = await bearer("duty_officer")
    for lang, words in (("en", "The request's address"), ("zh", "请求地址中的参数")):
        reply = await client.get(path, headers={**header, "Accept-Language": lang})
        error = reply.json()["error"]
        assert (reply.status_code, error["code"]) == (422, "invalid_parameter")
        assert error["message"].startswith(words) and name in error["message"]
