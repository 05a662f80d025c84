/* The map of desk pages: the base map or our own quiet ground, and what a page draws on it.
     w.desk.map.draw("name", geojson, { style: (f) => path options, title: (f) => text, label: (f) => text, choose: (f) => {} })
     w.desk.map.clear("name")          w.desk.map.zoom(geojson or name)        w.desk.map.choose("name", id | null)
   A feature's id is `properties.id`. style may give `hatch: "red" | "grey" | "yellow" | "blue" | "violet"`
   besides Leaflet's options; points become discs of `radius` pixels. */
(function () {
  "use strict";
  const w = window.wangge;
  const PANES = { basemap: 205, ground: 210, water: 230, roads: 240, "basemap-labels": 245, borders: 250, drawn: 300, chosen: 350 };
  const ROADS = { trunk: [5, "road"], main: [3.4, "road"], minor: [1.6, "road-minor"], track: [1, "road-minor"], rail: [2.2, "road"] };
  const BORDERS = [["b-town", 2.5, null], ["b-sector", 1.75, [10, 4, 2, 4]], ["b-village", 1.25, null]];
  const HATCHES = { red: "red", grey: "no-data", yellow: "yellow-mark", blue: "people", violet: "c4" };
  const MANY = 3000; /* more shapes than these are drawn on a canvas, without hatches */
  const drawn = {}, waiting = [];
  let leaflet = null, ground = null, chosen = null, extent = null, moved = false;
  const map = (w.desk.map = { get leaflet() { return leaflet; } });
  map.whenReady = (then) => { if (leaflet) then(leaflet); else waiting.push(then); };

  function install() {
    if (!window.L || !window.L.Map) return setTimeout(install, 20);
    window.L.Map.addInitHook(function () { this.whenReady(() => start(this)); });
  }
  function start(found) {
    if (!document.querySelector("#desk-map")) return;
    leaflet = found;
    leaflet.options.zoomSnap = 0.25;
    for (const [name, z] of Object.entries(PANES)) {
      const pane = leaflet.createPane(name);
      pane.style.zIndex = z;
      if (name !== "drawn") pane.style.pointerEvents = "none";
    }
    const words = { zoomInTitle: w.t("Closer"), zoomOutTitle: w.t("Farther") };
    window.L.control.zoom({ position: "topright", ...words }).addTo(leaflet);
    window.L.control.scale({ imperial: false, position: "bottomright" }).addTo(leaflet);
    leaflet.on("unload", () => { leaflet = null; });
    leaflet.on("dragstart", () => { moved = true; });
    hatches();
    rest();
    new ResizeObserver(() => { leaflet.invalidateSize(); home(); }).observe(leaflet.getContainer());
    map.reload();
    for (const then of waiting.splice(0)) then(leaflet);
  }
  /* On the site's base map, where it has one. */
  function rest() {
    const chosen = (map.basemap = JSON.parse(w.root().dataset.basemap || "null"));
    if (!chosen) return;
    leaflet.options.crs = w.tiles.crs(chosen.system);
    leaflet.setView([0, 0], 12, { reset: true });
    w.tiles.look(leaflet, chosen);
    for (const layer of w.tiles.layers(chosen)) layer.addTo(leaflet);
    if (chosen.attribution) leaflet.getContainer().after(w.element("p", "attribution", chosen.attribution));
  }
  /* Patterns stand once in the page; a shape's `fill` names one. */
  function hatches() {
    const lines = Object.entries(HATCHES).map(([name, colour]) =>
      '<pattern id="hatch-' + name + '" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
      + '<rect width="8" height="8" style="fill:var(--' + colour + ');opacity:.14"/>'
      + '<rect width="2.5" height="8" style="fill:var(--' + colour + ')"/></pattern>').join("");
    const holder = w.element("div");
    holder.innerHTML = '<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>' + lines + "</defs></svg>";
    w.root().append(holder.firstChild);
  }
  const fetch = (layer) => w.get("/api/layers/" + layer + ".geojson");
  const canvases = {};
  function add(group, data, pane, filter, style) {
    const renderer = (canvases[pane] ||= window.L.canvas({ pane, padding: 0.2 }));
    window.L.geoJSON(data, { filter, pane, renderer, interactive: false, pointToLayer: () => null,
      style: (f) => ({ renderer, ...style(f) }) }).addTo(group);
  }
  /* The ground once more: after an import the town is another. */
  map.reload = async () => {
    const [areas, quiet, roads] = await Promise.all(["areas", "ground", "roads"].map(fetch));
    if (!leaflet) return;
    if (ground) ground.remove();
    ground = window.L.layerGroup();
    const fill = (kind) => () => ({ fillColor: w.colour("map-" + kind), fillOpacity: 1, stroke: false });
    const shaped = areas.features.filter((f) => f.geometry);
    const ranks = [...new Set(shaped.map((f) => f.properties.rank))].sort((a, b) => a - b);
    const own = () => !map.basemap;
    add(ground, { type: "FeatureCollection", features: shaped }, "ground", own, fill("land"));
    add(ground, quiet, "ground", (f) => own() && f.properties.kind === "wood", fill("wood"));
    add(ground, quiet, "water", (f) => own() && f.properties.kind === "water", fill("water"));
    add(ground, roads, "roads", own, (f) => ({ color: w.colour("map-" + ROADS[f.properties.class][1]),
      weight: ROADS[f.properties.class][0] * 0.8, opacity: 0.85, dashArray: f.properties.class === "rail" ? [8, 6] : null }));
    ranks.slice().reverse().forEach((rank) => {
      const [name, weight, dashArray] = BORDERS[rank === ranks[0] ? 0 : rank === ranks[ranks.length - 1] ? 2 : 1];
      add(ground, { type: "FeatureCollection", features: shaped.filter((f) => f.properties.rank === rank) }, "borders",
        () => true, () => ({ fill: false, color: w.colour(name), weight, dashArray }));
    });
    ground.addTo(leaflet);
    const all = window.L.geoJSON(shaped.length ? shaped : [...quiet.features, ...roads.features]);
    extent = all.getBounds().isValid() ? all.getBounds() : null;
    home();
    w.root().dataset.ground = String(shaped.length);
  };
  /* The whole scope, until somebody moves the map or a page zooms. */
  function home() {
    if (leaflet && extent && !moved && leaflet.getSize().x > 50) leaflet.fitBounds(extent, { padding: [16, 16], animate: false });
  }
  function options(style, feature, renderer) {
    const { hatch, ...given } = (style || (() => ({})))(feature);
    const made = { renderer, weight: 1.5, color: w.colour("people"), fillOpacity: 0.18, ...given };
    if (hatch && renderer instanceof window.L.SVG) { made.fillColor = "url(#hatch-" + hatch + ")"; made.fillOpacity = 1; }
    return made;
  }
  map.draw = (name, geojson, { style, title, label, choose } = {}) => map.whenReady(() => {
    map.clear(name);
    const many = (geojson.features || []).length > MANY;
    const renderer = many ? window.L.canvas({ pane: "drawn" }) : window.L.svg({ pane: "drawn", padding: 0.5 });
    const byId = new Map();
    const layer = window.L.geoJSON(geojson, { pane: "drawn",
      pointToLayer: (f, latlng) => window.L.circleMarker(latlng, { pane: "drawn", radius: 5, ...options(style, f, renderer), weight: 1.5 }),
      style: (f) => options(style, f, renderer),
      onEachFeature: (f, one) => {
        byId.set(f.properties.id, one);
        if (title) one.bindTooltip(() => w.element("span", null, title(f)), { sticky: true, opacity: 1 });
        if (label) one.bindTooltip(() => w.element("span", null, label(f)), { permanent: true, direction: "center", className: "name", opacity: 1 });
        if (choose) one.on("click", () => choose(f));
      } }).addTo(leaflet);
    drawn[name] = { layer, byId };
    w.root().dataset["drawn_" + name] = String(byId.size);
  });
  map.clear = (name) => {
    if (drawn[name]) drawn[name].layer.remove();
    delete drawn[name];
    if (chosen && chosen.name === name) map.choose(name, null);
  };
  map.zoom = (what) => map.whenReady(() => {
    const layer = typeof what === "string" ? drawn[what] && drawn[what].layer : window.L.geoJSON(what);
    const bounds = layer && layer.getBounds();
    if (!bounds || !bounds.isValid()) return;
    moved = true;
    leaflet.fitBounds(bounds, { maxZoom: 17, padding: [40, 40], animate: !matchMedia("(prefers-reduced-motion:reduce)").matches });
  });
  /* The first drawn feature that fits, as its Leaflet layer. */
  map.find = (name, fits) => drawn[name] && [...drawn[name].byId.values()].find((one) => fits(one.feature));
  /* A ring around one feature: 3 in the colour of choice over 6 of the halo; null takes it away. */
  map.choose = (name, id) => {
    if (chosen) chosen.group.remove();
    chosen = null;
    const one = leaflet && id != null && drawn[name] && drawn[name].byId.get(id);
    if (!one) return;
    const renderer = (canvases.chosen ||= window.L.canvas({ pane: "chosen" }));
    const ring = (colour, weight) => window.L.geoJSON(one.toGeoJSON(), { interactive: false, pane: "chosen",
      pointToLayer: (f, latlng) => window.L.circleMarker(latlng, { renderer, radius: 9 }),
      style: () => ({ renderer, fill: false, color: w.colour(colour), weight }) });
    chosen = { name, group: window.L.layerGroup([ring("halo", 6), ring("select", 3)]).addTo(leaflet) };
  };
  install();
})();
