/* The wall without a mouse: arrows walk over what is on the map, Enter opens, c calls, l layers,
   n the next overdue, Esc back. */
(function () {
  "use strict";
  const w = window.wangge;
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

  function grids() {
    return [...w.map.grids.data.values()].filter((g) => g.painted).map((g) => {
      const [lat, lon] = w.map.middle(g.geometry);
      return { id: g.id, lat, lon };
    });
  }
  /* The nearest grid in the arrow's direction: off the axis counts double. */
  function walk([dx, dy]) {
    const all = grids(), chosen = w.state.selection;
    if (!all.length) return;
    const from = all.find((g) => chosen && (g.id === chosen.id || g.id === chosen.grid_id));
    if (!from) return w.select({ kind: "grid", id: middle(all).id });
    const near = all.filter((g) => g.id !== from.id).map((g) => {
      const x = (g.lon - from.lon) * 0.81, y = g.lat - from.lat;
      const along = x * dx + y * dy, across = Math.abs(x * dy) + Math.abs(y * dx);
      return { g, along, cost: along + 2 * across };
    }).filter(({ along, cost }) => along > 0 && cost < along * 6).sort((a, b) => a.cost - b.cost)[0];
    if (near) w.select({ kind: "grid", id: near.g.id });
  }
  function middle(all) {
    const lon = all.reduce((s, g) => s + g.lon, 0) / all.length, lat = all.reduce((s, g) => s + g.lat, 0) / all.length;
    return all.slice().sort((a, b) => Math.hypot(a.lon - lon, a.lat - lat) - Math.hypot(b.lon - lon, b.lat - lat))[0];
  }
  function next() {
    const red = [...w.state.events.values()].filter((v) => v.light === "red").sort((a, b) => a.due - b.due);
    if (!red.length) return;
    const at = red.findIndex((v) => w.state.selection && w.state.selection.kind === "event" && v.id === w.state.selection.id);
    w.select({ kind: "event", id: red[(at + 1) % red.length].id });
  }
  document.addEventListener("keydown", (event) => {
    if (!w.root() || !w.map.leaflet || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^(input|textarea|select)$/i.test(event.target.tagName)) { if (event.key === "Escape" && !w.escapes.some((close) => close())) w.layers(); return; }
    if (STEPS[event.key]) { event.preventDefault(); walk(STEPS[event.key]); }
    else if (event.key === "Escape" && w.escapes.some((close) => close())) event.preventDefault();
    else if (event.key === "Escape") { if (!document.getElementById("layers").hidden) w.layers(); else w.select(null); }
    else if (event.key === "c" && w.state.selection) w.call(w.state.selection);
    else if (event.key === "l") w.layers();
    else if (event.key === "n") next();
    else if (event.key === "Enter" && w.state.selection && event.target.tagName !== "BUTTON") {
      const call = document.getElementById("call");
      if (call) call.focus();
    }
  });
})();
