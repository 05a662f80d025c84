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
    if (chosen.events) return chosen.events.includes(event.id);
    return true;
  }
  const rank = (a, b) => ORDER[a.light] - ORDER[b.light] || (a.due ?? Infinity) - (b.due ?? Infinity) || a.opened - b.opened;
  function limit(event) {
    if (event.due == null) return "";
    const ms = event.due - w.now();
    return (ms < 0 ? w.t("over") : w.t("left")) + " " + w.span(ms);
  }
  function draw() {
    if (!w.state.hello) return;
    const events = [...w.state.events.values()].filter(within).sort(rank);
    const space = document.getElementById("list").clientHeight || 168 * w.u();
    const rows = Math.max(1, Math.floor(space / (42 * w.u())));
    const shown = [events[0], ...events.slice(1, rows + 1)].filter(Boolean);
    const key = shown.map((v) => [v.id, v.light, limit(v)].join()).join(";") + w.state.lost + w.readonly;
    if (key === drawn) return;
    drawn = key;
    document.getElementById("hot").replaceChildren(events[0] ? hot(events[0]) : nothing());
    document.getElementById("list").replaceChildren(...events.slice(1, rows + 1).map(row));
  }
  function nothing() {
    const box = e("div", "nothing", w.t(w.state.selection ? "No events in this selection" : "No open events"));
    return box;
  }
  function mark(event) { return e("i", "mark " + event.light.replace("_", "-")); }
  function hot(event) {
    const box = e("div", "hot " + event.light), words = e("div", "words");
    const title = e("div", "kind");
    title.append(mark(event), e("span", null, w.named(event)), e("b", event.light, limit(event)));
    words.append(title, e("div", "place", event.place || w.t("no place")), e("div", "place more", event.text || ""));
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
    box.append(mark(event), e("span", "kind", w.named(event)), e("span", "place", event.place || w.t("no place")), e("b", event.light, limit(event)));
    box.onclick = () => w.select({ kind: "event", id: event.id });
    return box;
  }
  function basis(summary) {
    const v = summary.events;
    document.getElementById("events-basis").textContent =
      w.number(v.open) + " = " + w.t("on map") + " " + w.number(v.located) + " + " + w.t("no place") + " " + w.number(v.unlocated);
  }
  w.on("events", draw); w.on("select", draw); w.on("hello", draw); w.on("lost", draw);
  w.on("back", draw); w.on("summary", (summary) => { basis(summary); draw(); });
})();
