/* Grids by load, the borders of areas, and the outline of what is chosen. Recoloured by setStyle on
   the changed ids only. */
(function () {
  "use strict";
  const w = window.wangge;
  const state = { version: null, layers: new Map(), data: new Map(), borders: [], classes: [1], chosen: null };
  w.map.grids = state;
  const CLASSES = 5;
  let renderer = null;

  async function load(leaflet) {
    if (!w.state.hello || state.version === w.map.version()) return;
    state.version = w.map.version();
    const kind = w.state.hello.settings.load_kind;
    const [grids, areas] = await Promise.all([w.map.fetch("grids", {}), w.map.fetch("areas", {})]);
    renderer ||= w.map.renderer("choropleth");
    for (const layer of state.layers.values()) layer.remove();
    for (const layer of state.borders) layer.remove();
    state.layers.clear(); state.data.clear();
    const kinds = new Set(grids.features.map((f) => f.properties.kind));
    state.kinds = kinds;
    const painted = (f) => f.properties.kind === kind || (kind === "service" && f.properties.kind === "zone");
    window.L.geoJSON(grids, { filter: (f) => painted(f), interactive: false, style: (f) => ({ renderer, ...style(f.properties.id) }),
      onEachFeature: (f, layer) => { state.layers.set(f.properties.id, layer); } }).addTo(leaflet);
    for (const f of grids.features) state.data.set(f.properties.id, { ...f.properties, geometry: f.geometry, painted: painted(f) });
    borders(leaflet, areas);
    state.areas = areas.features.map((f) => ({ ...f.properties, geometry: f.geometry }));
    paint();
    w.emit("grids-drawn", state);
    const root = w.root();
    root.dataset.grids = state.layers.size;
  }
  const BORDERS = [["b-town", 2.5, null], ["b-sector", 1.75, [10, 4, 2, 4]], ["b-village", 1.25, null]];
  function borders(leaflet, areas) {
    const drawn = areas.features.filter((f) => f.geometry);
    const ranks = [...new Set(drawn.map((f) => f.properties.rank))].sort((a, b) => a - b);
    const borderRenderer = (state.borderRenderer ||= w.map.renderer("borders"));
    state.borders = ranks.slice().reverse().map((rank) => {
      const at = rank === ranks[0] ? 0 : rank === ranks[ranks.length - 1] ? 2 : 1;
      const [name, weight, dash] = BORDERS[at];
      return window.L.geoJSON({ type: "FeatureCollection", features: drawn.filter((f) => f.properties.rank === rank) }, {
        interactive: false, style: () => ({ renderer: borderRenderer, fill: false, color: w.colour(name), weight: weight * w.u(),
          dashArray: dash && dash.map((n) => n * w.u()) }) }).addTo(leaflet);
    });
  }

  /* Five quantile classes of what is loaded at all; the lowest is "nothing". */
  function classify() {
    const values = Object.entries(w.state.loads).filter(([id]) => state.layers.has(Number(id)))
      .map(([, value]) => value).filter((value) => value > 0).sort((a, b) => a - b);
    const steps = [...new Set(values)], cuts = [];
    /* Few different values share the classes evenly; many are cut at their quantiles. */
    const from = steps.length > CLASSES ? values : steps;
    for (let i = 0; i < CLASSES - 1; i += 1) cuts.push(from.length ? from[Math.min(from.length - 1, Math.floor((i * from.length) / (CLASSES - 1)))] : Infinity);
    if (steps.length === 1) cuts.fill(Infinity, 2);
    state.classes = cuts;
    state.most = values.length ? values[values.length - 1] : 0;
  }
  const classOf = (value) => { let c = 0; for (const cut of state.classes) if (value > 0 && value >= cut) c += 1; return c; };
  function style(id) {
    const red = w.state.red.has(id), load = w.state.loads[id] || 0;
    const shown = w.state.layers.load !== false;
    const faint = w.state.selection ? 0.45 : 1;
    if (red && w.state.layers.light !== false && w.map.leaflet && w.map.leaflet.getZoom() > 12.5 && !many())
      return { fillColor: w.colour("red"), fillOpacity: 0.2, color: w.colour("red"), weight: 2.5 * w.u(), opacity: 1 };
    return { fillColor: w.colour("c" + classOf(load)), fillOpacity: shown ? (w.map.based ? 0.38 : 0.9) * faint : 0, color: w.colour("b-grid"),
      weight: 1 * w.u(), opacity: w.state.layers.borders === false ? 0 : 1 };
  }
  /* A city where half of the grids hold something overdue is not told more by painting it red. */
  const many = () => w.state.red.size > 12;
  let painted = new Map();
  function paint() {
    classify();
    for (const [id, layer] of state.layers) {
      const next = style(id), key = JSON.stringify(next);
      if (painted.get(id) !== key) { painted.set(id, key); layer.setStyle(next); }
    }
    w.emit("key", state);
  }
  /* What a call is about to be made of, instead of what is chosen. */
  let outlined = null;
  w.map.outline = (geometry) => { outlined = geometry; choose(); };
  /* An area and all below it, by id. */
  w.map.below = (id) => {
    const found = new Set([id]);
    for (let n = -1; n !== found.size;) { n = found.size; for (const a of state.areas || []) if (found.has(a.parent_id)) found.add(a.id); }
    return found;
  };
  function choose() {
    if (state.chosen) { state.chosen.remove(); state.chosen = null; }
    const selection = w.state.selection, leaflet = w.map.leaflet;
    if (!leaflet) return;
    const id = selection && (selection.kind === "grid" ? selection.id : selection.grid_id);
    const thing = selection && selection.kind === "area" ? (state.areas || []).find((a) => a.id === selection.id) : id && state.data.get(id);
    const geometry = outlined || (thing && thing.geometry);
    if (!geometry) return;
    const chosen = (state.chosenRenderer ||= w.map.renderer("chosen"));
    const line = (color, weight) => window.L.geoJSON(geometry, { interactive: false, style: { renderer: chosen, fill: false, color, weight: weight * w.u() } });
    state.chosen = window.L.layerGroup([line(w.colour("halo"), 6), line(w.colour("select"), 3)]).addTo(leaflet);
  }

  function inRing(lon, lat, ring) {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
      const [xi, yi] = ring[i], [xj, yj] = ring[j];
      if (yi > lat !== yj > lat && lon < ((xj - xi) * (lat - yi)) / (yj - yi) + xi) inside = !inside;
    }
    return inside;
  }
  const covers = (geometry, lon, lat) => geometry.coordinates.some((polygon) =>
    inRing(lon, lat, polygon[0]) && !polygon.slice(1).some((hole) => inRing(lon, lat, hole)));
  w.map.covers = covers;
  w.map.gridAt = ({ lng, lat }) => {
    for (const [id, grid] of state.data) if (grid.painted && covers(grid.geometry, lng, lat)) return id;
    return null;
  };
  /* A point inside for a label or a flight: the middle of the largest part's box. */
  w.map.middle = (geometry) => {
    let best = null, most = -1;
    for (const polygon of geometry.coordinates) {
      let w0 = 180, e = -180, s = 90, n = -90;
      for (const [x, y] of polygon[0]) { w0 = Math.min(w0, x); e = Math.max(e, x); s = Math.min(s, y); n = Math.max(n, y); }
      if ((e - w0) * (n - s) > most) { most = (e - w0) * (n - s); best = [(s + n) / 2, (w0 + e) / 2, polygon]; }
    }
    return best;
  };
  w.on("map", (leaflet) => { load(leaflet); leaflet.on("zoomend", paint); });
  for (const name of ["hello", "places"]) w.on(name, () => { if (w.map.leaflet) load(w.map.leaflet); });
  w.on("grids", paint);
  w.on("layers", paint);
  w.on("based", paint);
  w.on("select", () => { paint(); choose(); });
  w.on("grids-drawn", choose);
})();
