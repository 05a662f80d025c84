/* The base map under all other layers. Our data stay in WGS-84: under a map in GCJ-02 it is the map's
   projection that shifts, so whatever is drawn lies right and every click comes back in WGS-84. */
(function () {
  "use strict";
  const w = window.wangge;
  const SIDE = 256, STRIP = 16;
  let layer = null, shown = null, systems = null;

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
    if (layer) layer.remove();
    layer = null;
    w.map.based = Boolean(next);
    document.documentElement.classList.toggle("based", w.map.based);
    document.documentElement.classList.toggle("imagery", Boolean(next && next.imagery));
    draw_in(leaflet, next && next.system === "GCJ02" ? "gcj02" : "wgs84");
    if (next) layer = made(next).addTo(leaflet);
    const whose = document.getElementById("attribution");
    whose.textContent = next ? next.attribution : "";
    whose.hidden = !next || !next.attribution;
    w.emit("based", next);
  }
  /* Leaflet's mercator, and the same behind the shift. */
  function draw_in(leaflet, name) {
    const L = window.L, plain = L.CRS.EPSG3857, mercator = L.Projection.SphericalMercator, { toGcj02, toWgs84 } = w.shifted;
    const moved = (move, at) => { const out = move(at.lng, at.lat, {}); return L.latLng(out.lat, out.lon); };
    systems ||= { wgs84: plain, gcj02: L.extend({}, plain, { projection: L.extend({}, mercator, {
      project: (at) => mercator.project(moved(toGcj02, at)),
      unproject: (point) => moved(toWgs84, mercator.unproject(point)) }) }) };
    w.map.shift = name === "gcj02" ? toGcj02 : null;
    if ((leaflet.options.crs || plain) === systems[name]) return;
    const middle = leaflet.getCenter(), zoom = leaflet.getZoom();
    leaflet.options.crs = systems[name];
    leaflet.setView(middle, zoom, { reset: true });
    w.map.home();
  }
  function made({ version, scheme, min_zoom: least, max_zoom: most }) {
    const double = w.u() === 2 ? 1 : 0; /* 4K shows the same, not more: tiles are twice as large */
    const options = { pane: "basemap", tileSize: SIDE << double, zoomOffset: -double, updateWhenZooming: false, keepBuffer: 1,
      minZoom: least + double - 1, minNativeZoom: least + double, maxNativeZoom: most + double, maxZoom: 24, errorTileUrl: window.L.Util.emptyImageUrl };
    const address = "/tiles/" + encodeURIComponent(version) + "/{z}/{x}/{y}";
    return scheme === "geographic" ? new (geographic())(address, options) : window.L.tileLayer(address, options);
  }
  /* Squares of degrees drawn into mercator squares: columns are the same ones, rows are stretched. */
  let Geographic = null;
  const geographic = () => (Geographic ||= window.L.GridLayer.extend({
    initialize(address, options) { this._address = address; window.L.setOptions(this, options); },
    createTile({ x, y, z }, done) {
      const canvas = document.createElement("canvas"), zoom = z + this.options.zoomOffset, across = 2 ** zoom;
      canvas.width = canvas.height = SIDE;
      const row = (p) => ((90 - (Math.atan(Math.sinh(Math.PI * (1 - (2 * (y + p / SIDE)) / across))) * 180) / Math.PI) / 360) * across * SIDE;
      const first = Math.floor(row(0) / SIDE), last = Math.min(Math.floor(row(SIDE) / SIDE), Math.max(1, across / 2) - 1), column = ((x % across) + across) % across;
      const pictures = [];
      for (let at = first; at <= last; at += 1) pictures.push(picture(window.L.Util.template(this._address, { z: zoom, x: column, y: at })));
      Promise.all(pictures).then((found) => { stretch(canvas, found, row, first); done(null, canvas); });
      return canvas;
    },
  }));
  const picture = (address) => new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve(image);
    image.onerror = () => resolve(null);
    image.src = address;
  });
  function stretch(canvas, found, row, first) {
    const pile = document.createElement("canvas"), context = canvas.getContext("2d");
    pile.width = SIDE; pile.height = SIDE * found.length;
    found.forEach((image, at) => { if (image) pile.getContext("2d").drawImage(image, 0, at * SIDE, SIDE, SIDE); });
    for (let p = 0; p < SIDE; p += STRIP) {
      const from = row(p) - first * SIDE, to = row(p + STRIP) - first * SIDE;
      context.drawImage(pile, 0, from, SIDE, to - from, 0, p, SIDE, STRIP);
    }
  }
  w.on("map", () => { shown = null; apply(); });
  w.on("hello", apply);
  w.on("layers", apply);
})();
