/* The legend is the list of layers: each switch beside its marks and what they mean. */
(function () {
  "use strict";
  const w = window.wangge;
  const e = w.element;
  const MARKS = {
    load: ["step c0", "step c1", "step c2", "step c3", "step c4"], light: ["swatch light"], vacancy: ["swatch vacancy"],
    borders: ["swatch borders"], circles: ["swatch circle"], facilities: ["mark station"],
    people: ["mark person fresh", "mark person ageing", "mark person stale", "mark person offline"],
    clusters: ["swatch cluster"], basemap: ["swatch basemap"], overdue: ["mark red"], events: ["mark yellow", "mark green", "mark no-limit"],
    alerts: ["swatch alert extreme", "swatch alert severe", "swatch alert moderate", "swatch alert minor"], labels: [],
  };
  const all = () => JSON.parse(w.root().dataset.layers);
  const box = () => document.getElementById("layers");
  const ages = (text) => text.replace(/{(\w+)}/g, (_, name) => {
    const s = w.state.hello ? w.state.hello.settings[name + "_s"] : null;
    return s == null ? "–" : "≤ " + (s < 120 ? s + " " + w.t("s") : Math.round(s / 60) + " " + w.t("min"));
  });

  w.layerKeys = () => Object.keys(all()).filter((key) => key !== "basemap" || w.map.basemap());
  function draw() {
    const close = e("button", "close", w.t("Close")), head = e("h2", null, w.t("Layers"));
    close.onclick = w.layers;
    head.append(...desks(), close);
    box().replaceChildren(head, ...w.layerKeys().map((key) => row(key, ...all()[key])));
    count();
  }
  /* Who may open desk pages finds them here: a wall has no menu. */
  const open = () => JSON.parse(w.root().dataset.desks || "[]");
  w.deskPage = (path) => open().map(([address]) => address).find((address) => address.split("?")[0] === path);
  function desks() {
    const pages = open();
    if (!pages.length) return [];
    const nav = e("nav", "desks");
    nav.append(...pages.map(([address, word]) => { const link = e("a", null, word); link.href = address; return link; }));
    return [nav];
  }
  function row(key, word, meaning) {
    const label = e("label", "switch"), tick = e("input"), words = e("span", "words"), marks = e("span", "marks-of");
    tick.type = "checkbox"; tick.checked = w.state.layers[key] !== false; tick.name = key;
    tick.onchange = () => { w.state.layers[key] = tick.checked; w.remember(); w.emit("layers"); count(); };
    words.append(e("span", null, word));
    if (meaning) words.append(e("small", null, ages(meaning)));
    marks.append(...MARKS[key].map((cls) => e("i", cls, cls.endsWith("cluster") ? "5" : null)));
    label.append(marks, words, tick);
    return label;
  }
  function count() {
    document.getElementById("layers-count").textContent = w.layerKeys().filter((key) => w.state.layers[key] !== false).length;
  }
  w.layers = function () {
    const open = box().hidden;
    box().hidden = !open;
    document.getElementById("panels").hidden = open || Boolean(w.state.selection);
    document.getElementById("card").hidden = open || !w.state.selection;
    if (open) box().querySelector("input").focus();
  };
  w.on("begin", () => { document.getElementById("layers-open").onclick = w.layers; });
  w.on("restored", draw);
  w.on("hello", draw);
})();
