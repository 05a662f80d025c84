/* Rings on the people while they are called, and the line from each to the place of the call. */
(function () {
  "use strict";
  const w = window.wangge;
  const NAMED = 12, BEAT_MS = 250, STAYS_MS = 60000;
  let drawn = [], of = null, index = new Map();
  w.map.rings = () => drawn; /* [person, state, label or ""] of the last frame, for tests and pictures */

  function mark(person) {
    if (of !== w.state.people) { of = w.state.people; index = new Map(of.map((p, i) => [p.id, i])); }
    const found = w.state.marks.get(index.get(person));
    return found && found.state <= 3 ? found : null;
  }
  /* Calls that run, and the one that is looked at while its end is news. */
  function calls() {
    const chosen = w.state.selection && w.callOf(w.state.selection);
    return [...w.state.calls.values()].filter((s) => s.state === "running"
      || (chosen && chosen.id === s.id && s.ended && w.now() - s.ended < STAYS_MS));
  }
  function draw(view) {
    drawn = [];
    const chosen = w.state.selection && w.callOf(w.state.selection), rung = new Map();
    for (const session of calls().sort((a, b) => Boolean(b.drill) - Boolean(a.drill))) { /* a real ring stands before a drill's */
      for (const a of session.attempts) rung.set(a.person.id, { a, session }); /* the newest of each person */
    }
    const found = [];
    for (const { a, session } of rung.values()) {
      const at = mark(a.person.id);
      if (!at) continue;
      const point = view.place(at.lon, at.lat, {});
      found.push({ a, session, x: point.x, y: point.y });
    }
    for (const one of found) line(view, one);
    const r = w.rings.R * view.u;
    for (const one of found) {
      w.rings.ring(view, one.a.state, one.x, one.y, one.session.drill);
      if (one.session.drill) w.rings.word(view, one.x, one.y);
      drawn.push([one.a.person.id, one.a.state, one.session.drill ? w.t("DRILL") : ""]);
      view.taken.push([one.x - r, one.y - r, one.x + r, one.y + r, "ring"]);
    }
    const named = found.filter((one) => chosen && one.session.id === chosen.id);
    if (named.length <= NAMED) named.forEach((one) => label(view, one));
  }
  function line(view, { a, session, x, y }) {
    const at = w.rings.GREY.has(a.state) ? null : w.placeOfCall(session);
    if (at) w.rings.line(view, a.state, { x, y }, view.place(at.lon, at.lat, {}), session.drill);
  }
  function label(view, { a, session, x, y }) {
    const said = w.rings.label(view, a.person.name || "", a.state, x, y, session.drill);
    if (said) drawn.find(([id]) => id === a.person.id)[2] = said;
  }
  w.map.marks.add({ order: 60, draw });
  setInterval(() => {
    const now = w.state.hello && calls();
    if (now && now.some((s) => s.attempts.some((a) => a.state === "ringing"))) w.map.marks.redraw();
  }, BEAT_MS);
  setInterval(() => { if (w.state.hello) w.map.marks.redraw(); }, 10000); /* an end that is news no more */
})();
