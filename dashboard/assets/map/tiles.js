/* What the wall and desk pages share of a base map: its tiles as Leaflet layers, the labels over them,
   how they look, and the map's coordinate system. Our data stay in WGS-84: under a map in GCJ-02 it is
   the projection that shifts, so whatever is drawn lies right and every click comes back in WGS-84. */
(function () {
  "use strict";
  const w = window.wangge;
  const SIDE = 256, STRIP = 16;
  const PICTURES = "basemap", LABELS = "basemap-labels"; /* the panes of both */
  let systems = null;

  /* Leaflet's mercator, and the same behind the shift. */
  function crs(system) {
    const L = window.L, plain = L.CRS.EPSG3857, mercator = L.Projection.SphericalMercator, { toGcj02, toWgs84 } = w.shifted;
    const moved = (move, at) => { const out = move(at.lng, at.lat, {}); return L.latLng(out.lat, out.lon); };
    systems ||= { plain, GCJ02: L.extend({}, plain, { projection: L.extend({}, mercator, {
      project: (at) => mercator.project(moved(toGcj02, at)),
      unproject: (point) => moved(toWgs84, mercator.unproject(point)) }) }) };
    return systems[system] || systems.plain;
  }
  /* Its layers, not yet on a map; `at` is the start of their tiles' addresses. */
  function layers(chosen) {
    const at = "/tiles/" + encodeURIComponent(chosen.version), made = [layer(chosen, at, PICTURES, chosen.min_zoom, chosen.max_zoom)];
    if (chosen.labels_max_zoom != null) made.push(layer(chosen, at + "/labels", LABELS, chosen.labels_min_zoom, chosen.labels_max_zoom));
    return made;
  }
  function layer({ scheme }, at, pane, least, most) {
    const double = w.u() === 2 ? 1 : 0; /* 4K shows the same, not more: tiles are twice as large */
    const options = { pane, tileSize: SIDE << double, zoomOffset: -double, updateWhenZooming: false, keepBuffer: 1,
      minZoom: least + double - 1, minNativeZoom: least + double, maxNativeZoom: most + double, maxZoom: 24, errorTileUrl: window.L.Util.emptyImageUrl };
    const address = at + "/{z}/{x}/{y}";
    return scheme === "geographic" ? new (geographic())(address, options) : window.L.tileLayer(address, options);
  }
  /* How the pictures step back is the style sheet's business; how far, the site's. */
  function look(leaflet, chosen) {
    const classes = document.documentElement.classList;
    classes.toggle("based", Boolean(chosen));
    classes.toggle("imagery", Boolean(chosen && chosen.imagery));
    classes.toggle("dark-paper", Boolean(chosen && chosen.dark));
    for (const pane of [PICTURES, LABELS]) leaflet.getPane(pane).style.opacity = chosen ? chosen.strength / 100 : "";
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
  w.tiles = { crs, layers, look };
})();
