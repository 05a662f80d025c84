"""Notices of calls in a real browser: what stands on the phone, and a hand that touches one."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.waiting import LONGEST_S

# Only a worker shows notices, as on Android; they stand before the page is told so, until tell().
NO_NOTICE_OF_ITS_OWN = """() => { window.Notification = new Proxy(Notification,
  { construct() { throw new TypeError("Illegal constructor. Use showNotification() instead."); } });
  const show = ServiceWorkerRegistration.prototype.showNotification;
  const told = new Promise((done) => { window.tell = done; });
  ServiceWorkerRegistration.prototype.showNotification = async function (...what) {
    await show.apply(this, what);
    await told; };
}"""
HIDDEN = """(hidden) => {
  Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange")); }"""
NOTICES = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
  .map((one) => [one.title, one.body])"""
WAITED = f"""async ([n, longest_ms]) => {{
  const until = performance.now() + longest_ms;
  for (;;) {{
    const found = await ({NOTICES})();
    if (found.length === n || performance.now() > until) return found;
    await new Promise((done) => setTimeout(done, 50));
  }}
}}"""
# A hand's touch cannot be played: only that the browser lets it focus and open is put in.
TOUCH = """async (notice) => {
  let done = null, seen = null;
  WindowClient.prototype.focus = async function () { seen = "focus " + this.url; };
  Clients.prototype.openWindow = async (url) => { seen = "open " + url; };
  const event = new NotificationEvent("notificationclick", { notification: notice });
  event.waitUntil = (promise) => { done = promise; };
  self.dispatchEvent(event);
  await done;
  return seen;
}"""
TOUCHED = f"async () => ({TOUCH})((await registration.getNotifications())[0])"
TOUCHED_AFTER = f"""async () => {{ await registration.showNotification("late");
  return await ({TOUCH})((await registration.getNotifications())[0]); }}"""


def until_notices(page: Page, *wanted: list[str]) -> None:
    """The phone shows these notices, as title and text, and no other."""
    assert page.evaluate(WAITED, [len(wanted), 1000 * LONGEST_S]) == list(wanted)


def glance(page: Page) -> None:
    """The page is looked at and left again, before it knows that its notice stands."""
    page.evaluate(HIDDEN, False)
    page.evaluate(HIDDEN, True)
    page.evaluate("() => window.tell()")
