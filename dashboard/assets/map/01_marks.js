/* One canvas over the map for all that moves or counts down: people, clusters, events, stations,
   labels. Each painter draws and offers what can be hit. Redrawn only when something is new. */
(function () {
  "use strict";
  const w = window.wangge;
  const painters = [];
  let canvas = null, context = null, dirty = true, slidingUntil = 0, placed = [];
  w.map.marks = {
    add: (painter) => { painters.push(painter); painters.sort((a, b) => a.order - b.order); },
    redraw: () => { dirty = true; },
    slide: () => { slidingUntil = performance.now() + 950; dirty = true; },
    /* What the last frame put where: [left, top, right, bottom, kind], for tests and pictures. */
    taken: () => placed,
  };
  function start(leaflet) {
    canvas = document.createElement("canvas");
    canvas.className = "marks";
    canvas.setAttribute("aria-hidden", "true");
    leaflet.getContainer().appendChild(canvas);
    leaflet.on("move zoom viewreset resize zoomanim", () => { dirty = true; });
    requestAnimationFrame(frame);
  }
  function fit() {
    const box = w.map.leaflet.getSize(), ratio = window.devicePixelRatio || 1;
    if (canvas.width !== box.x * ratio || canvas.height !== box.y * ratio) {
      canvas.width = box.x * ratio; canvas.height = box.y * ratio;
      canvas.style.width = box.x + "px"; canvas.style.height = box.y + "px";
    }
    context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, box.x, box.y);
    return box;
  }
  function frame() {
    requestAnimationFrame(frame);
    if (!w.map.leaflet || !w.state.hello) return;
    const sliding = performance.now() < slidingUntil && !w.state.lost;
    if (!dirty && !sliding) return;
    dirty = false;
    const box = fit();
    const view = { context, box, u: w.u(), place: projector(), taken: [], soft: [], time: performance.now() };
    for (const painter of painters) painter.draw(view);
    placed = view.taken;
    w.root().dataset.drawn = String(Number(w.root().dataset.drawn || 0) + 1);
  }
  /* Degrees to pixels without Leaflet's objects: 20,000 marks a frame. */
  function projector() {
    const leaflet = w.map.leaflet, zoom = leaflet.getZoom(), scale = 256 * 2 ** zoom;
    const origin = leaflet.getPixelOrigin(), shift = leaflet.latLngToContainerPoint(leaflet.getCenter());
    const world = leaflet.project(leaflet.getCenter(), zoom);
    const dx = shift.x - world.x, dy = shift.y - world.y;
    const move = w.map.shift;
    return (lon, lat, out) => {
      if (move) { move(lon, lat, out); lon = out.lon; lat = out.lat; }
      const sin = Math.sin((lat * Math.PI) / 180);
      out.wx = (lon / 360 + 0.5) * scale;
      out.wy = (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * scale;
      out.x = out.wx + dx; out.y = out.wy + dy;
      return out;
    };
  }
  w.on("map", start);
  for (const name of ["hello", "events", "grids-drawn", "select", "layers", "lost", "back", "call", "stations", "based"]) w.on(name, () => { dirty = true; });
  w.on("positions", ({ count }) => { if (count) w.map.marks.slide(); });
})();
