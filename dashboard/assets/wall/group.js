/* A call to everybody on duty of a grid, an area or a drawn ground, by post: how many it would ring
   is said before, and above five people it is confirmed once. */
(function () {
  "use strict";
  const w = window.wangge;
  const e = w.element;
  const MANY = 5, POSTS = ["grid_chief", "grid_worker", "stand_in", "grid_helper", "micro_grid_head", "building_head", "grid_instructor"];
  const GROUP_OUTCOMES = { nobody_on_duty: "Nobody on duty", unreachable: "Unreachable", not_allowed: "Not rung at this time" };
  let box = null, group = null, asked = 0;

  /* `scopes`: [{ word, body }], the first is chosen; none = drawn on the map. */
  w.group = function (scopes) {
    close();
    group = { scopes, body: scopes.length ? scopes[0].body : null, posts: new Set(), tool: "circle", found: null, sure: false, key: crypto.randomUUID ? crypto.randomUUID() : String(Math.random()).slice(2) + Date.now() };
    box = e("div", "card group");
    box.id = "group";
    document.querySelector(".aside").append(box);
    if (!scopes.length) pick();
    draw();
    ask();
  };
  function close() {
    if (!box) return;
    box.remove();
    box = null; group = null; asked += 1;
    w.map.undraw();
  }
  function pick() {
    w.map.undraw();
    group.body = null; group.found = null;
    w.map.drawing(group.tool, (body) => { group.body = body; group.sure = false; draw(); ask(); });
  }
  const body = () => ({ ...group.body, group: { roles: [...group.posts] } });
  /* Whom it would ring now: the call's own dry run. */
  async function ask() {
    const mine = (asked += 1);
    group.found = null; group.sure = false;
    if (!group.body) return;
    draw();
    const found = await w.post("/api/calls/preview", body()).then((a) => a.preview, (error) => ({ error: error.message }));
    if (mine !== asked) return;
    group.found = found;
    draw();
  }
  function draw() {
    const head = e("div", "head"), title = e("h2"), shut = e("button", "close", w.t("Close"));
    shut.onclick = close;
    title.append(e("span", null, w.t("Group call")));
    head.append(shut, title, e("p", null, w.t("Everybody on duty is rung at once")));
    const parts = e("div", "body");
    parts.append(where(), posts(), whom());
    const focused = box.contains(document.activeElement) && document.activeElement.id;
    box.replaceChildren(head, parts, go());
    if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
  }
  function choice(kind, name, id, word, checked, work) {
    const label = e("label", "pick"), tick = e("input");
    tick.type = kind; tick.name = name; tick.id = id; tick.checked = checked; tick.onchange = () => work(tick.checked);
    label.append(tick, e("span", null, word));
    return label;
  }
  function where() {
    const made = e("section");
    made.append(e("h3", null, w.t("Where")));
    if (group.scopes.length) made.append(...group.scopes.map((scope, i) => choice("radio", "scope", "scope-" + i, scope.word, scope.body === group.body, () => { group.body = scope.body; ask(); })));
    else {
      for (const [tool, word] of [["circle", w.t("Circle")], ["polygon", w.t("Polygon")]])
        made.append(choice("radio", "tool", "tool-" + tool, word, group.tool === tool, () => { group.tool = tool; pick(); draw(); }));
      const again = e("button", "act", w.t("Draw again"));
      again.onclick = () => { pick(); draw(); };
      made.append(group.body ? again : e("p", "nothing", w.t(group.tool === "circle" ? "Drag on the map from the middle to the edge" : "Set corners on the map; the first one again ends it")));
    }
    return made;
  }
  function posts() {
    const made = e("section");
    const two = e("div", "posts");
    made.append(e("h3", null, w.t("Posts (none = all)")), two);
    two.append(...POSTS.map((post) => choice("checkbox", "post", "post-" + post, w.t(post), group.posts.has(post), (on) => {
      if (on) group.posts.add(post); else group.posts.delete(post);
      ask();
    })));
    return made;
  }
  const step = () => group.found && !group.found.error && group.found.steps[0];
  function whom() {
    const made = e("section", "whom");
    if (!group.body) return made;
    if (!group.found) made.append(e("p", "nothing", "–"));
    else if (group.found.error) made.append(e("p", "said", group.found.error));
    else {
      const { found, reachable, people, empty } = step(), names = people.slice(0, 12).map((one) => one.person.name).join(w.english() ? ", " : "，");
      const line = e("p");
      line.append(e("b", null, w.number(found)), e("span", null, " " + w.t("on duty") + " · "), e("b", null, w.number(reachable)), e("span", null, " " + w.t("can be rung now")));
      made.append(line, e("p", "names", names + (found > 12 ? " …" : "")));
      if (empty) made.append(e("p", "names", w.t("Grids left with nobody") + " " + empty));
      if (group.found.outcome) made.append(e("p", "said", w.t(GROUP_OUTCOMES[group.found.outcome] || "Unreachable")));
    }
    return made;
  }
  function go() {
    const n = step() ? step().found : 0, made = e("button", "act solid");
    made.id = "group-call";
    made.disabled = !n || w.state.lost;
    made.textContent = w.t(group.sure ? "Press again: call {n} people" : "Call {n} people").replace("{n}", n || "–");
    made.onclick = () => {
      if (n > MANY && !group.sure) { group.sure = true; draw(); return; }
      made.disabled = true;
      start();
    };
    const acts = e("div", "acts");
    acts.append(made);
    return acts;
  }
  async function start() {
    try {
      const { session } = await w.post("/api/calls", { request_key: group.key, ...body() });
      w.heardCall(session);
      close();
      w.select({ kind: "call", id: session.id });
    } catch (error) { if (group) { group.found = { error: error.message }; draw(); } }
  }
  /* What the card of a group call is about. */
  w.callSubject = async function (id) {
    let session = w.state.calls.get(id);
    if (!session) { session = (await w.get("/api/calls/" + id)).session; w.heardCall(session); }
    const { kind, id: of } = session.subject, areas = w.map.grids.areas || [];
    const place = kind === "area" ? areas.find((a) => a.id === of) : kind === "grid" ? w.map.grids.data.get(of) : null;
    const roles = (session.crowd && session.crowd.roles) || [];
    return { group: true, name: w.t("Group call") + " · " + (place ? place.name : w.t("Drawn area")), responsible: [], events: [], path: [],
      text: roles.length ? roles.map((role) => w.t(role)).join(" · ") : w.t("everybody on duty") };
  };
  /* On the card of a grid: of the grid, of its community, of what is above. */
  w.groupButton = function (chosen, card) {
    const made = e("button", "act group", w.t("Call a group"));
    made.id = "group-open";
    made.disabled = w.state.lost;
    const above = (card.path || []).slice().reverse().map((a) => ({ word: a.level === "site" ? w.t("Whole site") : a.name, body: { area_id: a.id } }));
    made.onclick = () => w.group([...(chosen.kind === "grid" ? [{ word: card.name, body: { grid_id: chosen.id } }] : []), ...above]);
    return made;
  };
  w.on("begin", () => {
    if (w.readonly) return;
    const open = e("button", null, w.t("Draw a call"));
    open.id = "draw-open";
    open.onclick = () => { if (group && !group.scopes.length) close(); else w.group([]); };
    document.querySelector(".chip").append(open);
  });
  w.on("select", close);
  w.on("lost", () => { if (group) draw(); });
  w.on("back", () => { if (group) draw(); });
  w.escapes.push(() => { if (!group) return false; close(); return true; });
})();
