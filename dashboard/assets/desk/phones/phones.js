/* Whose phone sends what; choose somebody to see why his does not show, and to connect it. */
(function () {
  "use strict";
  const w = window.wangge, EVERY_MS = 10000;
  let chosen = null, made = null, last = null, asked = 0;
  const box = (id) => document.getElementById(id);
  const make = (...given) => w.desk.make(...given);

  w.on("desk", () => {
    if (!box("phones")) return;
    box("search").addEventListener("input", refresh);
    refresh();
    setInterval(() => { if (!document.hidden) refresh(); }, EVERY_MS);
  });

  async function refresh() {
    const turn = ++asked;
    try {
      const found = await w.get("/api/phones?q=" + encodeURIComponent(box("search").value.trim().slice(0, 100)));
      if (turn !== asked) return;
      last = found;
      w.unpressed(box("phones"), drawList);
      if (chosen) chosen = last.phones.find((one) => one.code === chosen.code) || chosen;
      if (!made) w.unpressed(box("phone"), drawChosen);
    } catch (error) {
      if (turn === asked) box("phones").replaceChildren(make("p.said.bad.alone", { role: "alert" }, error.message));
    }
  }

  function sign(name) {
    return { wrong_clock: w.t("Clock or delay"), two_phones: w.t("Two phones"), unknown_person: w.t("Nobody of this code") }[name] || name;
  }
  function reason(name) {
    return { invalid: w.t("Unreadable"), unknown_person: w.t("Nobody of this code in the token's area"), future: w.t("Clock ahead"),
      outdated: w.t("More than a day old"), outside: w.t("Far from the site"), accuracy: w.t("Too inaccurate"), off_duty: w.t("Off duty then"),
      duplicate: w.t("Sent before"), speed: w.t("Nobody gets there that fast"),
      failed: w.t("A fault here: it is in the log") }[name] || name;
  }
  const total = (counts) => Object.values(counts).reduce((sum, n) => sum + n, 0);
  const way = (source) => (source === "duty" ? w.t("Phone page") : source === "mqtt" ? "OwnTracks · MQTT" : w.desk.say("source {name}", { name: source || "–" }));
  const ago = (at) => (at ? w.age((Date.parse(last.now) - Date.parse(at)) / 1000) : "–");

  function drawList() {
    if (!last.phones.length) {
      box("phones").replaceChildren(make("p.note.alone", {}, w.t("Nobody is called so.")));
      return;
    }
    const head = [w.t("Person"), w.t("Last message"), w.t("Accepted"), w.t("Rejected")];
    const rows = last.phones.map((one) => make("tr" + (chosen && chosen.code === one.code ? ".on" : ""), {
      tabIndex: 0, "data-code": one.code, onclick: () => choose(one), onkeydown: (event) => { if (event.key === "Enter") choose(one); } }, [
      make("td", {}, [make("b", {}, one.name || one.code), make("span.note", {}, one.name ? " " + one.code + (one.area ? " · " + one.area : "") + (one.heard_at || !one.position_at ? "" : " · " + way(one.source)) : ""),
        ...one.signs.map((name) => make("span.sign", {}, sign(name)))]),
      make("td.number", {}, ago(one.heard_at || one.position_at)),
      make("td.number", {}, one.heard_at ? w.number(one.accepted) : "–"),
      make("td.number" + (total(one.rejected) ? ".warn" : ""), {}, one.heard_at ? w.number(total(one.rejected)) : "–"),
    ]));
    const at = document.activeElement, focused = box("phones").contains(at) && at.dataset.code;
    const titles = head.map((word, n) => make("th" + (n ? ".number" : ""), { scope: "col" }, word));
    box("phones").replaceChildren(make("table", {}, [make("thead", {}, [make("tr", {}, titles)]), make("tbody", {}, rows)]));
    const again = focused && rows.find((row) => row.dataset.code === focused);
    if (again) again.focus({ preventScroll: true });
  }

  function choose(one) {
    if (made && made.person.code !== one.code) made = null;
    chosen = one;
    drawList();
    drawChosen();
    if (window.innerWidth <= 820) box("phone").querySelector(".panel:not(#shifts)").scrollIntoView();
  }

  function doubts(found) {
    const words = { loopback: w.t("Phones cannot reach this address: it means the phone itself."),
      http: w.t("Without https the token and the positions travel in clear, and some apps refuse it."),
      guessed: w.t("This is the address that your browser uses. Set the outside one: wangge site set --public-url https://HOST") };
    return found.doubts.map((name) => make("p.said.warn", {}, words[name]));
  }

  const MIXED = 0.85; /* a whole feed comes out at 0.9 or more */
  /* Feeds that lie beside the map: what would fit and what to do, which stays with people. */
  function shifts() {
    if (!last.shifts.length) return "";
    const whats = { events: w.t("events"), positions: w.t("positions") }, grounds = { roads: w.t("roads"), buildings: w.t("buildings") };
    return make("section.panel", { id: "shifts" }, [make("h2", {}, w.t("Beside the map")), ...last.shifts.map((one) => {
      const said = { source: one.source, what: whats[one.what], reference: grounds[one.reference] || one.reference, shift: w.number(one.shift_m), before: w.number(Math.round(one.before_m)),
        after: w.number(Math.round(one.after_m)), share: Math.round(one.share * 100), conversion: one.conversion.replace(">", " → "), crs: one.crs };
      const parts = [one.share < MIXED ? w.desk.say("About {share} % of the {what} of source {source} lie {shift} m beside the {reference} (median {before} m), the others where they belong: its phones do not all send the same system.", said)
        : w.desk.say("The {what} of source {source} lie {shift} m beside the {reference} (median {before} m).", said),
      one.conversion ? w.desk.say("{conversion} would fit: {after} m.", said) : w.t("No known conversion fits: ask who makes these points."), w.t("Nothing was converted.")];
      const todo = one.share < MIXED ? w.t("Let them send WGS-84, or give those who send another system a source of their own.") : one.crs ? w.t("If it is so, say which system the source sends:") : null;
      return make("div.said.warn", {}, [parts.join(" "), todo && make("p.note", {}, todo), todo && one.share >= MIXED && make("code", {}, "wangge source set " + one.source + " --crs " + one.crs)]);
    })]);
  }

  function drawChosen() {
    if (!chosen) {
      box("phone").replaceChildren(make("section.panel", {}, [
        make("h2", {}, w.t("Connect a phone")),
        make("ol.steps", {}, [w.t("Choose a person in the list."), w.t("Make his token: it is shown this once."),
          w.t("Scan the code with his phone, or copy the settings.")].map((text) => make("li", {}, text))),
      ]), shifts(), address());
      return;
    }
    const parts = [about(), account()];
    if (made) parts.push(made.doubts.length ? make("section.panel", {}, doubts(made)) : "", ...made.apps.map(app));
    else parts.push(shifts(), address());
    box("phone").replaceChildren(...parts);
  }

  function address() {
    return make("section.panel", {}, [make("h2", {}, w.t("Address for phones")), make("p.value", {}, last.base_url), ...doubts(last)]);
  }

  function about() {
    const buttons = chosen.person_id == null ? null : make("div.buttons", {}, [
      make("button.button.main", { type: "button", onclick: connect }, made ? w.t("Make another token") : w.t("Make a token")),
      make("span.note", {}, w.t("A token that was made here before ends.")),
    ]);
    return make("section.panel", {}, [
      make("h2", {}, [chosen.name || chosen.code, make("em", {}, chosen.name ? chosen.code : "")]),
      ...warnings(), buttons, made && make("p.said.good", { role: "status" }, w.t("The token is made. It is shown this once.")),
    ]);
  }

  function span(seconds) {
    const s = Math.abs(seconds);
    return s < 5400 ? w.desk.say("{n} min", { n: Math.round(s / 60) }) : w.desk.say("{n} h", { n: (s / 3600).toFixed(1).replace(/\.0$/, "") });
  }
  function warnings() {
    const said = [], has = (name) => chosen.signs.includes(name);
    if (has("unknown_person")) said.push(w.t("Nobody has this code: correct the device identifier on the phone, or import the person."));
    if (has("wrong_clock")) {
      const words = chosen.offset_s > 0 ? "Its last fix was {span} ahead of the site's clock: set the phone's time and zone to automatic."
        : "Its last fix was {span} old when it came: it was out of reach, or its clock is wrong. Set the phone's time to automatic.";
      said.push(w.desk.say(words, { span: span(chosen.offset_s) }));
    }
    if (has("two_phones")) said.push(w.t("Its places jump there and back: two phones use this code. Give each person his own."));
    return said.map((text) => make("p.said.warn", {}, text));
  }

  function account() {
    const rows = Object.entries(chosen.rejected).sort((a, b) => b[1] - a[1]);
    const line = (word, n, cls) => make("tr", {}, [make("td" + (cls || ""), {}, word), make("td.number", {}, w.number(n))]);
    const body = [line(w.t("Accepted"), chosen.accepted), ...rows.map(([name, n]) => line(reason(name), n, ".warn"))];
    if (chosen.ignored) body.push(line(w.t("Other messages"), chosen.ignored));
    const seen = chosen.position_at && w.desk.say("Last position {age}, by: {way}", { age: ago(chosen.position_at), way: way(chosen.source) });
    return make("section.panel", {}, [
      make("h2", {}, [w.t("Phone app today"), make("em", {}, chosen.heard_at ? w.t("Last message") + " " + ago(chosen.heard_at) : w.t("Nothing in a week"))]),
      seen ? make("p.note", {}, seen) : null,
      chosen.heard_at ? make("table", {}, [make("tbody", {}, body)]) : null,
    ]);
  }

  async function connect(event) {
    const whom = chosen;
    event.target.disabled = true;
    try {
      made = await w.post("/api/phones/" + whom.person_id + "/token");
      drawChosen();
      w.desk.speak(w.t("The token is made. It is shown this once."));
    } catch (error) {
      event.target.disabled = false;
      event.target.parentElement.after(make("p.said.bad", { role: "alert" }, error.message));
    }
  }

  function word(name) {
    return { "Server URL": w.t("Server URL"), "Device identifier": w.t("Device identifier"), "Online tracking web address": w.t("Online tracking web address"),
      "User name": w.t("User name"), Password: w.t("Password"), Mode: w.t("Mode"), URL: "URL" }[name] || name;
  }
  function app(one) {
    const said = one.scans ? w.t("Scan it in the app or with the camera.") : w.t("The camera reads the address; copy it into the app.");
    return make("section.panel.app", {}, [
      make("h2", {}, one.name),
      make("div.connect", {}, [
        make("figure", {}, [make("img", { src: one.qr, alt: w.desk.say("QR code for {app}", { app: one.name }), width: 192, height: 192 }), make("figcaption.note", {}, said)]),
        make("dl", {}, one.fields.flatMap((field) => [make("dt", {}, word(field.word)), make("dd", {}, [make("code", {}, field.value), copy(field.value, word(field.word))])])),
      ]),
    ]);
  }
  function copy(text, name) {
    const button = make("button.button.copy", { type: "button", "aria-label": w.desk.say("Copy: {name}", { name }) }, w.t("Copy"));
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        const range = document.createRange(); /* no clipboard without https: select it */
        range.selectNodeContents(button.previousSibling);
        const selection = window.getSelection();
        selection.removeAllRanges();
        selection.addRange(range);
        document.execCommand("copy");
      }
      button.textContent = w.t("Copied");
      setTimeout(() => { button.textContent = w.t("Copy"); }, 1500);
    });
    return button;
  }
})();
