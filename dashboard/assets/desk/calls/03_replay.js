/* Replay: the rings and states on the map as they stood at a moment. A moment is a line: an attempt
   stands as its last line up to then says. */
(function () {
  "use strict";
  const w = window.wangge, L = w.ledger;
  const make = (...given) => w.desk.make(...given), box = (id) => document.getElementById(id);
  const SPEEDS = [1, 4, 16], U = 0.6, BEAT_MS = 250;
  const SIGNS = { "step-back": "M4 3v14M16 3 6 10l10 7z", play: "M5 3v14l12-7z", pause: "M6 3v14M14 3v14", "step-on": "M16 3v14M4 3l10 7-10 7z" };
  const STATES = new Set(["queued", "dialling", "ringing", "answered", "acknowledged", "busy", "declined", "no_answer", "offline", "failed", "cancelled", "interrupted", "ambiguous"]);
  let story = null, at = 0, index = -1, speed = 1, playing = null, canvas = null, drawn = [], marked = -1;
  L.drawn = () => drawn; /* [person, state] of the last picture, for tests */
  L.moment = () => ({ at, index, playing: playing !== null, speed });

  /* Of each person who had been called by this line the state of his newest attempt. */
  L.statesAt = (told, upTo) => {
    const states = new Map(), people = new Map();
    for (let i = 0; i <= upTo; i += 1) {
      const line = told.events[i];
      if (line.attempt == null || !STATES.has(line.action)) continue;
      states.set(line.attempt, line.action);
      const newest = people.get(line.person_id);
      if (newest == null || newest <= line.attempt) people.set(line.person_id, line.attempt);
    }
    return [...people].map(([person, attempt]) => ({ person, attempt, state: states.get(attempt) }));
  };
  /* The last line at or before a time; lines never go back in time. */
  L.lineAt = (told, ms) => {
    let low = -1, high = told.events.length - 1;
    while (low < high) { const middle = Math.ceil((low + high) / 2); if (told.events[middle].when <= ms) low = middle; else high = middle - 1; }
    return low;
  };
  const begin = () => story.session.started;
  const end = () => Math.max(begin() + 1000, story.events.length ? story.events[story.events.length - 1].when : 0);

  L.replay = (told) => {
    pause();
    story = told; drawn = []; index = marked = -1;
    box("replay").replaceChildren();
    w.desk.map.clear("ground");
    if (!told) return redraw();
    at = begin();
    build();
    home();
    L.seek(told.events.length - 1); /* as it ended; play begins anew */
  };
  /* The same call with more lines: true where its last line was shown, and the new last one is now. */
  L.grow = (told) => {
    const last = playing === null && index >= story.events.length - 1;
    story = told; marked = -1;
    box("scale").max = end() - begin();
    document.querySelector("#replay .ticks").replaceWith(ticks());
    document.querySelector("#replay .kept").replaceWith(kept());
    if (last) L.seek(told.events.length - 1); else look();
    return last;
  };
  function ticks() {
    const total = end() - begin();
    return make("div.ticks", { "aria-hidden": "true" }, story.events.filter((line) => line.attempt == null || line.action === "acknowledged").slice(0, 300)
      .map((line) => make("i.tick-" + line.action, { style: "left:" + (100 * (line.when - begin())) / total + "%" })));
  }
  function build() {
    const total = end() - begin(), button = (id, word, act) => make("button.button", { type: "button", id, title: word, "aria-label": word, onclick: act }, sign(id));
    const scale = make("input", { type: "range", id: "scale", min: 0, max: total, step: 100, value: total, "aria-label": w.t("Time"), oninput: () => { pause(); time(begin() + Number(scale.value)); } });
    box("replay").replaceChildren(
      make("div.controls", {}, [button("step-back", w.t("A line back"), () => step(-1)), button("play", w.t("Play"), toggle), button("step-on", w.t("A line on"), () => step(1)),
        make("span.speeds", { role: "group", "aria-label": w.t("Speed") }, SPEEDS.map((n) => make("button", { type: "button", "data-speed": String(n), "aria-pressed": String(n === speed), onclick: () => fast(n) }, n + "×"))),
        make("output", { id: "moment" })]),
      make("div.scale", {}, [ticks(), scale]), make("p.note", { id: "told" }), kept());
  }
  function sign(name) {
    const holder = make("span.sign", { "aria-hidden": "true" });
    holder.innerHTML = '<svg viewBox="0 0 20 20" width="18" height="18"><path d="' + SIGNS[name] + '"/></svg>';
    return holder;
  }
  /* Whose place cannot be shown, and why: never a mark where nobody was. */
  function kept() {
    const names = (fits) => [...new Map(story.attempts.filter((one) => !story.tracks[one.person_id] && fits(one)).map((one) => [one.person_id, one.name || "?"])).values()];
    const none = names((one) => !one.had_position), gone = names((one) => one.had_position), list = (all) => all.slice(0, 8).join(w.english() ? ", " : "、") + (all.length > 8 ? " …" : "");
    return make("div.kept", {}, [none.length && make("p.note", {}, w.desk.say("No position when called: {who}", { who: list(none) })),
      gone.length && make("p.note", {}, w.desk.say("Positions not kept, or outside your area: {who}", { who: list(gone) }))].filter(Boolean));
  }
  function home() {
    const s = story.session, points = Object.values(story.tracks).flat().map(([, lon, lat]) => [lon, lat]);
    if (s.place.lon != null) points.push([s.place.lon, s.place.lat]);
    const features = points.map((coordinates) => ({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates } }));
    if (s.place.ground) {
      w.desk.map.draw("ground", { type: "FeatureCollection", features: [{ type: "Feature", properties: { id: 1 }, geometry: s.place.ground }] }, { style: () => ({ color: w.colour("people"), dashArray: [6, 4] }) });
      features.push({ type: "Feature", properties: {}, geometry: s.place.ground });
    }
    w.desk.map.whenReady((leaflet) => {
      leaflet.invalidateSize({ animate: false }); /* until now it was hidden */
      if (features.length) w.desk.map.zoom({ type: "FeatureCollection", features });
      layer(leaflet);
    });
  }

  L.seek = (line) => {
    pause();
    index = Math.max(-1, Math.min(line, story.events.length - 1));
    at = index < 0 ? begin() : story.events[index].when;
    look();
  };
  const step = (n) => L.seek(index + n);
  function time(ms) { at = Math.min(ms, end()); index = L.lineAt(story, at); look(); }
  L.time = (ms) => { pause(); time(ms); };
  function fast(n) {
    speed = n;
    for (const one of document.querySelectorAll("#replay [data-speed]")) one.setAttribute("aria-pressed", String(Number(one.dataset.speed) === n));
  }
  function pause() {
    if (playing !== null) cancelAnimationFrame(playing);
    playing = null;
    face();
  }
  function face() {
    const button = box("play");
    if (!button) return;
    const word = playing === null ? w.t("Play") : w.t("Pause");
    button.replaceChildren(sign(playing === null ? "play" : "pause"));
    button.dataset.plays = String(playing !== null);
    button.title = word; button.setAttribute("aria-label", word);
  }
  function toggle() {
    if (playing !== null) return pause();
    if (at >= end()) time(begin());
    let before = performance.now();
    const run = (now) => {
      time(at + (now - before) * speed);
      before = now;
      playing = at >= end() ? null : requestAnimationFrame(run);
      if (playing === null) face();
    };
    playing = requestAnimationFrame(run);
    face();
  }
  document.addEventListener("keydown", (event) => {
    if (!story || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select,textarea,input:not([type=range])")) return;
    const keys = { " ": toggle, ArrowRight: () => step(1), ArrowLeft: () => step(-1), Home: () => L.seek(-1), End: () => L.seek(story.events.length - 1), 1: () => fast(1), 4: () => fast(4), 6: () => fast(16), Escape: () => L.go({ call: null }) };
    const act = keys[event.key];
    if (!act || (event.key === " " && event.target.closest("button")) || (event.key.startsWith("Arrow") && event.target.closest(".map"))) return;
    event.preventDefault();
    act();
  });

  /* Words and list follow the line; the map follows the time. */
  function look() {
    const scale = box("scale"), line = story.events[index];
    scale.value = String(at - begin());
    const said = "+" + L.clockOf(at - begin());
    scale.setAttribute("aria-valuetext", said);
    box("moment").textContent = said + "  " + w.clock(at);
    if (index !== marked) {
      marked = index;
      const one = line && story.attempts.find((attempt) => attempt.id === line.attempt);
      box("told").textContent = line ? [(one && one.name) || line.name, L.both(line.said), L.both(line.more)].filter(Boolean).join(" · ") : "\u00a0";
      L.markLine(index);
    }
    redraw();
  }
  function layer(leaflet) {
    if (canvas) return redraw();
    canvas = make("canvas.rings", { "aria-hidden": "true" });
    leaflet.getContainer().append(canvas);
    leaflet.on("move zoom viewreset resize zoomanim", redraw);
    addEventListener("resize", redraw); /* to another screen: as large, but finer */
    setInterval(() => { if (drawn.some(([, state]) => state === "ringing")) redraw(); }, BEAT_MS);
    redraw();
  }
  /* Where somebody was at a time: his last fix up to then, or the one he was called at. */
  function place(person) {
    const track = story.tracks[person];
    if (!track) return null;
    let found = track[0];
    for (const fix of track) if (fix[0] <= at) found = fix;
    return found;
  }
  function redraw() {
    const leaflet = w.desk.map.leaflet;
    if (!canvas || !leaflet) return;
    const box_ = leaflet.getSize(), ratio = (window.devicePixelRatio || 1) * (canvas.currentCSSZoom || 1), context = canvas.getContext("2d");
    canvas.width = box_.x * ratio; canvas.height = box_.y * ratio;
    canvas.style.width = box_.x + "px"; canvas.style.height = box_.y + "px";
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawn = [];
    if (!story) return;
    const view = { context, u: U, box: box_, taken: [], time: performance.now() }, s = story.session;
    const point = (lon, lat) => leaflet.latLngToContainerPoint([lat, lon]);
    const subject = s.place.lon == null ? null : point(s.place.lon, s.place.lat);
    const names = new Map(story.attempts.map((one) => [one.person_id, one.name || ""]));
    const found = [];
    for (const one of L.statesAt(story, index)) {
      drawn.push([one.person, one.state]);
      const fix = place(one.person);
      if (fix) found.push({ ...one, ...xy(point(fix[1], fix[2])) });
    }
    if (subject) for (const one of found) if (!w.rings.GREY.has(one.state)) w.rings.line(view, one.state, one, subject, s.drill);
    if (subject) diamond(context, subject);
    const r = w.rings.R * U;
    for (const one of found) {
      context.beginPath(); context.arc(one.x, one.y, 5, 0, 7); context.fillStyle = w.colour("people"); context.fill();
      w.rings.ring(view, one.state, one.x, one.y, s.drill);
      if (s.drill) w.rings.word(view, one.x, one.y);
      view.taken.push([one.x - r, one.y - r, one.x + r, one.y + r]);
    }
    if (subject) view.taken.push([subject.x - 12, subject.y - 12, subject.x + 12, subject.y + 12]);
    for (const one of found.slice(0, 24)) w.rings.label(view, names.get(one.person), one.state, one.x, one.y, s.drill);
    w.root().dataset.replayed = String(found.length);
  }
  const xy = ({ x, y }) => ({ x, y });
  /* What the call is about. */
  function diamond(c, { x, y }) {
    c.save(); c.translate(x, y); c.rotate(Math.PI / 4);
    c.fillStyle = w.colour("text"); c.strokeStyle = w.colour("halo"); c.lineWidth = 3;
    c.strokeRect(-7, -7, 14, 14); c.fillRect(-7, -7, 14, 14); c.restore();
  }
})();
