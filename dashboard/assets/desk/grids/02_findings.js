/* What is wrong with the grids: a list, the ground on the map, m² and a suggested repair for each. */
(function () {
  "use strict";
  const w = window.wangge, page = w.grids;
  const make = (...given) => w.desk.make(...given);
  const NAMES = {
    broken: () => w.t("Broken outline"), overlap: () => w.t("Overlap"), gap: () => w.t("Gap"), sliver: () => w.t("Scrap"),
    unfilled: () => w.t("Not filled"), outside: () => w.t("Outside its area"), orphan: () => w.t("Orphan"),
    duplicate_code: () => w.t("Duplicate code"), no_grids: () => w.t("No grids"),
  };
  const SIGN = { overlap: "overlap", gap: "gap", unfilled: "gap", no_grids: "gap" };
  const sign = (finding) => SIGN[finding.defect] || "other";
  let report = null, wanted = null, largest = false, asked = 0;

  page.findings = async () => {
    const here = document.getElementById("findings"), number = ++asked;
    const kind = page.query.get("kind");
    key();
    here.replaceChildren(...page.busy(w.t("The grids are being checked …")));
    try {
      const found = await w.get("/api/checks/grids" + (kind ? "?kind=" + encodeURIComponent(kind) : ""));
      if (number !== asked) return;
      report = found;
    } catch (error) {
      if (number === asked) here.replaceChildren(page.failed(error, page.findings));
      return;
    }
    wanted = null;
    draw();
    const chosen = report.findings.find((f) => f.id === page.query.get("id"));
    if (chosen) choose(chosen);
  };
  function key() {
    page.key([["overlap", w.t("In two grids")], ["gap", w.t("In none")], ["other", w.t("Something else")]]);
  }
  const listed = () => {
    const found = report.findings.filter((f) => !wanted || f.defect === wanted);
    return largest ? found.sort((a, b) => b.m2 - a.m2) : found;
  };
  /* A file of the findings in the page's language. */
  async function save(format) {
    const kind = page.query.get("kind"), asking = new URLSearchParams({ format, ...(kind ? { kind } : {}) });
    const answer = await fetch("/api/checks/grids?" + asking, { headers: { "Accept-Language": document.documentElement.lang } });
    if (!answer.ok) return;
    const link = make("a", { href: URL.createObjectURL(await answer.blob()), download: "findings." + format });
    link.click();
    URL.revokeObjectURL(link.href);
  }
  function draw() {
    const here = document.getElementById("findings");
    if (here.hidden) return;
    here.replaceChildren(head(), page.rows(w.t("Findings"), listed().map(row)), foot());
    onMap();
    w.root().dataset.findings = String(listed().length);
  }
  function head() {
    const counted = { grids: w.number(report.grids), areas: w.number(report.areas) };
    const looked = report.areas ? w.desk.say("{grids} grids and {areas} areas checked", counted) : w.desk.say("{grids} grids checked", counted);
    const n = report.findings.length;
    const title = n ? w.desk.say("Findings: {n}", { n: w.number(n) }) : w.t("No findings");
    const kinds = Object.keys(report.counts);
    const chip = (defect, name, count) => make("button", { type: "button", "aria-pressed": String(wanted === defect),
      onclick: () => { wanted = defect; draw(); } }, [name, make("b", {}, w.number(count))]);
    return make("div.panel", {}, [
      make("h2", {}, [title, make("em", {}, looked)]),
      n ? null : make("p.note", {}, w.t("The grids fit each other and fill their areas.")),
      n ? make("div.chips.files", {}, [
        make("button", { type: "button", "aria-pressed": String(largest), onclick: () => { largest = !largest; draw(); } }, w.t("Largest first")),
        ...["geojson", "csv"].map((format) => make("button", { type: "button", onclick: () => save(format) }, "\u2193 " + (format === "csv" ? "CSV" : "GeoJSON"))),
      ]) : null,
      kinds.length > 1 ? make("div.chips", {}, [chip(null, w.t("All"), n), ...kinds.map((d) => chip(d, NAMES[d](), report.counts[d]))]) : null,
    ]);
  }
  function foot() {
    const lines = [];
    if (report.ignored.pieces) {
      lines.push(w.desk.say("{n} pieces ({m2}) are narrower than {limit} m and left out.",
        { n: w.number(report.ignored.pieces), m2: page.m2(report.ignored.m2), limit: report.limits.tolerance_m }));
    }
    if (report.not_tiling.length) {
      lines.push(w.desk.say("Need not fill their areas, so gaps are not looked for: {kinds}.", { kinds: report.not_tiling.join(w.english() ? ", " : "\u3001") }));
    }
    return lines.length ? make("div.panel", {}, lines.map((line) => make("p.note", {}, line))) : "";
  }
  const named = (f) => (f.narrow ? w.desk.say("{defect}, narrow", { defect: NAMES[f.defect]() }) : NAMES[f.defect]());
  function row(finding) {
    const codes = finding.parties.map((p) => p.code).join(" · ") || (finding.area ? finding.area.code : "");
    return make("button", { type: "button", "data-id": finding.id, onclick: () => choose(finding) }, [
      page.sign(sign(finding)),
      make("span.head", {}, named(finding)),
      make("span.m2", {}, page.m2(finding.m2)),
      make("span.more", {}, finding.message),
      make("span.more.repair", {}, finding.repair),
      make("span.more.codes", {}, codes),
    ]);
  }
  const feature = (finding, geometry) => ({ type: "Feature", geometry, properties: { id: finding.id, finding } });
  function onMap() {
    const placed = listed().filter((f) => f.geometry);
    const given = { title: (f) => named(f.properties.finding) + " · " + page.m2(f.properties.finding.m2),
      choose: (f) => choose(f.properties.finding, true) };
    w.desk.map.draw("ground", { type: "FeatureCollection", features: placed.map((f) => feature(f, f.geometry)) }, {
      ...given, style: (f) => shade(sign(f.properties.finding)) });
    w.desk.map.draw("marks", { type: "FeatureCollection",
      features: placed.map((f) => feature(f, { type: "Point", coordinates: f.point })) }, {
      ...given, style: (f) => disc(sign(f.properties.finding)) });
  }
  function shade(kind) {
    const colour = w.colour("c4");
    if (kind === "overlap") return { color: colour, weight: 1.5, fillColor: colour, fillOpacity: 0.75 };
    if (kind === "gap") return { color: colour, weight: 1.5, hatch: "violet" };
    return { color: w.colour("text-2"), weight: 2, dashArray: "6 4", fillOpacity: 0.06, fillColor: w.colour("text-2") };
  }
  function disc(kind) {
    const colour = w.colour("c4");
    if (kind === "overlap") return { radius: 8, color: w.colour("text"), weight: 2, fillColor: colour, fillOpacity: 1 };
    if (kind === "gap") return { radius: 8, color: colour, weight: 3, fillColor: w.colour("surface"), fillOpacity: 1 };
    return { radius: 7, color: w.colour("text-2"), weight: 2, dashArray: "3 2", fillColor: w.colour("surface"), fillOpacity: 1 };
  }
  /* The outlines of those that have part in it: the first solid, the second dashed. */
  const layers = {};
  async function parties(finding) {
    const own = finding.parties.filter((p) => p.type === "grid");
    const kinds = [...new Set(own.map((p) => p.kind))];
    const read = await Promise.all(kinds.map((kind) => (layers[kind] ||= w.get("/api/layers/grids.geojson?kind=" + encodeURIComponent(kind)))
      .catch(() => { delete layers[kind]; return { features: [] }; })));
    if (page.query.get("id") !== finding.id || page.query.get("tab")) return;
    const features = own.map((party) => read.flatMap((layer) => layer.features).find((f) => f.id === party.id)).filter(Boolean);
    w.desk.map.draw("parties", { type: "FeatureCollection", features }, { title: (f) => f.properties.name,
      style: (f) => ({ fill: false, color: w.colour("text"), weight: 1.5, dashArray: f === features[0] ? null : "7 4" }) });
    onMap();
    w.desk.map.choose("marks", finding.id);
  }
  function choose(finding, fromMap) {
    const list = document.querySelector("#findings .rows");
    page.put({ id: finding.id });
    page.mark(list, finding.id);
    const chosen = list.querySelector("[aria-current]");
    if (chosen && fromMap) { chosen.scrollIntoView({ block: "nearest" }); chosen.focus({ preventScroll: true }); }
    if (!finding.geometry) return;
    w.desk.map.zoom(feature(finding, finding.geometry));
    parties(finding);
    w.desk.speak(named(finding) + ": " + finding.message);
  }
})();
