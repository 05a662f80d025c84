/* The call ledger: what is asked, its figures, its calls. The address holds the filter; each figure is
   one more word of it. The story of one call is in 02_story.js. */
(function () {
  "use strict";
  const w = window.wangge, L = (w.ledger = { query: new URLSearchParams(), known: null });
  const make = (...given) => w.desk.make(...given), box = (id) => document.getElementById(id);
  const NAMES = ["from", "to", "state", "outcome", "purpose", "drill", "policy", "type", "area", "person", "person_id", "caller", "reached", "confirmed", "held", "settled_step", "ack_from_s"];
  const WEEK_MS = 7 * 86400000;
  let shown = [], turn = 0;
  L.shown = () => shown;
  L.both = (said) => (w.english() ? said.en : said.zh) || "";
  L.part = (ms, options) => new Intl.DateTimeFormat(w.english() ? "en-GB" : "zh-CN", { timeZone: w.zone(), hourCycle: "h23", ...options }).format(ms);
  L.when = (ms) => L.part(ms, { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  L.seconds = (s) => (s == null ? "–" : s < 90 ? (Math.round(s * 10) / 10) + " " + w.t("s") : Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0"));
  L.drill = () => make("b.drill", {}, w.t("Drill"));

  w.on("desk", begin);
  window.addEventListener("popstate", show);
  async function begin() {
    if (!box("ledger")) return;
    try {
      L.known = await w.get("/api/calls/filters");
    } catch (error) {
      return wrong(error, begin);
    }
    w.state.hello = { settings: { timezone: L.known.timezone } }; /* the site's times */
    show();
  }
  /* What the address says: a list, or one call. */
  function show() {
    L.query = new URLSearchParams(location.search);
    const call = L.query.get("call");
    box("ledger").hidden = Boolean(call);
    box("opened").hidden = !call;
    box("export").hidden = Boolean(call);
    L.close();
    if (call) return L.open(call);
    if (!NAMES.some((name) => L.query.has(name))) { usual(); go(L.query, true); }
    controls();
    read();
  }
  const local = (ms) => new Intl.DateTimeFormat("sv-SE", { timeZone: w.zone(), dateStyle: "short", timeStyle: "short" }).format(ms).replace(" ", "T");
  /* Real calls of the last week: tests and drills would make every figure look better. */
  function usual() {
    for (const name of NAMES) L.query.delete(name);
    for (const [name, value] of [["from", local(Date.parse(L.known.now) - WEEK_MS)], ["purpose", "call"], ["drill", "false"]]) L.query.set(name, value);
  }
  const go = (query, replace) => history[replace ? "replaceState" : "pushState"](history.state, "", location.pathname + "?" + query);
  L.go = (changes) => {
    const query = new URLSearchParams(L.query);
    for (const [name, value] of Object.entries(changes)) { if (value == null || value === "") query.delete(name); else query.set(name, value); }
    go(query);
    show();
    scrollTo(0, 0);
  };
  const asked = (more) => {
    const query = new URLSearchParams(more);
    for (const name of NAMES) if (L.query.get(name)) query.set(name, L.query.get(name));
    return query;
  };

  function controls() {
    const pick = (name, label, options) => field(name, label, make("select", { name }, [["", w.t("All")], ...options]
      .map(([value, said]) => make("option", { value, selected: L.query.get(name) === value }, said))));
    const write = (name, label, type) => field(name, label, make("input", { name, type: type || "text", maxLength: 100, value: L.query.get(name) || "" }));
    const named = (list) => list.map((one) => [one.code, w.named(one) || one.code]);
    box("filters").onsubmit = (event) => { event.preventDefault(); apply(); };
    box("filters").onchange = (event) => { if (event.target.tagName === "SELECT") apply(); };
    box("filters").replaceChildren(
      write("from", w.t("From"), "datetime-local"), write("to", w.t("Until"), "datetime-local"),
      pick("outcome", w.t("Outcome"), L.known.outcomes.map((one) => [one.code, L.both(one)])),
      pick("drill", w.t("Real or drill"), [["false", w.t("Real calls")], ["true", w.t("Drills")]]),
      pick("purpose", w.t("Purpose"), [["call", w.t("Call")], ["self_test", w.t("Self-test")]]),
      pick("policy", w.t("Policy"), named(L.known.policies)), pick("type", w.t("Event type"), named(L.known.types)),
      pick("area", w.t("Area"), L.known.areas.map((one) => [one.code, one.name])),
      write("person", w.t("Person called")), write("caller", w.t("Caller")),
      make("div.buttons", {}, [make("button.button.main", { type: "submit" }, w.t("Show")), make("button.button", { type: "button", onclick: clear }, w.t("Clear"))]),
      chips());
  }
  const field = (name, label, control) => make("label", { "data-name": name }, [make("span", {}, label), control]);
  const clear = () => { usual(); go(L.query); show(); };
  function apply() {
    const given = {};
    for (const control of box("filters").elements) if (control.name) given[control.name] = control.value.trim();
    L.go(given);
  }
  /* Words of the filter that have no control: a figure was opened. Each can be taken back. */
  function chips() {
    const words = { reached: () => w.t("Reached"), confirmed: () => w.t("Confirmed"), held: () => w.t("Held: unclear"), state: (v) => w.t(v),
      settled_step: (v) => w.desk.say("Settled at step {n}", { n: v }), ack_from_s: (v) => w.desk.say("Confirmed after {n} or more", { n: L.seconds(Number(v)) }),
      person_id: () => w.t("One person") };
    const found = Object.keys(words).filter((name) => L.query.get(name));
    return found.length ? make("div.chips", {}, found.map((name) => make("button", { type: "button", "aria-label": w.t("Take away") + ": " + words[name](L.query.get(name)), onclick: () => L.go({ [name]: null }) },
      [words[name](L.query.get(name)), make("b", { "aria-hidden": "true" }, "×")]))) : "";
  }

  /* Nothing false stays below an error. */
  function wrong(error, again) {
    for (const name of ["figures", "bars", "calls", "export"]) if (box(name)) box(name).replaceChildren();
    box("wrong").replaceChildren(make("div.panel", {}, [make("p.said.bad", { role: "alert" }, error.message),
      make("div.buttons", {}, [make("button.button", { type: "button", onclick: again }, w.t("Try again")), L.known && make("button.button", { type: "button", onclick: clear }, w.t("Clear the filter"))])]));
    w.root().dataset.told = "wrong";
  }
  async function read() {
    const mine = ++turn;
    w.root().dataset.told = "";
    try {
      const [list, count] = await Promise.all([w.get("/api/calls?" + asked()), w.get("/api/calls/figures?" + asked())]);
      if (mine !== turn) return;
      box("wrong").replaceChildren();
      shown = list.sessions;
      figures(count);
      bars(count);
      table(list);
      files(count);
      w.desk.speak(w.desk.say("{n} calls", { n: count.figures.calls }));
      w.root().dataset.told = String(count.figures.calls);
    } catch (error) {
      if (mine === turn) wrong(error, read);
    }
  }
  const rate = (n, all) => (all ? Math.round((100 * n) / all) + " %" : "");
  /* Each figure opens the calls that it counts. */
  function figures({ figures: f }) {
    const one = (id, label, value, more, change) => make("button.figure", { type: "button", id: "figure-" + id, disabled: !change || !f.calls, onclick: () => L.go(change) },
      [make("span", {}, label), make("b", {}, value), make("small", {}, more || "\u00a0")]);
    const n = (name, label, change) => one(name, label, w.number(f[name]), rate(f[name], f.calls), f[name] ? change : null);
    const floor = (s) => Math.floor(s * 10) / 10;
    box("figures").replaceChildren(
      one("calls", w.t("Calls"), w.number(f.calls), w.desk.say("{n} attempts", { n: w.number(f.attempts) }), {}),
      n("reached", w.t("Reached"), { reached: "true" }), n("confirmed", w.t("Confirmed"), { confirmed: "true" }),
      one("median", w.t("Ring to confirmation, median"), L.seconds(f.median_s), w.desk.say("of {n}", { n: w.number(f.timed) }), f.timed ? { ack_from_s: "0" } : null),
      one("p90", w.t("90 % within"), L.seconds(f.p90_s), w.desk.say("of {n}", { n: w.number(f.timed) }), f.timed ? { ack_from_s: String(floor(f.p90_s)) } : null),
      n("nobody_on_duty", w.t("Nobody on duty"), { outcome: "nobody_on_duty" }), n("unreachable", w.t("Unreachable"), { outcome: "unreachable" }),
      n("held", w.t("Held: unclear"), { held: "true" }));
  }
  function bars({ figures: f, outcomes }) {
    const group = (label, entries, all) => make("section", {}, [make("h2", {}, [label, make("em", {}, w.desk.say("of {n}", { n: w.number(all) }))]),
      ...entries.map(([id, word, n, change]) => make("button.bar-row", { type: "button", id, onclick: () => L.go(change) },
        [make("span", {}, word), make("span.track", {}, make("i", { style: "width:" + (100 * n) / all + "%" })), make("b", {}, w.number(n))]))]);
    const steps = Object.entries(f.by_step).map(([step, n]) => ["step-" + step, w.desk.say("Step {n}", { n: step }), n, { settled_step: step }]);
    const ends = Object.entries(f.by_outcome).sort((a, b) => b[1] - a[1]).map(([code, n]) => ["outcome-" + code, L.both(outcomes[code]), n, { outcome: code }]);
    const sum = (entries) => entries.reduce((all, entry) => all + entry[2], 0);
    box("bars").replaceChildren(...[steps.length && group(w.t("Settled at step"), steps, sum(steps)), ends.length && group(w.t("How they ended"), ends, sum(ends))].filter(Boolean));
  }
  function table({ sessions, after }) {
    if (!sessions.length) {
      box("calls").replaceChildren(make("p.empty", {}, [w.t("No call fits this filter"), " · ", make("button.link", { type: "button", onclick: clear }, w.t("Clear the filter"))]));
      return;
    }
    const heads = [[w.t("Started")], [w.t("What was clicked")], [w.t("Outcome")], [w.t("Called"), "number"], [w.t("Reached"), "number"], [w.t("Confirmed"), "number"], [w.t("Ring to confirmation"), "number"], [w.t("Step"), "number"], [w.t("Policy")], [w.t("Caller")], [w.t("Area")]];
    const body = make("tbody", {}, sessions.map(row));
    box("calls").replaceChildren(make("div.wide", {}, make("table", {}, [make("thead", {}, make("tr", {}, heads.map(([text, cls]) => make(cls ? "th." + cls : "th", {}, text)))), body])), older(after, body));
  }
  function row(one) {
    const open = () => L.go({ call: one.id });
    const title = [one.drill && L.drill(), one.purpose === "self_test" && make("b.test", {}, w.t("Self-test")), make("b", {}, L.both(one.title)), one.group && make("span.note", {}, " " + w.t("group call")), one.text && make("span.note.text", {}, one.text)];
    const good = one.outcome === "acknowledged" ? "good" : one.state === "running" ? "" : "bad";
    const number = (value) => make("td.number", {}, value == null ? "–" : String(value));
    return make("tr", { tabIndex: 0, "data-id": String(one.id), onclick: open, onkeydown: (event) => { if (event.key === "Enter") open(); } }, [
      make("td.time", {}, L.when(one.started)), make("td.what", {}, title), make("td.end." + (good || "open"), {}, L.both(one.said)),
      number(one.counts.called), number(one.counts.reached), number(one.counts.confirmed + (one.need > 1 ? " / " + one.need : "")),
      number(L.seconds(one.ack_s)), number(one.settled_step), make("td", {}, L.both(one.policy)), make("td", {}, one.caller || "–"), make("td", {}, one.area.name)]);
  }
  function older(after, body) {
    if (!after) return "";
    const button = make("button.button.older", { type: "button", onclick: async () => {
      button.disabled = true;
      try {
        const list = await w.get("/api/calls?" + asked({ after }));
        shown = shown.concat(list.sessions);
        body.append(...list.sessions.map(row));
        button.replaceWith(older(list.after, body));
      } catch (error) {
        button.disabled = false;
        button.after(make("p.said.bad", { role: "alert" }, error.message));
      }
    } }, w.t("Older calls"));
    return button;
  }
  function files({ figures: f, most }) {
    const many = f.calls > most.calls || f.attempts > most.attempts, phones = make("input", { type: "checkbox", id: "phones" });
    const link = (format) => make("a.button", { id: "export-" + format, download: "" }, format.toUpperCase());
    const links = ["csv", "xlsx"].map(link);
    const aim = () => links.forEach((one) => { one.href = "/api/calls/export?" + asked({ format: one.id.slice(7), lang: w.english() ? "en" : "zh", ...(phones.checked ? { phones: "true" } : {}) }); });
    phones.onchange = aim;
    aim();
    box("export").replaceChildren(...(many ? [make("span.note", {}, w.desk.say("Too many for a file: at most {n} calls", { n: w.number(most.calls) }))]
      : f.calls ? [make("label", { title: w.t("Who takes phone numbers is recorded") }, [phones, w.t("with phone numbers")]), ...links] : []));
  }
})();
