/* The panels: the file, what it means, the report, the log. One solid button at a time. */
(function () {
  "use strict";
  const w = window.wangge, page = w.importing, { make, say } = w.desk;
  const panel = (name, title, basis, inside) => {
    const section = document.getElementById("import-" + name);
    section.replaceChildren(make("h2", {}, [title, basis && make("em", {}, basis)]), ...inside.filter(Boolean));
    section.hidden = false;
  };
  const hide = (name) => { document.getElementById("import-" + name).hidden = true; };
  const said = (kind, word, text) => make("p.said." + kind, { role: kind === "bad" ? "alert" : null }, [make("b", {}, word), text]);
  const bar = (done, total) => make("progress", total ? { max: total, value: done } : {});

  function file() {
    const { upload, sending, refused, note } = page.state;
    const inside = [];
    if (sending) {
      inside.push(make("div.file-line", {}, [make("b", {}, sending.name), make("span.note", {}, w.desk.size(sending.size)),
        make("button.button", { type: "button", id: "import-stop", onclick: () => { sending.stopped = true; sending.request.abort(); } }, w.t("Stop"))]),
        make("div.working", {}, [bar(sending.done, sending.size), make("span.note", { id: "stage" }, uploaded(sending))]));
    } else if (upload) {
      const rows = upload.look ? say(upload.look.more ? "more than {n} rows" : "{n} rows", { n: w.number(upload.look.rows) }) : "";
      inside.push(make("div.file-line", {}, [make("b", {}, upload.name), make("span.note", {}, [w.desk.size(upload.size), rows].filter(Boolean).join(" · ")),
        make("button.button", { type: "button", disabled: page.running(), onclick: page.forget }, w.t("Another file"))]));
    } else inside.push(drop());
    if (note) inside.push(said("warn", w.t("Stopped"), note));
    if (refused) inside.push(said("bad", w.t("Not possible"), refused));
    if (upload && upload.task === "look") inside.push(working(), trouble());
    panel("file", w.t("File"), upload || sending ? "" : w.t("GeoJSON, TopoJSON, Shapefile, GeoPackage, KML, GPX, XLSX, CSV; also zipped"), inside);
  }
  function drop() {
    const choose = make("input", { type: "file", id: "import-choose", hidden: true, multiple: true, onchange: (e) => page.take(e.target.files) });
    const zone = make("div.drop", { ondragover: (e) => { e.preventDefault(); zone.classList.add("over"); }, ondragleave: () => zone.classList.remove("over"),
      ondrop: (e) => { e.preventDefault(); zone.classList.remove("over"); page.take(e.dataTransfer.files); } },
    [make("button.button.main", { type: "button", onclick: () => choose.click() }, w.t("Choose a file")), choose,
      make("span.note", {}, say("or drop it here; at most {limit}", { limit: w.desk.size(page.state.about.most_bytes) }))]);
    return zone;
  }
  function working() {
    if (!page.running()) return null;
    const { stage, done, total } = page.state.upload;
    const stopping = page.state.stopping;
    return make("div.working", {}, [bar(done, total), make("div.file-line", {}, [make("span.note", { id: "stage" }, page.stages()[stage] || stage),
      make("button.button", { type: "button", id: "import-stop", disabled: stopping, onclick: page.stop }, stopping ? w.t("Stopping") : w.t("Stop"))])]);
  }
  function trouble() {
    const { state: how, error } = page.state.upload;
    if (how === "stopped") return said("warn", w.t("Stopped"), w.t("Nothing was written."));
    if (how === "interrupted") return said("warn", w.t("Interrupted"), w.t("It was interrupted. Nothing was written."));
    return how === "failed" ? (page.isQuestion() ? said("warn", w.t("Asked"), error) : said("bad", w.t("Not possible"), error)) : null;
  }
  const uploaded = ({ done, size }) => w.t("Uploading") + " " + w.desk.size(done) + " / " + w.desk.size(size);
  /* A large file is read by the byte: a share tells more. */
  const far = ({ stage, done, total }) => (total <= 1 ? "" : stage === "read" ? " " + Math.floor(100 * done / total) + " %" : " " + w.number(done) + " / " + w.number(total));
  page.progress = () => {
    const { sending, upload } = page.state, shown = document.querySelector("#import-steps progress"), stage = document.getElementById("stage");
    if (!shown) return page.draw();
    const [done, total] = sending ? [sending.done, sending.size] : [upload.done, upload.total];
    if (total) { shown.max = total; shown.value = done; } else shown.removeAttribute("value");
    if (stage) stage.textContent = sending ? uploaded(sending) : (page.stages()[upload.stage] || upload.stage) + far(upload);
  };
  function meaning() {
    const { upload } = page.state;
    if (!upload || (!upload.look && upload.state === "running") || upload.state === "uploaded" || !page.readable(upload)) return hide("meaning");
    const done = upload.state === "done", checked = done && upload.task === "check" && upload.report, imported = done && upload.task === "run" && upload.run;
    const good = checked ? upload.report.rows_imported + upload.report.rows_merged : 0;
    const buttons = upload.look && !page.running() ? make("div.buttons", {}, [
      good > 0 && make("button.button.main", { type: "button", id: "import-run", onclick: () => page.start("run") }, say("Import {n} rows", { n: w.number(good) })),
      make("button.button" + (good > 0 || imported ? "" : ".main"), { type: "button", id: "import-check", onclick: () => page.start("check") }, checked || imported ? w.t("Check again") : w.t("Check, write nothing"))]) : null;
    const locked = make("fieldset", { disabled: page.running(), style: "border:0;margin:0;padding:0;min-width:0" }, page.meaning(upload));
    panel("meaning", w.t("What it is"), w.t("small: the option of the command line"), [locked, buttons, upload.task !== "look" && working(), upload.task !== "look" && trouble()]);
  }
  const figure = (word, value, cls) => make("div", {}, [make("dt", {}, word), make("dd" + (cls && value ? "." + cls : ""), {}, w.number(value))]);
  function report() {
    const { upload } = page.state, told = upload && upload.state === "done" && upload.task !== "look" && upload.report;
    if (!told) return hide("report");
    const trial = upload.task === "check";
    const left = page.left(told);
    const link = (kind) => make("a.button", { href: "/api/imports/uploads/" + upload.id + "/report." + kind, download: "" }, w.t("Report as") + " " + kind.toUpperCase());
    panel("report", w.t("Report"), trial ? w.t("trial, nothing was written") : upload.run ? say("import {n}", { n: upload.run }) : w.t("nothing was written"), [
      !trial && upload.run && (gone(upload.run) ? said("warn", w.t("Undone"), w.t("These rows are out again."))
        : said("good", w.t("Imported"), say("{n} rows are in. The import can be undone below.", { n: w.number(told.rows_imported + told.rows_merged) }))),
      make("dl.figures", {}, [figure(w.t("Rows"), told.rows), figure(trial ? w.t("Goes in") : w.t("Imported"), told.rows_imported), figure(w.t("Merged"), told.rows_merged),
        figure(w.t("Unchanged"), told.rows_unchanged), left > 0 && figure(w.t("Left out"), left), figure(w.t("Rejected"), told.rows_rejected - left, "bad")].filter(Boolean)),
      ...told.warnings.filter((one) => !["dry_run", "recognised", ELSEWHERE].includes(one.reason)).map((one) => said("warn", w.t("Note"), one.message)),
      ...told.warnings.filter((one) => one.reason === ELSEWHERE).map((one) => elsewhere(one, upload.noun)),
      told.rows_rejected > left && rejected(told, left), make("div.buttons", {}, [link("csv"), link("json")])]);
  }
  const gone = (number) => page.state.about.runs.some((run) => run.id === number && run.undone_at);
  /* Rows of another import, which is a click away. */
  const ELSEWHERE = "other_level", MOST_ALIKE = 3;
  page.left = (told) => told.warnings.filter((one) => one.reason === ELSEWHERE).reduce((sum, one) => sum + Number(one.fields.n), 0);
  function elsewhere(one, noun) {
    const other = (/^wangge import (\w+)/.exec(one.fields.how) || [])[1], name = page.nouns()[other];
    return make("div.said", {}, [make("b", {}, w.t("Left out")), say("{n} rows: {values}", { n: w.number(Number(one.fields.n)), values: one.fields.values }),
      name && other !== noun && make("div.buttons", {}, make("button.button", { type: "button", "data-become": other, onclick: () => page.become(other) }, say("Take the file as: {name}", { name })))]);
  }
  function rejected(told, left) {
    const alike = new Map(), kinds = new Map(), lines = []; /* one line for all rows of one sentence */
    for (const one of told.rejected) if (one.reason !== ELSEWHERE) alike.set(one.message, [...(alike.get(one.message) || []), one]);
    for (const [message, all] of alike) kinds.set(all[0].reason, [...(kinds.get(all[0].reason) || []), [message, all]]);
    for (const same of kinds.values()) {
      lines.push(...same.slice(0, same.length > MOST_ALIKE + 1 ? MOST_ALIKE : same.length));
      const others = same.slice(MOST_ALIKE).flatMap(([, all]) => all);
      if (same.length > MOST_ALIKE + 1) lines.push([w.t("the same, with other values"), others]);
    }
    const rows = lines.map(([message, all]) => make("tr", { tabIndex: 0, "data-row": all.map((one) => one.row).join(" "), onclick: () => go(all[0]), onkeydown: (e) => { if (e.key === "Enter") go(all[0]); } },
      [make("td.number", {}, spans(all.map((one) => one.row))), make("td", {}, [message, all.length > 1 && make("span.note", {}, " " + say("{n} rows", { n: w.number(all.length) }))])]));
    const rest = told.rows_rejected - left - [...alike.values()].flat().length;
    return make("div.rows", { tabIndex: 0, role: "region", "aria-label": w.t("Rejected") }, [make("table", {}, [make("thead", {}, make("tr", {}, [make("th.number", { scope: "col" }, w.t("Row")), make("th", { scope: "col" }, w.t("Why it was rejected"))])), make("tbody", {}, rows)]),
      rest > 0 && make("p.note", {}, say("and {n} more, in the report", { n: w.number(rest) }))]);
  }
  /* 1–3, 7 */
  function spans(rows) {
    const found = [];
    for (const row of [...rows].sort((a, b) => a - b)) {
      const last = found[found.length - 1];
      if (last && row - last[1] <= 1) last[1] = row; else found.push([row, row]);
    }
    const few = found.slice(0, 3).map(([from, to]) => (from === to ? String(from) : from + "–" + to)).join(", ");
    return few + (found.length > 3 ? " …" : "");
  }
  function go(one) {
    const layer = w.desk.map.find("refused", (f) => f.properties.row === one.row && (!one.file || f.properties.file === one.file));
    page.mark({ row: one.row });
    if (!layer) return w.desk.map.choose("refused", null);
    w.desk.map.zoom(layer.toGeoJSON());
    w.desk.map.choose("refused", layer.feature.properties.id);
  }
  page.mark = ({ row }) => {
    for (const line of document.querySelectorAll("#import-report tr[data-row]")) line.classList.toggle("on", line.dataset.row.split(" ").includes(String(row)));
    const line = document.querySelector("#import-report tr.on");
    if (line) line.scrollIntoView({ block: "nearest" });
  };
  function log() {
    const { about, undoing, undoError, undone } = page.state;
    const rows = about.runs.map((run) => make("tr" + (run.undone_at ? ".undone" : run.stopped_by ? ".stopped" : ""), {}, [make("td.number", {}, String(run.id)),
      make("td", {}, new Date(run.recorded_at).toLocaleString(document.documentElement.lang, { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hour12: false })),
      make("td.what", {}, [page.nouns()[run.noun] + " · " + run.actor, make("span.files", {}, run.files.join(", "))]),
      ...(run.stopped_by ? [make("td.number", { colSpan: 3 }, say("stopped by {who}", { who: run.stopped_by }))] : [
        make("td.number", {}, say("{n} in", { n: w.number(run.rows_imported) })), make("td.number", {}, say("{n} out", { n: w.number(run.rows_rejected - run.rows_left) })),
        make("td", {}, run.undone_at ? w.t("undone") : run.can_undo ? undo(run, undoing) : "")])]));
    panel("log", w.t("Imports so far"), rows.length ? w.t("the last can be undone") : "", [
      undone && said("good", w.t("Undone"), say("Everything is as it was before import {n}.", { n: undone })), undoError && said("bad", w.t("Not undone"), undoError.message),
      rows.length ? make("table", {}, make("tbody", {}, rows)) : make("p.note", {}, w.t("Nothing has been imported yet. Begin with the areas of the town, then its grids, then people, facilities and events: these find their area by where they lie."))]);
  }
  /* Asked once: the first click turns the button into the question. */
  function undo(run, undoing) {
    const button = make("button.button", { type: "button", "data-undo": run.id, disabled: undoing === run.id || page.running(), onclick: () => {
      if (button.dataset.sure) { page.state.undoError = page.state.undone = null; page.undo(run); return; }
      button.dataset.sure = "yes"; button.classList.add("risky"); button.textContent = w.t("Really undo?");
    } }, undoing === run.id ? w.t("Undoing") : w.t("Undo"));
    return button;
  }
  page.draw = () => {
    const open = document.querySelector("#import-meaning details[open]"), at = document.activeElement, focus = at && (at.id ? "#" + CSS.escape(at.id) : at.name && '[name="' + CSS.escape(at.name) + '"]');
    file(); meaning(); report(); log();
    const again = focus && document.querySelector("#import-steps " + focus);
    if (again) again.focus({ preventScroll: true });
    if (open) { const again = document.querySelector("#import-meaning details"); if (again) again.open = true; }
    w.root().dataset.import = page.state.sending ? "sending" : page.state.upload ? page.state.upload.task + "-" + page.state.upload.state : "empty";
  };
  /* Nothing is known: the page says so, and asks again by itself. */
  page.unavailable = (error) => {
    page.state.lost = true;
    panel("file", w.t("File"), "", [said("bad", w.t("Not possible"), error.message), make("p.note", {}, w.t("The page tries again by itself."))]);
    for (const name of ["meaning", "report", "log"]) hide(name);
    w.root().dataset.import = "unavailable";
    setTimeout(() => page.refresh().catch(page.unavailable), 3000);
  };
})();
