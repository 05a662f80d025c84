/* What a file means: kind, columns, coordinate system; each control names its option of `wangge import`. */
(function () {
  "use strict";
  const w = window.wangge, page = w.importing, { make } = w.desk;
  const TOLD = ["level", "kind", "class"];
  /* What an error asks for stands out, and is open. */
  const ASKED = { ChooseLayer: "layer", AskCrs: "crs", AskParameters: "crs", AskEncoding: "encoding", AskDateOrder: "day_first", CompetingColumns: "maps", MissingColumn: "maps", NoSuchColumn: "maps", NoSuchField: "maps" };
  const REASONS = { unknown_crs: "crs", old_datum: "crs", swapped: "swap", no_group: "group", bad_time: "time_format" };
  const asked = () => {
    const { error_kind: kind, error_fields: about, task, report: told } = page.state.upload;
    const option = kind === "MissingOption" && about && /--(source|level|kind)/.exec(about.option);
    if (task !== "look" && page.state.upload.state === "done") return REASONS[(told.rejected[0] || {}).reason] || null;
    return task === "look" ? (kind === "ChooseLayer" ? "layer" : null) : option ? (option[1] === "source" ? "source" : "group") : ASKED[kind] || null;
  };
  /* Nothing is wrong with a file that is asked about. */
  page.isQuestion = () => page.state.upload.error_kind === "MissingOption" || page.state.upload.error_kind in ASKED && !/^NoSuch/.test(page.state.upload.error_kind);
  /* The control of it is brought into view. */
  page.ask = () => {
    const name = asked(), control = name && document.getElementById("field-" + (name === "maps" ? "crs" : name).replace(/\W+/g, "-"));
    if (!control) return false;
    control.scrollIntoView({ block: "center" });
    control.focus({ preventScroll: true });
    return true;
  };
  const set = (name) => (event) => { page.given[name] = event.target.value.trim() || null; page.changed(); };
  function field(label, option, control, note, name) {
    control.id = "field-" + (name || option.replace(/^-+/, "")).replace(/\W+/g, "-");
    return make("div.field" + (name && name === asked() ? ".asked" : ""), {}, [make("label", { htmlFor: control.id }, [label, option && make("span.option", {}, option)]), control, note && make("p.note", {}, note)]);
  }
  const choice = (value, options, onchange) => make("select", { onchange }, options.map(([key, word]) =>
    make("option", { value: key, selected: key === (value || "") }, word)));
  const input = (name, more) => make("input", { type: "text", value: page.given[name] || "", oninput: set(name), ...more });
  const tick = (name, word, option) => make("div.field", {}, [make("span"), make("label", {}, [
    make("input", { type: "checkbox", id: "field-" + name, checked: Boolean(page.given[name]), onchange: (e) => { page.given[name] = e.target.checked; page.changed(); } }), word, make("span.option", {}, option)])]);
  const either = (name, yes, no) => choice(page.given[name] == null ? "" : String(page.given[name]),
    [["", w.t("as the file tells")], ["true", yes], ["false", no]], (e) => { page.given[name] = e.target.value ? e.target.value === "true" : null; page.changed(); });
  const list = (id, options) => make("datalist", { id }, options.map(([value, word]) => make("option", { value }, word || value)));

  function known(noun) {
    if (noun === "ground") return Object.entries(page.grounds());
    const { about } = page.state, name = document.documentElement.lang === "en" ? 2 : 1;
    const rows = { areas: about.levels, grids: about.grid_kinds, facilities: about.facility_kinds, people: about.grid_kinds }[noun];
    return rows && rows.map((row) => [row[0], row[name] + " " + row[0]]);
  }
  /* The level or kind of all rows; one that is not known yet is asked for its names. */
  function group(noun) {
    const label = noun === "areas" ? w.t("Level of all rows") : noun === "people" ? w.t("Kind of their grids") : w.t("Kind of all rows");
    const listed = known(noun), id = "known-" + noun, option = noun === "areas" ? "--level" : "--kind";
    if (!listed) return [];
    const names = make("div", {}, [field(w.t("New: its Chinese name"), option + "-name", input("group_zh")), field(w.t("New: its English name"), option + "-name-en", input("group_en"))]);
    /* Nothing is drawn anew here: the click that ends the typing may be on a button. */
    const tell = () => {
      const now = page.given.group;
      names.hidden = !now || !["areas", "grids", "facilities"].includes(noun) || listed.some(([value]) => value === now);
      for (const table of document.querySelectorAll("#import-meaning .values[data-field=kind]")) table.hidden = Boolean(now);
    };
    tell();
    const told = (one) => (page.given.maps || {})[one] || (page.state.upload.look.meant[noun] || {})[one];
    const note = noun === "people" || told("kind") || told("level") ? null : w.t("No column says it. Choose one; a new one may be typed in.");
    return [field(label, option, input("group", { list: id, placeholder: w.t("as a column says"), oninput: (e) => { set("group")(e); tell(); } }), note, "group"), list(id, listed), names];
  }
  const LONG = 24;
  const examples = (column) => [...new Set(column ? column.examples : [])].map((one) => ([...one].length > LONG ? [...one].slice(0, LONG).join("") + "…" : one)).join(" · ");
  function columns(noun, look) {
    const words = page.fields(noun), places = ["lon", "lat", "x", "y", "wkt"], meant = look.meant[noun] || {};
    const shaped = Object.keys(look.shapes).length > 0;
    const names = [...page.state.about.fields[noun], ...(shaped ? [] : places)];
    const maps = (page.given.maps = page.given.maps || {});
    const rows = names.map((name) => {
      const now = maps[name] || "", found = meant[name];
      const options = [["", found ? w.desk.say("{column} (recognised)", { column: found }) : "—"], ...look.columns.map((one) => [one.name, one.name])];
      const column = look.columns.find((one) => one.name === (now || found));
      const shown = make("em", {}, examples(column));
      const select = choice(now, options, (e) => {
        if (e.target.value) maps[name] = e.target.value; else delete maps[name];
        page.changed();
        if (TOLD.includes(name)) { delete page.choices[name]; return page.draw(); }
        const chosen = look.columns.find((one) => one.name === (e.target.value || found));
        shown.textContent = examples(chosen);
      });
      select.setAttribute("aria-label", words[name] || name);
      select.name = "map-" + name;
      return make("tr", {}, [make("td", {}, [words[name] || name, make("span.option", {}, name)]), make("td", {}, select), make("td", {}, shown)]);
    });
    return make("table.columns" + (asked() === "maps" ? ".asked" : ""), {}, [make("thead", {}, make("tr", {}, [make("th", { scope: "col" }, w.t("Field")), make("th", { scope: "col" }, w.t("Column")), make("th", { scope: "col" }, w.t("Examples"))])), make("tbody", {}, rows)]);
  }
  function special(noun) {
    if (noun === "events") return field(w.t("Whose events"), "--source", input("source", { placeholder: w.t("with their number this is the key") }), null, "source");
    if (noun === "ground") return field(w.t("Whose file"), "--source", input("source"), null, "source");
    return noun === "people" ? field(w.t("Whose staff file"), "--source", input("source"), null, "source") : null;
  }
  const TIMES = ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "excel", "epoch", "epoch_ms"];
  function more(noun) {
    const by = { "": w.t("as it fits"), code: w.t("by its code"), name: w.t("by its name"), location: w.t("by where it lies") };
    const place = noun !== "events" && [field(w.t("How a row names its area"), "--parent-by", choice(page.given.parent_by, Object.entries(by), set("parent_by"))),
      field(w.t("Level of that area"), "--parent-level", choice(page.given.parent_level, [["", w.t("any")], ...known("areas")], set("parent_level")))];
    const own = {
      events: () => [field(w.t("Time zone"), "--timezone", input("timezone", { placeholder: page.state.about.timezone })),
        field(w.t("Form of times"), "--time-format", input("time_format", { list: "known-times", placeholder: w.t("as it fits") }), null, "time_format"), list("known-times", TIMES.map((one) => [one])),
        field(w.t("03/04/2011 is"), "--day-first", either("day_first", w.t("3 April"), w.t("4 March")), null, "day_first")],
      grids: () => [tick("tiles", w.t("Grids of a new kind leave no gaps"), "--tiles")],
      people: () => [tick("ending_missing", w.t("End the posts that this source no longer names"), "--ending-missing")],
    }[noun];
    return make("details", { open: ["encoding", "day_first", "swap", "time_format"].includes(asked()) }, [make("summary", {}, w.t("More options")),
      field(w.t("Key columns"), "--key", make("input", { type: "text", placeholder: w.t("as recognised; several with commas"), value: (page.given.key || []).join(", "), oninput: (e) => { page.given.key = e.target.value.split(",").map((one) => one.trim()).filter(Boolean); page.changed(); } })),
      field(w.t("Area of all rows"), "--parent", input("parent", { placeholder: w.t("code, or level:code") })), ...(place || []), ...(own ? own() : []),
      field(w.t("Exchanged coordinates"), "--swap", either("swap", w.t("yes, exchange them"), w.t("no")), null, "swap"), ...texts(),
      tick("strict", w.t("Write nothing if any row is rejected"), "--strict")].flat());
  }
  /* Another encoding or separator gives other columns: the file is looked at once more. */
  const again = () => page.start("look");
  const texts = () => [
    field(w.t("Encoding"), "--encoding", input("encoding", { list: "known-encodings", placeholder: w.t("as the file tells"), onchange: again }), null, "encoding"),
    list("known-encodings", ["UTF-8", "GB18030", "GBK", "Big5", "Windows-1252"].map((one) => [one])),
    field(w.t("Separator"), "--delimiter", input("delimiter", { placeholder: w.t("as the file tells"), onchange: again }), null, "delimiter")];
  function layers(upload) {
    const named = upload.error_kind === "ChooseLayer" && upload.error_fields && upload.error_fields.layers.split(", ");
    if (named) page.layers = { id: upload.id, names: named };
    if (page.layers && page.layers.id === upload.id) return page.layers.names;
    return /\.gpx$/i.test(upload.name) ? ["waypoints", "routes", "tracks"] : null;
  }
  /* How to read it comes first: without the layer nothing else is known. */
  const USELESS = ["UnknownFormat", "OldWorkbook", "ArchiveInArchive", "TooLarge", "NotAFile"]; /* no encoding would help */
  page.readable = (upload) => upload.look || layers(upload) || !USELESS.includes(upload.error_kind);
  function reading(upload) {
    const listed = layers(upload);
    if (upload.look && !listed) return null;
    /* Of a GPX the waypoints are taken where nothing else is said. */
    const unsaid = listed && upload.look ? ["", listed[0]] : ["", w.t("choose")], others = (listed || []).slice(upload.look && !page.given.layer ? 1 : 0);
    const layer = listed && field(w.t("Layer"), "--layer", choice(page.given.layer, [...(page.given.layer ? [] : [unsaid]), ...others.map((one) => [one, one])], (e) => { page.given.layer = e.target.value || null; again(); }), null, "layer");
    return make("div", {}, layer || [...texts(), make("div.buttons", {}, make("button.button", { type: "button", onclick: again }, w.t("Look again")))]);
  }
  /* What the numbers could be; taken by a click only. */
  function suggested(look) {
    if (look.crs || !(look.fitting || []).length) return null;
    const take = (name) => { page.given.crs = name; page.changed(); const box = document.getElementById("field-crs"); box.value = name; box.focus(); };
    return make("div.field", { id: "fitting" }, [make("span"), make("div", {}, [make("p.note", {}, w.t("By their numbers they could be in one of these; ask who made the file:")),
      make("div.buttons", {}, look.fitting.map((name) => make("button.button", { type: "button", onclick: () => take(name) }, name)))])]);
  }
  /* The same file as something else: what a level means stays, and how the file is read. */
  page.become = (noun) => {
    Object.assign(page.given, { noun, maps: {}, group: null, group_zh: null, group_en: null });
    page.choices = { level: page.choices.level };
    page.changed();
    page.draw();
    document.getElementById("import-meaning").scrollIntoView({ block: "nearest" });
  };
  page.meaning = (upload) => {
    const first = reading(upload), look = upload.look;
    if (!look) return [first];
    const noun = (page.given.noun = page.given.noun || look.guess);
    const shaped = Object.keys(look.shapes).length > 0;
    const told = look.crs ? w.desk.say("The file says {name}.", { name: look.crs }) : shaped ? w.t("The file says none. Choose one: without it no row goes in.") : w.t("The file says none. Choose one; without, longitude and latitude are taken as WGS 84.");
    return [first,
      field(w.t("These rows are"), "wangge import", choice(noun, Object.entries(page.nouns()), (e) => page.become(e.target.value))),
      ...group(noun), special(noun),
      field(w.t("Coordinate system"), "--crs", input("crs", { list: "known-systems", placeholder: look.crs || "—" }), told, "crs"),
      list("known-systems", page.state.about.systems.map((one) => [one])), suggested(look),
      look.competing[noun] && make("p.said.warn", {}, w.desk.say("These columns may be the same field; say which: {names}", { names: look.competing[noun] })),
      columns(noun, look), ...page.values(noun), more(noun)];
  };
})();
