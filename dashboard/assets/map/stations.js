/* Service stations as houses, their radius as a dashed circle in true metres. */
(function () {
  "use strict";
  const w = window.wangge;
  let stations = [], hits = [], version = null;
  w.map.stations = () => stations;
  async function load() {
    if (!w.state.hello || version === w.map.version()) return;
    version = w.map.version();
    const data = await w.map.fetch("facilities", {});
    stations = data.features.filter((f) => f.geometry).map((f) => ({ ...f.properties, lon: f.geometry.coordinates[0], lat: f.geometry.coordinates[1] }));
    w.emit("stations", stations);
  }
  const FEW = 12; /* more circles than this in view step back, so that people and events stay in front */
  function draw(view) {
    hits = [];
    const { context: c, u, box, place } = view, out = {}, chosen = w.state.selection;
    const zoom = w.map.leaflet.getZoom(), seen = w.map.leaflet.getBounds();
    const many = stations.filter((s) => s.service_radius_m > 0 && seen.contains([s.lat, s.lon])).length > FEW;
    for (const s of stations) {
      const served = s.service_radius_m > 0, mine = chosen && chosen.kind === "facility" && chosen.id === s.id;
      if (!served && zoom < 14.5 && !mine) continue;
      place(s.lon, s.lat, out);
      const x = out.x, y = out.y;
      const perMetre = (256 * 2 ** zoom) / (40075016 * Math.cos((s.lat * Math.PI) / 180));
      const r = served ? s.service_radius_m * perMetre : 0;
      if (x < -r || y < -r || x > box.x + r || y > box.y + r) continue;
      c.globalAlpha = chosen && !mine ? 0.45 : 1;
      if (served && w.state.layers.circles !== false) circle(c, u, x, y, r, mine, many);
      if (w.state.layers.facilities === false) continue;
      house(c, u, x, y, mine);
      hits.push({ x, y, r: 10 * u, rank: 3, kind: "facility", id: s.id });
    }
    c.globalAlpha = 1;
  }
  function circle(c, u, x, y, r, mine, many) {
    c.beginPath(); c.arc(x, y, r, 0, 7);
    c.fillStyle = w.colour("text-2"); const alpha = c.globalAlpha; c.globalAlpha = alpha * (mine ? 0.1 : 0.04); if (mine || !many) c.fill(); c.globalAlpha = alpha * (mine ? 1 : many ? 0.34 : 0.8);
    c.lineWidth = (mine ? 3 : 1.75) * u; c.setLineDash([6 * u, 5 * u]); c.strokeStyle = mine ? w.colour("select") : w.colour("text-2"); c.stroke();
    c.setLineDash([]); c.globalAlpha = alpha;
  }
  function house(c, u, x, y, mine) {
    const r = 9 * u;
    c.beginPath(); c.moveTo(x - r, y); c.lineTo(x, y - r); c.lineTo(x + r, y); c.lineTo(x + r * 0.75, y); c.lineTo(x + r * 0.75, y + r * 0.8);
    c.lineTo(x - r * 0.75, y + r * 0.8); c.lineTo(x - r * 0.75, y); c.closePath();
    c.fillStyle = w.colour("surface"); c.fill(); c.lineWidth = 1.75 * u; c.strokeStyle = mine ? w.colour("select") : w.colour("text-2"); c.stroke();
  }
  w.map.marks.add({ order: 10, draw });
  w.map.hits.push(() => hits);
  w.on("map", load);
  w.on("hello", load);
  w.on("places", load);
})();
