/* What goes in and what does not, on the map: accepted in our blue, rejected hatched, with the reason. */
(function () {
  "use strict";
  const w = window.wangge, page = w.importing;
  const key = (name, text) => { document.getElementById(name).textContent = text; };
  const words = (f) => {
    const about = f.properties, head = w.desk.say("Row {row}", about) + (about.name ? " · " + about.name : "");
    return about.message ? head + ": " + about.message : head;
  };
  page.clear = () => {
    for (const name of ["accepted", "refused"]) w.desk.map.clear(name);
    for (const name of ["key-in", "key-out"]) key(name, "–");
    key("key-note", "");
  };
  page.preview = async () => {
    const upload = page.state.upload;
    if (!upload || upload.state !== "done" || upload.task === "look") return;
    key("key-note", w.t("Loading the preview"));
    const drawn = await w.get("/api/imports/uploads/" + upload.id + "/preview.geojson").catch(() => null);
    if (page.state.upload !== upload) return;
    if (!drawn) return key("key-note", w.t("The preview is not there. Check again."));
    const part = (bad) => ({ type: "FeatureCollection", features: drawn.features.filter((f) => (f.properties.state === "rejected") === bad) });
    w.desk.map.draw("accepted", part(false), { title: words, choose: page.choose,
      style: () => ({ color: w.colour("people"), fillColor: w.colour("people"), fillOpacity: 0.22, weight: 1.5 }) });
    w.desk.map.draw("refused", part(true), { title: words, choose: page.choose,
      style: () => ({ color: w.colour("no-data"), fillColor: w.colour("no-data"), fillOpacity: 0.5, hatch: "grey", weight: 2 }) });
    const placed = drawn.total.accepted + drawn.total.rejected > 0; /* of a file without places the map tells nothing */
    key("key-in", placed ? w.number(drawn.total.accepted) : "–");
    key("key-out", placed ? w.number(drawn.total.rejected) : "–");
    const some = drawn.shown.accepted < drawn.total.accepted || drawn.shown.rejected < drawn.total.rejected;
    const bare = upload.report.rows - page.left(upload.report) - drawn.total.accepted - drawn.total.rejected;
    const notes = [some && w.desk.say("shown: {n}", { n: w.number(drawn.features.length) }), bare > 0 && w.desk.say("without a place: {n}", { n: w.number(bare) })];
    key("key-note", notes.filter(Boolean).join(" · "));
    if (drawn.features.length) w.desk.map.zoom(drawn);
  };
  page.choose = (f) => {
    const name = f.properties.state === "rejected" ? "refused" : "accepted";
    w.desk.map.choose(name, f.properties.id);
    page.mark(f.properties);
    w.desk.speak(words(f));
  };
})();
