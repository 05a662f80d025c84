/* The card of what is chosen: who answers for it, what can reach them, and the call button. */
(function () {
  "use strict";
  const w = window.wangge;
  const e = w.element;
  const box = () => document.getElementById("card");
  let asked = 0;

  const read = (chosen) => (chosen.kind === "call" ? w.callSubject(chosen.id) : chosen.kind === "self_test" ? w.selfTests() : w.get("/api/card/" + chosen.kind + "/" + chosen.id));
  async function open(chosen) {
    const wanted = (asked += 1);
    const panels = document.getElementById("panels");
    document.getElementById("layers").hidden = true;
    if (!chosen) { box().hidden = true; box().replaceChildren(); panels.hidden = false; return; } /* a number that was shown stays nowhere */
    let card;
    try { card = await read(chosen); }
    catch (error) { card = { error: error.message }; }
    if (wanted !== asked) return;
    panels.hidden = true;
    box().hidden = false;
    draw(chosen, card);
    say(chosen, card);
  }
  /* What stands on the card grows old: asked again while it is open, drawn only when it is new. */
  let shown = "";
  setInterval(async () => {
    const chosen = w.state.selection, wanted = asked;
    if (!chosen || w.state.lost || box().hidden) return;
    const card = await read(chosen).catch(() => null);
    if (!card || wanted !== asked || JSON.stringify(card) === shown) return;
    w.unpressed(box(), () => {
      if (wanted !== asked) return;
      const focused = box().contains(document.activeElement) && document.activeElement.id;
      draw(chosen, card);
      if (focused) document.getElementById(focused).focus();
    });
  }, 10000);
  let mine = null; /* what the card is about: what somebody writes on it outlives its next picture */
  const about = (chosen) => chosen.kind + chosen.id;
  function draw(chosen, card) {
    shown = JSON.stringify(card);
    const close = e("button", "close", w.t("Close"));
    close.onclick = () => w.select(null);
    if (card.error) { box().replaceChildren(close, e("p", "nothing", w.t("Cannot be read") + "：" + card.error)); return; }
    if (card.tests) { mine = null; box().replaceChildren(...w.selfTestParts(card, close)); return; }
    const parts = [head(chosen, card, close)];
    const call = (mine === about(chosen) && document.getElementById("call-state")) || e("div", "call-state");
    call.id = "call-state";
    mine = about(chosen);
    parts.push(call);
    const body = e("div", "body");
    if (card.alert) body.append(w.alertSection(card));
    if (card.group) body.hidden = true;
    else if (chosen.kind === "person" && card.person) body.append(section("Position", [person(card.person)]), section("Reached by", w.reachRows(card.person)));
    else if (chosen.kind === "area") body.append(section("On duty now", card.responsible.length ? card.responsible.map((p) => person(p)) : [e("p", "nothing", w.t("Nobody on duty"))]));
    else body.append(section("Responsible", card.responsible.length ? card.responsible.slice(0, 4).map((p) => person(p, home(card))) : [e("p", "nothing", w.t("Nobody holds a post here"))]));
    if (card.reporter && Object.keys(card.reporter).length && !w.readonly) body.append(w.reporterSection(card));
    if (!card.group) body.append(section("Last events", card.events.length ? card.events.slice(0, 5).map(event) : [e("p", "nothing", w.t("None"))]));
    parts.push(body);
    if (card.may_call && !w.readonly) {
      if (chosen.kind === "grid" || chosen.kind === "event") body.append(w.groupButton(chosen, card));
      parts.push(chosen.kind === "area" ? w.groupButton(chosen, card) : button(chosen));
    }
    box().replaceChildren(...parts);
    w.emit("card", card);
  }
  function head(chosen, card, close) {
    const top = e("div", "head " + (card.light || "")), line = e("h2");
    const live = chosen.kind === "event" && w.state.events.get(chosen.id);
    if (card.light) line.append(e("i", "mark " + card.light.replace("_", "-")));
    line.append(e("span", null, title(chosen, card)));
    if (live && live.due) {
      const ms = live.due - w.now();
      line.append(e("b", live.light, w.limit(ms)));
    }
    top.append(close, line, places(chosen, card));
    if (live && live.lon == null) top.append(e("p", null, w.t("no place")));
    if (card.text && !card.alert) top.append(e("p", "text", card.text));
    if (card.load) top.append(e("p", null, w.t("Open here") + " " + w.number(card.load.open) + " · " + w.t("Overdue") + " " + w.number(card.load.overdue)));
    if (card.load && card.load.on_duty != null) top.append(e("p", null, w.t("On duty / due") + " " + w.number(card.load.on_duty) + "/" + w.number(card.load.rostered) + " · " + w.t("Grids with nobody") + " " + w.number(card.load.grids_with_nobody)));
    if (card.service_radius_m) top.append(e("p", null, w.t("Service radius") + " " + w.number(card.service_radius_m) + " " + w.t("m")));
    return top;
  }
  /* In which areas it lies; each name opens that area's card. */
  function places(chosen, card) {
    const line = e("p", "places"), seen = new Set();
    const areas = (card.path || []).filter((a) => a.level !== "site" && !(chosen.kind === "area" && a.id === chosen.id)).slice(-2);
    const parts = areas.map((a) => { const made = e("button", null, a.name); made.onclick = () => w.select({ kind: "area", id: a.id }); return [a.name, made]; });
    for (const g of (card.grids || []).slice(0, 1)) parts.push([g.name, e("span", null, g.name)]);
    for (const [name, made] of parts) { if (seen.has(name) || name === card.name) continue; if (seen.size) line.append(" · "); seen.add(name); line.append(made); }
    if (!seen.size && card.level_zh) line.append(w.english() ? card.level_en : card.level_zh);
    return line;
  }
  function title(chosen, card) {
    if (card.alert && w.said(card.alert).headline) return w.said(card.alert).headline;
    if (chosen.kind === "event") return w.named({ name_zh: card.name_zh, name_en: card.name_en }) || card.type;
    return card.name || (card.person && card.person.name) || card.code;
  }
  function section(word, rows) {
    const made = e("section");
    made.append(e("h3", null, w.t(word)), ...rows);
    return made;
  }
  /* The grid that the whole card is about need not be said on each row. */
  const home = (card) => card.name || ((card.grids || [])[0] || {}).name;
  function person(p, here) {
    const row = e("div", "who"), words = e("button", "words"), side = e("div", "side");
    const name = e("div", "name");
    name.append(e("b", null, p.name), e("span", null, " " + w.t(p.post || p.role || "") + (p.grid && p.grid !== here ? " · " + p.grid : "")));
    const seen = p.age_s == null ? w.t(p.on_duty ? "no_position" : "off_duty") : w.t("Position") + " " + w.age(p.age_s);
    words.append(name, e("div", "seen", seen));
    side.append(e("div", p.page_open ? "good" : "", w.t(p.page_open ? "page open" : "page closed")));
    if (p.phone) {
      const phone = e("a", "phone", p.phone); /* works without our link too */
      phone.href = "tel:" + p.phone;
      side.append(phone);
    }
    row.append(e("i", "mark person " + p.state), words, side);
    words.onclick = () => w.select({ kind: "person", id: p.id });
    return row;
  }
  function event(v) {
    const row = e("button", "row " + (v.light || "closed"));
    const ago = w.age((w.now() - Date.parse(v.opened_at)) / 1000);
    row.append(e("i", "mark " + (v.light || "closed").replace("_", "-")), e("span", "kind", w.named(v)),
      e("span", "ago", ago), e("b", v.light || "", v.light ? w.t("Open") : w.t("closed")));
    row.onclick = () => w.select({ kind: "event", id: v.id });
    return row;
  }
  function button(chosen) {
    const call = e("button", "call wide"), asks = question && question.clicked === about(chosen) && question;
    const label = e("span", null, asks ? meant(asks) : w.t("Call now"));
    call.id = "call";
    call.append(e("i", "handset"), label);
    call.disabled = w.state.lost || Boolean(asks && asks.sure.shut());
    call.onclick = () => w.call(chosen);
    return call;
  }
  /* Above five people at once it asks; the press that confirms has the key of the first. */
  let question = null;
  const meant = ({ first, people }) => w.t(first < people ? "Press again: up to {n} at once" : "Press again: call {n} people").replace("{n}", w.number(people));
  function redraw(chosen, again) {
    const old = document.getElementById("call");
    if (!old || mine !== about(chosen)) return;
    const focus = old === document.activeElement || (again && document.activeElement === document.body), now = button(chosen);
    old.replaceWith(now);
    if (focus) now.focus({ preventScroll: true });
  }
  function ask(chosen, { people, first }) {
    if (question || !w.state.selection || about(w.state.selection) !== about(chosen)) return;
    const sure = w.question((again) => redraw(chosen, again));
    question = { clicked: about(chosen), people, first, sure };
    sure.ask();
    spoken().textContent = meant(question);
  }
  function unasked(chosen) {
    if (!question || (chosen && about(chosen) === question.clicked)) return false;
    question.sure.drop(); keys.delete(question.clicked);
    question = null;
    if (w.state.selection) redraw(w.state.selection);
    return true;
  }
  /* One key a click until its answer is there: a double click is one call. */
  const keys = new Map();
  w.call = async function (chosen) {
    if (w.readonly || w.state.lost || chosen.kind === "call") return;
    if (chosen.kind === "area") { const open = document.getElementById("group-open"); if (open) open.click(); return; } /* a group is said before it is called */
    const clicked = about(chosen), confirmed = Boolean(question && question.clicked === clicked);
    if (confirmed && question.sure.shut()) return;
    if (!keys.has(clicked)) keys.set(clicked, w.newKey());
    const key = keys.get(clicked);
    try {
      const answer = await w.post("/api/calls", { request_key: key, confirmed, [chosen.kind + "_id"]: chosen.id });
      if (confirmed) { question = null; redraw(chosen); }
      w.heardCall(answer.session);
      if (document.activeElement && document.activeElement.closest("#card")) box().focus({ preventScroll: true }); /* what was pressed is gone */
    } catch (error) {
      if (error.answer && error.answer.code === "needs_confirmation") { if (keys.get(clicked) === key) ask(chosen, error.answer); return; } /* else it was taken back meanwhile */
      const place = document.getElementById("call-state");
      if (place) { delete place.dataset.session; place.replaceChildren(e("div", "outcome bad", w.t("The call could not be placed") + "：" + error.message)); }
    } finally {
      setTimeout(() => { if (!(question && question.clicked === clicked) && keys.get(clicked) === key) keys.delete(clicked); }, 1500);
    }
  };
  const spoken = () => document.getElementById("spoken");
  function say(chosen, card) { if (!card.error) spoken().textContent = w.t("Selected") + " " + w.t(chosen.kind) + " " + title(chosen, card); }
  w.on("select", open);
  w.on("select", unasked);
  w.escapes.push(() => unasked());
  w.on("lost", () => { const call = document.getElementById("call"); if (call) call.disabled = true; });
  w.on("back", () => { const call = document.getElementById("call"); if (call) call.disabled = false; });
})();
