/* Names of areas, placed where they touch nothing; those with overdue events never drop. */
(function () {
  "use strict";
  const w = window.wangge;
  let spots = [], hits = [];
  function prepare(grids) {
    const drawn = grids.areas.filter((a) => a.geometry);
    const ranks = [...new Set(drawn.map((a) => a.rank))].sort((a, b) => a - b);
    let rank = ranks[ranks.length - 1];
    let named = drawn.filter((a) => a.rank === rank);
    if (named.length > 120 && ranks.length > 1) { rank = ranks[ranks.length - 2]; named = drawn.filter((a) => a.rank === rank); }
    if (ranks.length === 1 && named.length === 1) named = [];
    spots = named.map((a) => { const [lat, lon] = w.map.middle(a.geometry); return { id: a.id, name: a.name, lat, lon }; });
    if (!spots.length) spots = [...grids.data.values()].filter((g) => g.painted).map((g) => { const [lat, lon] = w.map.middle(g.geometry); return { id: -g.id, grid: g.id, name: g.name, lat, lon }; });
  }
  function draw(view) {
    hits = [];
    if (w.state.layers.labels === false || !spots.length) return;
    const { context: c, u, box, taken } = view, out = {};
    const overdue = new Set();
    for (const event of w.state.events.values()) if (event.light === "red") overdue.add(event.area_id);
    const marks = events(view);
    c.font = 24 * u + "px " + getComputedStyle(document.body).fontFamily; c.textAlign = "center"; c.textBaseline = "middle"; c.lineJoin = "round";
    const first = spots.slice().sort((a, b) => overdue.has(b.id) - overdue.has(a.id));
    for (const spot of first) {
      view.place(spot.lon, spot.lat, out);
      const wide = c.measureText(spot.name).width + 8 * u, high = 30 * u;
      const tries = [[0, 0], [0, -34], [0, 34], [0, -64], [0, 64], [-70, 0], [70, 0], [-70, -40], [70, 40]];
      let spotFound = null, spare = null;
      for (const [dx, dy] of tries) {
        const l = out.x + dx * u - wide / 2, t = out.y + dy * u - high / 2, b = [l, t, l + wide, t + high, "label"];
        if (l < 4 || t < 70 * u || b[2] > box.x - 4 || b[3] > box.y - 4) continue;
        if (!touches(b, taken) && !touches(b, marks) && !touches(b, view.soft)) { spotFound = b; break; }
        if (!spare && !touches(b, taken) && !touches(b, marks)) spare = b;
        if (!spotFound && overdue.has(spot.id) && !touches(b, taken)) spotFound = b;
      }
      spotFound = spotFound || spare;
      if (!spotFound) continue;
      taken.push(spotFound);
      const x = (spotFound[0] + spotFound[2]) / 2, y = (spotFound[1] + spotFound[3]) / 2;
      if (!spot.grid) hits.push({ box: spotFound, x, y, r: wide / 2, rank: 4, kind: "area", id: spot.id }); /* the name opens the area's card */
      c.globalAlpha = w.state.selection ? 0.6 : 1;
      c.lineWidth = 5 * u; c.strokeStyle = w.colour("halo"); c.strokeText(spot.name, x, y);
      c.fillStyle = w.colour("text-2"); c.fillText(spot.name, x, y);
      c.globalAlpha = 1;
    }
  }
  const touches = (b, boxes) => boxes.some((o) => b[0] < o[2] && b[2] > o[0] && b[1] < o[3] && b[3] > o[1]);
  function events(view) {
    const out = {}, u = view.u, boxes = [];
    if (w.state.events.size > 600) return boxes;
    for (const event of w.state.events.values()) {
      if (event.lon == null) continue;
      view.place(event.lon, event.lat, out);
      const r = event.light === "red" ? 24 * u : 12 * u;
      boxes.push([out.x - r, out.y - r, out.x + r, out.y + r]);
    }
    return boxes;
  }
  w.map.hits.push(() => hits);
  w.on("grids-drawn", prepare);
  w.map.marks.add({ order: 50, draw });
})();
