/* The base map under all other layers of the wall, changed while the page is open. */
(function () {
  "use strict";
  const w = window.wangge;
  let layers = [], shown = null;

  /* What the site has set, where it is not switched off. */
  w.map.basemap = () => (w.state.hello && w.state.hello.settings.basemap) || null;
  const wanted = () => (w.state.layers.basemap === false ? null : w.map.basemap());
  w.map.based = false;
  w.map.shift = null; /* null, or (lon, lat, out): from WGS-84 to where the base map draws it */

  function apply() {
    const leaflet = w.map.leaflet;
    if (!leaflet || !w.state.hello) return;
    const next = wanted(), key = next ? next.version : "";
    if (key === shown) return;
    shown = key;
    for (const layer of layers) layer.remove();
    w.map.based = Boolean(next);
    w.tiles.look(leaflet, next);
    draw_in(leaflet, next && next.system);
    layers = next ? w.tiles.layers(next) : [];
    for (const layer of layers) layer.addTo(leaflet);
    const whose = document.getElementById("attribution");
    whose.textContent = next ? next.attribution : "";
    whose.hidden = !next || !next.attribution;
    w.emit("based", next);
  }
  function draw_in(leaflet, system) {
    const next = w.tiles.crs(system);
    w.map.shift = system === "GCJ02" ? w.shifted.toGcj02 : null;
    if ((leaflet.options.crs || window.L.CRS.EPSG3857) === next) return;
    const middle = leaflet.getCenter(), zoom = leaflet.getZoom();
    leaflet.options.crs = next;
    leaflet.setView(middle, zoom, { reset: true });
    w.map.home();
  }
  w.on("map", () => { shown = null; layers = []; apply(); });
  w.on("hello", apply);
  w.on("layers", apply);
})();
