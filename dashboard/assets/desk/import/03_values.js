/* The words of a column that tells levels, kinds or classes apart: how many rows say each, and which of ours it means. */
(function () {
  "use strict";
  const w = window.wangge, page = w.importing, { make, say } = w.desk;
  const TOLD = { areas: ["level"], grids: ["level", "kind"], facilities: ["kind"], ground: ["kind", "class"] };
  const NEW = "\u0000new", OUT = "\u0000out"; /* no value of a file holds this */
  page.classes = () => ({ trunk: w.t("Trunk road"), main: w.t("Main road"), minor: w.t("Minor road"), track: w.t("Track"), rail: w.t("Railway") });
  const named = (rows) => rows.map((row) => [row[0], row[document.documentElement.lang === "en" ? 2 : 1]]);
  function ours(noun, field) {
    const { about } = page.state;
    if (field === "level") return [...named(about.levels), ["grid", w.t("grids, imported as such")]];
    if (field === "class") return Object.entries(page.classes());
    return noun === "ground" ? Object.entries(page.grounds()) : named(noun === "grids" ? about.grid_kinds : about.facility_kinds);
  }
  const column = (noun, field) => {
    const { look } = page.state.upload, name = (page.given.maps || {})[field] || (look.meant[noun] || {})[field];
    return look.columns.find((one) => one.name === name);
  };
  const meaning = (noun, field, one) => one.means[field === "kind" ? noun : field];
  const kept = (field) => (page.choices[field] = page.choices[field] || {});
  const grows = (noun, field) => field === "kind" && noun !== "ground"; /* a word may become a new kind */
  const unsaid = (noun, field, one) => (grows(noun, field) ? NEW : "");
  const said = (noun, field, one) => kept(field)[one.value] || meaning(noun, field, one) || unsaid(noun, field, one);

  function row(noun, field, one) {
    const known = meaning(noun, field, one), options = ours(noun, field), word = Object.fromEntries(options)[known];
    const first = known ? [["", say("{name} (recognised)", { name: word || known })]]
      : grows(noun, field) ? [["", say("new kind: {name}", { name: one.value })], ...(noun === "grids" ? [[OUT, w.t("leave out")]] : [])]
      : [["", field === "class" ? w.t("not known: minor road") : noun === "grids" ? w.t("not known: a grid") : w.t("not known: choose")]];
    const now = kept(field)[one.value] || "";
    const select = make("select", { "aria-label": one.value, name: "value-" + field + "-" + one.value, className: known || now || grows(noun, field) ? "" : "asked",
      onchange: (e) => { if (e.target.value) kept(field)[one.value] = e.target.value; else delete kept(field)[one.value]; page.changed(); page.draw(); } },
      [...first, ...options].map(([value, text]) => make("option", { value, selected: value === now }, text)));
    return make("tr", {}, [make("td", {}, [make("b", {}, one.value), make("span.note", {}, one.like.filter(Boolean).join(" · "))]), make("td.number", {}, w.number(one.rows)), make("td", {}, select)]);
  }
  function table(noun, field) {
    const told = column(noun, field);
    if (!told) return null;
    if (!told.values) return make("p.said.warn", {}, say("{column} holds too many different words to tell rows apart.", { column: told.name }));
    if (!told.values.length) return null;
    const open = told.values.filter((one) => !said(noun, field, one)).length;
    const option = { level: "--level-value", kind: "--kind-value", class: "--class-value" }[field];
    return make("div.values", { "data-field": field, hidden: field === "kind" && Boolean(page.given.group) }, [
      make("h3", {}, [say("What the words in {column} mean", { column: told.name }), make("span.option", {}, option)]),
      make("table", {}, [make("thead", {}, make("tr", {}, [make("th", { scope: "col" }, w.t("In the file")), make("th.number", { scope: "col" }, w.t("Rows")), make("th", { scope: "col" }, w.t("Means"))])),
        make("tbody", {}, told.values.map((one) => row(noun, field, one)))]),
      open > 0 && make("p.said.warn", {}, field === "class" ? say("Not known: {n}. They become minor roads.", { n: open }) : noun === "grids" ? say("Not known: {n}. Their rows are taken for grids.", { n: open }) : say("Not known: {n}. Their rows are rejected until you say what they mean.", { n: open }))]);
  }
  page.values = (noun) => (TOLD[noun] || []).map((field) => table(noun, field));

  /* As the importers want it. Once one word of a kind of grids is said, those that are not are left out: so all are. */
  page.meant = (noun) => {
    const found = { values: {}, classes: {} };
    for (const field of TOLD[noun] || []) {
      const told = column(noun, field), chosen = page.choices[field] || {}, into = field === "class" ? found.classes : found.values;
      for (const one of (told && told.values) || []) if (chosen[one.value] && chosen[one.value] !== OUT) into[one.value] = chosen[one.value];
    }
    const kinds = noun === "grids" && !page.given.group && column(noun, "kind"), all = (kinds && kinds.values) || [];
    if (Object.keys(found.values).length || all.some((one) => said(noun, "kind", one) === OUT))
      for (const one of all) { const what = said(noun, "kind", one); if (what !== OUT) found.values[one.value] = what === NEW ? one.value : what; }
    return found;
  };
})();
