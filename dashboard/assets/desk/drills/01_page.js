/* Drills: start one, watch it, stop it, and read what it showed, step by step. */
(function () {
  "use strict";
  const w = window.wangge, LOOK_MS = 2000, IDLE_S = 10; /* an engine looks five times a second */
  const make = (...given) => w.desk.make(...given), say = (...given) => w.desk.say(...given);
  const box = (id) => document.getElementById(id);
  const name = (one) => (w.english() ? one.name_en : one.name_zh);
  const RULES = { owner: () => w.t("Who works the grid"), responsible: () => w.t("Everybody with a post on the grid"), nearest: () => w.t("The nearest on duty"), grid_chief: () => w.t("Grid chief"),
    community_duty: () => w.t("Duty room of the community"), subdistrict_duty: () => w.t("Duty rooms above"), person: () => w.t("This person"), crowd: () => w.t("The whole group") };
  const OUTCOMES = { acknowledged: () => w.t("Confirmed"), nobody_on_duty: () => w.t("Nobody on duty"), unreachable: () => w.t("Unreachable"), no_answer: () => w.t("Nobody answered"), declined: () => w.t("All declined"),
    busy: () => w.t("All in other calls"), not_allowed: () => w.t("Not rung at this time"), ambiguous: () => w.t("Unclear whether it rang"), too_few: () => w.t("Too few confirmed"), stalled: () => w.t("Confirmed, but nothing moves"), ended: () => w.t("Ended by hand") };
  const LEFT = { called: () => w.t("called before"), off_duty: () => w.t("off duty"), quiet_hours: () => w.t("quiet hours"), too_often: () => w.t("called too often"), surplus: () => w.t("others come first") };
  const word = (table, code) => (table[code] ? table[code]() : code || "");
  let told = null, chosen = null, shown = "", asked = null;

  w.on("desk", () => { if (box("drills")) look(); });
  async function look() {
    try {
      told = await w.get("/api/drills");
      if (!chosen && told.drills.length) chosen = told.drills[0].id;
      const one = chosen && (await w.get("/api/drills/" + chosen)).drill;
      w.unpressed(box("drills"), list);
      w.unpressed(box("now"), now);
      if (!box("scenario-file")) scenarios();
      if (one) w.unpressed(box("report"), () => report(one)); else box("report").replaceChildren();
      w.root().dataset.told = String(told.drills.length);
    } catch (error) {
      box("now").replaceChildren(make("p.said.bad", { role: "alert" }, error.message));
    }
    clearTimeout(asked);
    asked = setTimeout(look, LOOK_MS);
  }
  const at = (text) => new Intl.DateTimeFormat(w.english() ? "en-GB" : "zh-CN", { timeZone: told.timezone, month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(new Date(text));
  const state = (one) => (one.runs ? make("span.drilled", {}, w.t("Running")) : one.stopped_by ? say("stopped by {name}", { name: one.stopped_by }) : w.t("Over"));
  function list() {
    const open = (one) => { chosen = one.id; look(); };
    const row = (one) => make("tr" + (one.id === chosen ? ".on" : ""), { tabIndex: 0, onclick: () => open(one), onkeydown: (event) => { if (event.key === "Enter") open(one); } }, [
      make("td", {}, [make("b", {}, name(one)), make("span.note", {}, "#" + one.id + " \u00b7 " + (one.by || ""))]), make("td.wide", {}, at(one.started_at)),
      make("td", {}, state(one)), make("td.number", {}, one.confirmed + " / " + one.calls)]);
    const titles = [["", w.t("Drill")], [".wide", w.t("Began")], ["", w.t("State")], [".number", w.t("Confirmed / calls")]].map(([cls, text]) => make("th" + cls, { scope: "col" }, text));
    const body = told.drills.length ? told.drills.map(row) : [make("tr", {}, make("td", { colSpan: 4 }, w.t("No drill yet. Start one of the scenarios.")))];
    const focused = box("drills").contains(document.activeElement) ? [...box("drills").querySelectorAll("tr")].indexOf(document.activeElement) : -1;
    box("drills").replaceChildren(make("table", {}, [make("thead", {}, make("tr", {}, titles)), make("tbody", {}, body)]));
    if (focused > 0) box("drills").querySelectorAll("tr")[focused].focus();
  }
  function now() {
    const running = told.drills.filter((one) => one.runs), key = running.map((one) => [one.id, one.clicked, one.calls, one.confirmed, one.waits_s > IDLE_S].join()).join(";") + told.may;
    if (box("now").dataset.key === key) return; /* a button is not taken away under the finger */
    box("now").dataset.key = key;
    box("now").replaceChildren(...running.map((one) => make("section.panel", {}, [make("h2", {}, [make("span.drilled", {}, w.t("Drill")), name(one)]),
      make("p", {}, say("{n} of {all} clicks made, {confirmed} of {calls} calls confirmed", { n: one.clicked, all: one.clicks, confirmed: one.confirmed, calls: one.calls })),
      one.waits_s > IDLE_S && make("p.said.bad", { role: "alert" }, w.t("No engine runs, so nothing happens here. Start one: wangge serve engine")),
      make("p.note", {}, w.t("No real phone is dialled. The wall shows it as a drill.")),
      make("div.buttons", {}, [make("a.button", { href: "/screen" + location.search }, w.t("Watch on the wall")), told.may && make("button.button.risky", { type: "button", onclick: () => stop(one) }, w.t("Stop"))])])));
  }
  async function stop(one) {
    try { await w.post("/api/drills/" + one.id + "/stop", {}); } catch (error) { fault([error.message]); }
    look();
  }
  const fault = (texts) => box("faults").replaceChildren(...texts.map((text) => make("p.said.bad", { role: "alert" }, text)));
  /* One key a scenario until its answer is there: a double click is one drill. */
  const keys = new Map();
  async function start(code, scenario) {
    fault([]);
    if (!keys.has(code)) keys.set(code, crypto.getRandomValues(new Uint32Array(4)).join("-"));
    const response = await fetch("/api/drills", { method: "POST", credentials: "same-origin", body: JSON.stringify({ scenario, request_key: keys.get(code) }),
      headers: { "Accept-Language": document.documentElement.lang, "Content-Type": "application/json" } }).catch((error) => ({ ok: false, statusText: error.message, json: async () => ({}) }));
    const said = await response.json().catch(() => ({}));
    keys.delete(code);
    if (!response.ok) return fault((said.faults || []).length ? said.faults.map((one) => one.message) : [(said.error && said.error.message) || response.statusText]);
    chosen = said.drill.id;
    look();
  }
  function scenarios() {
    const pick = make("input", { type: "file", id: "scenario-file", accept: ".json,application/json", onchange: async () => {
      let said = null;
      try { said = JSON.parse(await pick.files[0].text()); } catch { fault([w.t("The file is no JSON.")]); }
      pick.value = "";
      if (said) start("file", said);
    } });
    pick.hidden = true;
    box("scenarios").replaceChildren(make("section.panel", {}, [make("h2", {}, w.t("Scenarios")), make("p.note", {}, w.t("Played by the site's engine with live positions and shifts. It rings nobody, opens no event and counts in no figure.")),
      ...told.scenarios.map((one) => make("div.one", {}, [make("div", {}, [make("b", {}, w.english() ? one.en : one.zh), make("a.note", { href: "data:application/json," + encodeURIComponent(JSON.stringify(one.scenario, null, 2)), download: one.code + ".json" }, w.t("Save as a file"))]),
        make("button.button.main", { type: "button", disabled: !told.may, onclick: () => start(one.code, one.code) }, w.t("Start"))])),
      make("div.buttons", {}, make("label.button", { for: "scenario-file" }, w.t("Start from a file"))), pick, make("div", { id: "faults" })]));
  }
  const seconds = (n) => (n == null ? "\u2013" : say("{n} s", { n: w.number(Math.round(n)) }));
  function report(one) {
    const key = JSON.stringify(one) + w.english();
    if (key === shown) return;
    shown = key;
    const figure = (title, value) => make("div", {}, [make("dt", {}, title), make("dd", {}, value)]);
    const total = one.total;
    box("report").replaceChildren(make("section.panel", {}, [
      make("h2", {}, [make("span.drilled", {}, w.t("Drill")), w.english() ? one.name.en : one.name.zh, make("a.button", { href: "/api/drills/" + one.id + "/report.csv?lang=" + (w.english() ? "en" : "zh"), download: "drill-" + one.id + ".csv" }, "CSV")]),
      make("dl.figures", {}, [figure(w.t("Calls"), total.calls), figure(w.t("Confirmed"), total.acknowledged), figure(w.t("People called"), total.called), figure(w.t("Reached"), total.reached), figure(w.t("Steps that found nobody"), total.nobody), figure(w.t("Slowest confirmation"), seconds(total.slowest_ack_s)), figure(w.t("In total"), seconds(one.seconds))]),
      ...one.missed.map((each) => make("p.said.warn", {}, say("Click {n} could not be made: {why}", { n: each.click + 1, why: each.why }))),
      ...one.calls.flatMap(call)]));
  }
  function call(one) {
    const about = one.about && (w.english() ? one.about.en : one.about.zh), outcome = one.state === "running" ? w.t("Running") : word(OUTCOMES, one.outcome);
    const cells = (step) => [[".number", step.step], ["", word(RULES, step.target)], [".number", seconds(step.fired_s)], [".number", step.called], [".number", step.reached], [".number", step.confirmed], [".number", seconds(step.first_ring_s)], [".number", seconds(step.first_ack_s)], ["", who(one, step)]];
    const titles = [[".number", w.t("Step")], ["", w.t("Rule")], [".number", w.t("Began")], [".number", w.t("Called")], [".number", w.t("Reached")], [".number", w.t("Confirmed")], [".number", w.t("First ring")], [".number", w.t("First confirmation")], ["", w.t("Who would have come")]];
    return [make("h3", {}, [one.click + ". " + [one.subject.name, about].filter(Boolean).join(" \u00b7 "), make("em", {}, outcome + " \u00b7 " + (w.english() ? one.policy.en : one.policy.zh) + (one.total_s == null ? "" : " \u00b7 " + seconds(one.total_s)))]),
      make("div.steps", { tabIndex: 0 }, make("table", {}, [make("thead", {}, make("tr", {}, titles.map(([cls, text]) => make("th" + cls, { scope: "col" }, text)))),
        make("tbody", {}, one.steps.map((step) => make("tr", {}, cells(step).map(([cls, text]) => make("td" + cls, {}, String(text))))))]))];
  }
  function who(one, step) {
    const came = one.came.filter((each) => each.step === step.step).map((each) => each.name + (each.distance_m == null ? "" : " " + say("{n} m", { n: w.number(each.distance_m) })) + (each.comes ? "" : " (" + w.t("does not move") + ")"));
    if (came.length) return came.join(", ");
    if (step.called) return "";
    const left = Object.entries(step.left_out).map(([why, n]) => word(LEFT, why) + " " + n);
    return [w.t("Nobody found"), ...left].join(" \u00b7 ");
  }
})();
