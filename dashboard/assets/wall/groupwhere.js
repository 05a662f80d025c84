/* Where a group is called: in a circle or a polygon on the map, or in a grid or an area chosen by name. */
(function () {
  "use strict";
  const w = window.wangge;
  const e = w.element;
  const MOST = 6, RADIUS_M = 500, RADII = [10, 50000];
  let query = "", radius = RADIUS_M, typing = null; /* what is being written outlives the panel's next picture */
  const TOOLS = [["circle", "Circle"], ["polygon", "Polygon"], ["area", "Grid or area"]];

  w.areaScope = (a) => ({ word: a.level === "site" || a.parent_id === null ? w.t("Whole site") : a.name, body: { area_id: a.id }, geometry: (w.map.grids.areas.find((one) => one.id === a.id) || {}).geometry });
  /* Begin with the tool that is chosen. */
  w.groupTool = function (group) {
    w.map.undraw(); w.map.outline(null);
    group.body = null; group.found = null; group.sure.drop(); group.corners = 0; typing = null;
    if (group.tool === "area") { if (group.scopes.length) choose(group, group.chosen && group.scopes.includes(group.chosen) ? group.chosen : group.scopes[0]); return; }
    w.map.drawing(group.tool, radius, {
      done(body) {
        group.body = body;
        if (body.circle) radius = Math.round(body.circle.radius_m);
        w.groupAsk();
        if (innerWidth <= 820) document.getElementById("group").scrollIntoView();
      },
      corners(n) { group.corners = n; w.groupDraw(); },
    });
    if (innerWidth <= 820) document.querySelector(".map").scrollIntoView();
  };
  function choose(group, scope) {
    group.chosen = scope; group.body = scope.body;
    w.map.outline(scope.geometry || null);
    if (scope.geometry && !w.state.selection) { group.framed = true; w.map.frame(scope.geometry); }
  }
  w.groupWhere = function (group) {
    const made = e("section", "where"), tools = e("div", "tools");
    tools.setAttribute("role", "radiogroup"); tools.setAttribute("aria-label", w.t("Where"));
    tools.append(...TOOLS.map(([tool, word]) => w.groupChoice("radio", "tool", "tool-" + tool, w.t(word), group.tool === tool, () => { group.tool = tool; again(group); })));
    made.append(e("h3", null, w.t("Where")), tools, ...(group.tool === "area" ? areas(group) : drawn(group)));
    return made;
  };
  function again(group) { w.groupTool(group); w.groupAsk(); }
  function act(id, word, work, off) {
    const made = e("button", "act", w.t(word));
    made.id = id; made.onclick = work; made.disabled = Boolean(off);
    return made;
  }
  function drawn(group) {
    const acts = e("div", "drawn");
    if (group.tool === "circle") acts.append(metres(group));
    else if (!group.body) acts.append(act("draw-undo", "Undo point", () => w.map.unpoint(), !group.corners), act("draw-finish", "Close it", () => w.map.closeShape(), group.corners < 3));
    if (group.body) { acts.append(act("draw-again", "Draw again", () => again(group))); return [acts]; }
    return [e("p", "nothing", w.t(group.tool === "circle" ? "Press on the map for the middle, or drag to the edge" : "Set corners on the map; the first one again ends it")), acts];
  }
  function metres(group) {
    const label = e("label", "metres"), input = e("input");
    input.id = "draw-radius"; input.type = "number"; [input.min, input.max] = RADII; input.step = "any"; input.value = typing === null ? radius : typing;
    input.oninput = () => { typing = input.value; };
    input.onchange = () => {
      const value = Math.min(RADII[1], Math.max(RADII[0], Math.round(Number(input.value) || RADIUS_M)));
      radius = value; input.value = value; typing = null;
      w.map.radius(value);
      if (group.body) { group.body = { circle: { ...group.body.circle, radius_m: value } }; w.groupAsk(); }
    };
    input.onkeydown = (event) => { if (event.key === "Enter") input.onchange(); };
    input.onblur = () => setTimeout(() => { if (typing !== null && input.isConnected && document.activeElement !== input) input.onchange(); });
    label.append(e("span", null, w.t("Radius")), input, e("span", null, w.t("m")));
    return label;
  }
  /* The grid and its areas above, or any area by its name. */
  function areas(group) {
    const list = e("div", "scopes"), input = e("input"), found = e("div", "found");
    list.append(...group.scopes.map((scope, i) => w.groupChoice("radio", "scope", "scope-" + i, scope.word, scope === group.chosen, () => { choose(group, scope); w.groupAsk(); })));
    input.id = "area-find"; input.type = "text"; input.autocomplete = "off"; input.value = query; input.placeholder = w.t("Area by name");
    input.setAttribute("aria-label", w.t("Area by name"));
    const fill = () => found.replaceChildren(...matching(input.value).map((area) => {
      const made = e("button", "row", w.areaScope(area).word);
      made.onclick = () => {
        query = "";
        const scope = group.scopes.find((one) => one.body.area_id === area.id) || w.areaScope(area);
        if (!group.scopes.includes(scope)) group.scopes = [...group.scopes, scope];
        choose(group, scope);
        w.groupAsk();
      };
      return made;
    }));
    input.oninput = () => { query = input.value; fill(); };
    input.onkeydown = (event) => { if (event.key === "Enter" && found.firstChild) found.firstChild.click(); };
    fill();
    return [list, input, found];
  }
  const matching = (text) => {
    const all = w.map.grids.areas || [], sought = text.trim().toLowerCase();
    return sought ? all.filter((a) => a.name.toLowerCase().includes(sought) || a.code.toLowerCase() === sought).slice(0, MOST) : [];
  };
  /* On the card of a grid, an event or an area: of it, of its community, of what is above. */
  w.groupScopes = function (chosen, card) {
    const above = (card.path || []).slice().reverse().map(w.areaScope);
    const of = chosen.kind === "area" ? [] : chosen.kind === "grid" ? [{ id: chosen.id, name: card.name }] : (card.grids || []).filter((g) => (w.map.grids.data.get(g.id) || {}).painted).slice(0, 1);
    return [...of.map((g) => ({ word: g.name, body: { grid_id: g.id }, geometry: (w.map.grids.data.get(g.id) || {}).geometry })), ...above];
  };
  w.groupButton = function (chosen, card) {
    const made = e("button", "act group", w.t("Call a group"));
    made.id = "group-open";
    made.disabled = w.state.lost;
    if (chosen.kind === "area") { made.className = "call wide"; made.replaceChildren(e("i", "handset"), e("span", null, w.t("Call a group"))); }
    made.onclick = () => w.group(w.groupScopes(chosen, card));
    return made;
  };
})();
