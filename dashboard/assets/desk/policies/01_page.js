/* Call policies: the list, the form of one, files in and out. The dry run is in 02_trial.js. */
(function () {
  "use strict";
  const w = window.wangge, P = (w.policies = { faults: [] });
  const make = (...given) => w.desk.make(...given);
  const box = (id) => document.getElementById(id);
  const RULES = { owner: () => w.t("Who works the grid"), responsible: () => w.t("Everybody with a post on the grid"), nearest: () => w.t("The nearest on duty"),
    grid_chief: () => w.t("Grid chief"), community_duty: () => w.t("Duty room of the community"), subdistrict_duty: () => w.t("Duty rooms above") };
  const CHANNELS = { page: () => w.t("Phone page") };
  const SEVERITIES = { ordinary: () => w.t("Ordinary"), urgent: () => w.t("Urgent") };
  const word = (table, code) => (table[code] ? table[code]() : code);
  const name = (one) => (w.english() ? one.name_en : one.name_zh) || one.code;
  let told = null, chosen = null, fresh = false;
  P.rule = (code) => word(RULES, code);

  w.on("desk", () => {
    if (!box("policies")) return;
    box("new").addEventListener("click", () => open({ ...blank(told.default), code: "", name_zh: "", name_en: "" }, true));
    read();
  });
  const blank = (one) => JSON.parse(JSON.stringify(one));
  async function read(code) {
    try {
      told = await w.get("/api/policies");
    } catch (error) {
      box("policies").replaceChildren(make("p.said.bad.alone", { role: "alert" }, error.message));
      return;
    }
    const found = told.policies.find((one) => one.code === code) || told.policies[0];
    list();
    file();
    if (found) open(found); else open(null);
    w.root().dataset.told = String(told.policies.length);
  }
  function fits(one) {
    const of = (list_, code) => name(list_.find((each) => each.code === code) || { code });
    const said = [one.event_type && of(told.event_types, one.event_type), one.severity && word(SEVERITIES, one.severity), one.grid_kind && of(told.grid_kinds, one.grid_kind)];
    return said.filter(Boolean).join(" \u00b7 ") || w.t("Everything");
  }
  const path = (one) => one.steps.map((step) => word(RULES, step.target) + " " + step.ring_s + " s").join(" \u2192 ");
  function list() {
    const row = (one, own) => make("tr" + (chosen && !fresh && chosen.code === one.code ? ".on" : ""), { tabIndex: 0, onclick: () => open(one),
      onkeydown: (event) => { if (event.key === "Enter") open(one); } }, [
      make("td", {}, [make("b", {}, name(one)), make("span.note", {}, own ? w.t("The product's own, where none fits") : one.code)]),
      make("td", {}, own ? w.t("Everything else") : fits(one)), make("td", {}, path(one)),
      make("td", {}, own || one.active ? w.t("Active") : w.t("Off"))]);
    const titles = [w.t("Policy"), w.t("Fits"), w.t("Steps"), w.t("State")].map((text) => make("th", { scope: "col" }, text));
    box("policies").replaceChildren(make("table", {}, [make("thead", {}, make("tr", {}, titles)),
      make("tbody", {}, [...told.policies.map((one) => row(one, false)), row(told.default, true)])]));
  }
  function file() {
    const pick = make("input", { type: "file", id: "pick", accept: ".json,application/json", onchange: () => take(pick) });
    box("file").replaceChildren(make("section.panel", {}, [make("h2", {}, w.t("As a file")),
      make("div.buttons", {}, [make("label.button", { for: "pick" }, w.t("Import from a file")), make("a.button", { href: "/api/policies/export", download: "policies.json" }, w.t("Export to a file"))]),
      pick, make("p.note", {}, w.t("A file goes in as a whole or not at all; policies of the same code are replaced.")), make("div", { id: "taken", role: "status" })]));
    pick.hidden = true;
  }
  async function send(url, method, body) {
    const response = await fetch(url, { method, credentials: "same-origin", body: body === undefined ? undefined : JSON.stringify(body),
      headers: { "Accept-Language": document.documentElement.lang, "Content-Type": "application/json" } });
    const said = await response.json().catch(() => ({}));
    if (response.ok) return said;
    throw Object.assign(new Error((said.error && said.error.message) || response.statusText), { faults: said.faults || [] });
  }
  P.send = send;
  async function take(pick) {
    const show = (list_) => box("taken").replaceChildren(...list_);
    let said;
    try { said = JSON.parse(await pick.files[0].text()); } catch { pick.value = ""; return show([make("p.said.bad", { role: "alert" }, w.t("The file is no JSON."))]); }
    try {
      const done = await send("/api/policies/import", "POST", said);
      await read(done.taken[0]);
      box("taken").replaceChildren(make("p.said.good", {}, w.desk.say("{n} policies taken", { n: done.taken.length })));
    } catch (error) {
      const faults = error.faults && error.faults.length ? error.faults.map((one) => one.message) : [error.message];
      show([make("p.note", {}, w.t("Nothing was written:")), ...faults.map((text) => make("p.said.bad", { role: "alert" }, text))]);
    }
    pick.value = "";
  }

  function open(one, is_new) {
    chosen = one && blank(one);
    fresh = Boolean(is_new);
    list();
    if (!one || one.code === told.default.code) own(); else form();
    P.faults = [];
    P.trial(() => chosen || told.default);
    if (is_new && box("code")) box("code").focus();
  }
  function own() {
    chosen = blank(told.default);
    list();
    box("policy").replaceChildren(make("section.panel", {}, [make("h2", {}, name(told.default)), make("p.note", {}, w.t("Where no policy fits, these steps apply. They cannot be changed; make a policy that fits everything instead.")),
      make("ol", {}, told.default.steps.map((step) => make("li", {}, word(RULES, step.target) + " \u00b7 " + step.ring_s + " s")))]));
  }
  const fault = (where) => make("span.fault", { "data-where": where, role: "alert" });
  const field = (id, text, control, note) => make("div.field", {}, [make("label", { for: id }, text), control, note && make("span.note", {}, note), fault(id)]);
  const text = (id) => make("input", { id, type: "text", maxLength: 100, value: chosen[id] || "", autocomplete: "off", oninput: (event) => { chosen[id] = event.target.value.trim(); } });
  const number = (id, min, max) => make("input", { id, type: "number", min, max, value: chosen[id] == null ? "" : chosen[id], inputMode: "numeric",
    oninput: (event) => { chosen[id] = event.target.value === "" ? null : Number(event.target.value); } });
  const choice = (id, options) => make("select", { id, onchange: (event) => { chosen[id] = event.target.value || null; } },
    [["", w.t("Any")], ...options].map(([value, said]) => make("option", { value, selected: value === (chosen[id] || "") }, said)));
  const named = (list_) => list_.map((one) => [one.code, name(one)]);
  function quiet() {
    const at = (n, said) => make("input", { type: "time", "aria-label": said, id: n ? "quiet_until" : "quiet", value: chosen.quiet ? chosen.quiet[n] : "", oninput: () => {
      const both = [box("quiet").value, box("quiet_until").value];
      chosen.quiet = both[0] || both[1] ? both : null; } });
    return make("div.pair", {}, [at(0, w.t("From")), at(1, w.t("Until"))]);
  }
  function form() {
    const active = make("input", { id: "active", type: "checkbox", checked: chosen.active, onchange: (event) => { chosen.active = event.target.checked; } });
    const code = text("code");
    code.readOnly = !fresh;
    box("policy").replaceChildren(make("section.panel", {}, make("form", { noValidate: true, onsubmit: save }, [
      make("h2", {}, fresh ? w.t("New policy") : name(chosen)),
      field("code", w.t("Code"), code), field("name_zh", w.t("Chinese name"), text("name_zh")), field("name_en", w.t("English name"), text("name_en")),
      make("h3", {}, w.t("Fits")), field("event_type", w.t("Event type"), choice("event_type", named(told.event_types))),
      field("severity", w.t("Severity"), choice("severity", Object.entries(SEVERITIES).map(([value, said]) => [value, said()]))),
      field("grid_kind", w.t("Kind of grid"), choice("grid_kind", named(told.grid_kinds))),
      make("h3", {}, w.t("Steps")), make("div", { id: "steps" }), fault("steps"),
      make("h3", {}, w.t("Rules")), field("need", w.t("Must confirm"), number("need", 0, 100), w.t("People. 0: whoever comes, until the steps are over.")),
      field("ack_timeout_s", w.t("Goes on after"), number("ack_timeout_s", 10, 86400), w.t("Seconds without movement after a confirmation. Empty: never.")),
      field("quiet", w.t("Quiet hours"), quiet(), w.t("Only urgent calls ring then.")),
      field("most_per_hour", w.t("Limit an hour"), number("most_per_hour", 1, 1000), w.t("Calls to one person. Empty: none.")),
      field("active", w.t("Active"), make("span", {}, active)),
      make("div.buttons", {}, [make("button.button.main", { type: "submit" }, w.t("Save")), !fresh && make("button.button.risky", { type: "button", onclick: remove }, w.t("Remove"))]),
      make("div", { id: "said", role: "status" })])));
    steps();
  }
  function steps() {
    const all = chosen.steps;
    const again = (change) => { change(); steps(); };
    const part = (id, said, control) => make("div", {}, [make("label", { for: id }, said), control]);
    box("steps").replaceChildren(...all.map((step, n) => {
      const id = (control) => "steps." + n + "." + control;
      const count = (control, min, max) => make("input", { id: id(control), type: "number", min, max, value: step[control], oninput: (event) => { step[control] = event.target.value === "" ? null : Number(event.target.value); } });
      const rule = make("select", { id: id("target"), onchange: () => again(() => { step.target = rule.value; }) }, told.targets.map((value) => make("option", { value, selected: value === step.target }, word(RULES, value))));
      const move = (sign, said, off, change) => make("button.button", { type: "button", disabled: off, "aria-label": said, title: said, onclick: () => again(change) }, sign);
      const swap = (m) => () => { all.splice(m, 0, all.splice(n, 1)[0]); };
      return make("div.step", {}, [make("b", {}, String(n + 1)), part(id("target"), word(CHANNELS, step.channels[0]), rule), part(id("ring_s"), w.t("Seconds"), count("ring_s", 5, 600)),
        step.target === "nearest" ? part(id("k"), w.t("How many"), count("k", 1, 20)) : make("div"),
        make("div.moves", {}, [move("\u2191", w.t("Earlier"), n === 0, swap(n - 1)), move("\u2193", w.t("Later"), n + 1 === all.length, swap(n + 1)), move("\u00d7", w.t("Leave out"), false, () => all.splice(n, 1))]),
        ...["target", "ring_s", "k", "channels"].map((control) => fault(id(control)))]);
    }), make("div.buttons", {}, make("button.button", { type: "button", onclick: () => again(() => all.push({ target: "owner", channels: ["page"], ring_s: 30, k: 3 })) }, w.t("Add a step"))));
    mark(P.faults);
  }
  /* Each fault at its control; what has none stands below the buttons. */
  function mark(faults) {
    P.faults = faults;
    const loose = [];
    for (const one of box("policy").querySelectorAll(".fault")) one.textContent = "";
    for (const one of box("policy").querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
    for (const one of faults) {
      const place = one.where && box("policy").querySelector('.fault[data-where="' + CSS.escape(one.where) + '"]');
      if (!place) { loose.push(one.message); continue; }
      place.textContent = [place.textContent, one.message].filter(Boolean).join(" ");
      if (box(one.where)) box(one.where).setAttribute("aria-invalid", "true");
    }
    if (box("said")) box("said").replaceChildren(...loose.map((said) => make("p.said.bad", { role: "alert" }, said)));
  }
  P.mark = mark;
  async function save(event) {
    event.preventDefault();
    if (!chosen.code) return mark([{ where: "code", message: w.t("Give it a code.") }]);
    if (fresh && told.policies.some((one) => one.code === chosen.code)) return mark([{ where: "code", message: w.t("There is a policy of this code.") }]);
    try {
      await send("/api/policies/" + encodeURIComponent(chosen.code), "PUT", chosen);
    } catch (error) {
      return mark(error.faults.length ? error.faults : [{ where: "", message: error.message }]);
    }
    await read(chosen.code);
    box("said").replaceChildren(make("p.said.good", {}, w.t("Saved. Calls that run keep the policy of their click.")));
  }
  async function remove() {
    if (!window.confirm(w.desk.say("Remove the policy {name}?", { name: name(chosen) }))) return;
    try { await send("/api/policies/" + encodeURIComponent(chosen.code), "DELETE"); await read(); } catch (error) { mark([{ where: "", message: error.message }]); }
  }
})();
