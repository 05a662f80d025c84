/* A call to everybody on duty of a grid, an area or a drawn ground, by post and team: how many it would
   ring is said before, and above five people it is confirmed once. */
(function () {
  "use strict";
  const w = window.wangge;
  const e = w.element;
  const NAMED = 8, AGAIN_MS = 10000;
  const POSTS = ["grid_chief", "grid_worker", "stand_in", "grid_helper", "micro_grid_head", "building_head", "grid_instructor", "duty"];
  const GROUP_OUTCOMES = { nobody_on_duty: "Nobody on duty", unreachable: "Unreachable", not_allowed: "Not rung at this time" };
  let box = null, group = null, asked = 0;

  /* `scopes`: [{ word, body, geometry }], the first is chosen; none = drawn on the map. */
  w.group = function (scopes) {
    close();
    group = { scopes, tool: scopes.length ? "area" : "circle", body: null, posts: new Set(), team: null, found: null, key: w.newKey() };
    const mine = group;
    group.sure = w.question((again) => { if (group !== mine) return; draw(); if (again) document.getElementById("group-call").focus({ preventScroll: true }); });
    box = e("div", "card group");
    box.id = "group";
    box.setAttribute("role", "dialog"); box.setAttribute("aria-label", w.t("Group call"));
    document.querySelector(".aside").append(box);
    w.groupTool(group);
    ask();
    const first = box.querySelector("input:checked");
    if (first) first.focus({ preventScroll: true });
  };
  w.groupOpen = () => group;
  function close() {
    if (!box) return;
    const focused = box.contains(document.activeElement), { framed } = group;
    box.remove();
    box = null; group = null; asked += 1;
    w.map.undraw(); w.map.outline(null);
    if (framed) w.map.home(); /* the whole town again, unless something is chosen */
    if (focused) document.getElementById("draw-open").focus({ preventScroll: true });
  }
  const body = () => ({ ...group.body, group: { roles: [...group.posts], ...(group.team ? { team: group.team } : {}) } });
  /* Whom it would ring now: the call's own dry run. */
  async function ask() {
    const mine = (asked += 1);
    group.found = null; group.sure.drop();
    draw();
    if (!group.body || w.state.lost) return;
    const found = await preview();
    if (mine !== asked) return;
    group.found = found;
    drawLate();
  }
  const preview = () => w.post("/api/calls/preview", body()).then((a) => a.preview, (error) => ({ error: error.message }));
  w.groupAsk = ask;
  /* People come and go while the panel stands open. */
  setInterval(async () => {
    if (!group || !group.body || !group.found || w.state.lost) return;
    const mine = asked, found = await preview();
    if (mine !== asked || found.error || JSON.stringify(found) === JSON.stringify(group.found)) return;
    if (step() && found.steps[0].found !== step().found) group.sure.drop();
    group.found = found;
    drawLate();
  }, AGAIN_MS);
  const drawLate = () => w.unpressed(box, () => { if (group) draw(); });
  function draw() {
    const head = e("div", "head"), title = e("h2"), shut = e("button", "close", w.t("Close"));
    shut.onclick = close; shut.id = "group-close";
    title.append(e("span", null, w.t("Group call")));
    head.append(shut, title, e("p", null, w.t("Everybody on duty is rung at once")));
    const parts = e("div", "body"), at = box.querySelector(".body") ? box.querySelector(".body").scrollTop : 0;
    parts.append(w.groupWhere(group), posts(), ...teams(), whom());
    const focused = box.contains(document.activeElement) && document.activeElement.id, cursor = focused && document.activeElement.selectionStart;
    box.replaceChildren(head, parts, go());
    parts.scrollTop = at;
    const again = focused && document.getElementById(focused);
    if (again) { again.focus({ preventScroll: true }); if (cursor != null && again.type === "text") again.setSelectionRange(cursor, cursor); }
  }
  w.groupDraw = draw;
  w.groupChoice = function (kind, name, id, word, checked, work, n) {
    const label = e("label", "pick"), tick = e("input");
    tick.type = kind; tick.name = name; tick.id = id; tick.checked = checked; tick.onchange = () => work(tick.checked);
    label.append(tick, e("span", null, word));
    if (n != null) label.append(e("b", n ? null : "none", w.number(n)));
    return label;
  };
  const counted = (kind) => (group.found && group.found.groups && group.found.groups[kind]) || null;
  function posts() {
    const made = e("section"), two = e("div", "posts"), n = counted("posts");
    made.append(e("h3", null, w.t("Posts (none = all)")), two);
    const named = [...POSTS, ...Object.keys(n || {}).filter((post) => !POSTS.includes(post))];
    two.append(...named.map((post) => w.groupChoice("checkbox", "post", "post-" + post, w.t(post), group.posts.has(post), (on) => {
      if (on) group.posts.add(post); else group.posts.delete(post);
      ask();
    }, n && (n[post] || 0))));
    return made;
  }
  /* Those that are on duty there; the chosen one stays while it has nobody. */
  function teams() {
    const n = counted("teams") || group.teams || {};
    group.teams = n;
    const named = Object.keys(n);
    if (group.team && !named.includes(group.team)) named.push(group.team);
    if (!named.length) return [];
    const made = e("section"), list = e("select");
    list.id = "group-team"; list.setAttribute("aria-label", w.t("Team"));
    for (const name of [null, ...named]) {
      const one = e("option", null, name === null ? w.t("All teams") : name + " · " + w.number(n[name] || 0));
      one.value = name === null ? "" : name; one.selected = group.team === name;
      list.append(one);
    }
    list.onchange = () => { group.team = list.value || null; ask(); };
    made.append(e("h3", null, w.t("Team")), list);
    return [made];
  }
  const step = () => group.found && !group.found.error && group.found.steps[0];
  function named(people, word, cls) {
    if (!people.length) return [];
    const line = e("p", "names " + cls), names = people.slice(0, NAMED).map((one) => one.person.name).join(w.english() ? ", " : "，");
    line.append(e("b", null, w.t(word) + " "), e("span", null, names + (people.length > NAMED ? " …" : "")));
    return [line];
  }
  /* Who cannot be reached, by the reason: those of one reason on one line. */
  function unreached(people) {
    const by = new Map();
    for (const one of people.slice(0, NAMED)) { const why = w.said(one.reach); by.set(why, [...(by.get(why) || []), one]); }
    const made = [...by].map(([why, some]) => { const [line] = named(some, "Cannot be rung", ""); line.append(e("em", null, why)); return line; });
    if (people.length > NAMED) made[made.length - 1].append(" …");
    return made;
  }
  function whom() {
    const made = e("section", "whom");
    if (!group.body) return made;
    made.setAttribute("aria-live", "polite");
    if (!group.found) made.append(e("p", "nothing", w.t(w.state.lost ? "Link lost" : "Asks who is there")));
    else if (group.found.error) made.append(e("p", "said", group.found.error));
    else {
      const { found, reachable, people, empty } = step(), line = e("p");
      line.append(e("b", null, w.number(found)), e("span", null, " " + w.t("on duty") + " · "), e("b", null, w.number(reachable)), e("span", null, " " + w.t("can be rung now")));
      made.append(line);
      if (group.found.outcome) made.append(e("p", "said", w.t(GROUP_OUTCOMES[group.found.outcome] || "Unreachable")));
      made.append(...named(people.filter((one) => one.why.reachable), "Rings", "rings"), ...unreached(people.filter((one) => !one.why.reachable)));
      if (empty) made.append(e("p", "names", w.t("Grids left with nobody") + " " + empty));
    }
    return made;
  }
  function go() {
    const n = step() ? step().found : 0, sure = group.sure.asks(), made = e("button", "act solid");
    made.id = "group-call";
    made.disabled = !n || w.state.lost || group.sure.shut();
    made.textContent = w.t(sure ? "Press again: call {n} people" : "Call {n} people").replace("{n}", n || "–");
    made.onclick = () => {
      if (group.found.asks.confirm && !sure) { group.sure.ask(); return; }
      made.disabled = true;
      start(sure);
    };
    const acts = e("div", "acts");
    acts.append(made);
    return acts;
  }
  /* People come while it is pressed: more than five of them ask here too. */
  async function start(confirmed) {
    const mine = group;
    try {
      const { session } = await w.post("/api/calls", { request_key: group.key, confirmed, ...body() });
      w.heardCall(session);
      if (group === mine) close();
      w.select({ kind: "call", id: session.id });
    } catch (error) {
      if (group !== mine) return;
      if (error.answer && error.answer.code === "needs_confirmation") { await ask(); if (group === mine) group.sure.ask(); return; }
      group.found = { error: error.message };
      draw();
    }
  }
  w.on("begin", () => {
    if (w.readonly) return;
    const open = e("button", null, w.t("Group call"));
    open.id = "draw-open";
    open.onclick = () => { if (group) close(); else w.group([]); };
    document.querySelector(".chip").append(open);
  });
  w.on("select", close);
  w.on("lost", () => { if (group) drawLate(); });
  w.on("back", () => { if (group) ask(); });
  w.escapes.push(() => { if (!group) return false; close(); return true; });
})();
