/* What a file means: kind, columns, coordinate system; each control names its option of `wangge import`. */
(function () {
  "use strict";
  const w = window.wangge, page = w.importing, { make } = w.desk;
  const set = (name) => (event) => { page.given[name] = event.target.value.trim() || null; };
  let number = 0;
  function field(label, option, control, note) {
    control.id = "field-" + (number += 1);
    return make("div.field", {}, [make("label", { htmlFor: control.id }, [label, option && make("span.option", {}, option)]), control, note && make("p.note", {}, note)]);
  }
  const choice = (value, options, onchange) => make("select", { onchange }, options.map(([key, word]) =>
    make("option", { value: key, selected: key === (value || "") }, word)));
  const input = (name, more) => make("input", { type: "text", value: page.given[name] || "", oninput: set(name), ...more });
  const tick = (name, word, option) => make("div.field", {}, [make("span"), make("label", {}, [
    make("input", { type: "checkbox", checked: Boolean(page.given[name]), onchange: (e) => { page.given[name] = e.target.checked; } }), word, make("span.option", {}, option)])]);
  const either = (name, yes, no) => choice(page.given[name] == null ? "" : String(page.given[name]),
    [["", w.t("as the file tells")], ["true", yes], ["false", no]], (e) => { page.given[name] = e.target.value ? e.target.value === "true" : null; });

  function known(noun) {
    if (noun === "ground") return Object.entries(page.grounds());
    const { about } = page.state, name = document.documentElement.lang === "en" ? 2 : 1;
    const rows = { areas: about.levels, grids: about.grid_kinds, facilities: about.facility_kinds, people: about.grid_kinds }[noun];
    return rows && rows.map((row) => [row[0], row[name] + " " + row[0]]);
  }
  function group(noun) {
    const label = noun === "areas" ? w.t("Level of all rows") : noun === "people" ? w.t("Kind of their grids") : w.t("Kind of all rows");
    const listed = known(noun), id = "known-" + noun;
    if (!listed) return null;
    return [field(label, noun === "areas" ? "--level" : "--kind", input("group", { list: id, placeholder: w.t("as a column says") })),
      make("datalist", { id }, listed.map(([value, word]) => make("option", { value }, word)))];
  }
  function columns(noun, look) {
    const words = page.fields(noun), places = ["lon", "lat", "x", "y", "wkt"], meant = look.meant[noun] || {};
    const shaped = Object.keys(look.shapes).length > 0;
    const names = [...page.state.about.fields[noun], ...(shaped ? [] : places)];
    const maps = (page.given.maps = page.given.maps || {});
    const rows = names.map((name) => {
      const now = maps[name] || "", found = meant[name];
      const options = [["", found ? w.desk.say("{column} (recognised)", { column: found }) : "—"], ...look.columns.map((one) => [one.name, one.name])];
      const column = look.columns.find((one) => one.name === (now || found));
      const shown = make("em", {}, column ? column.examples.join(" · ") : "");
      const select = choice(now, options, (e) => {
        if (e.target.value) maps[name] = e.target.value; else delete maps[name];
        const chosen = look.columns.find((one) => one.name === (e.target.value || found));
        shown.textContent = chosen ? chosen.examples.join(" · ") : "";
      });
      select.setAttribute("aria-label", words[name] || name);
      return make("tr", {}, [make("td", {}, [words[name] || name, make("span.option", {}, name)]), make("td", {}, select), make("td", {}, shown)]);
    });
    return make("table.columns", {}, [make("thead", {}, make("tr", {}, [make("th", { scope: "col" }, w.t("Field")), make("th", { scope: "col" }, w.t("Column")), make("th", { scope: "col" }, w.t("Examples"))])), make("tbody", {}, rows)]);
  }
  function special(noun) {
    if (noun === "events") return field(w.t("Whose events"), "--source", input("source", { placeholder: w.t("with their number this is the key") }));
    if (noun === "ground") return field(w.t("Whose file"), "--source", input("source"));
    return noun === "people" ? field(w.t("Whose staff file"), "--source", input("source")) : null;
  }
  function more(noun) {
    const by = { "": w.t("as it fits"), code: w.t("by its code"), name: w.t("by its name"), location: w.t("by where it lies") };
    const place = noun !== "events" && [field(w.t("How a row names its area"), "--parent-by", choice(page.given.parent_by, Object.entries(by), set("parent_by"))),
      field(w.t("Level of that area"), "--parent-level", input("parent_level"))];
    const own = {
      events: () => [field(w.t("Time zone"), "--timezone", input("timezone", { placeholder: "Asia/Shanghai" })), field(w.t("Form of times"), "--time-format", input("time_format", { placeholder: "%d/%m/%Y %H:%M" })),
        field(w.t("03/04/2011 is"), "--day-first", either("day_first", w.t("3 April"), w.t("4 March")))],
      grids: () => [tick("tiles", w.t("Grids of a new kind leave no gaps"), "--tiles")],
      people: () => [tick("ending_missing", w.t("End the posts that this source no longer names"), "--ending-missing")],
    }[noun];
    return make("details", {}, [make("summary", {}, w.t("More options")),
      field(w.t("Key columns"), "--key", make("input", { type: "text", value: (page.given.key || []).join(", "), oninput: (e) => { page.given.key = e.target.value.split(",").map((one) => one.trim()).filter(Boolean); } })),
      field(w.t("Area of all rows"), "--parent", input("parent", { placeholder: w.t("code, or level:code") })), ...(place || []), ...(own ? own() : []),
      field(w.t("Exchanged coordinates"), "--swap", either("swap", w.t("yes, exchange them"), w.t("no"))),
      field(w.t("Encoding"), "--encoding", input("encoding", { placeholder: "GB18030" })), field(w.t("Separator"), "--delimiter", input("delimiter")),
      tick("strict", w.t("Write nothing if any row is rejected"), "--strict")].flat());
  }
  /* How to read it comes first: without the layer nothing else is known. */
  function reading(upload) {
    const layers = upload.error_kind === "ChooseLayer" && upload.error_fields && upload.error_fields.layers.split(", ");
    if (layers) page.layers = { id: upload.id, names: layers };
    const listed = page.layers && page.layers.id === upload.id && page.layers.names;
    const again = make("button.button", { type: "button", onclick: () => page.start("look") }, w.t("Look again"));
    if (upload.look && !listed) return null;
    const layer = listed && field(w.t("Layer"), "--layer", choice(page.given.layer, [["", "—"], ...listed.map((one) => [one, one])], (e) => { page.given.layer = e.target.value || null; page.start("look"); }));
    return make("div", {}, [layer, !listed && field(w.t("Encoding"), "--encoding", input("encoding", { placeholder: "GB18030" })), !listed && field(w.t("Separator"), "--delimiter", input("delimiter")), !listed && make("div.buttons", {}, again)]);
  }
  page.meaning = (upload) => {
    number = 0;
    const first = reading(upload), look = upload.look;
    if (!look) return [first];
    const noun = (page.given.noun = page.given.noun || look.guess);
    const told = look.crs ? w.desk.say("The file says {name}.", { name: look.crs }) : w.t("The file says none. Choose one; without, longitude and latitude are taken as WGS 84.");
    return [first,
      field(w.t("These rows are"), "wangge import", choice(noun, Object.entries(page.nouns()), (e) => { page.given.noun = e.target.value; page.given.maps = {}; page.given.group = null; page.draw(); })),
      ...(group(noun) || []), special(noun),
      field(w.t("Coordinate system"), "--crs", input("crs", { list: "known-systems", placeholder: look.crs || "—" }), told),
      make("datalist", { id: "known-systems" }, page.state.about.systems.map((one) => make("option", { value: one }))),
      look.competing[noun] && make("p.said.warn", {}, w.desk.say("These columns may be the same field; say which: {names}", { names: look.competing[noun] })),
      columns(noun, look), more(noun)];
  };
})();
