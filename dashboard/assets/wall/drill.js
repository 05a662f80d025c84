/* A drill that runs is said on the whole wall: a hatched band, a frame, and the word at each of its marks. */
(function () {
  "use strict";
  const w = window.wangge;
  const e = w.element;
  let turn = 0;

  const calls = () => [...w.state.calls.values()].filter((s) => s.drill && s.drill_runs).sort((a, b) => a.id - b.id);
  function draw() {
    const found = calls(), map = document.querySelector(".map");
    document.documentElement.classList.toggle("drill", found.length > 0);
    let band = document.getElementById("drill");
    if (!found.length || !map) { if (band) band.remove(); return; }
    if (!band) {
      band = e("button", "band drill");
      band.id = "drill";
      band.append(e("b"), e("span", "name"), e("span", "so-far"), e("em"));
      band.onclick = next;
      map.append(band);
    }
    const minute = Math.floor(Math.max(0, w.now() - Math.min(...found.map((s) => s.started))) / 60000) + 1;
    const names = [...new Set(found.map((s) => w.said(s.drill_name || { zh: "", en: "" })))];
    const confirmed = found.filter((s) => s.outcome === "acknowledged").length;
    const said = [w.t("DRILL"), names.join(" · "),
      [w.t("minute {n}").replace("{n}", minute), w.t("{n} calls").replace("{n}", found.length), w.t("confirmed {n}").replace("{n}", confirmed)].join(" · "),
      w.t("No real phone is dialled")];
    [...band.children].forEach((part, i) => { if (part.textContent !== said[i]) part.textContent = said[i]; });
  }
  /* The band leads to its calls, one after the other. */
  function next() {
    const found = calls(), s = found[turn++ % found.length];
    if (s) w.select(["grid", "person"].includes(s.subject.kind) && !s.crowd ? { kind: s.subject.kind, id: s.subject.id } : { kind: "call", id: s.id });
  }
  w.on("call", draw);
  w.on("tick", draw);
})();
