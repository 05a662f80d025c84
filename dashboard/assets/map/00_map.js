/* The map: found by Leaflet's init hook, panes in the order of the house's look, the home view,
   and one click that knows what lies under it. */
(function () {
  "use strict";
  const w = window.wangge;
  const PANES = { basemap: 205, ground: 210, choropleth: 220, water: 230, roads: 240, "basemap-labels": 245, borders: 250, circles: 260, chosen: 270 };
  const map = (w.map = { leaflet: null, layers: {}, hits: [], takes: [] }); /* takes: who wants a click before it selects */

  function install() {
    if (!window.L || !window.L.Map) return setTimeout(install, 20);
    window.L.Map.addInitHook(function () { this.whenReady(() => start(this)); });
  }
  function start(leaflet) {
    if (!document.getElementById("wall")) return;
    map.leaflet = leaflet;
    leaflet.options.zoomSnap = 0.05;
    leaflet.options.wheelPxPerZoomLevel = 120;
    leaflet.options.minZoom ??= 0; /* else a base map's zooms would hold the town's home view */
    leaflet.options.maxZoom ??= 22;
    for (const [name, z] of Object.entries(PANES)) {
      const pane = leaflet.createPane(name);
      pane.style.zIndex = z;
      pane.style.pointerEvents = "none";
    }
    leaflet.on("click", (event) => click(event.containerPoint, event.latlng));
    leaflet.on("mousemove", (event) => {
      leaflet.getContainer().style.cursor = markAt(event.containerPoint) ? "pointer" : "";
    });
    leaflet.on("unload", () => { map.leaflet = null; });
    new ResizeObserver(() => { leaflet.invalidateSize(); home(); }).observe(leaflet.getContainer());
    w.emit("map", leaflet);
    home();
  }
  /* The whole scope, with room for the chip above. */
  function home() {
    const hello = w.state.hello;
    if (!map.leaflet || !hello || w.state.selection) return;
    const size = map.leaflet.getSize();
    if (size.x < 100 || size.y < 100) return;
    const [west, south, east, north] = hello.extent || hello.box;
    const edge = 16 * w.u();
    map.leaflet.fitBounds([[south, west], [north, east]], {
      paddingTopLeft: [edge, (w.u() < 1 ? 100 : 56) * w.u()], paddingBottomRight: [edge, edge], animate: false });
  }
  map.home = home;
  w.on("hello", home);

  map.renderer = (pane) => window.L.canvas({ pane, padding: 0.2 });
  map.version = () => (w.state.hello ? w.state.hello.version : "");
  /* A layer's GeoJSON; kept by the browser for as long as its version lives. */
  map.fetch = async (layer, query) => {
    const area = new URLSearchParams(location.search).get("area");
    const asked = new URLSearchParams({ ...query, ...(area ? { area } : {}), v: map.version() });
    return w.get("/api/layers/" + layer + ".geojson?" + asked);
  };

  /* What is under a point: marks first (each layer offers hits: x, y, r or box, kind, id), then grids. */
  function markAt(point) {
    let best = null, least = Infinity;
    for (const offer of map.hits) {
      for (const hit of offer()) {
        const d = hit.box ? outside(hit.box, point) : Math.hypot(hit.x - point.x, hit.y - point.y) - hit.r;
        if (d < 6 * w.u() && d + hit.rank * 100 < least) { least = d + hit.rank * 100; best = hit; }
      }
    }
    return best;
  }
  const outside = ([l, t, r, b], { x, y }) => (x > l && x < r && y > t && y < b ? 0 : Infinity);
  function click(point, latlng) {
    const mark = markAt(point);
    if (map.takes.some((take) => take(mark, latlng))) return;
    if (mark && mark.kind === "cluster") {
      map.leaflet.flyTo(map.leaflet.containerPointToLatLng([mark.x, mark.y]), map.leaflet.getZoom() + 1.5, { duration: 0.6 });
      return;
    }
    if (mark) return w.select({ kind: mark.kind, id: mark.id });
    const grid = map.gridAt && map.gridAt(latlng);
    w.select(grid ? { kind: "grid", id: grid } : null);
  }
  /* Fly so that the point stands in the map's middle, which no panel covers. */
  map.show = (lat, lon, zoom) => {
    const still = matchMedia("(prefers-reduced-motion:reduce)").matches;
    const target = Math.max(map.leaflet.getZoom(), zoom);
    if (still) map.leaflet.setView([lat, lon], target, { animate: false });
    else map.leaflet.flyTo([lat, lon], target, { duration: 0.6 });
  };
  /* A shape in the middle with its neighbours around it; of a larger one what lies in the scope. */
  map.frame = (geometry) => {
    const [west, south, east, north] = w.state.hello.extent || w.state.hello.box;
    const own = window.L.geoJSON(geometry).getBounds().pad(0.6);
    const least = [Math.max(own.getSouth(), south), Math.max(own.getWest(), west)], most = [Math.min(own.getNorth(), north), Math.min(own.getEast(), east)];
    const larger = own.getEast() - own.getWest() > east - west || own.getNorth() - own.getSouth() > north - south;
    const bounds = larger && least[0] < most[0] && least[1] < most[1] ? window.L.latLngBounds([least, most]) : own;
    const still = matchMedia("(prefers-reduced-motion:reduce)").matches;
    const options = { maxZoom: 15.5, duration: 0.6, animate: !still };
    if (still) map.leaflet.fitBounds(bounds, options); else map.leaflet.flyToBounds(bounds, options);
  };
  install();
})();
