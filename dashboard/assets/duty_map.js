/* Little maps of the phone page, as SVG: the ground, one's grid, the event and oneself. */
(function () {
  "use strict";
  const METRES = 111320;

  /* A window in degrees that shows `points` ([lon, lat]) in w × h pixels, with room around. */
  function frame(points, w, h, room, leastMetres) {
    const lons = points.map((p) => p[0]), lats = points.map((p) => p[1]);
    const lat = (Math.min(...lats) + Math.max(...lats)) / 2, lon = (Math.min(...lons) + Math.max(...lons)) / 2;
    const k = Math.cos(lat * Math.PI / 180) * METRES;
    const wide = Math.max((Math.max(...lons) - Math.min(...lons)) * k, 1);
    const high = Math.max((Math.max(...lats) - Math.min(...lats)) * METRES, 1);
    const perPixel = Math.max(wide / (w - 2 * room), high / (h - 2 * room), leastMetres / Math.min(w, h));
    const dx = perPixel * w / 2 / k, dy = perPixel * h / 2 / METRES;
    return {
      west: lon - dx, east: lon + dx, south: lat - dy, north: lat + dy, w, h, pixel: 1 / perPixel,
      x: (v) => ((v - lon + dx) / (2 * dx)) * w,
      y: (v) => ((lat + dy - v) / (2 * dy)) * h,
    };
  }

  const path = (f, line, close) =>
    line.map((p, i) => (i ? "L" : "M") + f.x(p[0]).toFixed(1) + " " + f.y(p[1]).toFixed(1)).join("") + (close ? "Z" : "");
  const polygons = (f, multi) => multi.map((poly) => poly.map((ring) => path(f, ring, true)).join("")).join("");

  /* The mark of a light, as on the wall: shape and colour. */
  function light(kind, x, y, size) {
    const s = size;
    if (kind === "red") {
      return `<path d="M${x} ${y - s}l${s} ${s}l${-s} ${s}l${-s} ${-s}Z" fill="var(--red)" stroke="#FFFFFF" stroke-width="2.5" stroke-linejoin="round"/>` +
        `<path d="M${x} ${y - s * .42}v${s * .47}" stroke="#FFFFFF" stroke-width="${s * .19}" stroke-linecap="round"/><circle cx="${x}" cy="${y + s * .37}" r="${s * .115}" fill="#FFFFFF"/>`;
    }
    if (kind === "yellow") {
      return `<path d="M${x} ${y - s * .77}l${s * .93} ${s * 1.56}h${-s * 1.86}Z" fill="var(--yellow-mark)" stroke="var(--halo)" stroke-width="2" stroke-linejoin="round"/>`;
    }
    const color = kind === "green" ? "var(--green)" : "var(--text-3)";
    return `<circle cx="${x}" cy="${y}" r="${s * .6}" fill="var(--halo)" fill-opacity=".6" stroke="${color}" stroke-width="3"/>`;
  }

  function me(f, at, label) {
    const x = f.x(at[0]), y = f.y(at[1]);
    return `<circle cx="${x}" cy="${y}" r="${label ? 24 : 13}" fill="var(--people)" fill-opacity=".18"/>` +
      `<circle cx="${x}" cy="${y}" r="${label ? 9 : 7}" fill="var(--people)" stroke="var(--halo)" stroke-width="2"/>` +
      (label ? `<text x="${x + (x > f.w - 60 ? -42 : 18)}" y="${y + 6}" font-size="16" font-weight="700" fill="var(--text)" stroke="var(--halo)" stroke-width="4" paint-order="stroke">${label}</text>` : "");
  }

  function roads(f, list) {
    const wide = { trunk: 5, main: 3.4, minor: 1.6, track: 1, rail: 2.2 };
    let under = "", over = "";
    for (const road of list) {
      const d = path(f, road.shape), width = wide[road.class] || 1.6;
      if (width > 2) under += `<path d="${d}" stroke="var(--map-casing)" stroke-width="${width + 2.2}"/>`;
      over += `<path d="${d}" stroke="var(--map-road${width > 2 ? "" : "-minor"})" stroke-width="${width}"/>`;
    }
    return `<g fill="none" stroke-linejoin="round" stroke-linecap="round">${under}${over}</g>`;
  }

  /* ground: the answer of /api/duty/ground, or null while it loads. */
  function draw(box, f, ground, things) {
    let s = `<rect width="${f.w}" height="${f.h}" fill="var(--map-land)"/>`;
    if (ground) {
      for (const fill of ground.fills) s += `<path d="${polygons(f, fill.shape)}" fill="var(--map-${fill.kind})"/>`;
      if (f.pixel * 10 >= 1.2) s += `<path d="${ground.buildings.map((ring) => path(f, ring, true)).join("")}" fill="var(--map-building)"/>`;
      s += roads(f, ground.roads);
      s += `<path d="${ground.grids.map((g) => polygons(f, g.shape)).join("")}" fill="none" stroke="var(--b-grid)" stroke-width="1"/>`;
      if (ground.mine && things.mine) s += `<path d="${polygons(f, ground.mine)}" fill="var(--mine)" stroke="var(--accent)" stroke-width="2.5" stroke-linejoin="round"/>`;
    }
    if (things.me && things.way) {
      const [a, b] = [things.me, things.way];
      s += `<path d="M${f.x(a[0])} ${f.y(a[1])}L${f.x(b[0])} ${f.y(b[1])}" stroke="var(--people)" stroke-width="3" stroke-dasharray="2 7" stroke-linecap="round"/>`;
    }
    if (things.me) s += me(f, things.me, things.label);
    for (const e of things.events || []) s += light(e.light, f.x(e.lon), f.y(e.lat), e.size);
    box.innerHTML = `<svg viewBox="0 0 ${f.w} ${f.h}" role="img">${s}</svg>`;
  }

  const fetched = new Map();
  async function ground(f, grid) {
    const r = (v) => v.toFixed(4);
    const query = `west=${r(f.west)}&south=${r(f.south)}&east=${r(f.east)}&north=${r(f.north)}` + (grid ? `&grid=${grid}` : "");
    if (!fetched.has(query)) {
      if (fetched.size > 8) fetched.clear();
      fetched.set(query, fetch("/api/duty/ground?" + query).then((a) => (a.ok ? a.json() : null)).catch(() => null));
    }
    const found = await fetched.get(query);
    if (!found) fetched.delete(query);
    return found;
  }

  /* Draw at once without the ground, then with it. */
  async function show(box, points, options) {
    const w = box.clientWidth || 358, h = box.clientHeight || 134;
    const f = frame(points, w, h, options.room, options.least);
    if (!box.firstChild) draw(box, f, null, options);
    const found = await ground(f, options.grid);
    if (box.isConnected) draw(box, f, found, options);
  }

  function metres(a, b) {
    const k = Math.cos((a[1] + b[1]) * Math.PI / 360);
    return Math.hypot((a[0] - b[0]) * k, a[1] - b[1]) * METRES;
  }

  window.dutyMap = { show, light, metres };
})();
