"""The doors: passwords, one-time link, kiosk link, sign-out, and what browsers are told."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime

import httpx
import pytest
import websockets

from dashboard.guards.headers import script_hash
from data import actors, logins
from tests.dashboard.web.conftest import Bearer
from tests.factories import Town, value
from tests.serving import Served
from tests.waiting import LONGEST_S

FORM = {"account": "duty", "password": "correct horse"}


@pytest.fixture
async def duty(town: Town) -> actors.Actor:
    async with town.database.acting(town.system_id) as link:
        return await actors.create_account(
            link, name="duty", password="correct horse", role="duty_officer"
        )


async def code_of(town: Town, actor_id: int) -> str:
    async with town.database.acting(town.system_id) as link:
        return await logins.create_code(link, actor_id, datetime.now(UTC))


async def test_an_account_signs_in_and_out(web: Served, duty: actors.Actor) -> None:
    async with web.client() as client:
        page = await client.get("/screen", headers={"Accept": "text/html"})
        assert page.status_code == 303 and page.headers["location"] == "/sign-in?next=/screen"
        form = await client.get(page.headers["location"])
        assert form.status_code == 200 and "登录" in form.text and "示范镇" in form.text
        answer = await client.post(page.headers["location"], data=FORM)
        assert (answer.status_code, answer.headers["location"]) == (303, "/screen")
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=lax" in cookie and "secure" not in cookie
        assert (await client.get("/api/summary")).status_code == 200
        kept = dict(client.cookies)
        assert (await client.post("/sign-out")).status_code == 303
        assert (await client.get("/api/summary")).status_code == 401
    async with web.client(cookies=kept) as thief:  # the session itself has ended
        assert (await thief.get("/api/summary")).status_code == 401


async def test_a_wrong_password_and_an_unknown_account_are_told_alike(
    web: Served, duty: actors.Actor
) -> None:
    async with web.client() as client:
        wrong = await client.post("/sign-in?lang=en", data={**FORM, "password": "wrong"})
        unknown = await client.post("/sign-in?lang=en", data={**FORM, "account": "nobody"})
        assert wrong.status_code == unknown.status_code == 401
        assert "Wrong account or password." in wrong.text
        assert wrong.text.replace("duty", "") == unknown.text.replace("nobody", "")
        assert not client.cookies
        for body in (
            b"",
            b"\xff\xfe",
            b"account=duty",
            b"a=1&" * 50,
            b"x" * 10_000,
            b"account=a%00b&password=x",
            b"account=duty&password=%00",
        ):
            assert (await client.post("/sign-in", content=body)).status_code in (401, 429)


async def test_guessing_is_slowed_down(web: Served, duty: actors.Actor) -> None:
    async with web.client() as client:
        codes = [
            (await client.post("/sign-in", data={**FORM, "password": str(n)})).status_code
            for n in range(7)
        ]
        assert codes == [401] * 5 + [429] * 2
        assert (await client.post("/sign-in", data=FORM)).status_code == 429  # even the right one


async def test_a_shift_behind_one_address_signs_in(web: Served, duty: actors.Actor) -> None:
    async with web.client() as client:
        codes = [(await client.post("/sign-in", data=FORM)).status_code for _ in range(22)]
    assert codes == [303] * 22


async def test_next_leads_nowhere_else(web: Served, duty: actors.Actor) -> None:
    for target in ("//evil.example", "https://evil.example", "/\\evil.example", "/kiosk/x", "\n/x"):
        async with web.client() as client:
            answer = await client.post("/sign-in", params={"next": target}, data=FORM)
            assert answer.headers["location"] == "/screen", target


async def test_the_page_quotes_what_it_was_given(web: Served) -> None:
    evil = '"><script>alert(1)</script>'
    async with web.client() as client:
        page = await client.post(
            "/sign-in", params={"next": "/" + evil}, data={"account": evil, "password": "x"}
        )
        assert "<script" not in page.text


async def test_a_one_time_link_opens_the_wall_once(
    web: Served, town: Town, duty: actors.Actor
) -> None:
    code = await code_of(town, duty.id)
    async with web.client() as bare:  # no cookies: it sees the page and takes nothing
        for _ in range(3):
            page = await bare.get(f"/enter/{code}")
            bare.cookies.clear()
            assert page.status_code == 200
            assert "_dash-renderer" in page.text and "history.replaceState" in page.text
            assert code not in page.text
    async with web.client() as first, web.client() as second:
        assert (await first.get(f"/enter/{code}")).status_code == 200
        assert (await second.get(f"/enter/{code}")).status_code == 200
        answers = await asyncio.gather(*(first.get("/api/summary") for _ in range(8)))
        assert {a.status_code for a in answers} == {200}  # a browser asks for many things at once
        assert (await second.get("/api/summary")).status_code == 401
        assert (await first.get("/api/summary")).status_code == 200
        again = await first.get(f"/enter/{code}")
        assert (again.status_code, again.headers["location"]) == (303, "/screen")
    async with web.client() as late:
        used = await late.get(f"/enter/{code}?lang=en")
        assert used.status_code == 401 and "was used or has expired" in used.text
        assert (await late.get("/enter/nonsense")).status_code == 401


async def test_a_one_time_link_is_for_this_machine_only(
    web: Served, town: Town, duty: actors.Actor
) -> None:
    code = await code_of(town, duty.id)
    transport = httpx.ASGITransport(web.app, client=("192.0.2.7", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="http://wall") as elsewhere:
        answer = await elsewhere.get(f"/enter/{code}")
        assert answer.status_code == 403 and "set-cookie" not in answer.headers


async def test_a_kiosk_link_is_read_only_and_ends_when_revoked(web: Served, town: Town) -> None:
    async with town.database.acting(town.system_id) as link:
        actor, secret = await actors.create_token(link, role="kiosk", area="code-west")
        token = (await actors.create_token(link, role="administrator"))[1]
    async with web.client() as wall:
        page = await wall.get(f"/kiosk/{secret}")
        assert page.status_code == 200 and secret not in page.text
        assert (await wall.get("/api/summary")).json()["people"]["on_duty"] == 2
        cookie = "; ".join(f"{k}={v}" for k, v in wall.cookies.items())
        async with web.screen(Cookie=cookie) as screen:
            await screen.until("full")
        assert (await wall.post("/api/calls", json={})).status_code == 403
        async with town.database.acting(town.system_id) as link:
            await actors.revoke(link, actor.id, datetime.now(UTC))
        async with asyncio.timeout(LONGEST_S):
            while (await wall.get("/api/summary")).status_code != 401:
                pass
        assert (await wall.get(f"/kiosk/{secret}")).status_code == 401
        assert (await wall.get(f"/kiosk/{token}")).status_code == 401  # no other token is a link


async def test_a_links_secret_stays_out_of_the_log_when_the_page_fails(
    web: Served, town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("no page today")

    async with town.database.acting(town.system_id) as link:
        _, secret = await actors.create_token(link, role="kiosk")
    web.app.state.wall = broken
    async with web.client() as wall:
        assert (await wall.get(f"/kiosk/{secret}")).status_code == 500
    assert "GET /kiosk/{secret} failed" in caplog.text and "no page today" in caplog.text
    assert secret not in caplog.text


async def test_an_expired_session_is_none(web: Served, town: Town, duty: actors.Actor) -> None:
    async with town.database.acting(town.system_id) as link:
        long_ago = datetime.now(UTC) - logins.SESSION_LASTS
        secret = await logins.open_session(link, duty.id, long_ago)
    async with web.client(cookies={web.app.state.identities.session_cookie: secret}) as client:
        assert (await client.get("/api/summary")).status_code == 401


async def test_what_another_site_sends_with_our_cookies_is_refused(
    web: Served, town: Town, duty: actors.Actor
) -> None:
    async with web.client() as client:
        await client.post("/sign-in", data=FORM)
        for origin in ("http://evil.example", "null", "http://127.0.0.1:1", "http://[", ""):
            for path in ("/api/calls", "/sign-in", "/sign-out", "/_dash-update-component"):
                answer = await client.post(path, headers={"Origin": origin})
                assert answer.status_code == 403, path
        assert (await client.get("/api/summary")).status_code == 200  # not signed out
        own = await client.post("/sign-out", headers={"Origin": web.url})
        assert own.status_code == 303


async def test_browsers_are_told_to_stay_here(
    web: Served, bearer: Bearer, duty: actors.Actor
) -> None:
    async with web.client(headers=await bearer("duty_officer")) as client:
        page = await client.get("/screen")
        policy = page.headers["content-security-policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy and "unsafe-inline" not in policy.split("style-src")[0]
        for address in re.findall(r"(?:src|href)=\"([^\"]+)\"", page.text):
            assert address.startswith("/"), f"{address} leaves this server"
        for path in ("/screen", "/api/summary", "/healthz", "/sign-in", "/api/none"):
            headers = (await client.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"
        assert (await client.get("/nothing-here")).status_code == 404


async def test_every_inline_script_is_allowed_by_its_hash(web: Served, bearer: Bearer) -> None:
    async with web.client(headers=await bearer("duty_officer")) as client:
        page = await client.get("/screen")
    text = re.sub(r"<!--.*?-->", "", page.text, flags=re.DOTALL)
    found = re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL)
    scripts = [inside for kind, inside in found if "src=" not in kind and "json" not in kind]
    assert scripts
    for script in scripts:
        assert script_hash(script) in page.headers["content-security-policy"], script[:80]


async def test_no_path_leads_out_of_the_assets(web: Served) -> None:
    async with web.client() as client:
        for path in (
            "/assets/../app.py",
            "/assets/%2e%2e/app.py",
            "/assets/..%2fapp.py",
            "/assets/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc/passwd",
            "/_dash-component-suites/dash/../../../etc/passwd",
            "/_dash-component-suites/os/path.py",
        ):
            answer = await client.get(path)
            assert answer.status_code >= 400, path
            assert "create_app" not in answer.text and "root:" not in answer.text


@pytest.mark.parametrize("other", ['a={"b":1}', "a b=1", 'a="1', "ä=1", "path=/", "=1", "a[0]=1"])
async def test_cookies_of_other_programs_on_this_host_do_no_harm(
    web: Served, duty: actors.Actor, other: str
) -> None:
    """A browser sends one host's cookies to all of its ports."""
    async with web.client() as client:
        await client.post("/sign-in", data=FORM)
        kept = client.cookies[web.app.state.identities.session_cookie]
    async with web.client() as client:
        cookie = f"{other}; {web.app.state.identities.session_cookie}={kept}; {other}".encode()
        answer = await client.get("/api/summary", headers={"Cookie": cookie})  # type: ignore[dict-item]
        assert answer.status_code == 200


