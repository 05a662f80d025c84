/* /duty: holds the link, the shift and the position, and shows what it knows of them. */
(function () {
  "use strict";
  if (!document.getElementById("duty-words") || !window.dutyRing) return;
  const { say, role, reason, h, span, time, put, html, ask, CHECK, CARE, HANDSET } = window.dutyWords;
  const $ = (id) => document.getElementById(id);
  const PING_MS = 3000, SILENT_MS = 5000, REFRESH_MS = 30000, SEND_MS = 8000, REVOKED = 4401;
  const seconds = () => performance.now() / 1000;
  const kept = { get: (k) => { try { return localStorage.getItem("wangge." + k); } catch (e) { return null; } }, set: (k, v) => { try { localStorage.setItem("wangge." + k, v); } catch (e) { /* private window */ } } };

  let me = null, siteAt = 0, siteNow = Date.now(), tab = "duty";
  let socket = null, heard = 0, asked = 0, /* since when a ping of ours has no answer */ lost = seconds(), tries = 0, trip = null;
  let watch = null, fix = null, sent = -SEND_MS, taken = null, why = null;
  let missedCall = null;
  const ended = new Set(); /* attempts that the server has ended while this page was open */

  const app = {
    now: () => siteNow + (seconds() - siteAt) * 1000 * (me ? me.site.speed : 1),
    here: () => (fix ? [fix.coords.longitude, fix.coords.latitude] : me && me.position && me.shift ? [me.position.lon, me.position.lat] : null),
    accuracy: () => (fix ? fix.coords.accuracy : me && me.position && me.position.accuracy_m),
    lost: () => (lost ? seconds() - lost : 0),
    missed: (what, at) => { missedCall = { what, at }; paint(); },
    refresh: () => refresh(),
    theme: () => theme(),
  };

  // The link

  function connect() {
    const here = new URL("/live?duty=1", location.href);
    here.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const mine = (socket = new WebSocket(here));
    heard = asked = seconds(); /* the handshake is a question too */
    mine.onopen = () => { if (mine === socket) { tries = 0; ping(); refresh(); } };
    mine.onmessage = (message) => { if (mine === socket) hear(JSON.parse(message.data)); };
    mine.onclose = (close) => { if (mine === socket) drop(); if (close.code === REVOKED) refresh(); };
  }

  /* Silence or an end: drop the socket at once and try again, never giving up. */
  function drop() {
    if (!socket) return;
    const old = socket;
    socket = null;
    trip = null;
    lost = lost || heard;
    old.onclose = null;
    old.close();
    setTimeout(connect, Math.min(5000, 300 * 2 ** tries++) * (.5 + Math.random() / 2));
    paint();
    if (tries === 2) refresh(); // perhaps the session has ended, which only HTTP can say
  }

  function ping() {
    if (!socket || socket.readyState !== WebSocket.OPEN) return;
    asked = asked || seconds();
    socket.send(JSON.stringify({ type: "ping", t: performance.now() }));
  }

  function tell(message) {
    if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  }

  function hear(message) {
    heard = seconds();
    asked = 0;
    if (message.type === "beat") { tell({ type: "beat" }); return; } /* in the background our timers sleep, our ear does not */
    if (message.type === "pong") { trip = (performance.now() - message.t) / 1000; lost = 0; if (message.now) clock(message.now); }
    else if (message.type === "ring") ring(message);
    else if (message.type === "ring_end") { ended.add(message.attempt); window.dutyRing.end(message); }
    paint();
  }

  function ring(message) {
    window.dutyRing.show(message, app);
    if (window.dutyRing.attempt() === message.attempt) tell({ type: "ringing", attempt: message.attempt });
  }

  function clock(now) {
    siteNow = now;
    siteAt = seconds();
  }

  // What the server knows

  async function refresh() {
    const asked = window.dutyRing.attempt();
    try { know(await ask("/api/duty/me"), asked); } catch (problem) { /* said by the link's line */ }
  }

  /* The answer is as old as its question: it ends no ring that came after, and revives none that
     has ended since. */
  function know(found, asked) {
    me = found;
    clock(found.now);
    for (const one of found.rings) if (!ended.has(one.attempt)) ring(one);
    const phase = window.dutyRing.phase();
    const gone = (phase === "ringing" || phase === "why") && window.dutyRing.attempt() === asked && !found.rings.some((one) => one.session === window.dutyRing.session());
    if (gone) window.dutyRing.end({ attempt: window.dutyRing.attempt(), session: window.dutyRing.session(), state: "no_answer" });
    share();
    paint();
  }

  let waits = false, refused = null; /* what the shift's switch has to say of itself */
  async function shift() {
    if (!me || waits) return;
    waits = true;
    refused = null;
    paint();
    let found = null;
    try { found = await ask("/api/duty/shift", { on: !me.shift }); } catch (problem) { refused = { why: problem.message, at: seconds() }; }
    waits = false;
    if (found) know(found);
    paint();
  }

  // The position: only on shift, only when wished

  const wished = () => kept.get("share") === "1";
  function share() {
    const wanted = wished() && me && me.shift && navigator.geolocation && window.isSecureContext;
    if (wanted && watch === null) {
      why = null;
      watch = navigator.geolocation.watchPosition((found) => { fix = found; why = null; post(); paint(); },
        (problem) => { why = say(problem.code === 1 ? "allow it in the browser" : "no position found"); paint(); },
        { enableHighAccuracy: true, maximumAge: 5000, timeout: 30000 });
    } else if (!wanted && watch !== null) {
      navigator.geolocation.clearWatch(watch);
      watch = fix = taken = null;
    }
    window.dutyBell.awake(Boolean(me && me.shift));
  }

  async function post() {
    if (!fix || !me || performance.now() - sent < SEND_MS) return;
    sent = performance.now();
    const age = Math.max(0, Date.now() - fix.timestamp) * me.site.speed, c = fix.coords;
    const body = { person: me.person.code, lon: c.longitude, lat: c.latitude, at: new Date(app.now() - age).toISOString(), accuracy_m: c.accuracy };
    if (c.speed !== null && c.speed >= 0) body.speed_mps = c.speed;
    try {
      const { accepted, rejected } = await ask("/api/positions", { positions: [body] });
      if (accepted) { taken = { at: seconds(), m: c.accuracy }; why = null; }
      else if (rejected.length && rejected[0].reason !== "duplicate") why = say("not taken: {why}", { why: reason(rejected[0].reason) });
    } catch (problem) { why = problem.message; }
    paint();
  }

  // What is shown

  function line(key, good, text, action) {
    const row = $("reach-" + key);
    row.querySelector(".mark").className = "mark" + (good ? " good" : "");
    html(row.querySelector(".mark"), good ? CHECK : CARE);
    html(row.querySelector(".state"), "<span></span>" + (action ? `<button class="text" data-act="${key}">${h(action)}</button>` : ""));
    put(row.querySelector(".state span"), text); /* it counts on beside a button that stays under the finger */
    return good ? 1 : 0;
  }

  function positionLine() {
    if (!window.isSecureContext || !navigator.geolocation) return line("position", false, say("needs HTTPS"));
    if (!wished()) {
      const old = me && me.shift && me.position && me.position.at >= me.shift.started_at ? (app.now() - me.position.at) / 1000 : null;
      return line("position", old !== null && old < 300, old === null ? "" : say("{age} ago", { age: span(old) }), say("Turn on"));
    }
    if (!me || !me.shift) return line("position", false, say("off while off shift"), say("Turn off"));
    if (why) return line("position", false, why, say("Turn off"));
    if (!taken) return line("position", false, say("waiting for the first fix"));
    return line("position", seconds() - taken.at < 300, say("{age} ago ±{m} m", { age: span(seconds() - taken.at), m: Math.round(taken.m) }), say("Turn off"));
  }

  /* What stands beside a bell that rings: whether a notice comes too, and if not what to do. */
  const NOTICES = {
    shown: () => [say("allowed")], ask: () => [say("bell only"), say("Allow")],
    blocked: () => [say("bell only: allow notices in the site's settings")],
    insecure: () => [say("bell only: notices need HTTPS")], none: () => [say("bell only: this browser has no notices")],
  };
  function reach() {
    const online = socket !== null && trip !== null, bell = window.dutyBell.sounds();
    const others = me && me.pages > 1;
    let n = line("page", online, !online ? say("not connected") : others ? say("open on {n} phones", { n: me.pages }) : say("open"));
    n += positionLine();
    n += bell ? line("bell", true, ...NOTICES[window.dutyBell.notices()]()) : line("bell", false, "", say("Allow"));
    n += screenLine() + testLine(online);
    put($("reach-sum"), say("{n} of {m}", { n, m: 5 }));
  }

  /* A phone that goes dark still rings, but later and without sound on some. */
  let tried = false;
  function screenLine() {
    const lock = window.dutyBell.screen();
    if (!me || !me.shift) return line("screen", false, say("off while off shift"));
    if (lock === "on") return line("screen", true, say("stays on"));
    return line("screen", false, say(lock === "none" || tried ? "let the phone lock itself late" : "may go dark"), lock === "none" ? null : say("Try again"));
  }

  function testLine(online) {
    const test = window.dutyCheck.state(me);
    return line("test", test.good, test.text, online && test.free ? say("Ring once") : null);
  }

  function linkLine() {
    const link = $("link"), gone = lost ? seconds() - lost : 0;
    if (trip !== null && !gone) { link.className = "link"; html(link, CHECK + h(say("Online {n} s", { n: Math.max(.1, trip).toFixed(1) }))); }
    else if (gone < 3 && !me) { link.className = "link wait"; html(link, h(say("Reconnecting"))); }
    else { link.className = "link off"; html(link, h(say("Link lost {n}", { n: Math.floor(gone / 60) + ":" + String(Math.floor(gone % 60)).padStart(2, "0") }))); }
  }

  function shiftCard() {
    const on = Boolean(me.shift), zone = me.site.timezone;
    $("shift").setAttribute("aria-checked", String(on));
    put($("shift-title"), say(on ? "On shift" : "Off"));
    $("shift").setAttribute("aria-busy", String(waits));
    if (refused && seconds() - refused.at > 6) refused = null;
    put($("shift-text"), waits ? say("Sending") : refused ? say("Not possible now: {why}", refused) : on ? say("since {time}, {age} so far", { time: time(me.shift.started_at, zone), age: span((app.now() - me.shift.started_at) / 1000) })
      : me.planned ? say("Rostered {from}–{to}", { from: time(me.planned.planned_start, zone), to: time(me.planned.planned_end, zone) }) : say("You are not called for your grid"));
  }

  function gridCard() {
    const grid = me.grid;
    $("grid-card").hidden = !grid;
    if (!grid) return;
    const red = me.events.filter((e) => e.light === "red").length, parts = [];
    if (grid.households && grid.population) parts.push(say("{n} households, {m} people", { n: grid.households, m: grid.population }));
    else if (grid.households) parts.push(say("{n} households", { n: grid.households }));
    parts.push(say("{n} open", { n: me.events.length }));
    const over = red ? h(say("{n} overdue", { n: "\u0001" })).replace("\u0001", `<b class="red">${red}</b>`) : h(say("Nothing overdue"));
    html($("grid-text"), h(parts.join(" · ")) + " · " + over);
    const here = app.here(), [w, s, e, n] = grid.box, shown = me.events.filter((x) => x.lon !== null).slice(0, 30);
    const state = JSON.stringify([grid.id, here && here.map((v) => v.toFixed(4)), shown.map((x) => x.id + x.light), document.body.dataset.theme, $("grid-map").clientWidth]);
    if ($("grid-map").dataset.state === state || !$("grid-map").clientWidth) return;
    $("grid-map").dataset.state = state;
    const order = { red: 3, yellow: 2, green: 1, no_limit: 0 };
    window.dutyMap.show($("grid-map"), [[w, s], [e, n]], { room: 10, least: 60, grid: grid.id, mine: true, me: here,
      events: shown.map((x) => ({ ...x, size: x.light === "red" ? 10.5 : 8 })).sort((a, b) => order[a.light] - order[b.light]) });
  }

  function paint() {
    linkLine();
    reach();
    window.dutyRing.tick();
    if (!me) return;
    put($("name"), me.person.name);
    put($("post"), [me.person.post ? role(me.person.post) : say("no post"), [me.person.community, me.grid && me.grid.name].filter(Boolean).join(" ")].filter(Boolean).join(" · "));
    $("replay").hidden = me.site.mode === "real";
    if (me.site.mode !== "real") put($("replay"), `${say("Replay")} ×${me.site.speed} · ${time(app.now(), me.site.timezone)}`);
    $("notice").hidden = !missedCall;
    if (missedCall) html($("notice"), HANDSET + `<span>${h(time(missedCall.at, undefined))} ${h(say("Missed call"))} · ${h(missedCall.what)}</span>`);
    shiftCard();
    gridCard();
    $("first").hidden = !me.events.length;
    if (me.events.length) html($("first"), window.dutyTabs.row(me.events[0], app.now()));
    if (tab === "todo") html($("tab-todo"), window.dutyTabs.todo(me, app.now()));
    if (tab === "report") window.dutyTabs.where(app);
    if (tab === "mine") html($("tab-mine"), window.dutyTabs.mine(me, kept.get("theme") || "day"));
  }

  /* Light by day, dark by setting; a call is always dark. */
  function theme() {
    if (window.dutyRing.phase() === "none") document.body.dataset.theme = kept.get("theme") === "dark" ? "dark" : "light";
    document.querySelector('meta[name="theme-color"]').content = getComputedStyle(document.body).getPropertyValue("--bg").trim();
  }

  function go(name) {
    tab = name;
    for (const one of ["duty", "todo", "report", "mine"]) $("tab-" + one).hidden = one !== name;
    document.querySelectorAll(".tabs button").forEach((b) => (b.dataset.go === name ? b.setAttribute("aria-current", "page") : b.removeAttribute("aria-current")));
    window.scrollTo(0, 0);
    if (name === "report") window.dutyTabs.report(app);
    paint();
  }

  const acts = {
    position: () => { kept.set("share", wished() ? "0" : "1"); share(); },
    bell: async () => { await window.dutyBell.allow(); },
    screen: async () => { tried = true; await window.dutyBell.awake(Boolean(me && me.shift)); },
    test: async () => { const found = await window.dutyCheck.ring(); if (found) know(found); },
  };
  document.addEventListener("click", async (click) => {
    const button = click.target.closest("button");
    if (!button) return;
    if (button.dataset.go) go(button.dataset.go);
    else if (button.dataset.act) { await acts[button.dataset.act](); setTimeout(paint, 100); }
    else if (button.dataset.themeTo) { kept.set("theme", button.dataset.themeTo); theme(); paint(); }
    else if (button.id === "shift") shift();
    else if (button.id === "notice") { missedCall = null; paint(); }
    paint();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { refresh(); share(); } });
  window.addEventListener("online", () => { if (socket && trip === null) drop(); });
  setInterval(() => { ping(); post(); }, PING_MS);
  setInterval(refresh, REFRESH_MS);
  setInterval(() => { if (socket && asked && (seconds() - asked) * 1000 > SILENT_MS) drop(); paint(); }, 1000);
  theme();
  connect();
  refresh();
})();
