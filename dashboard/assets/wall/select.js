/* One selection for map, lists and card; the URL carries it, with layers, area and language. */
(function () {
  "use strict";
  const w = window.wangge;
  const KINDS = ["grid", "event", "person", "facility", "area", "call", "self_test"];
  const named = (kind) => (kind === "area" ? "place" : kind); /* in the URL `area` is the scope of the whole wall */

  w.select = function (chosen, { fly = true } = {}) {
    const before = w.state.selection;
    if (chosen && before && chosen.kind === before.kind && chosen.id === before.id) chosen = before;
    w.state.selection = chosen;
    remember();
    w.emit("select", chosen);
    if (chosen && fly) show(chosen);
    if (!chosen && before) w.map.home();
    path();
  };
  function where(chosen) {
    if (chosen.kind === "call" || chosen.kind === "self_test") return null;
    if (chosen.kind === "event") return w.state.events.get(chosen.id);
    if (chosen.kind === "facility") return w.map.stations().find((s) => s.id === chosen.id);
    if (chosen.kind === "person") {
      const index = w.state.people.findIndex((p) => p.id === chosen.id);
      const mark = w.state.marks.get(index);
      return mark && mark.state <= 3 ? mark : null; /* without a position the feed's degrees mean nothing */
    }
    const grid = chosen.kind === "area" ? (w.map.grids.areas || []).find((a) => a.id === chosen.id) : w.map.grids.data.get(chosen.id);
    if (!grid || !grid.geometry) return null;
    const [lat, lon] = w.map.middle(grid.geometry);
    return { lat, lon };
  }
  w.where = where;
  /* Where the people of a call are to come to: null for one person, and for what is not on the map. */
  w.placeOfCall = function (session) {
    if (session.ground) { const [lat, lon] = w.map.middle({ coordinates: [session.ground.coordinates] }); return { lat, lon }; }
    if (!["event", "grid", "facility"].includes(session.subject.kind)) return null;
    const at = where(session.subject);
    return at && at.lon != null ? at : null;
  };
  function show(chosen) {
    if (chosen.kind === "call") {
      const { ground, subject } = w.state.calls.get(chosen.id) || { subject: {} };
      const shape = ground || ((w.map.grids.areas || []).find((a) => subject.kind === "area" && a.id === subject.id) || w.map.grids.data.get(subject.kind === "grid" ? subject.id : null) || {}).geometry;
      if (shape) w.map.frame(shape);
      return;
    }
    const at = where(chosen);
    if (!at || at.lon == null || !w.map.leaflet) return;
    if (chosen.kind === "event") chosen.grid_id = at.grid_ids.find((id) => w.map.grids.layers.has(id));
    if (chosen.kind === "grid") w.map.frame(w.map.grids.data.get(chosen.id).geometry);
    else if (chosen.kind === "area") w.map.frame(w.map.grids.areas.find((a) => a.id === chosen.id).geometry); /* at is null without one */
    else if (at.alert && at.alert.ground) w.map.frame(at.alert.ground);
    else w.map.show(at.lat, at.lon, 14.8);
  }
  function remember() {
    const query = new URLSearchParams(location.search), chosen = w.state.selection;
    for (const kind of KINDS) query.delete(named(kind));
    if (chosen) query.set(named(chosen.kind), chosen.id);
    const off = w.layerKeys().filter((key) => w.state.layers[key] === false);
    if (off.length) query.set("off", off.join(",")); else query.delete("off");
    const text = query.toString();
    history.replaceState(history.state, "", location.pathname + (text ? "?" + text : ""));
  }
  w.remember = remember;
  function restore() {
    const query = new URLSearchParams(location.search);
    for (const key of (query.get("off") || "").split(",")) if (key) w.state.layers[key] = false;
    const kind = KINDS.find((k) => query.get(named(k)));
    return kind ? { kind, id: Number(query.get(named(kind))) } : null;
  }
  let wanted = null;
  w.on("begin", () => { wanted = restore(); w.emit("restored"); });
  /* What the URL asks for can be shown once the map and the first events stand. */
  w.on("grids-drawn", () => { if (wanted) { const chosen = wanted; wanted = null; setTimeout(() => w.select(chosen), 300); } path(); });

  function path() {
    const box = document.getElementById("path"), grids = w.map.grids, hello = w.state.hello;
    if (!grids.areas || !hello) return;
    const root = grids.areas.find((a) => a.id === hello.area_id);
    const name = root && root.parent_id ? root.name : w.named(hello.settings); /* the whole site has a name in each language */
    const home = w.element("button", w.state.selection ? "up" : "here", name);
    home.onclick = () => w.select(null);
    const leaves = grids.areas.filter((a) => a.geometry && !grids.areas.some((b) => b.parent_id === a.id)).length;
    const chosen = w.state.selection;
    let last;
    if (chosen) {
      const grid = grids.data.get(chosen.kind === "grid" ? chosen.id : chosen.grid_id);
      const mark = chosen.kind === "area" ? grids.areas.find((a) => a.id === chosen.id) : chosen.kind === "person" ? w.state.people.find((p) => p.id === chosen.id) : chosen.kind === "facility" ? where(chosen) : null;
      const call = chosen.kind === "call" && w.state.calls.get(chosen.id);
      last = w.element("b", null, "/ " + ((grid || mark || {}).name || (call ? w.subjectName(call) : w.t(chosen.kind === "call" ? "Call ledger" : chosen.kind))));
    } else {
      const counts = (leaves > 1 ? leaves + " " + w.t("communities") + " · " : "") + w.number(grids.layers.size) + " " + w.t("grids");
      last = w.element("span", null, counts);
    }
    box.replaceChildren(home, last);
    const scope = root && root.parent_id ? root.name : w.t("Whole site");
    document.getElementById("scope").textContent = w.readonly ? scope + " · " + w.t("Read-only wall") : scope;
  }
})();
