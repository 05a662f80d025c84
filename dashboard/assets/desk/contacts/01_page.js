/* By what each of the staff can be called; choose somebody to verify his number or take that back. */
(function () {
  "use strict";
  const w = window.wangge;
  const box = (id) => document.getElementById(id);
  const make = (...given) => w.desk.make(...given), say = (...given) => w.desk.say(...given);
  let last = null, chosen = null, asked = 0, said = null;

  w.on("desk", () => {
    if (!box("people")) return;
    const tick = make("input", { type: "checkbox", id: "unverified", onchange: refresh });
    box("only").append(make("label", {}, [tick, w.t("Only what is not verified")]));
    box("search").addEventListener("input", refresh);
    box("search").value = new URLSearchParams(location.search).get("person") || "";
    refresh();
  });
  const same = (a, b) => a.person_id === b.person_id && a.channel === b.channel;
  async function refresh() {
    const turn = ++asked;
    try {
      const query = new URLSearchParams({ q: box("search").value.trim().slice(0, 100), unverified: box("unverified").checked });
      const found = await w.get("/api/contacts?" + query);
      if (turn !== asked) return;
      last = found;
      w.root().dataset.told = String(last.contacts.length);
      const only = last.contacts.length === 1 && box("search").value ? last.contacts[0] : null;
      if (chosen || only) chosen = last.contacts.find((one) => chosen && same(one, chosen)) || only || chosen;
      w.unpressed(box("people"), list);
      w.unpressed(box("person"), person);
    } catch (error) {
      if (turn === asked) box("people").replaceChildren(make("p.said.bad.alone", { role: "alert" }, error.message));
    }
  }
  const state = (one) => ({ verified: w.t("Verified"), never: w.t("Not verified"), changed: w.t("Number changed"), withdrawn: w.t("Taken back"), none: w.t("No number") })[one.state];
  const why = (one) => ({ never: w.t("Nobody has verified it yet: no call goes to it."), changed: w.t("The number changed after it was verified: no call goes to the new one."),
    withdrawn: w.t("The verification was taken back: no call goes to it."), none: w.t("No number is known: import one with the staff file.") })[one.state];
  const when = (text) => new Intl.DateTimeFormat(w.english() ? "en-GB" : "zh-CN", { timeZone: last.timezone, year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(text));
  const channel = (one) => (one.channel === "phone" ? w.t("Telephone") : one.channel);

  function list() {
    if (!last.contacts.length) { box("people").replaceChildren(make("p.note.alone", {}, box("unverified").checked ? w.t("All that fits is verified.") : w.t("Nobody is called so."))); return; }
    const choose = (one) => { chosen = one; said = null; list(); person(); if (window.innerWidth <= 820) box("person").scrollIntoView(); };
    const rows = last.contacts.map((one) => make("tr" + (chosen && same(one, chosen) ? ".on" : ""), {
      tabIndex: 0, onclick: () => choose(one), onkeydown: (event) => { if (event.key === "Enter") choose(one); } }, [
      make("td", {}, [make("b", {}, one.name), make("span.note", {}, " " + one.code + " · " + one.area)]),
      make("td.number", {}, one.address || "–"), make("td.number." + (one.state === "verified" ? "good" : "warn"), {}, state(one))]));
    const titles = [["", w.t("Person")], [".number", w.t("Number")], [".number", w.t("State")]].map(([cls, text]) => make("th" + cls, { scope: "col" }, text));
    const focused = [...box("people").querySelectorAll("tr")].indexOf(document.activeElement);
    box("people").replaceChildren(make("table", {}, [make("thead", {}, make("tr", {}, titles)), make("tbody", {}, rows)]));
    if (focused > 0 && box("people").querySelectorAll("tr")[focused]) box("people").querySelectorAll("tr")[focused].focus();
  }
  function person() {
    box("person").replaceChildren(...(chosen ? [one(chosen)] : []), counts());
  }
  function one(c) {
    const good = c.state === "verified", known = c.state !== "none";
    const by = good && [when(c.verified_at), c.by || w.t("by a command")].join(" · ");
    return make("section.panel", { id: "chosen" }, [make("h2", {}, [c.name, make("em", {}, c.code + " · " + c.area)]),
      known && make("p.address", {}, [make("span.note", {}, channel(c)), make("b", {}, c.address)]),
      make("p.said." + (good ? "good" : "warn"), {}, [make("b", {}, state(c)), good ? by : why(c)]),
      said && make("p.said.bad", { role: "alert" }, said),
      known && make("div.buttons", {}, good ? make("button.button.risky", { type: "button", id: "withdraw", onclick: () => send(c, false) }, w.t("Take the verification back"))
        : [make("button.button.main", { type: "button", id: "verify", onclick: () => send(c, true) }, w.t("Verified: this person answers there")), make("span.note", {}, w.t("Ring it and hear who answers, or see the phone."))])]);
  }
  function counts() {
    const figure = (title, n, cls) => make("div", {}, [make("dt", {}, title), make("dd" + cls, {}, w.number(n))]), n = last.counts;
    return make("section.panel", {}, [make("h2", {}, w.t("All contacts")),
      make("dl.figures", {}, [figure(w.t("Verified"), n.verified, ""), figure(w.t("Not verified"), n.unverified, n.unverified ? ".warn" : ""), figure(w.t("No number"), n.none, n.none ? ".warn" : "")]),
      make("p.note", {}, w.t("Only verified contacts are used by any call. No telephone line, SMS or robot is set up yet: until then people are rung on their page, and these numbers are dialled by hand.")),
      last.contacts.length < 200 ? null : make("p.note", {}, w.t("The first 200 are shown. Search for others."))]);
  }
  async function send(c, verified) {
    for (const button of box("person").querySelectorAll("button")) button.disabled = true;
    try {
      await w.post("/api/contacts/" + c.person_id + "/" + encodeURIComponent(c.channel), verified ? { verified, address: c.address } : { verified });
      said = null;
      w.desk.speak(verified ? w.t("Verified") : w.t("Taken back"));
    } catch (error) { said = error.message; }
    await refresh();
  }
})();
