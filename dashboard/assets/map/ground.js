/* The quiet ground: land, woods, water, roads; houses at street level. Loaded once a version, and
   only where no base map lies there. */
(function () {
  "use strict";
  const w = window.wangge;
  const ROADS = { trunk: [5, "road"], main: [3.4, "road"], minor: [1.6, "road-minor"], track: [1, "road-minor"], rail: [2.2, "road"] };
  const HOUSES_FROM = 14.6;
  let version = null, houses = null, loadingHouses = false;

  async function load(leaflet) {
    if (!w.state.hello || w.map.based || version === w.map.version()) return show(leaflet);
    version = w.map.version();
    const [ground, roads] = await Promise.all([w.map.fetch("ground", {}), w.map.fetch("roads", {})]);
    if (w.map.ground) w.map.ground.remove();
    if (houses) houses.remove();
    houses = null; /* those of the version before */
    const group = window.L.layerGroup();
    add(group, ground, "water", (f) => f.properties.kind === "water", () => ({
      fillColor: w.colour("map-water"), fillOpacity: 1, color: w.colour("map-water"), weight: 1 * w.u() }));
    add(group, ground, "ground", (f) => f.properties.kind === "wood", () => ({
      fillColor: w.colour("map-wood"), fillOpacity: 1, stroke: false }));
    add(group, roads, "roads", (f) => f.properties.class !== "rail" && ROADS[f.properties.class][0] > 2, (f) => ({
      color: w.colour("map-casing"), weight: (ROADS[f.properties.class][0] + 2) * w.u(), opacity: 0.8 }));
    add(group, roads, "roads", () => true, (f) => ({
      color: w.colour("map-" + ROADS[f.properties.class][1]), weight: ROADS[f.properties.class][0] * w.u() * 0.8,
      opacity: 0.85, dashArray: f.properties.class === "rail" ? [8 * w.u(), 6 * w.u()] : null }));
    w.map.ground = group;
    show(leaflet);
  }
  function show(leaflet) {
    put(leaflet, w.map.ground, !w.map.based);
    street(leaflet);
  }
  function put(leaflet, group, on) {
    if (group && on && !leaflet.hasLayer(group)) group.addTo(leaflet);
    if (group && !on && leaflet.hasLayer(group)) group.remove();
  }
  const renderers = {};
  function add(group, data, pane, filter, style) {
    const renderer = (renderers[pane] ||= w.map.renderer(pane));
    window.L.geoJSON(data, { filter, pane, renderer, interactive: false, style: (f) => ({ renderer, ...style(f) }),
      pointToLayer: () => null }).addTo(group);
  }
  async function street(leaflet) {
    const near = () => leaflet.getZoom() >= HOUSES_FROM && !w.map.based;
    if (near() && !houses && !loadingHouses && w.state.hello) {
      loadingHouses = true;
      const data = await w.map.fetch("buildings", {}).finally(() => { loadingHouses = false; });
      houses = window.L.layerGroup();
      add(houses, data, "water", () => true, () => ({ fillColor: w.colour("map-building"), fillOpacity: 1, stroke: false }));
    }
    put(leaflet, houses, near());
  }
  w.on("map", (leaflet) => { load(leaflet); leaflet.on("zoomend", () => street(leaflet)); });
  for (const name of ["hello", "places", "based"]) w.on(name, () => { if (w.map.leaflet) load(w.map.leaflet); });
})();
