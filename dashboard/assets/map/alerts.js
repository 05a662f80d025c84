/* The ground of the alerts in force: a dashed outline with hatching along its inner edge, in the
   colour of its severity, so that marks and classes within keep the front. Lines closer together
   mean more severe. Grounds that are drawn alike share their outline, dash by dash. */
(function () {
  "use strict";
  const w = window.wangge;
  const GAPS = { unknown: 26, minor: 22, moderate: 17, severe: 12, extreme: 8 };
  const ORDER = Object.keys(GAPS), BAND = 30, DASH = 16, LABELS = 6, HIGHEST = 85.05;
  let alerts = null, drawn = [], hits = [];
  w.on("events", () => { alerts = null; });
  w.map.alerts = () => drawn; /* [id, label or ""] of the last frame, for tests and pictures */

  /* The mildest first, so that the worst lies on top; `share` of `of` that have the same ground. */
  function inForce() {
    if (alerts) return alerts;
    alerts = [...w.state.events.values()].filter((event) => event.alert && event.alert.ground)
      .map((event) => ({ event, alert: event.alert, key: JSON.stringify(event.alert.ground) }))
      .sort((a, b) => ORDER.indexOf(a.alert.severity) - ORDER.indexOf(b.alert.severity) || a.event.opened - b.event.opened);
    for (const one of alerts) {
      const alike = alerts.filter((other) => other.key === one.key);
      one.of = alike.length; one.share = alike.indexOf(one);
    }
    return alerts;
  }
  const colour = (one) => w.colour(w.state.lost ? "stale" : "alert-" + one.alert.severity);
  const faint = (one) => { const chosen = w.state.selection; return chosen && !(chosen.kind === "event" && chosen.id === one.event.id) ? 0.45 : 1; };

  function draw(view) {
    drawn = [];
    if (w.state.layers.alerts === false) return;
    for (const one of inForce()) {
      outline(view, one);
      if (!one.rings.length) continue;
      drawn.push([one.event.id, ""]);
      ground(view.context, view.u, one);
    }
  }
  function ground(c, u, one) {
    const chosen = w.state.selection && w.state.selection.kind === "event" && w.state.selection.id === one.event.id;
    c.save();
    c.lineJoin = "round";
    c.globalAlpha = faint(one);
    if (one.share === one.of - 1) { /* once for all that are alike, in the worst one's colour */
      c.save();
      c.clip(one.path, "evenodd");
      c.globalAlpha *= 0.6;
      c.strokeStyle = hatch(c, u, colour(one), GAPS[one.alert.severity], one.anchor);
      c.lineWidth = 2 * BAND * u;
      c.stroke(one.path);
      c.restore();
    }
    if (chosen) for (const [name, wide] of [["halo", 6], ["select", 3]]) { c.strokeStyle = w.colour(name); c.lineWidth = wide * u; c.stroke(one.path); }
    c.strokeStyle = colour(one);
    c.lineWidth = 2 * u;
    c.setLineDash(one.of === 1 ? [DASH * u, 6 * u] : [DASH * u, DASH * u * (one.of - 1)]);
    c.lineDashOffset = -DASH * u * one.share;
    c.stroke(one.path);
    c.restore();
  }
  /* Its rings on the screen, cut off beyond its edge: a province may be thousands of screens wide. */
  function outline(view, one) {
    const { box, u } = view, out = {}, m = 2 * BAND * u;
    const first = one.alert.ground.coordinates[0][0][0];
    view.place(first[0], clamp(first[1]), out);
    const at = [out.x, out.y, out.wx, box.x, box.y].map(Math.round).join();
    if (one.at === at) return;
    one.at = at;
    one.anchor = { x: out.x, y: out.y };
    one.rings = []; one.seen = null;
    for (const polygon of one.alert.ground.coordinates) for (const ring of polygon) {
      const points = ring.map(([lon, lat]) => { view.place(lon, clamp(lat), out); return [out.x, out.y]; });
      one.seen ||= points.find(([x, y]) => x > m && y > m && x < box.x - m && y < box.y - m);
      const left = within(points, [-m, -m, box.x + m, box.y + m]);
      if (left.length > 2) one.rings.push(left);
    }
    one.path = new Path2D();
    for (const ring of one.rings) { ring.forEach(([x, y], i) => { if (i) one.path.lineTo(x, y); else one.path.moveTo(x, y); }); one.path.closePath(); }
  }
  const clamp = (lat) => Math.max(-HIGHEST, Math.min(HIGHEST, lat));
  /* A ring cut to a box (Sutherland and Hodgman). */
  function within(ring, box) {
    let points = ring;
    for (let side = 0; side < 4 && points.length; side += 1) {
      const axis = side % 2, edge = box[side], inside = (p) => (side < 2 ? p[axis] >= edge : p[axis] <= edge), next = [];
      points.forEach((p, i) => {
        const q = points[(i + 1) % points.length];
        if (inside(p)) next.push(p);
        if (inside(p) !== inside(q)) { const t = (edge - p[axis]) / (q[axis] - p[axis]); next.push([p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])]); }
      });
      points = next;
    }
    return points;
  }
  const tiles = new Map();
  /* Falling to the right, where the hatch of grids with nobody rises; it moves with the map. */
  function hatch(c, u, colour, gap, anchor) {
    const key = [u, colour, gap].join();
    if (!tiles.has(key)) {
      const size = Math.round(gap * u), tile = document.createElement("canvas");
      tile.width = tile.height = size;
      const t = tile.getContext("2d");
      t.strokeStyle = colour; t.lineWidth = 1.25 * u;
      t.beginPath();
      for (const shift of [-size, 0, size]) { t.moveTo(shift - 1, -1); t.lineTo(shift + size + 1, size + 1); }
      t.stroke();
      tiles.set(key, { size, pattern: c.createPattern(tile, "repeat") });
    }
    const { size, pattern } = tiles.get(key);
    pattern.setTransform(new DOMMatrix().translate(anchor.x % size, anchor.y % size));
    return pattern;
  }
  /* What it says and until when, beside its mark; where that is out of view, where its ground is in it. */
  function labels(view) {
    hits = [];
    if (w.state.layers.alerts === false) return;
    const named = inForce().filter((one) => one.rings && one.rings.length).reverse();
    named.sort((a, b) => faint(b) - faint(a)); /* the chosen one first; a phone has room for one */
    for (const one of named.slice(0, view.u < 1 ? 1 : LABELS)) label(view, one);
  }
  function spot(view, one) {
    const { box, u } = view, out = {}, edge = 40 * u;
    view.place(one.event.lon, one.event.lat, out);
    if (out.x > edge && out.y > edge && out.x < box.x - edge && out.y < box.y - edge) return [out.x, out.y];
    const middle = w.map.leaflet.getCenter();
    if (w.map.covers(one.alert.ground, middle.lng, middle.lat)) return [box.x / 2, box.y / 2];
    return one.seen;
  }
  /* Within a day the hour says it. */
  const ends = (ms) => (ms - w.now() < 86400000 ? w.clock(ms).slice(0, 5) : w.end(ms));
  function label(view, one) {
    const at = spot(view, one), { context: c, u, box, taken } = view;
    if (!at) return;
    const words = w.said(one.alert).headline || w.named(one.event);
    const text = (words.length > 28 ? words.slice(0, 27) + "…" : words) + (one.alert.until ? " · " + w.t("until") + " " + ends(one.alert.until) : "");
    c.font = 24 * u + "px " + getComputedStyle(document.body).fontFamily;
    const swatch = 22 * u, wide = c.measureText(text).width + swatch + 32 * u, high = 38 * u, [x, y] = at;
    const away = w.state.selection && w.state.selection.id === one.event.id ? 44 * u : 20 * u, places = [];
    for (const step of [0, 1, -1, 2, -2, 3, -3]) for (const left of [x + away, x - away - wide, x - wide / 2])
      places.push([Math.max(4, Math.min(left, box.x - wide - 4)), y - high / 2 + step * 44 * u]);
    const over = ([l, t]) => l < x + 12 * u && l + wide > x - 12 * u && t < y + 12 * u && t + high > y - 12 * u;
    const free = places.find(([l, t]) => t > 70 * u && t + high < box.y - 4 && !over([l, t])
      && !taken.some((b) => l < b[2] && l + wide > b[0] && t < b[3] && t + high > b[1]));
    if (!free) return;
    const [left, top] = free;
    taken.push([left, top, left + wide, top + high, "alert"]);
    drawn.find(([id]) => id === one.event.id)[1] = text;
    c.save();
    c.beginPath(); c.roundRect(left, top, wide, high, 4 * u);
    c.fillStyle = w.colour("surface"); c.fill();
    c.globalAlpha = faint(one);
    c.lineWidth = 2 * u; c.strokeStyle = colour(one); c.setLineDash([DASH * u, 6 * u]); c.stroke(); c.setLineDash([]);
    c.fillStyle = hatch(c, u, colour(one), GAPS[one.alert.severity] * 0.6, { x: left, y: top });
    c.fillRect(left + 10 * u, top + 8 * u, swatch, swatch);
    c.fillStyle = w.colour("text"); c.textAlign = "left"; c.textBaseline = "middle";
    c.fillText(text, left + swatch + 20 * u, top + high / 2 + u);
    c.restore();
    for (let reach = high / 2; reach < wide; reach += high) hits.push({ x: left + reach, y: top + high / 2, r: high / 2, rank: 0.7, kind: "event", id: one.event.id });
  }
  w.map.marks.add({ order: 3, draw });
  w.map.marks.add({ order: 45, draw: labels });
  w.map.hits.push(() => hits);
})();
