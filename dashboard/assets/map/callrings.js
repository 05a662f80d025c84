/* Rings on the people while they are called, and the line from each to the place of the call. The
   form is the state: dotted, dashed, echoes, handset, check, slash, question mark. */
(function () {
  "use strict";
  const w = window.wangge;
  const R = 24, NAMED = 12, BEAT_MS = 250, STAYS_MS = 60000;
  const GREY = new Set(["busy", "declined", "no_answer", "offline", "failed", "ambiguous", "cancelled", "interrupted"]);
  const HANDSET = new Path2D("M6.6 2.8c.5-.2 1.1 0 1.4.5l2 3.3c.3.4.2 1-.1 1.4L8.3 9.9c.9 2 3.3 4.5 5.7 5.7l1.9-1.6c.4-.3 1-.4 1.4-.1l3.3 2c.5.3.7.9.5 1.4-.6 1.7-2.1 3.4-4 3.4C9.9 20.7 3.3 14 3.3 6.9c0-1.9 1.6-3.5 3.3-4.1Z");
  let drawn = [], of = null, index = new Map();
  w.map.rings = () => drawn; /* [person, state, label or ""] of the last frame, for tests and pictures */

  function mark(person) {
    if (of !== w.state.people) { of = w.state.people; index = new Map(of.map((p, i) => [p.id, i])); }
    const found = w.state.marks.get(index.get(person));
    return found && found.state <= 3 ? found : null;
  }
  /* Calls that run, and the one that is looked at while its end is news. */
  function calls() {
    const chosen = w.state.selection && w.callOf(w.state.selection);
    return [...w.state.calls.values()].filter((s) => s.state === "running"
      || (chosen && chosen.id === s.id && s.ended && w.now() - s.ended < STAYS_MS));
  }
  function draw(view) {
    drawn = [];
    const chosen = w.state.selection && w.callOf(w.state.selection), rung = new Map();
    for (const session of calls().sort((a, b) => Boolean(b.drill) - Boolean(a.drill))) { /* a real ring stands before a drill's */
      for (const a of session.attempts) rung.set(a.person.id, { a, session }); /* the newest of each person */
    }
    const found = [];
    for (const { a, session } of rung.values()) {
      const at = mark(a.person.id);
      if (!at) continue;
      const point = view.place(at.lon, at.lat, {});
      found.push({ a, session, x: point.x, y: point.y });
    }
    for (const one of found) line(view, one);
    const r = R * view.u;
    for (const one of found) {
      ring(view, one);
      if (one.session.drill) word(view, one);
      drawn.push([one.a.person.id, one.a.state, one.session.drill ? w.t("DRILL") : ""]);
      view.taken.push([one.x - r, one.y - r, one.x + r, one.y + r, "ring"]);
    }
    const named = found.filter((one) => chosen && one.session.id === chosen.id);
    if (named.length <= NAMED) named.forEach((one) => label(view, one));
  }
  const colour = (a, session) => (w.state.lost || GREY.has(a.state) ? w.colour("stale") : w.colour(session.drill ? "drill" : "people"));
  /* The word below each ring of a drill: its colour alone must not say it. */
  function word({ context: c, u, taken }, { x, y }) {
    c.font = "700 " + 20 * u + "px " + getComputedStyle(document.body).fontFamily; c.textAlign = "center"; c.textBaseline = "middle";
    const said = w.t("DRILL"), wide = c.measureText(said).width + 12 * u, top = y + (R + 4) * u;
    c.beginPath(); c.roundRect(x - wide / 2, top, wide, 26 * u, 4 * u); c.fillStyle = w.colour("drill-fill"); c.fill();
    c.fillStyle = "#FFF"; c.fillText(said, x, top + 14 * u);
    taken.push([x - wide / 2, top, x + wide / 2, top + 26 * u, "drill"]);
  }
  function line({ context: c, u, place }, { a, session, x, y }) {
    const at = GREY.has(a.state) ? null : w.placeOfCall(session);
    if (!at) return;
    const end = place(at.lon, at.lat, {}), long = Math.hypot(end.x - x, end.y - y);
    if (long < 2 * R * u) return;
    const sure = a.state === "acknowledged", part = (R * u) / long;
    c.beginPath(); c.moveTo(x + (end.x - x) * part, y + (end.y - y) * part); c.lineTo(end.x, end.y);
    c.strokeStyle = colour(a, session); c.lineWidth = (sure ? 4 : 2) * u; c.globalAlpha = sure ? 1 : 0.8;
    c.setLineDash(sure ? [] : [2 * u, 7 * u]); c.stroke(); c.setLineDash([]); c.globalAlpha = 1;
  }
  const DASHES = { queued: [2, 5], dialling: [6, 5], busy: [6, 5], declined: [6, 5], no_answer: [6, 5], offline: [6, 5], failed: [6, 5], ambiguous: [6, 5] };
  function circle(c, x, y, r) { c.beginPath(); c.arc(x, y, r, 0, 7); }
  function ring({ context: c, u, time }, { a, session, x, y }) {
    const state = a.state, r = R * u, thin = state === "cancelled" || state === "interrupted";
    circle(c, x, y, r); c.lineWidth = 7 * u; c.strokeStyle = w.colour("halo"); c.globalAlpha = thin ? 0 : 0.7; c.stroke(); c.globalAlpha = 1;
    c.strokeStyle = c.fillStyle = colour(a, session);
    if (state === "ringing") echoes(c, u, x, y, time);
    circle(c, x, y, r);
    if (state === "acknowledged") c.fill();
    c.lineWidth = (thin ? 1 : state === "answered" ? 5 : 3) * u;
    c.setLineDash((DASHES[state] || []).map((n) => n * u)); c.stroke(); c.setLineDash([]);
    if (state === "answered") { c.save(); c.translate(x - 13 * u, y - 13 * u); c.scale(1.08 * u, 1.08 * u); c.fillStyle = w.colour("surface"); c.beginPath(); c.arc(12, 12, 18, 0, 7); c.fill(); c.fillStyle = colour(a, session); c.fill(HANDSET); c.restore(); }
    else if (state === "acknowledged") sign(c, [[-10, 1], [-3, 8], [10, -7]], x, y, u, w.colour("surface"), 4.5);
    else if (state === "ambiguous") { c.font = "700 " + 30 * u + "px " + getComputedStyle(document.body).fontFamily; c.textAlign = "center"; c.textBaseline = "middle"; c.fillStyle = w.colour("text"); c.fillText("?", x, y + u); }
    else if (GREY.has(state) && !thin) sign(c, [[-15, 15], [15, -15]], x, y, u, colour(a, session), 3);
  }
  /* The one loop of the wall: 1 Hz; still where less motion is asked for. */
  function echoes(c, u, x, y, time) {
    const still = w.state.lost || matchMedia("(prefers-reduced-motion:reduce)").matches;
    const beat = still ? 0.6 : 0.625 + 0.375 * Math.cos((time / 1000) * 2 * Math.PI);
    for (const [more, faint] of [[9, 0.7], [18, 0.4]]) { circle(c, x, y, (R + more) * u); c.globalAlpha = beat * faint; c.lineWidth = 2 * u; c.stroke(); }
    c.globalAlpha = 1;
  }
  function sign(c, points, x, y, u, colour_, wide) {
    c.beginPath();
    points.forEach(([dx, dy], i) => c[i ? "lineTo" : "moveTo"](x + dx * u, y + dy * u));
    c.strokeStyle = colour_; c.lineWidth = wide * u; c.lineCap = c.lineJoin = "round"; c.stroke(); c.lineCap = "butt"; c.lineJoin = "miter";
  }
  /* Name and state beside the ring; on the side that has room. */
  function label({ context: c, u, box, taken }, { a, session, x, y }) {
    const family = getComputedStyle(document.body).fontFamily, name = a.person.name || "", state = (session.drill ? w.t("DRILL") + " · " : "") + w.t(a.state);
    c.font = "700 " + 24 * u + "px " + family;
    const first = c.measureText(name).width;
    c.font = 24 * u + "px " + family;
    const wide = Math.max(first, c.measureText(state).width) + 28 * u, high = 72 * u, away = 50 * u;
    const places = [[x + away, y - high / 2], [x - away - wide, y - high / 2], [x - wide / 2, y + away], [x - wide / 2, y - away - high]];
    const free = places.find(([l, t]) => l > 4 && l + wide < box.x - 4 && t > 4 && t + high < box.y - 4
      && !taken.some((b) => l < b[2] && l + wide > b[0] && t < b[3] && t + high > b[1]));
    if (!free) return;
    const [left, top] = free;
    taken.push([left, top, left + wide, top + high, "call"]);
    drawn.find(([id]) => id === a.person.id)[2] = name + " " + state;
    c.beginPath(); c.roundRect(left, top, wide, high, 6 * u); c.fillStyle = w.colour("surface"); c.fill();
    c.strokeStyle = w.colour("line"); c.lineWidth = u; c.stroke();
    c.textAlign = "left"; c.textBaseline = "middle";
    c.font = "700 " + 24 * u + "px " + family; c.fillStyle = w.colour("text"); c.fillText(name, left + 14 * u, top + 20 * u);
    c.font = 24 * u + "px " + family; c.fillStyle = GREY.has(a.state) ? w.colour("text-2") : w.colour(session.drill ? "drill" : "people"); c.fillText(state, left + 14 * u, top + 52 * u);
  }
  w.map.marks.add({ order: 60, draw });
  setInterval(() => {
    const now = w.state.hello && calls();
    if (now && now.some((s) => s.attempts.some((a) => a.state === "ringing"))) w.map.marks.redraw();
  }, BEAT_MS);
  setInterval(() => { if (w.state.hello) w.map.marks.redraw(); }, 10000); /* an end that is news no more */
})();
