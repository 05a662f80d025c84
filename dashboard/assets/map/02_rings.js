/* How a ring looks, on the wall and in the ledger's replay: the form is the state (dotted, dashed,
   echoes, handset, check, slash, question mark). A view is { context, u, box, taken, time }. */
(function () {
  "use strict";
  const w = window.wangge;
  const R = 24;
  const GREY = new Set(["busy", "declined", "no_answer", "offline", "failed", "ambiguous", "cancelled", "interrupted"]);
  const HANDSET = new Path2D("M6.6 2.8c.5-.2 1.1 0 1.4.5l2 3.3c.3.4.2 1-.1 1.4L8.3 9.9c.9 2 3.3 4.5 5.7 5.7l1.9-1.6c.4-.3 1-.4 1.4-.1l3.3 2c.5.3.7.9.5 1.4-.6 1.7-2.1 3.4-4 3.4C9.9 20.7 3.3 14 3.3 6.9c0-1.9 1.6-3.5 3.3-4.1Z");
  const colour = (state, drill) => (w.state.lost || GREY.has(state) ? w.colour("stale") : w.colour(drill ? "drill" : "people"));
  /* The word below each ring of a drill: its colour alone must not say it. */
  function word({ context: c, u, taken }, x, y) {
    c.font = "700 " + 20 * u + "px " + getComputedStyle(document.body).fontFamily; c.textAlign = "center"; c.textBaseline = "middle";
    const said = w.t("DRILL"), wide = c.measureText(said).width + 12 * u, top = y + (R + 4) * u;
    c.beginPath(); c.roundRect(x - wide / 2, top, wide, 26 * u, 4 * u); c.fillStyle = w.colour("drill-fill"); c.fill();
    c.fillStyle = "#FFF"; c.fillText(said, x, top + 14 * u);
    taken.push([x - wide / 2, top, x + wide / 2, top + 26 * u, "drill"]);
  }
  /* From the ring at a point to the place of the call. */
  function line({ context: c, u }, state, { x, y }, end, drill) {
    const long = Math.hypot(end.x - x, end.y - y);
    if (long < 2 * R * u) return;
    const sure = state === "acknowledged", part = (R * u) / long;
    c.beginPath(); c.moveTo(x + (end.x - x) * part, y + (end.y - y) * part); c.lineTo(end.x, end.y);
    c.strokeStyle = colour(state, drill); c.lineWidth = (sure ? 4 : 2) * u; c.globalAlpha = sure ? 1 : 0.8;
    c.setLineDash(sure ? [] : [2 * u, 7 * u]); c.stroke(); c.setLineDash([]); c.globalAlpha = 1;
  }
  const DASHES = { queued: [2, 5], dialling: [6, 5], busy: [6, 5], declined: [6, 5], no_answer: [6, 5], offline: [6, 5], failed: [6, 5], ambiguous: [6, 5] };
  function circle(c, x, y, r) { c.beginPath(); c.arc(x, y, r, 0, 7); }
  function ring({ context: c, u, time }, state, x, y, drill) {
    const r = R * u, thin = state === "cancelled" || state === "interrupted";
    circle(c, x, y, r); c.lineWidth = 7 * u; c.strokeStyle = w.colour("halo"); c.globalAlpha = thin ? 0 : 0.7; c.stroke(); c.globalAlpha = 1;
    c.strokeStyle = c.fillStyle = colour(state, drill);
    if (state === "ringing") echoes(c, u, x, y, time);
    circle(c, x, y, r);
    if (state === "acknowledged") c.fill();
    c.lineWidth = (thin ? 1 : state === "answered" ? 5 : 3) * u;
    c.setLineDash((DASHES[state] || []).map((n) => n * u)); c.stroke(); c.setLineDash([]);
    if (state === "answered") { c.save(); c.translate(x - 13 * u, y - 13 * u); c.scale(1.08 * u, 1.08 * u); c.fillStyle = w.colour("surface"); c.beginPath(); c.arc(12, 12, 18, 0, 7); c.fill(); c.fillStyle = colour(state, drill); c.fill(HANDSET); c.restore(); }
    else if (state === "acknowledged") sign(c, [[-10, 1], [-3, 8], [10, -7]], x, y, u, w.colour("surface"), 4.5);
    else if (state === "ambiguous") { c.font = "700 " + 30 * u + "px " + getComputedStyle(document.body).fontFamily; c.textAlign = "center"; c.textBaseline = "middle"; c.fillStyle = w.colour("text"); c.fillText("?", x, y + u); }
    else if (GREY.has(state) && !thin) sign(c, [[-15, 15], [15, -15]], x, y, u, colour(state, drill), 3);
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
  function label({ context: c, u, box, taken }, name, state, x, y, drill) {
    const family = getComputedStyle(document.body).fontFamily, said = (drill ? w.t("DRILL") + " · " : "") + w.t(state);
    c.font = "700 " + 24 * u + "px " + family;
    const first = c.measureText(name).width;
    c.font = 24 * u + "px " + family;
    const wide = Math.max(first, c.measureText(said).width) + 28 * u, high = 72 * u, away = 50 * u;
    const places = [[x + away, y - high / 2], [x - away - wide, y - high / 2], [x - wide / 2, y + away], [x - wide / 2, y - away - high]];
    const free = places.find(([l, t]) => l > 4 && l + wide < box.x - 4 && t > 4 && t + high < box.y - 4
      && !taken.some((b) => l < b[2] && l + wide > b[0] && t < b[3] && t + high > b[1]));
    if (!free) return null;
    const [left, top] = free;
    taken.push([left, top, left + wide, top + high, "call"]);
    c.beginPath(); c.roundRect(left, top, wide, high, 6 * u); c.fillStyle = w.colour("surface"); c.fill();
    c.strokeStyle = w.colour("line"); c.lineWidth = u; c.stroke();
    c.textAlign = "left"; c.textBaseline = "middle";
    c.font = "700 " + 24 * u + "px " + family; c.fillStyle = w.colour("text"); c.fillText(name, left + 14 * u, top + 20 * u);
    c.font = 24 * u + "px " + family; c.fillStyle = GREY.has(state) ? w.colour("text-2") : w.colour(drill ? "drill" : "people"); c.fillText(said, left + 14 * u, top + 52 * u);
    return name + " " + said;
  }
  w.rings = { R, GREY, line, ring, word, label };
})();
