/* Grids where nobody is on duty: hatched in amber, so that an empty one never looks like a calm one. */
(function () {
  "use strict";
  const w = window.wangge;
  let empty = [];
  function draw({ context: c, u, place }) {
    if (!empty.length || !w.map.grids || w.state.layers.vacancy === false) return;
    const out = {};
    c.save();
    c.beginPath();
    for (const id of empty) {
      const grid = w.map.grids.data.get(id);
      if (!grid) continue;
      for (const polygon of grid.geometry.coordinates) for (const ring of polygon) {
        ring.forEach(([lon, lat], i) => { place(lon, lat, out); if (i) c.lineTo(out.x, out.y); else c.moveTo(out.x, out.y); });
        c.closePath();
      }
    }
    c.globalAlpha = w.state.selection ? 0.2 : 0.34;
    c.fillStyle = hatch(c, u);
    c.fill("evenodd");
    c.restore();
  }
  let made = null;
  function hatch(c, u) {
    const colour = w.state.lost ? w.colour("stale") : w.colour("yellow");
    if (made && made.u === u && made.colour === colour) return made.pattern;
    const size = 8 * u, tile = document.createElement("canvas");
    tile.width = tile.height = size;
    const t = tile.getContext("2d");
    t.strokeStyle = colour; t.lineWidth = 1.25 * u;
    t.beginPath(); t.moveTo(-1, size + 1); t.lineTo(size + 1, -1); t.moveTo(-1, 1); t.lineTo(1, -1); t.moveTo(size - 1, size + 1); t.lineTo(size + 1, size - 1); t.stroke();
    made = { u, colour, pattern: c.createPattern(tile, "repeat") };
    return made.pattern;
  }
  w.on("summary", (summary) => {
    const next = (summary.vacancy && summary.vacancy.nobody) || [];
    if (next.join() !== empty.join()) { empty = next; w.map.marks.redraw(); }
  });
  w.map.marks.add({ order: 5, draw });
})();