async def test_an_account_that_is_given_anew_signs_out_everywhere(
    web: Served, town: Town, duty: actors.Actor
) -> None:
    """Its new password shuts out who knew the old one; its new area counts on open screens too."""
    async with web.client() as client:
        await client.post("/sign-in", data=FORM)
        name = web.app.state.identities.session_cookie
        session = f"{name}={client.cookies[name]}"
        async with web.screen(Cookie=session) as screen:
            await screen.until("full")
            async with town.database.acting(town.system_id) as link:
                await actors.create_account(
                    link, name="duty", password="new horse", role="duty_officer", area="code-west"
                )
            with pytest.raises(websockets.ConnectionClosed):
                await screen.until_true(lambda _: False)
        assert (await client.get("/api/summary")).status_code == 401
        answer = await client.post("/sign-in", data={**FORM, "password": "new horse"})
        assert answer.status_code == 303
        assert (await client.get("/api/summary")).json()["people"]["on_duty"] == 2


async def test_a_sign_in_is_recorded(web: Served, town: Town, duty: actors.Actor) -> None:
    async with web.client() as client:
        await client.post("/sign-in", data=FORM)
    async with town.database.acting(town.system_id) as link:
        assert await value(link, "SELECT actor_id FROM audit WHERE action = 'sign_in'") == duty.id
