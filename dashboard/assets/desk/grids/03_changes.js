/* What changed in one kind of grids between two instants: split, merged, moved, added, ended. */
(function () {
  "use strict";
  const w = window.wangge, page = w.grids;
  const make = (...given) => w.desk.make(...given);
  const NAMES = {
    split: () => w.t("Split"), merged: () => w.t("Merged"), redrawn: () => w.t("Redrawn"), moved: () => w.t("Border moved"),
    added: () => w.t("Added"), ended: () => w.t("Ended"), renamed: () => w.t("Renamed"), kept: () => w.t("Unchanged"),
  };
  const SIGN = { added: "after", ended: "before" };
  let found = null, wanted = null, asked = 0;

  page.changes = () => {
    const here = document.getElementById("changes");
    const kind = page.kinds.find((k) => k.kind === page.query.get("kind")) || page.kinds.find((k) => k.cuts.length) || page.kinds[0];
    page.key([["before", w.t("Before")], ["after", w.t("After")], ["gained", w.t("Ground gained")], ["lost", w.t("Ground lost")]]);
    w.desk.map.clear("ground");
    w.desk.map.clear("marks");
    if (!kind) {
      here.replaceChildren(make("div.panel", {}, make("p.note", {}, w.t("There are no grids yet."))));
      return;
    }
    here.replaceChildren(head(kind), make("div", { id: "told" }));
    if (page.query.get("from") || kind.cuts.length) read(kind); else never();
  };
  function never() {
    const how = "wangge recut grids FILE --kind KIND --valid-from DATE --dry-run";
    document.getElementById("told").replaceChildren(make("div.panel", {}, [
      make("p", {}, w.t("This kind was never cut anew.")), make("p.note", {}, how)]));
  }
  /* The last cut by default: the moment before it, and it. */
  function days(kind) {
    const cut = kind.cuts[0];
    const before = cut ? local(Date.parse(cut) - 1000, cut) : page.now.slice(0, 19);
    return [page.query.get("from") || before, page.query.get("to") || (cut ? cut.slice(0, 19) : page.now.slice(0, 19))];
  }
  /* An instant as a local time of the site, with the offset that a time of the site has. */
  function local(ms, like) {
    const sign = like.slice(19, 20), [h, m] = like.slice(20).split(":").map(Number);
    const offset = (sign === "-" ? -1 : 1) * (h * 60 + (m || 0)) * 60000;
    return new Date(ms + (Number.isFinite(offset) ? offset : 0)).toISOString().slice(0, 19);
  }
  const minute = (iso) => iso.slice(0, 16).replace("T", " ");
  function head(kind) {
    const [from, to] = days(kind);
    const input = (id, value) => make("input", { id, type: "datetime-local", step: 1, value, required: true });
    const form = make("form.between", { onsubmit: (event) => {
      event.preventDefault();
      page.put({ from: form.querySelector("#from").value, to: form.querySelector("#to").value, kind: kind.kind });
      read(kind);
    } }, [make("label", {}, [w.t("Before"), input("from", from)]), make("label", {}, [w.t("After"), input("to", to)]),
      make("button.button.main", { type: "submit" }, w.t("Compare"))]);
    const cuts = kind.cuts.map((cut) => make("button", { type: "button", onclick: () => {
      page.put({ from: local(Date.parse(cut) - 1000, cut), to: cut.slice(0, 19), kind: kind.kind });
      page.changes();
    } }, w.desk.say("Cut of {day}", { day: minute(cut) })));
    const coming = kind.announced.filter((cut) => cut.state === "waiting").map((cut) => make("button", { type: "button", onclick: () => {
      page.put({ from: page.now.slice(0, 19), to: cut.at.slice(0, 19), kind: kind.kind });
      page.changes();
    } }, w.desk.say("Announced for {day}", { day: minute(cut.at) })));
    const failed = kind.announced.filter((cut) => cut.why).map((cut) => make("p.said.warn", {},
      w.desk.say("The cut announced for {day} could not take effect: {why}", { day: minute(cut.at), why: cut.why })));
    return make("div.panel", {}, [make("h2", {}, [w.named(kind), make("em", {}, w.t("two versions compared by their ground"))]),
      form, ...failed, cuts.length + coming.length ? make("div.chips", {}, [...coming, ...cuts]) : null]);
  }
  async function read(kind) {
    const told = document.getElementById("told"), number = ++asked, [from, to] = days(kind);
    told.replaceChildren(...page.busy(w.t("The versions are being compared …")));
    try {
      const answer = await w.get("/api/grids/diff?" + new URLSearchParams({ kind: kind.kind, from, to }));
      if (number !== asked || !told.isConnected) return;
      found = answer;
    } catch (error) {
      if (number === asked) told.replaceChildren(page.failed(error, () => read(kind)));
      return;
    }
    found.changes.forEach((change, n) => { change.id = n; });
    wanted = null;
    draw();
    if (found.changes.length) w.desk.map.zoom("after");
  }
  const listed = () => found.changes.filter((c) => !wanted || c.change === wanted);
  function draw() {
    const told = document.getElementById("told");
    const kinds = Object.entries(found.counts).filter(([name, n]) => n && name !== "kept");
    const chip = (name, text, n) => make("button", { type: "button", "aria-pressed": String(wanted === name),
      onclick: () => { wanted = name; draw(); } }, [text, make("b", {}, w.number(n))]);
    const kept = w.desk.say("{n} unchanged", { n: w.number(found.counts.kept) });
    const title = found.changes.length ? w.desk.say("Changes: {n}", { n: w.number(found.changes.length) }) : w.t("Nothing changed");
    told.replaceChildren(make("div.panel", {}, [make("h2", {}, [title, make("em", {}, kept)]),
      kinds.length ? make("div.chips", {}, [chip(null, w.t("All"), found.changes.length), ...kinds.map(([name, n]) => chip(name, NAMES[name](), n))]) : null]),
    page.rows(w.t("Changes"), listed().map(row)));
    w.desk.map.clear("names");
    onMap();
    w.root().dataset.changes = String(listed().length);
  }
  const codes = (units) => units.map((u) => u.name + (u.name === u.code ? "" : " " + u.code)).join(w.english() ? ", " : "\u3001") || "\u2013";
  const area = (units) => units.reduce((sum, u) => sum + u.m2, 0);
  function row(change) {
    const grown = [change.gained_m2 ? "+" + page.m2(change.gained_m2) : "", change.lost_m2 ? "\u2212" + page.m2(change.lost_m2) : ""].filter(Boolean).join(" ");
    const parts = change.after.length > 1 || change.before.length > 1 ? shares(change) : null;
    return make("button", { type: "button", "data-id": change.id, onclick: () => choose(change) }, [
      page.sign(SIGN[change.change] || "gained"),
      make("span.head", {}, NAMES[change.change]()),
      make("span.m2", {}, grown || page.m2(area(change.after.length ? change.after : change.before))),
      make("span.more", {}, codes(change.before) + " \u2192 " + codes(change.after)),
      parts ? make("span.more.codes", {}, parts) : null,
    ]);
  }
  /* Who got which part of whom; parts below one in a hundred are left out. */
  const shares = (change) => change.shares.filter((s) => s[2] >= 0.01)
    .map(([old, next, share]) => (change.before.length > 1 ? change.before[old].name + " \u2192 " : "")
      + change.after[next].name + " " + Math.round(share * 100) + " %").join(" · ");
  function features(side) {
    return listed().flatMap((change) => {
      const ground = side === "gained" || side === "lost" ? [change[side]] : change[side].map((unit) => unit.geometry);
      return ground.filter(Boolean).map((geometry) => ({ type: "Feature", geometry, properties: { id: change.id, change } }));
    });
  }
  function onMap() {
    const given = { title: (f) => NAMES[f.properties.change.change]() + " · " + codes(f.properties.change.before) + " \u2192 " + codes(f.properties.change.after),
      choose: (f) => choose(f.properties.change, true) };
    const styles = {
      gained: () => ({ stroke: false, hatch: "violet" }), lost: () => ({ stroke: false, hatch: "grey" }),
      after: () => ({ color: w.colour("c4"), weight: 3, fillColor: w.colour("c4"), fillOpacity: 0.08 }),
      before: () => ({ color: w.colour("text-2"), weight: 2, dashArray: "7 4", fill: false }),
    };
    for (const [side, style] of Object.entries(styles)) {
      w.desk.map.draw(side, { type: "FeatureCollection", features: features(side) }, { ...given, style });
    }
  }
  /* Each new grid by its code, and what has ended; in the middle of its box. */
  function name(change) {
    const units = change.after.length ? change.after : change.before;
    w.desk.map.draw("names", { type: "FeatureCollection", features: units.filter((u) => u.geometry).map((u, n) => {
      const at = window.L.geoJSON(u.geometry).getBounds().getCenter();
      return { type: "Feature", geometry: { type: "Point", coordinates: [at.lng, at.lat] }, properties: { id: n, code: u.code } };
    }) }, { label: (f) => f.properties.code, style: () => ({ radius: 0, stroke: false, fill: false }) });
  }
  function choose(change, fromMap) {
    const list = document.querySelector("#changes .rows");
    page.mark(list, change.id);
    const chosen = list.querySelector("[aria-current]");
    if (chosen && fromMap) { chosen.scrollIntoView({ block: "nearest" }); chosen.focus({ preventScroll: true }); }
    const [west, south, east, north] = change.box;
    w.desk.map.zoom({ type: "Polygon", coordinates: [[[west, south], [east, south], [east, north], [west, north], [west, south]]] });
    name(change);
    w.desk.map.choose(change.after.length ? "after" : "before", change.id);
    w.desk.speak(NAMES[change.change]() + ": " + codes(change.before) + " \u2192 " + codes(change.after));
  }
})();
