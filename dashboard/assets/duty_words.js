/* Words, times and escaped HTML for the phone page. */
(function () {
  "use strict";
  const given = document.getElementById("duty-words");
  const { lang, words } = given ? JSON.parse(given.textContent) : { lang: "zh", words: {} };
  const zh = lang === "zh";

  /* A word by its English key, with {n} and its like filled in. */
  function say(key, values) {
    const text = words[key] === undefined ? key : words[key];
    return text.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? values[name] : whole));
  }

  /* Names of codes that come from the server. */
  const ROLES = {
    grid_chief: "Grid chief", grid_worker: "Grid worker", stand_in: "Stand-in", grid_helper: "Grid helper", micro_grid_head: "Micro-grid head", building_head: "Building head",
    grid_instructor: "Grid instructor", duty: "Duty room", contact_cadre: "Contact cadre", volunteer: "Volunteer", duty_officer: "Duty officer", commander: "Commander",
    community_officer: "Community officer", administrator: "Administrator",
  };
  const REASONS = {
    future: "the time lies ahead", outdated: "too old", accuracy: "too vague", speed: "the speed is not believed", outside: "outside the area", outside_crs: "not in the declared coordinate system", off_duty: "off duty",
  };
  const role = (code) => say(ROLES[code] || code || "");
  const reason = (code) => say(REASONS[code] || code);

  const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  const h = (text) => String(text === null || text === undefined ? "" : text).replace(/[&<>"']/g, (c) => ESCAPES[c]);

  /* 40 秒, 3 分, 1 时 44 分, 2 天 3 时 */
  function span(seconds) {
    const s = Math.max(0, Math.floor(seconds)), gap = " ";
    if (s < 60) return s + gap + say("s");
    if (s < 3600) return Math.floor(s / 60) + gap + say("min");
    const [big, small] = s < 86400 ? [3600, 60] : [86400, 3600];
    const rest = Math.floor((s % big) / small);
    const [a, b] = s < 86400 ? ["h", "min"] : ["d", "h"];
    return Math.floor(s / big) + gap + say(a) + (rest ? gap + rest + gap + say(b) : "");
  }

  /* 1:12 = hours:minutes, as the wall writes what is over or left; days beyond 99 hours */
  function clockSpan(seconds) {
    const minutes = Math.floor(Math.abs(seconds) / 60);
    if (minutes >= 6000) return Math.floor(minutes / 1440) + " " + say("d");
    return Math.floor(minutes / 60) + ":" + String(minutes % 60).padStart(2, "0");
  }

  function time(ms, zone) {
    return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(ms);
  }

  /* Set text only when it changed: what stands still is not touched. */
  function put(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }
  function html(element, text) {
    if (element.dataset.html !== text) { element.dataset.html = text; element.innerHTML = text; }
  }

  const CHECK = '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M5 12.5l4.5 4.5L19 7.5"/></svg>';
  const HANDSET = '<svg viewBox="0 0 24 24" fill="currentColor" aria-hidden="true"><path d="M6.6 2.8c.5-.2 1.1 0 1.4.5l2 3.3c.3.4.2 1-.1 1.4L8.3 9.9c.9 2 3.3 4.5 5.7 5.7l1.9-1.6c.4-.3 1-.4 1.4-.1l3.3 2c.5.3.7.9.5 1.4-.6 1.7-2.1 3.4-4 3.4C9.9 20.7 3.3 14 3.3 6.9c0-1.9 1.6-3.5 3.3-4.1Z"/></svg>';
  const CARE = '<svg viewBox="-20 -20 40 40" aria-hidden="true"><path d="M0 -14.6l17.6 29.7h-35.1Z" fill="var(--yellow-mark)"/></svg>';

  /* The light of an event and what its clock says, at a site time in ms. */
  function clock(event, now) {
    if (event.due === null || event.due === undefined) return { light: "no_limit", text: say("no limit"), css: "" };
    const left = (event.due - now) / 1000;
    if (left < 0) return { light: "red", text: say("{age} over", { age: clockSpan(left) }), css: "red" };
    const light = event.yellow && event.yellow <= now ? "yellow" : "green";
    return { light, text: say("{age} left", { age: clockSpan(left) }), css: light };
  }

  const mark = (light, size) => `<svg viewBox="-22 -22 44 44" aria-hidden="true">${window.dutyMap.light(light, 0, 0, size || 19)}</svg>`;

  /* JSON over HTTP; throws {status, message}. Who is no longer signed in goes to the sign-in. */
  async function ask(path, body) {
    const headers = { "accept-language": zh ? "zh-CN" : "en" };
    const options = body === undefined ? { headers } : { method: "POST", headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
    let answer;
    try {
      answer = await fetch(path, { ...options, signal: AbortSignal.timeout(8000) });
    } catch (error) { throw { status: 0, message: say("Reconnecting") }; }
    const found = await answer.json().catch(() => ({}));
    if (answer.status === 401) location.href = `/sign-in?ended=1&lang=${lang}&next=/duty`; // in mid-shift: the session has ended
    if (!answer.ok) throw { status: answer.status, message: (found.error && found.error.message) || String(answer.status) };
    return found;
  }

  window.dutyWords = { lang, zh, say, role, reason, h, span, time, put, html, clock, mark, ask, CHECK, HANDSET, CARE };
})();
