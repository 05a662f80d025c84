/* The state of the page: what the server knows, asked again while a job runs. */
(function () {
  "use strict";
  const w = window.wangge, EVERY_MS = 700, URL_ = "/api/imports";
  const state = { about: null, upload: null, sending: null, refused: "", undoing: false, stopping: false, note: "" };
  const page = (w.importing = { state, given: {}, choices: {} });
  page.nouns = () => ({ areas: w.t("Areas"), grids: w.t("Grids"), facilities: w.t("Facilities"), ground: w.t("Roads, waters, buildings"), people: w.t("People"), events: w.t("Events") });
  page.grounds = () => ({ road: w.t("Roads"), rail: w.t("Railways"), water: w.t("Waters"), wood: w.t("Woods"), building: w.t("Buildings") });
  page.fields = (noun) => state.about.field_names[noun];
  page.stages = () => ({ start: w.t("Starting"), read: w.t("Reading"), turn: w.t("Waiting for another import to end"), check: w.t("Checking"), write: w.t("Writing") });
  page.running = () => Boolean(state.upload && state.upload.state === "running");

  page.refresh = async () => {
    state.about = await w.get(URL_);
    const first = !state.upload;
    if (first && state.about.uploads.length) take(state.about.uploads[0]);
    page.draw();
    if (page.running()) wait();
    else if (first || state.lost) page.preview();
    state.lost = false;
  };
  /* What one has said stays, also over a reload; for another file everything begins anew. */
  const KEPT = "wangge-import";
  page.changed = () => { if (state.upload) sessionStorage.setItem(KEPT, JSON.stringify({ id: state.upload.id, given: page.given, choices: page.choices })); };
  function said(upload) {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) || "{}");
    if (kept.id === upload.id) return kept;
    if (!upload.task || upload.task === "look") return { given: {}, choices: {} };
    const { values, classes, ...given } = upload.options;
    return { given: { ...given, noun: upload.noun }, choices: { level: { ...values }, kind: { ...values }, class: { ...classes } } };
  }
  function take(upload) {
    const known = state.upload && state.upload.id === upload.id;
    state.upload = upload;
    if (!known) ({ given: page.given, choices: page.choices } = said(upload));
  }
  let waiting = null;
  function wait() {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const mine = state.upload && state.upload.id;
      const now = mine && await w.get(URL_ + "/uploads/" + mine).catch(() => null);
      if (!state.upload || state.upload.id !== mine || state.stopping) return;
      if (!now) return wait();
      take(now);
      if (page.running()) { page.progress(); return wait(); }
      ended().catch((error) => page.unavailable(error));
    }, EVERY_MS);
  }
  async function ended() {
    const { task, state: how, look, run } = state.upload;
    if (how === "done" && task === "look" && !page.given.noun) page.given.noun = look.guess;
    if (how === "done" && task === "run" && run) w.desk.map.reload();
    w.desk.speak(how === "done" ? w.t("Finished") : how === "stopped" ? w.t("Nothing was written.") : state.upload.error || w.t("It was interrupted. Nothing was written."));
    await page.refresh();
    page.preview();
    if (how === "failed" && page.ask()) return;
    const told = task !== "look" && how === "done" && document.getElementById("import-report");
    if (told) told.scrollIntoView({ block: "nearest" });
  }
  /* Asked by one click: nothing is lost by it but the time. */
  page.stop = async () => {
    const id = state.upload.id;
    state.stopping = true; state.refused = ""; page.draw();
    try { take(await w.post(URL_ + "/uploads/" + id + "/stop", {})); } catch (error) { state.refused = error.message; }
    state.stopping = false;
    if (page.running()) { page.draw(); return wait(); }
    clearTimeout(waiting);
    await ended().catch((error) => page.unavailable(error));
  };
  page.start = async (task) => {
    state.refused = "";
    const { noun, ...given } = page.given;
    const body = { task, noun: noun || "grids", ...given, ...(state.upload.look ? page.meant(noun) : {}) };
    page.changed();
    try { take(await w.post(URL_ + "/uploads/" + state.upload.id + "/start", body)); } catch (error) { state.refused = error.message; }
    page.draw();
    if (page.running()) wait();
  };
  /* The file goes as it is, in one request, with its progress. */
  page.send = (file) => {
    state.refused = state.note = "";
    if (file.size > state.about.most_bytes) { state.refused = w.desk.say("This file is larger than {limit}.", { limit: w.desk.size(state.about.most_bytes) }); return page.draw(); }
    if (/\.shp$/i.test(file.name)) { state.refused = w.t("A Shapefile is several files (.shp, .shx, .dbf, .prj): choose them together, or as one zip."); return page.draw(); }
    const request = new XMLHttpRequest();
    state.sending = { name: file.name, done: 0, size: file.size, request };
    request.open("POST", URL_ + "/uploads?name=" + encodeURIComponent(file.name));
    request.setRequestHeader("Accept-Language", document.documentElement.lang);
    request.upload.onprogress = (event) => { if (state.sending) { state.sending.done = event.loaded; page.progress(); } };
    request.onloadend = () => {
      const stopped = state.sending && state.sending.stopped;
      state.sending = null;
      if (stopped) { state.note = w.t("The upload was stopped. Nothing of it is kept."); w.desk.speak(state.note); return page.draw(); }
      let said = {};
      try { said = JSON.parse(request.responseText); } catch (error) { /* no answer at all */ }
      if (request.status === 201) { state.upload = null; take(said); page.clear(); page.start("look"); return; }
      state.refused = (said.error && said.error.message) || w.t("The upload was cut off. Send the file again.");
      page.draw();
    };
    request.send(file);
    page.draw();
  };
  page.refuse = (why) => { state.refused = why; page.draw(); };
  page.forget = async () => {
    const id = state.upload.id;
    state.upload = null; state.refused = "";
    page.clear();
    try { await w.get(URL_ + "/uploads/" + id, { method: "DELETE" }); } catch (error) { state.refused = error.message; }
    state.about = await w.get(URL_);
    page.draw();
  };
  page.undo = async (run) => {
    state.undoing = run.id; state.refused = ""; page.draw();
    try {
      await w.post(URL_ + "/" + run.id + "/undo", {});
      state.undone = run.id;
      w.desk.map.reload(); page.clear();
      w.desk.speak(w.desk.say("Import {n} was undone.", { n: run.id }));
    } catch (error) { state.undoError = { id: run.id, message: error.message }; }
    state.undoing = false;
    await page.refresh().catch((error) => page.unavailable(error));
  };
  w.on("desk", () => page.refresh().catch((error) => page.unavailable(error)));
})();
