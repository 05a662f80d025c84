/* The card of a call: where it stands, what happens next, who is rung and why, its last lines. */
(function () {
  "use strict";
  const w = window.wangge;
  const e = w.element;
  const LINES = 5;
  const OUTCOMES = {
    nobody_on_duty: "Nobody on duty", unreachable: "Unreachable", no_answer: "Nobody answered", declined: "All declined",
    busy: "All in other calls", not_allowed: "Not rung at this time", ambiguous: "Unclear whether it rang",
    too_few: "Too few confirmed", stalled: "Confirmed, but nothing moves",
  };
  const LEDGER = {
    started: "Call started", step: "Rings now", skipped: "Left out", held: "Waits for you", escalated: "Escalated", added: "Person added", page_closed: "Page closed while it rang",
    note: "Note", stalled: "Confirmed, but nothing moves", under_way: "On the way", unwatched: "Watch ended", arrived: "Arrived", late: "Answered late",
    drill_over: "Drill over", acked: "Call confirmed", exhausted: "Call without success", cancelled: "Call ended",
  };
  const TARGETS = {
    owner: "those of the grid", responsible: "everybody of the grid", nearest: "the nearest on duty", grid_chief: "grid_chief",
    community_duty: "duty room of the community", subdistrict_duty: "duty room of the subdistrict", person: "this person", crowd: "the whole group",
  };
  function headline(session) {
    if (session.held) return ["Unclear whether it rang", "bad"];
    if (session.state === "running") return ["Calling", "running"];
    if (session.state === "acked") return ["Confirmed", "good"];
    if (session.state === "cancelled") return ["Cancelled", ""];
    return [OUTCOMES[session.outcome] || "Nobody answered", "bad"];
  }
  /* The newest call of what is chosen; a drill never stands before a real one that runs. */
  const real = (s) => s.state === "running" && !s.drill;
  w.callOf = (chosen) => [...w.state.calls.values()]
    .filter((s) => (chosen.kind === "call" ? s.id === chosen.id : s.subject.kind === chosen.kind && s.subject.id === chosen.id))
    .sort((a, b) => real(a) - real(b) || a.id - b.id).pop();
  function put(name, ...parts) {
    const box = document.querySelector("#call-state ." + name);
    w.unpressed(box, () => box.replaceChildren(...parts));
  }

  const draw = () => w.unpressed(document.getElementById("call-state"), paint);
  function paint() {
    const place = document.getElementById("call-state"), chosen = w.state.selection;
    const session = place && chosen && w.callOf(chosen);
    if (!session) return;
    const card = document.getElementById("card");
    card.classList.add("with-call");
    card.classList.toggle("calling", session.state === "running" && !session.held);
    if (place.dataset.session !== String(session.id)) skeleton(place, session);
    const [word, cls] = headline(session);
    const top = place.querySelector(".top");
    top.className = "top outcome " + cls + (session.drill ? " drilled" : "");
    top.dataset.drill = w.t("DRILL");
    const time = e("span", "elapsed");
    time.dataset.from = session.started; time.dataset.until = session.ended || "";
    put("top", e("b", null, w.t(word)), time, w.state.lost ? e("span", "need as-of", w.t("As of") + " " + w.clock(w.state.lostAt)) : needed(session));
    put("facts", ...played(session), counts(session), ...(w.state.lost ? [] : [...next(session), ...hint(session, cls)]), ...ended(session));
    if (!place.querySelector(".people:hover") || place.dataset.shape !== shape(session)) people(session);
    else redraw(session);
    place.dataset.shape = shape(session);
    w.callTools(session);
    tick();
    lines(session);
    speak(session, word);
  }
  /* Later steps first; of a group those who matter most to who called them. The list stands still under
     the pointer while the same people are in it. */
  const WEIGHT = ["ambiguous", "acknowledged", "answered", "ringing", "dialling", "queued"];
  const weight = (a) => (WEIGHT.includes(a.state) ? WEIGHT.indexOf(a.state) : WEIGHT.length);
  const ordered = (session) => session.attempts.slice().sort((a, b) => b.step - a.step || (session.crowd ? weight(a) - weight(b) : 0));
  const shape = (session) => session.id + ":" + session.attempts.map((a) => a.id).sort((a, b) => a - b).join() + folds(session);
  /* Of many, those who confirmed or may still answer; the others stand in one line, by state, until it is opened. */
  const FEW = 8;
  let unfolded = null; /* the call whose others were opened */
  const others = (session) => session.attempts.filter((a) => !WEIGHT.includes(a.state));
  const folds = (session) => session.attempts.length > FEW && others(session).length > 1 && others(session).length < session.attempts.length;
  function people(session) {
    const all = ordered(session), more = folds(session), open = unfolded === session.id, away = new Set(more ? others(session) : []);
    const shown = all.filter((a) => !away.has(a)).map((a) => row(a, session));
    const focused = document.activeElement && document.activeElement.id === "call-others";
    put("people", ...shown, ...(more ? [fold(session, open)] : []), ...(more && open ? all.filter((a) => away.has(a)).map((a) => row(a, session)) : []), ...rest(session));
    if (focused && more) document.getElementById("call-others").focus({ preventScroll: true });
  }
  function fold(session, open) {
    const made = e("button", "others"), n = new Map();
    for (const a of others(session)) n.set(a.state, (n.get(a.state) || 0) + 1);
    made.id = "call-others"; made.setAttribute("aria-expanded", String(open));
    made.append(e("b", null, w.t(open ? "Fewer" : "Others {n}").replace("{n}", others(session).length)), ...[...n].map(([state, count]) => e("span", null, w.t(state) + " " + count)));
    made.onclick = () => { unfolded = open ? null : session.id; people(w.state.calls.get(session.id) || session); };
    return made;
  }
  function redraw(session) {
    for (const old of document.querySelectorAll("#call-state .attempt")) {
      const a = session.attempts.find((one) => String(one.id) === old.dataset.attempt);
      if (a) old.replaceWith(row(a, session));
    }
  }
  function rest(session) {
    const more = session.counts.called - new Set(session.attempts.map((a) => a.person.id)).size;
    if (more <= 0) return [];
    const made = e("p", "hint", w.t("and {n} more, who are counted above").replace("{n}", w.number(more)) + " "), link = inLedger(session, "In the ledger");
    if (link) made.append(link);
    return [made];
  }
  /* How it ended, in one line, and where its whole story stands. */
  function ended(session) {
    if (!session.ended) return [];
    const first = session.attempts.filter((a) => a.state === "acknowledged" && a.at).map((a) => a.at).sort((a, b) => a - b)[0];
    const made = e("p", "ended"), parts = [w.t("Ended") + " " + day(session.ended) + w.clock(session.ended), w.t("lasted") + " " + minutes(session.ended - session.started)];
    if (first) parts.push(w.t("first confirmed after") + " " + minutes(first - session.started));
    made.append(...parts.map((part) => e("span", null, part)));
    const link = inLedger(session, "In the ledger");
    if (link) made.append(link);
    return [made];
  }
  /* What has changed since it was last said: the state of the call, then those of people. */
  let heard = { id: null, word: "", states: new Map() };
  function speak(session, word) {
    const before = heard.id === session.id ? heard : { word: "", states: new Map() };
    const states = new Map(session.attempts.map((a) => [a.id, a.state])), { called, reached, confirmed } = session.counts;
    const changed = session.attempts.filter((a) => before.states.get(a.id) !== a.state);
    heard = { id: session.id, word, states };
    if (!changed.length && before.word === word) return;
    const told = changed.length <= 3 ? changed.map((a) => (a.person.name || "") + " " + w.t(a.state))
      : [w.t("Called") + " " + called, w.t("Reached") + " " + reached, w.t("Confirmed by") + " " + confirmed];
    document.getElementById("spoken").textContent = [session.drill ? w.t("DRILL") : null, before.word === word ? null : w.t(word), ...told].filter(Boolean).join(", ");
  }
  /* What is written into the tools must outlive each new picture of the call. */
  function skeleton(place, session) {
    place.dataset.session = session.id;
    w.callToolsNew();
    const scroll = e("div", "call-body");
    scroll.append(e("div", "facts"), e("div", "people"), e("div", "ledger"));
    place.replaceChildren(e("div", "top outcome"), scroll, e("div", "tool"), e("div", "acts"));
  }
  function needed(session) {
    if (session.state !== "running" || session.need < 2) return e("span", "need");
    return e("span", "need", w.t("{n} must confirm").replace("{n}", session.need));
  }
  /* Of a drill: which, and what is said to have happened. */
  function played(session) {
    if (!session.drill) return [];
    return [e("p", "drilled-about", [session.drill_name, session.about].filter(Boolean).map((name) => w.said(name)).join(" · "))];
  }
  function counts(session) {
    const made = e("div", "counts"), { called, reached, confirmed } = session.counts;
    for (const [word, n, of] of [["Called", called], ["Reached", reached], ["Confirmed by", confirmed, session.need]]) {
      const box = e("div"), value = e("b", n && word === "Confirmed by" ? "good" : null, w.number(n));
      box.append(e("span", null, w.t(word)), value);
      if (of) value.append(e("small", null, " / " + of));
      made.append(box);
    }
    if ((session.state === "running" && !session.held) || session.watched) {
      const box = e("div"), value = e("b");
      value.append(e("span", "remaining"), e("small", null, " " + w.t("s")));
      box.append(e("span", null, w.t("Next step")), value);
      made.append(box);
    }
    return made;
  }
  const target = (name) => w.t(TARGETS[name] || name);
  function next(session) {
    if (session.watched) return watched(session);
    if (session.state !== "running" || session.held) return [];
    const made = e("div", "next"), bar = e("div", "run"), then = session.targets[session.step + 1];
    const few = session.need > 1;
    const words = then ? w.t(few ? "If too few confirm, call" : "If nobody confirms, call") : w.t(few ? "If too few confirm, the call ends" : "If nobody confirms, the call ends");
    const said = e("p", null, words + " ");
    if (then) said.append(e("b", null, target(then)));
    bar.append(e("i"));
    made.append(said, bar);
    return [made];
  }
  /* Confirmed, and nobody has come nearer yet: what happens if that stays so. */
  function watched(session) {
    const then = session.targets[session.step + 1], made = e("div", "next"), said = e("p", null, w.t(then ? "If nothing moves, call" : "If nothing moves, the call ends without success") + " ");
    if (then) said.append(e("b", null, target(then)));
    made.append(said);
    return [made];
  }
  function hint(session, cls) {
    if (session.drill && session.state !== "running") return [e("p", "hint", w.t("This was a drill. Call now rings real phones"))];
    if (session.held) return [e("p", "hint", w.t("The line broke while connecting. Nobody else is called by itself: phone, escalate, or end the call"))];
    return cls === "bad" && !["area", "ground"].includes(session.subject.kind) ? [e("p", "hint", w.t("Phone somebody below, or choose someone near on the map"))] : [];
  }
  const metres = (m) => (m < 995 ? Math.round(m / 10) * 10 + " " + w.t("m") : (m / 1000).toFixed(1) + " " + w.t("km"));
  /* Who he is, how near and how sure; why he is rung: his state and his load when he was called. */
  function row(a, session) {
    const made = e("button", "attempt " + a.state + (session.crowd ? " brief" : ""));
    made.dataset.attempt = a.id;
    const words = e("span", "words"), side = e("span", "side"), name = e("span", "name");
    const why = a.why || {};
    name.append(e("b", null, a.person.name || ""), e("span", null, [w.t(a.person.post || ""), a.grid].filter(Boolean).join(" · ")));
    const busy = a.state === "queued" && why.busy ? w.t("in another call, waits") : null;
    const near = [why.distance_m == null ? null : metres(why.distance_m), why.age_s == null ? why.state && w.t(why.state) : w.t("Position") + " " + w.age(why.age_s)];
    const load = [busy, why.calls_today == null ? null : w.t("Called today") + " " + why.calls_today,
      why.open_events == null ? null : w.t("Open") + " " + why.open_events, a.reason];
    if (session.crowd) words.append(name, ...[busy, a.reason].filter(Boolean).map((said) => e("span", "seen", said))); /* whoever is of a group was not ranked */
    else words.append(name, e("span", "seen", near.filter(Boolean).join(" · ")), e("span", "seen load", load.filter(Boolean).join(" · ")));
    const time = e("span", "when", a.at && a.state !== "ringing" ? w.clock(a.at) : "");
    if (a.state === "ringing") time.dataset.ringing = a.at;
    side.append(e("b", null, w.t(a.state)), time);
    made.append(e("i", "mark attempt-" + a.state), words, side);
    if (a.words) made.title = w.said(a.words); /* the whole reason */
    made.onclick = () => { const at = w.where({ kind: "person", id: a.person.id }); if (at) w.map.show(at.lat, at.lon, 14.8); };
    return made;
  }
  const two = (n) => String(n).padStart(2, "0"), HOUR_S = 3600;
  /* 0:42, 12:07, and with hours 3:12:07. */
  const minutes = (ms) => { const s = Math.max(0, Math.floor(ms / 1000)), h = Math.floor(s / HOUR_S), m = Math.floor((s % HOUR_S) / 60); return (h ? h + ":" + two(m) : m) + ":" + two(s % 60); };
  const day = (ms) => (w.fullDay(ms) === w.fullDay(w.now()) ? "" : w.day(ms) + " ");
  /* What counts: elapsed, seconds of a ring, and what the step still lasts. */
  function tick() {
    const place = document.getElementById("call-state"), session = place && w.state.calls.get(Number(place.dataset.session));
    if (!session) return;
    const now = w.state.lost ? w.state.lostAt : w.now(); /* nothing that was so counts on as if it were */
    for (const time of place.querySelectorAll(".elapsed"))
      time.textContent = minutes((time.dataset.until ? Number(time.dataset.until) : now) - Number(time.dataset.from));
    for (const time of place.querySelectorAll("[data-ringing]"))
      time.textContent = Math.max(0, Math.floor((now - Number(time.dataset.ringing)) / 1000)) + " " + w.t("s");
    const left = w.leftOf(session);
    for (const n of place.querySelectorAll(".remaining")) n.textContent = w.state.lost ? "–" : Math.ceil(left);
    for (const bar of place.querySelectorAll(".run i")) bar.style.width = Math.min(100, (100 * left) / session.ring_s) + "%";
  }
  setInterval(tick, 500);

  /* The ledger's last lines, newest first; asked again only when the one before is answered. */
  let asking = false, told = "";
  async function lines(session) {
    const wanted = session.id + ":" + session.line;
    if (asking || told === wanted || w.state.lost) return;
    asking = true;
    const answer = await w.get("/api/calls/" + session.id).catch(() => null);
    asking = false;
    const place = document.getElementById("call-state");
    if (!answer || !place || place.dataset.session !== String(session.id)) return;
    told = wanted;
    put("ledger", heading(answer.session), ...answer.ledger.filter(news).slice(-LINES).reverse().map((line) => ledgerLine(line, answer.session)));
    const now = w.state.calls.get(session.id);
    if (now.line > session.line) lines(now);
  }
  /* Who waits to be rung stands above; of what happened it would push out the rest. */
  const news = (line) => !(line.attempt_id && ["queued", "dialling"].includes(line.action));
  /* Who may open the ledger's page finds the whole call there, step by step. */
  function inLedger(session, word) {
    const page = JSON.parse(w.root().dataset.desks || "[]").find(([address]) => address.split("?")[0] === "/calls");
    if (!page) return null;
    const link = e("a", null, w.t(word));
    link.href = page[0] + (page[0].includes("?") ? "&" : "?") + "call=" + session.id;
    return link;
  }
  function heading(session) {
    const made = e("h3", null, w.t("Call ledger")), link = inLedger(session, "Replay");
    if (link) { link.className = "replay"; made.append(link); }
    return made;
  }
  function ledgerLine(line, session) {
    const made = e("p"), who = line.person_id || line.detail.person, found = session.attempts.find((a) => a.person.id === who);
    const name = (found && found.person.name) || line.detail.name;
    const word = w.t(line.attempt_id && line.action !== "late" ? line.action : LEDGER[line.action] || line.action);
    const more = [name, line.action === "step" ? target(line.detail.target) : null, line.action === "note" ? line.detail.text : null,
      line.action === "exhausted" ? w.t(OUTCOMES[line.detail.outcome] || "Nobody answered") : null];
    made.append(e("span", null, w.clock(line.at)), e("b", null, word), e("span", "more", more.filter(Boolean).join(" · ")));
    return made;
  }
  w.on("select", () => { told = ""; document.getElementById("card").classList.remove("with-call", "calling"); });
  w.on("card", () => { if (!document.querySelector("#call-state .ledger p")) told = ""; draw(); });
  w.on("call", draw);
  w.on("lost", draw);
  w.on("back", draw);
})();
