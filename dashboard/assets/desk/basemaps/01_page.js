/* The base map: what is set and how it fits the town, and a form for another one. */
(function () {
  "use strict";
  const w = window.wangge;
  const make = (...given) => w.desk.make(...given);
  const box = (id) => document.getElementById(id);
  const KINDS = { xyz: () => w.t("Folder of tiles"), mbtiles: () => "MBTiles", pmtiles: () => "PMTiles", wmts: () => w.t("Service (WMTS)") };
  const SYSTEMS = [["", () => w.t("Choose …")], ["cgcs2000", () => w.t("CGCS2000 (Tianditu)")], ["gcj02", () => w.t("GCJ-02 (Amap, Tencent)")], ["wgs84", () => "WGS-84"]];
  const LOOKS = [["light", () => w.t("Light paper")], ["dark", () => w.t("Dark paper")], ["imagery", () => w.t("Photographs")]];
  let told = null, source = "service";

  w.on("desk", () => { if (box("present")) read(); });
  async function read() {
    try {
      told = await w.get("/api/basemap");
    } catch (error) {
      box("present").replaceChildren(make("div.panel", {}, make("p.said.bad", { role: "alert" }, error.message)));
      return;
    }
    if (told.files.length && !(told.basemap && told.basemap.kind === "wmts")) source = "file";
    present();
    form();
    w.root().dataset.told = told.basemap ? told.basemap.version : "none";
  }
  const remarks = (list) => list.map((one) => make("p.said" + (one.good ? ".good" : ".warn"), {}, one.text));
  function present() {
    const set = told.basemap;
    if (!set) {
      box("present").replaceChildren(make("section.panel", {}, [make("h2", {}, w.t("No base map")),
        make("p.note", {}, w.t("Our own roads, waters and houses are drawn."))]));
      return;
    }
    const look = LOOKS.find(([name]) => name === (set.imagery ? "imagery" : set.dark ? "dark" : "light"))[1]();
    const lines = [[w.t("Kind"), KINDS[set.kind]()], [w.t("Place"), told.place], [w.t("Labels"), told.labels || "\u2013"],
      [w.t("Coordinate system"), set.system], [w.t("Zooms"), set.min_zoom + "\u2013" + set.max_zoom],
      [w.t("Look"), look + " \u00b7 " + set.strength + " %"], [w.t("Attribution"), set.attribution || "\u2013"],
      [w.t("Key"), told.key ? w.t("is set") : "\u2013"]];
    box("present").replaceChildren(make("section.panel", {}, [
      make("h2", {}, w.t("The base map that is set")),
      make("table", {}, make("tbody", {}, lines.map(([name, value]) => make("tr", {}, [make("th", { scope: "row" }, name), make("td", {}, value)])))),
      ...remarks(told.remarks),
      make("div.buttons", {}, make("button.button.risky", { type: "button", onclick: remove }, w.t("Take it away"))),
    ]));
  }
  const field = (id, word, control, note) => make("div.field", {}, [make("label", { for: id }, word), control, note && make("span.note", {}, note)]);
  const select = (id, options) => make("select", { id }, options.map(([value, word]) => make("option", { value }, word)));
  const input = (id, more) => make("input", { id, type: "text", maxLength: 500, autocomplete: "off", ...more });
  function form() {
    const files = told.files.map((name) => [name, name]);
    const kept = { crs: box("crs") && box("crs").value };
    const kind = make("select", { id: "source", onchange: () => { source = kind.value; form(); } },
      [["service", w.t("Service (WMTS)")], ["file", w.t("File on this server")]].map(([value, word]) => make("option", { value, selected: value === source }, word)));
    const service = [
      field("address", w.t("Address"), input("address", { type: "url", placeholder: "https://t0.tianditu.gov.cn/vec_w/wmts", required: true })),
      field("labels", w.t("Labels"), input("labels", { placeholder: "cva" }), w.t("Another layer of the same service, by name or address; may be empty.")),
      field("key", w.t("Key"), input("key", { type: "password", autocomplete: "new-password" }), w.t("Stays on the server. Empty: the one that is set, at the same server.")),
    ];
    const own = files.length ? [field("file", w.t("File"), select("file", files)),
      field("labels", w.t("Labels"), select("labels", [["", w.t("None")], ...files]), w.t("Names as tiles of their own, over the pictures."))]
      : [make("p.note", {}, w.desk.say("Copy folders of tiles, .mbtiles or .pmtiles to {folder} on the server.", { folder: told.folder }))];
    const strength = make("input", { id: "strength", type: "range", min: 10, max: 100, step: 5, value: 100 });
    const made = make("form", { onsubmit: (event) => { event.preventDefault(); send("/api/basemap", true); } }, [
      make("h2", {}, w.t("Another base map")),
      field("source", w.t("From"), kind), ...(source === "service" ? service : own),
      field("crs", w.t("Coordinate system"), select("crs", SYSTEMS.map(([value, word]) => [value, word()])), w.t("A wrong one puts every mark in the wrong street.")),
      field("look", w.t("Look"), select("look", LOOKS.map(([value, word]) => [value, word()]))),
      field("strength", w.t("Strength"), strength),
      field("attribution", w.t("Attribution"), input("attribution", { maxLength: 200, placeholder: "GS(2026)0001" })),
      make("div.buttons", {}, [make("button.button.main", { type: "submit" }, w.t("Set")),
        make("button.button", { type: "button", onclick: () => send("/api/basemap/check", false) }, w.t("Only check"))]),
      make("div", { id: "said", role: "status" }),
    ]);
    box("wish").replaceChildren(make("section.panel", {}, made));
    if (kept.crs) box("crs").value = kept.crs;
  }
  function wish() {
    const value = (id) => (box(id) && box(id).value.trim()) || null;
    return { file: value("file"), address: value("address"), labels: value("labels"), key: value("key"), crs: value("crs"),
      look: value("look"), strength: Number(value("strength")), attribution: value("attribution") };
  }
  async function send(address, set) {
    const buttons = [...box("wish").querySelectorAll("button")];
    for (const one of buttons) one.disabled = true;
    box("said").replaceChildren(make("p.note", {}, w.t("Its tiles are compared with the town …")));
    try {
      const answer = await w.post(address, wish());
      if (set) return location.reload();
      box("said").replaceChildren(...remarks(answer.remarks));
    } catch (error) {
      box("said").replaceChildren(make("p.said.bad", { role: "alert" }, error.message));
    } finally {
      for (const one of buttons) one.disabled = false;
    }
  }
  async function remove() {
    if (!window.confirm(w.t("Take the base map away from all walls?"))) return;
    try { await w.post("/api/basemap/none", {}); location.reload(); } catch (error) {
      box("present").append(make("p.said.bad", { role: "alert" }, error.message));
    }
  }
})();
