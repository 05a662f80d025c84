/* What the scripts of the wall and of desk pages share: one state, one bus, words, formats. Loaded first. */
window.wangge = (function () {
  "use strict";
  const handlers = {};
  const state = {
    hello: null, summary: null, people: [], marks: new Map(), events: new Map(),
    loads: {}, red: new Set(), selection: null, lost: false, layers: {}, calls: new Map(),
  };
  const on = (name, handler) => { (handlers[name] ||= []).push(handler); };
  const escapes = []; /* what Esc closes before it clears the selection */
  const emit = (name, value) => { for (const handler of handlers[name] || []) handler(value); };

  const root = () => document.getElementById("wall") || document.getElementById("desk");
  let words = null;
  /* The catalogue comes with the page; its keys are the English words. */
  const NAMES = { acknowledged: "confirmed" }; /* what a screen calls otherwise than the store */
  function t(key) {
    if (!words && root()) words = JSON.parse(root().dataset.words);
    return (words && words[key]) || NAMES[key] || key.replaceAll("_", " "); /* states and posts have the store's names */
  }
  const english = () => document.documentElement.lang === "en";
  const named = (thing) => (english() ? thing.name_en : thing.name_zh) || thing.name_zh || thing.name_en;

  /* What an alert says in the page's language. */
  const said = (alert) => (english() ? alert.en : alert.zh);

  /* h:mm of a span in milliseconds, as the field writes limits; days from 100 hours on. */
  function span(ms) {
    const minutes = Math.floor(Math.abs(ms) / 60000);
    const hours = Math.floor(minutes / 60);
    if (hours >= 100) return Math.floor(hours / 24) + (english() ? " d" : " 天");
    return hours + ":" + String(minutes % 60).padStart(2, "0");
  }
  /* 超 1:12 and 余 0:11; in English the word comes behind. */
  function limit(ms) {
    const word = ms < 0 ? t("over") : t("left");
    return english() ? span(ms) + " " + word : word + " " + span(ms);
  }
  function age(seconds) {
    if (seconds < 90) return Math.max(0, Math.round(seconds)) + " " + t("s ago");
    if (seconds < 5400) return Math.round(seconds / 60) + " " + t("min ago");
    return span(seconds * 1000) + " " + t("ago");
  }
  const number = (n) => (n == null ? "–" : String(Math.round(n)).replace(/\B(?=(\d{3})+(?!\d))/g, "\u2009"));
  /* Site time now: the last told time carried on at the clock's speed. */
  let told = { site: Date.now(), here: performance.now(), speed: 1 };
  const setNow = (iso, speed) => { told = { site: Date.parse(iso), here: performance.now(), speed }; };
  const now = () => told.site + (performance.now() - told.here) * told.speed;
  const zone = () => (state.hello ? state.hello.settings.timezone : "Asia/Shanghai");
  const clock = (ms) => new Intl.DateTimeFormat("en-GB", {
    timeZone: zone(), hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(ms);
  const part = (ms, options) => new Intl.DateTimeFormat(english() ? "en-GB" : "zh-CN", { timeZone: zone(), ...options }).format(ms);
  const day = (ms) => english() ? part(ms, { month: "short", day: "numeric", weekday: "short" })
    : part(ms, { month: "short", day: "numeric" }) + " " + part(ms, { weekday: "short" });
  /* An end to come: 14:00, with its day where that is not today. */
  const end = (ms) => (fullDay(ms) === fullDay(now()) ? "" : day(ms) + " ") + clock(ms).slice(0, 5);
  const fullDay = (ms) => new Intl.DateTimeFormat(english() ? "en-GB" : "zh-CN", {
    timeZone: zone(), year: "numeric", month: "short", day: "numeric" }).format(ms);

  function element(tag, cls, text) {
    const made = document.createElement(tag);
    if (cls) made.className = cls;
    if (text != null) made.textContent = text;
    return made;
  }
  /* A press and its click belong to one element: what would replace it under the finger waits until
     both are over; of one box the newest. */
  let pressed = null, over = null;
  const late = new Map();
  const AFTER_TOUCH_MS = 400; /* the click of a finger comes after its pointerup */
  function unpressed(box, draw) {
    if (box && pressed && box.contains(pressed)) late.set(box, draw);
    else { late.delete(box); draw(); }
  }
  function press(event) { if (event.type === "pointerdown" || event.key === " ") { clearTimeout(over); pressed = event.target; } }
  function release(after) {
    clearTimeout(over);
    over = setTimeout(() => {
      pressed = null;
      const waiting = [...late.values()];
      late.clear();
      for (const draw of waiting) draw();
    }, after);
  }
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, press, true);
  addEventListener("pointerup", (event) => release(event.pointerType === "mouse" ? 0 : AFTER_TOUCH_MS), true);
  addEventListener("click", () => { pressed = null; release(0); }, true);
  for (const name of ["keyup", "pointercancel", "blur"]) addEventListener(name, (event) => { if (name !== "blur" || event.target === window) release(0); }, true);
  /* A call's card, by the feed or in an answer: whichever is newer stands. */
  function heardCall(session) {
    const known = state.calls.get(session.id);
    if (known && known.line >= session.line) return;
    session.heard = performance.now(); /* its remaining_s is of now */
    state.calls.set(session.id, session);
    emit("call", session);
  }
  async function get(url, options) {
    const headers = { "Accept-Language": document.documentElement.lang || "zh-CN", ...(options || {}).headers };
    const response = await fetch(url, { credentials: "same-origin", ...options, headers })
      .catch(() => { throw new Error(t("The server is not reached. Try again when the link is back")); });
    const body = await response.json().catch(() => ({}));
    if (!response.ok) throw Object.assign(new Error((body.error && body.error.message) || response.statusText), { answer: body.error || {} });
    return body;
  }
  const post = (url, body) => get(url, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

  /* The key of one click: the same key again is the same call. */
  const newKey = () => (crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2) + Date.now());

  /* A colour of the theme, read once a theme. */
  const colours = {};
  function colour(name) {
    const theme = document.documentElement.dataset.theme || "dark";
    const key = theme + name;
    return (colours[key] ||= getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim());
  }
  const u = () => (document.documentElement.classList.contains("desk") ? 1 : window.innerWidth <= 820 ? 0.6 : document.documentElement.classList.contains("wall")
    && window.innerWidth >= 3200 && window.innerHeight >= 1800 ? 2 : 1);
  return { state, escapes, on, emit, t, english, named, span, limit, age, number, setNow, now, zone, clock, day, fullDay,
    said, end, element, unpressed, heardCall, newKey, get, post, colour, u, root };
})();

/* Dash draws the page after the assets have run: begin when the page stands. */
(function () {
  "use strict";
  let begun = false;
  const begin = () => {
    const root = window.wangge.root();
    if (!root || begun) return;
    begun = true;
    document.documentElement.lang = root.dataset.lang;
    document.documentElement.dataset.theme = root.dataset.theme;
    document.documentElement.classList.add(root.id);
    window.wangge.readonly = root.dataset.readonly === "yes";
    window.wangge.emit("begin");
  };
  new MutationObserver(begin).observe(document.documentElement, { childList: true, subtree: true });
})();
