/* People: the form of a mark is the age of its fix. Five or more close together become a disc whose
   ring is cut by state. Past 1,500 in view they are rectangles, cheap enough for 20,000. */
(function () {
  "use strict";
  const w = window.wangge;
  const CELL = 60, MANY = 1500, CROWD = 5, SLIDE_MS = 900, JUMP_M = 200;
  let hits = [];

  function sliding(mark, time) {
    if (!mark.from || !mark.moved) return mark;
    const part = (time - mark.moved) / SLIDE_MS;
    const metres = Math.hypot((mark.lon - mark.from.lon) * 91000, (mark.lat - mark.from.lat) * 111000);
    if (part >= 1 || metres > JUMP_M) { mark.from = null; return mark; }
    return { lon: mark.from.lon + (mark.lon - mark.from.lon) * part, lat: mark.from.lat + (mark.lat - mark.from.lat) * part };
  }
  /* Bins fixed to the ground, so that a discs' membership does not change while the map moves. */
  function draw(view) {
    hits = [];
    if (w.state.layers.people === false) return;
    const { box, u } = view, cells = new Map(), seen = [];
    const cell = CELL * u, out = {};
    for (const mark of w.state.marks.values()) {
      if (mark.state > 3) continue;
      const at = sliding(mark, view.time);
      view.place(at.lon, at.lat, out);
      if (out.x < -cell || out.y < -cell || out.x > box.x + cell || out.y > box.y + cell) continue;
      const shown = { mark, x: out.x, y: out.y };
      seen.push(shown);
      const key = Math.floor(out.wx / cell) + ":" + Math.floor(out.wy / cell);
      const found = cells.get(key);
      if (found) found.push(shown); else cells.set(key, [shown]);
    }
    const discs = w.state.layers.clusters === false ? [] : [...cells.values()].filter((c) => c.length >= CROWD);
    const grouped = new Set(discs.flat());
    const single = seen.filter((shown) => !grouped.has(shown));
    if (single.length > MANY) rectangles(view, single); else single.forEach((shown) => person(view, shown));
    discs.forEach((members) => disc(view, members));
    names(view, single);
    w.root().dataset.people = seen.length;
  }
  const dimmed = (mark) => {
    const chosen = w.state.selection;
    if (!chosen) return 1;
    if (chosen.kind === "person") return w.state.people[mark.index].id === chosen.id ? 1 : 0.45;
    return 0.7;
  };
  function person({ context: c, u, soft }, { mark, x, y }) {
    const blue = w.state.lost ? w.colour("stale") : w.colour("people");
    c.globalAlpha = dimmed(mark);
    c.lineWidth = 2 * u;
    if (mark.accuracy >= 6 && mark.state < 3) halo(c, x, y, 2 ** mark.accuracy);
    if (mark.state === 0) {
      c.beginPath(); c.arc(x, y, 8 * u, 0, 7); c.fillStyle = w.colour("halo"); c.fill();
      c.beginPath(); c.arc(x, y, 6 * u, 0, 7); c.fillStyle = blue; c.fill();
    } else if (mark.state === 1) {
      c.beginPath(); c.arc(x, y, 8 * u, 0, 7); c.fillStyle = w.colour("halo"); c.fill();
      c.beginPath(); c.arc(x, y, 6 * u, Math.PI / 2, Math.PI * 1.5); c.fillStyle = blue; c.fill();
      c.beginPath(); c.arc(x, y, 6 * u, 0, 7); c.strokeStyle = blue; c.stroke();
    } else if (mark.state === 2) {
      c.beginPath(); c.arc(x, y, 6 * u, 0, 7); c.strokeStyle = w.colour("stale");
      c.lineWidth = 2.5 * u; c.setLineDash([3.6 * u, 2.7 * u]); c.stroke(); c.setLineDash([]);
    } else {
      const r = 5 * u;
      c.beginPath(); c.moveTo(x - r, y - r); c.lineTo(x + r, y + r); c.moveTo(x + r, y - r); c.lineTo(x - r, y + r);
      c.strokeStyle = w.colour("offline"); c.lineWidth = 2.25 * u; c.stroke();
    }
    const person_ = w.state.people[mark.index];
    const chosen = w.state.selection;
    if (person_ && chosen && chosen.kind === "person" && chosen.id === person_.id) {
      c.globalAlpha = 1; c.beginPath(); c.arc(x, y, 16 * u, 0, 7); c.strokeStyle = w.colour("select"); c.lineWidth = 3 * u; c.stroke();
    }
    c.globalAlpha = 1;
    soft.push([x - 8 * u, y - 8 * u, x + 8 * u, y + 8 * u]);
    if (person_) hits.push({ x, y, r: 8 * u, rank: 1, kind: "person", id: person_.id });
  }
  function halo(c, x, y, metres) {
    const pixels = metres / ((40075016 * Math.cos((w.map.leaflet.getCenter().lat * Math.PI) / 180)) / (256 * 2 ** w.map.leaflet.getZoom()));
    c.beginPath(); c.arc(x, y, Math.min(pixels, 400), 0, 7); c.fillStyle = w.colour("people"); c.globalAlpha *= 0.1; c.fill(); c.globalAlpha *= 10;
  }
  function rectangles({ context: c, u }, single) {
    const blue = w.colour("people"), stale = w.colour("stale"), gone = w.colour("offline"), s = 6 * u;
    for (const wanted of [0, 1, 2, 3]) {
      c.fillStyle = wanted < 2 ? blue : wanted === 2 ? stale : gone;
      for (const { mark, x, y } of single) {
        if (mark.state !== wanted) continue;
        c.fillRect(x - s / 2, y - s / 2, wanted === 1 ? s / 2 : s, s);
        if (wanted > 1) c.clearRect(x - s / 4, y - s / 4, s / 2, s / 2);
      }
    }
    for (const { mark, x, y } of single) {
      const p = w.state.people[mark.index];
      if (p) hits.push({ x, y, r: s, rank: 1, kind: "person", id: p.id });
    }
  }
  const DASH = [[], [5, 3], [3, 3], [1.5, 4]];
  function disc({ context: c, u, taken }, members) {
    let x = 0, y = 0;
    const counts = [0, 0, 0, 0];
    for (const shown of members) { x += shown.x; y += shown.y; counts[shown.mark.state] += 1; }
    x /= members.length; y /= members.length;
    const r = 22 * u;
    c.globalAlpha = w.state.selection ? 0.6 : 1;
    c.beginPath(); c.arc(x, y, r, 0, 7); c.fillStyle = w.colour("raised"); c.fill();
    let from = -Math.PI / 2;
    counts.forEach((n, state) => {
      if (!n) return;
      const to = from + (n / members.length) * Math.PI * 2;
      c.beginPath(); c.arc(x, y, r - 2 * u, from, to);
      c.strokeStyle = state < 2 && !w.state.lost ? w.colour("people") : state < 3 ? w.colour("stale") : w.colour("offline");
      c.lineWidth = 4 * u; c.setLineDash(DASH[state].map((n_) => n_ * u)); c.stroke(); c.setLineDash([]);
      from = to;
    });
    c.fillStyle = w.colour("text"); c.font = "700 " + 24 * u + "px Inter, sans-serif"; c.textAlign = "center"; c.textBaseline = "middle";
    c.fillText(String(members.length), x, y + u);
    c.globalAlpha = 1;
    taken.push([x - r, y - r, x + r, y + r, "disc"]);
    hits.push({ x, y, r, rank: 2, kind: "cluster", id: 0 });
  }
  /* A name and age only where there is room for them: the chosen one, or fewer than twelve. */
  function names({ context: c, u }, single) {
    const chosen = w.state.selection && w.state.selection.kind === "person" ? w.state.selection.id : null;
    const few = single.length < 12 && w.map.leaflet.getZoom() > 15;
    for (const { mark, x, y } of single) {
      const person_ = w.state.people[mark.index];
      if (!person_ || !(few || person_.id === chosen)) continue;
      const text = person_.name + "  " + w.age(w.now() / 1000 - mark.at);
      c.font = 24 * u + "px " + getComputedStyle(document.body).fontFamily; c.textAlign = "left"; c.textBaseline = "middle";
      c.lineWidth = 5 * u; c.strokeStyle = w.colour("halo"); c.strokeText(text, x + 22 * u, y);
      c.fillStyle = w.colour("text"); c.fillText(text, x + 22 * u, y);
    }
  }
  w.map.marks.add({ order: 30, draw });
  w.map.hits.push(() => hits);
})();
