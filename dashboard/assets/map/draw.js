/* A circle or a polygon drawn on the map, by mouse or finger, for a call to everybody within; and
   the drawn grounds of the calls that run. A press without a drag is a circle of the typed radius; a
   second finger means the map, not the drawing. Esc gives up, Backspace takes the last corner back. */
(function () {
  "use strict";
  const w = window.wangge;
  const LEAST_M = 10, MOST_M = 50000, MOST_CORNERS = 100, NEAR = 22, TAP = 8, CLICK_MS = 350;
  let sheet = null, tool = null, told = null, shape = null, typed = 500, finger = null, pressed = null; /* shape: { centre, radius_m } or { corners } */

  function at(event) {
    const box = sheet.getBoundingClientRect(), found = w.map.leaflet.containerPointToLatLng([event.clientX - box.left, event.clientY - box.top]);
    if (!w.map.shift) return { lon: found.lng, lat: found.lat };
    return w.shifted.toWgs84(found.lng, found.lat, {}); /* the base map lies beside the ground */
  }
  const metres = (a, b) => w.map.leaflet.distance([a.lat, a.lon], [b.lat, b.lon]);
  function pixels(a, b) {
    const p = w.map.leaflet.latLngToContainerPoint([a.lat, a.lon]), q = w.map.leaflet.latLngToContainerPoint([b.lat, b.lon]);
    return Math.hypot(p.x - q.x, p.y - q.y);
  }
  /* `heard.done` gets each finished shape, as the call's body names it; `heard.corners` how many
     corners a polygon has so far. */
  w.map.drawing = function (name, radius_m, heard) {
    stop();
    tool = name; told = heard; shape = null; typed = radius_m; finger = null;
    sheet = document.createElement("div");
    sheet.className = "drawing";
    sheet.onpointerdown = down; sheet.onpointermove = move; sheet.onpointerup = up;
    sheet.onpointercancel = () => { finger = null; if (tool === "circle") shape = null; w.map.marks.redraw(); };
    window.L.DomEvent.disableClickPropagation(sheet);
    w.map.leaflet.getContainer().append(sheet);
  };
  function stop() {
    const old = sheet;
    sheet = null; tool = null;
    if (!old) return;
    old.onpointerdown = old.onpointermove = old.onpointerup = null;
    setTimeout(() => old.remove(), CLICK_MS); /* the click of the last press is not the map's */
  }
  w.map.drawn = () => shape;
  w.map.undraw = () => { stop(); shape = null; w.map.marks.redraw(); };
  w.map.radius = (metres_) => { typed = metres_; if (shape && shape.centre) shape.radius_m = metres_; w.map.marks.redraw(); };
  w.map.unpoint = () => {
    if (tool !== "polygon" || !shape) return false;
    shape.corners.pop();
    if (!shape.corners.length) shape = null;
    w.map.marks.redraw();
    told.corners(shape ? shape.corners.length : 0);
    return true;
  };
  w.map.closeShape = () => { if (tool === "polygon" && shape && shape.corners.length > 2) finish({ ground: shape.corners.map((c) => [c.lon, c.lat]) }); };
  function down(event) {
    event.preventDefault();
    if (finger !== null && finger !== event.pointerId) { finger = -1; if (tool === "circle") shape = null; w.map.marks.redraw(); return; }
    finger = event.pointerId;
    sheet.setPointerCapture(event.pointerId);
    pressed = { x: event.clientX, y: event.clientY };
    if (tool === "circle") shape = { centre: at(event), radius_m: 0 };
  }
  function move(event) {
    if (finger === -1) return;
    if (tool === "circle" && shape && event.buttons) shape.radius_m = Math.min(MOST_M, metres(shape.centre, at(event)));
    else if (tool === "polygon" && shape) shape.next = at(event);
    w.map.marks.redraw();
  }
  function up(event) {
    const mine = finger === event.pointerId;
    finger = null;
    if (!mine) return;
    if (tool === "circle") {
      if (!shape) return;
      const still = Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < TAP;
      if (still || shape.radius_m < LEAST_M) shape.radius_m = typed;
      const { centre, radius_m } = shape;
      return finish({ circle: { ...centre, radius_m } });
    }
    const corner = at(event), corners = (shape ||= { corners: [] }).corners;
    const back = corners.length > 2 && pixels(corners[0], corner) < NEAR * Math.max(1, w.u());
    const twice = corners.length && pixels(corners[corners.length - 1], corner) < 4;
    if (!back && !twice) corners.push(corner);
    w.map.marks.redraw();
    if (corners.length > 2 && (back || twice || corners.length >= MOST_CORNERS)) w.map.closeShape();
    else told.corners(corners.length);
  }
  function finish(body) {
    if (shape.corners) shape.next = null;
    stop();
    w.map.marks.redraw();
    told.done(body);
  }
  const ring = (one) => (one.centre ? around(one.centre, one.radius_m) : [...one.corners, ...(one.next ? [one.next] : [])].map((c) => [c.lon, c.lat]));
  function around({ lon, lat }, radius_m) {
    const points = [], tall = radius_m / 111195, wide = tall / Math.cos((lat * Math.PI) / 180);
    for (let i = 0; i < 64; i += 1) points.push([lon + wide * Math.cos((i * Math.PI) / 32), lat + tall * Math.sin((i * Math.PI) / 32)]);
    return points;
  }
  function draw(view) {
    const chosen = w.state.selection && w.state.selection.kind === "call" ? w.state.selection.id : null, out = {};
    const grounds = [...w.state.calls.values()].filter((s) => s.ground && (s.state === "running" || s.id === chosen)).map((s) => s.ground.coordinates[0]);
    if (shape) grounds.push(ring(shape));
    const { context: c, u } = view;
    for (const points of grounds) {
      c.beginPath();
      points.forEach(([lon, lat], i) => { view.place(lon, lat, out); if (i) c.lineTo(out.x, out.y); else { c.moveTo(out.x, out.y); if (points.length < 3) c.arc(out.x, out.y, 5 * u, 0, 7); } });
      c.closePath();
      c.fillStyle = c.strokeStyle = w.colour("people");
      c.globalAlpha = 0.1; c.fill(); c.globalAlpha = 1;
      c.lineWidth = 3 * u; c.setLineDash([10 * u, 6 * u]); c.stroke(); c.setLineDash([]);
    }
    w.root().dataset.grounds = grounds.length;
  }
  w.map.marks.add({ order: 8, draw });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Backspace" && sheet && !event.target.matches("textarea, select, input:not([type=radio], [type=checkbox])") && w.map.unpoint()) event.preventDefault();
  });
})();
