/* Figures: every element that names its place in the summary gets its number. Digits never roll. */
(function () {
  "use strict";
  const w = window.wangge;
  const at = (object, path) => path.split(".").reduce((o, key) => (o == null ? null : o[key]), object);
  function percent(rate) { return rate == null ? "–" : (rate * 100).toFixed(1).replace(/\.0$/, rate === 1 ? "" : ".0"); }
  function set(element, text) { if (element.textContent !== text) element.textContent = text; }

  function fill(summary) {
    summary.people.lost = summary.people.offline - summary.people.no_position;
    for (const element of document.querySelectorAll("[data-figure]")) {
      const value = at(summary, element.dataset.figure);
      set(element, element.dataset.unit === "%" ? percent(value) : w.number(value));
      const zero = element.dataset.figure.startsWith("events.") && value === 0;
      element.classList.toggle("zero", zero);
      element.classList.toggle("none", value == null); /* a rate of nothing is no 0 %, and no "– %" */
      const of = element.closest(".figure");
      if (of && element.dataset.unit === "%") of.title = value == null ? w.t("Nothing closed yet today") : "";
    }
    document.documentElement.classList.toggle("many", summary.events.open >= 1000);
    for (const element of document.querySelectorAll("[data-over]")) set(element, "/" + w.number(at(summary, element.dataset.over)));
  }
  function time() {
    const ms = w.now(), replay = w.state.summary && w.state.summary.mode === "replay";
    set(document.getElementById("clock"), w.clock(ms));
    const speed = w.state.summary ? w.state.summary.speed : 1;
    set(document.getElementById("day"), replay ? w.t("Replay") + " ×" + speed + " " + w.fullDay(ms) : w.day(ms));
    document.documentElement.classList.toggle("replay", Boolean(replay));
    setTimeout(time, speed > 1 ? 250 : 1000 - (ms % 1000));
  }
  function link({ lostFor, delay }) {
    const word = document.getElementById("link-word"), age = document.getElementById("link-age");
    document.getElementById("link").classList.toggle("down", lostFor > 0);
    set(word, w.t(lostFor ? "Lost" : "Live"));
    const seconds = Math.floor(lostFor / 1000);
    set(age, lostFor ? Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0") : w.state.summary ? (0.1 + delay / 1000).toFixed(1) + " s" : "–");
  }
  function place(hello) {
    const settings = hello.settings;
    const name = w.english() ? settings.name_en : settings.name_zh;
    const title = document.getElementById("place");
    set(title, w.english() ? name : name + w.t("Grid command"));
    document.title = title.textContent;
  }
  /* The key of the load, and the day's charts: drawn by Dash when their data is new. */
  function key(grids) {
    const box = document.getElementById("key");
    const items = [w.element("span", null, w.t("Load") + " 0")];
    for (let i = 0; i < 5; i += 1) items.push(w.element("i", "step c" + i));
    items.push(w.element("span", null, (grids.most || 0).toFixed(1).replace(/\.0$/, "") + " " + w.t("cases/person")));
    box.replaceChildren(...items);
  }
  let sent = "";
  function day(summary) {
    if (!summary.today || !window.dash_clientside) return;
    const hour = Number(new Intl.DateTimeFormat("en-GB", { timeZone: w.zone(), hour: "2-digit", hourCycle: "h23" }).format(w.now()));
    const data = { by_hour: summary.today.by_hour, by_hour_median: summary.today.by_hour_median, by_class: summary.today.by_class, hour,
      lang: w.english() ? "en" : "zh", theme: document.documentElement.dataset.theme, scale: w.u() };
    const text = JSON.stringify(data);
    if (text === sent) return;
    sent = text;
    window.dash_clientside.set_props("day-store", { data });
  }
  w.on("begin", () => { time(); });
  w.on("hello", place);
  w.on("hello", () => { sent = ""; }); /* charts that were asked for when the link went may never have come */
  w.on("summary", (summary) => { fill(summary); day(summary); });
  /* The balance line never loses a number: where words are long, units go first, then room, then the key moves onto the map. */
  function fit() {
    const line = document.querySelector(".footer");
    const steps = ["tight", "tighter", "tightest"];
    line.classList.remove(...steps);
    if (w.u() < 1) return; /* a phone wraps it */
    for (const step of steps) if (line.scrollWidth > line.clientWidth) line.classList.add(step);
  }
  w.on("key", () => requestAnimationFrame(fit));
  addEventListener("resize", () => requestAnimationFrame(fit));
  w.on("hello", () => setTimeout(fit, 1200));
  w.on("key", key);
  w.on("tick", link);
})();
