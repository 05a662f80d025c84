/* The dry run of the policy in the form, stored or not: whom a click on a grid or an event would call. */
(function () {
  "use strict";
  const w = window.wangge, P = window.wangge.policies;
  const make = (...given) => w.desk.make(...given);
  const box = (id) => document.getElementById(id);
  let grids = null;

  P.trial = async (policy) => {
    const kept = box("place") ? box("place").value : "", kind = box("kind") ? box("kind").value : "grid";
    const kinds = make("select", { id: "kind", "aria-label": w.t("What is clicked"), onchange: () => P.trial(policy) }, [["grid", w.t("Grid")], ["event", w.t("Event number")]].map(([value, said]) => make("option", { value, selected: value === kind }, said)));
    const place = make("input", { id: "place", type: kind === "grid" ? "text" : "number", value: kept, autocomplete: "off", "aria-label": w.t("Grid"), placeholder: kind === "grid" ? w.t("Name or code") : "1" });
    if (kind === "grid") place.setAttribute("list", "grids");
    box("trial").replaceChildren(make("section.panel", {}, [make("h2", {}, w.t("Dry run")), make("p.note", {}, w.t("Whom a click would call now, by the policy above as it stands in the form. Nobody is rung.")),
      make("form", { noValidate: true, onsubmit: (event) => { event.preventDefault(); run(policy()); } }, [make("div.pair", {}, [kinds, place]), make("datalist", { id: "grids" }),
        make("div.buttons", {}, make("button.button", { type: "submit" }, w.t("Try")))]), make("div", { id: "tried", role: "status" })]));
    grids ||= (await w.get("/api/layers/grids.geojson").catch(() => ({ features: [] }))).features.map((one) => one.properties);
    if (box("grids")) box("grids").replaceChildren(...grids.slice(0, 2000).map((one) => make("option", { value: one.name || one.code }, one.code)));
  };
  function clicked() {
    const said = box("place").value.trim();
    if (box("kind").value === "event") return /^[1-9]\d{0,17}$/.test(said) ? { event_id: Number(said) } : null;
    const found = grids && said && grids.find((one) => one.code === said || one.name === said);
    return found ? { grid_id: found.id } : null;
  }
  async function run(policy) {
    const what = clicked();
    const say = (...list) => box("tried").replaceChildren(...list);
    if (!what) return say(make("p.said.bad", { role: "alert" }, w.t("Choose a grid of the list, or give an event's number.")));
    try {
      const draft = { ...policy, code: policy.code || "draft", name_zh: policy.name_zh || "draft", name_en: policy.name_en || "draft" };
      const answer = await P.send("/api/policies/preview", "POST", { policy: draft, clicked: what });
      P.mark([]);
      show(answer.preview);
    } catch (error) {
      P.mark(error.faults || []);
      say(make("p.said.bad", { role: "alert" }, error.message));
    }
  }
  const OUTCOMES = { nobody_on_duty: () => w.t("Nobody is on duty: the call would end at once."), unreachable: () => w.t("Nobody can be reached now: the call would end at once."), not_allowed: () => w.t("The rules leave everybody out: the call would end at once.") };
  const words = (one) => one.words[w.english() ? "en" : "zh"];
  function show(found) {
    const outcome = found.outcome && make("p.said.warn", {}, OUTCOMES[found.outcome] ? OUTCOMES[found.outcome]() : found.outcome);
    box("tried").replaceChildren(...[outcome, ...found.steps.flatMap(step)].filter(Boolean));
  }
  function step(one, n) {
    const when = one.after_s ? w.desk.say("after {n} s without confirmation", { n: one.after_s }) : w.t("at once");
    const rest = one.found - one.people.length;
    return [make("h3", {}, [n + 1 + " " + P.rule(one.target), make("em", {}, when)]),
      ...one.people.map((each) => make("div.who", {}, [make("b", {}, each.person.name), words(each),
        each.uncovers.length ? make("span.warn", {}, " \u00b7 " + w.desk.say("nobody is left on: {grids}", { grids: each.uncovers.map((grid) => grid.name).join(", ") })) : null])),
      rest > 0 ? make("p.note", {}, w.desk.say("and {n} more", { n: rest })) : null,
      one.found ? null : make("p.note", {}, w.t("This rule finds nobody who may be called.")),
      ...one.skipped.map((each) => make("div.who.off.note", {}, [make("b", {}, each.person.name), w.desk.say("left out: {why}", { why: words(each) })]))];
  }
})();
