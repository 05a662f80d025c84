/* The calls that run and are not looked at, over the foot of the map: the most urgent first, drills
   last, what waits for the dispatcher loud. What the link no longer tells is not counted on. */
(function () {
  "use strict";
  const w = window.wangge;
  const e = w.element;
  const most = () => (innerWidth <= 820 ? 1 : 3); /* a phone keeps its map */
  let box = null, all = false, drawn = "";

  const placeOf = ({ kind, id }) => kind === "area" ? (w.map.grids.areas || []).find((a) => a.id === id) : kind === "grid" ? w.map.grids.data.get(id)
    : kind === "facility" ? w.map.stations().find((s) => s.id === id) : kind === "person" ? w.state.people.find((p) => p.id === id) : null;
  /* What a call is about, in a few words. */
  w.subjectName = function (session) {
    const { kind, id } = session.subject;
    if (kind === "ground") return w.t("Drawn area");
    if (kind === "event") {
      const event = w.state.events.get(id), grid = event && event.grid_ids.map((one) => w.map.grids.data.get(one)).find((g) => g && g.painted);
      return event ? [w.named(event), grid ? grid.name : event.place].filter(Boolean).join(" · ") : w.t("event");
    }
    const place = placeOf(session.subject);
    return (place && place.name) || w.t(kind);
  };
  /* What the card of a group call is about. */
  w.callSubject = async function (id) {
    let session = w.state.calls.get(id);
    if (!session) { session = (await w.get("/api/calls/" + id)).session; w.heardCall(session); }
    const { roles = [], team } = session.crowd || {};
    const whom = [...roles.map((role) => w.t(role)), team].filter(Boolean).join(" · ");
    return { group: true, name: (session.crowd ? w.t("Group call") + " · " : "") + w.subjectName(session), responsible: [], events: [], path: [],
      text: session.crowd ? whom || w.t("everybody on duty") : "" };
  };
  w.leftOf = (session) => Math.max(0, session.remaining_s - (performance.now() - session.heard) / 1000);
  const urgency = (a, b) => Boolean(a.drill) - Boolean(b.drill) || Number(b.held) - Number(a.held) || w.leftOf(a) - w.leftOf(b) || a.id - b.id;
  function running() {
    const chosen = w.state.selection && w.callOf(w.state.selection);
    return [...w.state.calls.values()].filter((s) => s.state === "running" && !(chosen && chosen.id === s.id)).sort(urgency);
  }
  /* The same card again where it is about the thing; else the call's own. */
  function open(session) {
    const { kind, id } = session.subject;
    w.select(session.crowd || id == null || kind === "area" || w.callOf({ kind, id }) !== session ? { kind: "call", id: session.id } : { kind, id });
  }
  function row(session) {
    const made = e("button", "line " + (session.held ? "held" : "")), { called, reached, confirmed } = session.counts;
    made.id = "running-" + session.id;
    const state = e("b", "state", w.t(session.held ? "Unclear whether it rang" : "Calling")), told = e("span", "told");
    if (session.drill) made.append(e("em", "drill", w.t("DRILL")));
    for (const [word, n] of [["Called", called], ["Reached", reached], ["Confirmed by", confirmed]]) told.append(told.firstChild ? " · " : "", w.t(word) + " ", e("b", null, w.number(n)));
    made.append(e("i", "mark attempt-" + (session.held ? "ambiguous" : "ringing")), state, e("span", "what", (session.crowd ? w.t("Group call") + " · " : "") + w.subjectName(session)), told);
    const left = e("span", "left"); left.dataset.session = session.id;
    made.append(left);
    made.onclick = () => open(session);
    return made;
  }
  const draw = () => w.unpressed(box, paint);
  function paint() {
    if (!box || !w.state.hello) return;
    const now = running(), shown = all ? now : now.slice(0, most()), more = now.length - shown.length;
    const key = JSON.stringify([shown.map((s) => [s.id, s.line, s.held, w.subjectName(s)]), more, w.state.lost, all]);
    if (key === drawn) return;
    drawn = key;
    const focused = box.contains(document.activeElement) && document.activeElement.id;
    box.hidden = !now.length;
    box.classList.toggle("all", all);
    const rest = e("button", "more", all ? w.t("Fewer") : w.t("{n} more calls run").replace("{n}", more));
    rest.id = "running-more"; rest.setAttribute("aria-expanded", String(all));
    rest.onclick = () => { all = !all; draw(); };
    box.replaceChildren(...shown.map(row), ...(more || (all && now.length > most()) ? [rest] : []));
    if (now.length <= most()) all = false;
    if (focused && document.getElementById(focused)) document.getElementById(focused).focus({ preventScroll: true });
    tick();
  }
  function tick() {
    if (!box) return;
    for (const left of box.querySelectorAll(".left")) {
      const session = w.state.calls.get(Number(left.dataset.session));
      left.textContent = !session || session.held ? "" : w.state.lost ? w.t("not now") : "· " + w.t("Next step") + " " + Math.ceil(w.leftOf(session)) + " " + w.t("s");
    }
  }
  w.on("begin", () => {
    box = e("div", "calls-strip");
    box.id = "running"; box.hidden = true;
    box.setAttribute("role", "group"); box.setAttribute("aria-label", w.t("Calls that run"));
    document.querySelector(".map").append(box);
  });
  for (const name of ["call", "select", "lost", "back", "events", "grids-drawn", "hello"]) w.on(name, draw);
  setInterval(tick, 500);
})();
