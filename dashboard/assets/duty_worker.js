/* Shows the notice of a call where a page by itself may not (Android), and brings the duty page to
   the front when it is touched. It answers no request and keeps no file: an old page is worse than
   none. */
"use strict";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(front());
});
async function front() {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find((one) => new URL(one.url).pathname === "/duty");
  return page ? page.focus() : self.clients.openWindow("/duty");
}
