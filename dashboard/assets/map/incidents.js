/* Open events: the shape is the light. Overdue ones never hide in a crowd, and carry their flag. */
(function () {
  "use strict";
  const w = window.wangge;
  const FLAGS = 14;
  const ORDER = { green: 0, no_limit: 0, yellow: 1, red: 2 };
  let hits = [], sorted = null; /* the worst last, so that it lies on top */
  w.on("events", () => { sorted = null; });
  const shown = (event) => w.state.layers[event.light === "red" ? "overdue" : "events"] !== false;
  const faint = (event) => {
    const chosen = w.state.selection;
    if (!chosen) return 1;
    if (chosen.kind === "event") return event.id === chosen.id ? 1 : 0.45;
    if (chosen.kind === "grid") return event.grid_ids.includes(chosen.id) ? 1 : 0.45;
    return 0.45;
  };
  function draw(view) {
    hits = [];
    const { context: c, u, box } = view, out = {}, reds = [];
    const crowd = w.state.events.size > 600;
    if (!sorted) sorted = [...w.state.events.values()].filter((event) => event.lon != null)
      .sort((a, b) => ORDER[a.light] - ORDER[b.light] || (b.due || 0) - (a.due || 0));
    let inView = 0;
    for (const event of sorted) {
      if (!shown(event)) continue;
      view.place(event.lon, event.lat, out);
      if (out.x < -60 || out.y < -60 || out.x > box.x + 60 || out.y > box.y + 60) continue;
      inView += 1;
      c.globalAlpha = faint(event);
      mark(c, crowd ? 0.5 * u : u, event, out.x, out.y);
      if (event.light === "red") reds.push({ event, x: out.x, y: out.y });
      const chosen = w.state.selection;
      if (chosen && chosen.kind === "event" && chosen.id === event.id) ring(c, u, out.x, out.y);
      hits.push({ x: out.x, y: out.y, r: event.light === "red" && !crowd ? 22 * u : 10 * u, rank: event.light === "red" ? 0 : 0.5, kind: "event", id: event.id });
    }
    c.globalAlpha = 1;
    w.root().dataset.events = inView;
    for (const { x, y } of reds) view.taken.push([x - 24 * u, y - 24 * u, x + 24 * u, y + 24 * u, "overdue"]);
    if (!crowd) reds.reverse().slice(-FLAGS).forEach((red) => flag(view, red));
  }
  function mark(c, u, event, x, y) {
    const grey = w.state.lost;
    if (event.light === "red") {
      const small = w.state.events.size > 600, r = (small ? 15 : 22) * u;
      if (!small) { c.beginPath(); c.arc(x, y, 34 * u, 0, 7); c.lineWidth = 1.5 * u; c.strokeStyle = grey ? w.colour("stale") : w.colour("red"); const a = c.globalAlpha; c.globalAlpha = a * 0.6; c.stroke(); c.globalAlpha = a; }
      c.beginPath(); c.moveTo(x, y - r); c.lineTo(x + r, y); c.lineTo(x, y + r); c.lineTo(x - r, y); c.closePath();
      c.fillStyle = grey ? w.colour("stale") : w.colour("red"); c.fill(); c.lineWidth = (small ? 1 : 2.5) * u; c.strokeStyle = small ? w.colour("halo") : "#fff"; c.lineJoin = "round"; c.stroke();
      if (small) return;
      c.fillStyle = "#fff"; c.fillRect(x - 2 * u, y - 10 * u, 4 * u, 12 * u); c.fillRect(x - 2 * u, y + 6 * u, 4 * u, 4 * u);
    } else if (event.light === "yellow") {
      c.beginPath(); c.moveTo(x, y - 12 * u); c.lineTo(x + 13 * u, y + 10 * u); c.lineTo(x - 13 * u, y + 10 * u); c.closePath();
      c.fillStyle = grey ? w.colour("stale") : w.colour("yellow-mark"); c.fill(); c.lineWidth = 2 * u; c.strokeStyle = w.colour("yellow-edge"); c.stroke();
    } else {
      c.beginPath(); c.arc(x, y, 8.5 * u, 0, 7); c.fillStyle = w.colour("halo"); c.globalAlpha *= 0.6; c.fill(); c.globalAlpha /= 0.6;
      c.beginPath(); c.arc(x, y, 7 * u, 0, 7); c.lineWidth = 3 * u;
      c.strokeStyle = grey || event.light === "no_limit" ? w.colour("stale") : w.colour("green"); c.stroke();
      if (event.light === "no_limit") { c.beginPath(); c.arc(x, y, 2 * u, 0, 7); c.fillStyle = w.colour("stale"); c.fill(); }
    }
  }
  function ring(c, u, x, y) {
    c.beginPath(); c.arc(x, y, 34 * u, 0, 7); c.lineWidth = 6 * u; c.strokeStyle = w.colour("halo"); c.stroke();
    c.lineWidth = 3 * u; c.strokeStyle = w.colour("select"); c.stroke();
  }
  /* 超 h:mm beside the mark; to the left where the right is taken or ends. */
  function flag({ context: c, u, box, taken }, { event, x, y }) {
    const text = w.limit(event.due - w.now());
    c.font = "700 " + 24 * u + "px " + getComputedStyle(document.body).fontFamily;
    const wide = c.measureText(text).width + 24 * u, high = 38 * u;
    const places = [[x + 32 * u, y - high / 2], [x - 32 * u - wide, y - high / 2], [x - wide / 2, y + 38 * u], [x - wide / 2, y - 38 * u - high],
      [x + 16 * u, y - 30 * u - high], [x + 16 * u, y + 30 * u], [x - 16 * u - wide, y - 30 * u - high], [x - 16 * u - wide, y + 30 * u]];
    const free = places.find(([l, t]) => l > 0 && l + wide < box.x && t > 0 && t + high < box.y
      && !taken.some((b) => l < b[2] && l + wide > b[0] && t < b[3] && t + high > b[1]));
    if (!free) return;
    const [left, top] = free;
    taken.push([left, top, left + wide, top + high, "flag"]);
    c.globalAlpha = faint(event);
    c.fillStyle = w.state.lost ? "#3B4B5D" : w.colour("red-fill"); c.beginPath(); c.roundRect(left, top, wide, high, 4 * u); c.fill();
    c.fillStyle = "#fff"; c.textAlign = "left"; c.textBaseline = "middle"; c.fillText(text, left + 12 * u, top + high / 2 + u);
    c.globalAlpha = 1;
  }
  w.map.marks.add({ order: 40, draw });
  w.map.hits.push(() => hits);
  setInterval(() => { if (w.state.hello) w.map.marks.redraw(); }, 10000); /* the flags' minutes */
})();
