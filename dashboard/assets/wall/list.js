/* The event list: the worst first, as one red block with the one call button; the rest as rows. */
(function () {
  "use strict";
  const w = window.wangge;
  const ORDER = { red: 0, yellow: 1, green: 2, no_limit: 3 };
  const e = w.element;
  let drawn = "";

  function within(event) {
    const chosen = w.state.selection;
    if (!chosen) return true;
    if (chosen.kind === "grid") return event.grid_ids.includes(chosen.id);
    if (chosen.kind === "event") return event.id === chosen.id;
    if (chosen.kind === "area") return w.map.below(chosen.id).has(event.area_id);
    if (chosen.events) return chosen.events.includes(event.id);
    return true;
  }
  const rank = (a, b) => ORDER[a.light] - ORDER[b.light] || (a.due ?? Infinity) - (b.due ?? Infinity) || a.opened - b.opened;
  function limit(event) {
    if (event.due == null) return "";
    return w.limit(event.due - w.now());
  }
  const draw = () => w.unpressed(document.querySelector(".events"), paint);
  function paint() {
    if (!w.state.hello) return;
    const events = [...w.state.events.values()].filter(within).sort(rank);
    const space = document.getElementById("list").clientHeight || 168 * w.u();
    const rows = Math.max(1, Math.floor(space / (window.innerWidth <= 820 ? 44 : 42 * w.u())));
    const shown = [events[0], ...events.slice(1, rows + 1)].filter(Boolean);
    const key = shown.map((v) => [v.id, v.light, limit(v)].join()).join(";") + w.state.lost + w.readonly
      + (events[0] ? holder(events[0]) : "") + Boolean(w.map.grids && w.map.grids.areas);
    ask(events[0]);
    if (key === drawn) return;
    drawn = key;
    document.getElementById("hot").replaceChildren(events[0] ? hot(events[0]) : nothing());
    document.getElementById("list").replaceChildren(...events.slice(1, rows + 1).map(row));
  }
  /* Its grid by name, then what the report says about the place. */
  function where(event, short) {
    const grid = w.map.grids && event.grid_ids.map((id) => w.map.grids.data.get(id)).find((g) => g && g.painted);
    const said = (event.alert && w.said(event.alert).area) || event.place;
    const place = said && !(grid && grid.name.startsWith(said)) ? said : "";
    if (short) return (grid && grid.name) || said || w.t("no place");
    return [grid && grid.name, place].filter(Boolean).join(" · ") || w.t("no place");
  }
  /* Who answers for the worst event, and how old his position is: asked once a minute. */
  let held = { id: null, at: 0, who: null };
  async function ask(event) {
    if (!event || w.state.lost || (held.id === event.id && performance.now() - held.at < 60000)) return;
    const mine = (held = { id: event.id, at: performance.now(), who: held.id === event.id ? held.who : null });
    const card = await w.get("/api/card/event/" + event.id).catch(() => null);
    if (held !== mine || !card) return;
    mine.who = card.responsible[0] || false;
    draw();
  }
  function holder(event) {
    if (event.alert) return w.said(event.alert).headline;
    if (held.id !== event.id || held.who === null) return event.text || "";
    const who = held.who;
    if (!who || !who.on_duty) return w.t("Nobody on duty in this grid");
    const old = who.age_s == null ? null : w.age(who.age_s + (performance.now() - held.at) / 1000);
    const age = old == null ? w.t("no_position") : w.english() ? old : w.t("Position") + " " + old;
    return w.t(who.post) + " " + who.name + " · " + age;
  }
  function nothing() {
    const box = e("div", "nothing", w.t(w.state.selection ? "No events in this selection" : "No open events"));
    return box;
  }
  function mark(event) { return e("i", "mark " + event.light.replace("_", "-")); }
  function hot(event) {
    const box = e("div", "hot " + event.light), words = e("div", "words");
    const title = e("div", "kind");
    const due = e("b", event.light, limit(event)), place = e("div", "place", where(event));
    title.append(mark(event), e("span", null, w.named(event)));
    if (w.english() && due.textContent) place.prepend(due, " · "); else title.append(due);
    words.append(title, place, e("div", "place more", holder(event)));
    words.onclick = () => w.select({ kind: "event", id: event.id });
    box.append(words);
    if (!w.readonly) {
      const call = e("button", "call"), label = e("span", null, w.t("Call now"));
      call.append(e("i", "handset"), label);
      call.disabled = w.state.lost;
      call.onclick = () => { w.select({ kind: "event", id: event.id }); w.call({ kind: "event", id: event.id }); };
      box.append(call);
    }
    return box;
  }
  function row(event) {
    const box = e("button", "row " + event.light);
    box.setAttribute("role", "listitem");
    box.append(mark(event), e("span", "kind", w.named(event)), e("span", "place", where(event, true)), e("b", event.light, limit(event)));
    box.onclick = () => w.select({ kind: "event", id: event.id });
    return box;
  }
  function basis(summary) {
    const v = summary.events;
    document.getElementById("events-basis").textContent =
      w.number(v.open) + " = " + w.t("map") + " " + w.number(v.located) + " + " + w.t("no place") + " " + w.number(v.unlocated);
  }
  w.on("events", draw); w.on("select", draw); w.on("hello", draw); w.on("lost", draw);
  w.on("back", draw); w.on("grids-drawn", draw); w.on("summary", (summary) => { basis(summary); draw(); });
})();
