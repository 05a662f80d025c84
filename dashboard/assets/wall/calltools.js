/* What the dispatcher does with a call that runs: escalate, add a person, note, end. */
(function () {
  "use strict";
  const w = window.wangge;
  const e = w.element;
  const AGAIN_MS = 6000, MOST_FOUND = 12, SHIELD_MS = 700; /* the second click of a double click means the button that stood there */
  let open = null, sure = 0, born = 0; /* the tool that stands open, and until when "end" means it */

  const place = (name) => document.querySelector("#call-state ." + name);
  function said(words) {
    const box = place("tool");
    const old = box.querySelector(".said");
    if (old) old.remove();
    if (words) box.append(e("p", "said", words));
  }
  async function send(session, path, body) {
    try {
      const answer = await w.post("/api/calls/" + session.id + "/" + path, body);
      close();
      w.heardCall(answer.session);
    } catch (error) { if (place("tool")) said(error.message); }
  }
  function close() {
    open = null;
    if (place("tool")) place("tool").replaceChildren();
    for (const made of document.querySelectorAll("#call-state .acts [aria-expanded]")) made.setAttribute("aria-expanded", "false");
  }
  const shielded = () => performance.now() - born < SHIELD_MS;
  w.callToolsNew = function () {
    born = performance.now();
    open = null; sure = 0;
    setTimeout(draw, SHIELD_MS + 20);
  };
  w.callTools = function (session) {
    const acts = place("acts"), running = session.state === "running", { watched } = session, last = session.step + 1 >= session.targets.length;
    if (open && (open.session !== session.id || (!running && open.name === "add"))) close();
    const key = [session.id, session.state, watched, session.step, w.state.lost, Date.now() < sure, shielded(), open && open.name].join();
    acts.hidden = w.readonly;
    if (w.readonly || acts.dataset.key === key) return;
    acts.dataset.key = key;
    const focused = acts.contains(document.activeElement) && document.activeElement.id;
    const made = [act("note", w.t("Note"), () => note(session))];
    if (running || (watched && !last)) {
      const on = act("escalate", w.t("Escalate now"), () => send(session, "escalate", { step: session.step }), running ? "solid" : "");
      on.disabled ||= last;
      made.unshift(on, ...(running ? [act("add", w.t("Add person"), () => add(session))] : []));
    }
    if (running || watched) made.push(act("end", w.t(Date.now() < sure ? "End it? Press again" : running ? "End call" : "End the watch"), () => end(session), "end"));
    acts.replaceChildren(...(w.state.lost ? [e("p", "reason", w.t("Link lost: what is done here waits until it is back"))] : []), ...made);
    if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
  };
  function act(name, word, work, cls) {
    const made = e("button", "act " + (cls || ""), word);
    made.id = "call-" + name;
    made.disabled = w.state.lost || shielded();
    if (name === "note" || name === "add") made.setAttribute("aria-expanded", String(Boolean(open && open.name === name)));
    made.onclick = work;
    return made;
  }
  function end(session) {
    if (Date.now() < sure) { sure = 0; send(session, "end", {}); return; }
    sure = Date.now() + AGAIN_MS;
    w.callTools(session);
    setTimeout(() => { const now = w.state.calls.get(session.id); if (place("acts") && place("acts").dataset.key.startsWith(session.id + ",")) w.callTools(now); }, AGAIN_MS + 50);
  }
  function toggle(name, session) {
    const again = open && open.name === name && open.session === session.id;
    close();
    if (!again) open = { name, session: session.id };
    w.callTools(w.state.calls.get(session.id));
    return !again;
  }
  function note(session) {
    if (!toggle("note", session)) return;
    const form = e("form"), input = e("input"), save = e("button", "act", w.t("Save"));
    input.id = "note-text"; input.maxLength = 500; input.placeholder = w.t("Note for the ledger");
    input.setAttribute("aria-label", w.t("Note for the ledger"));
    form.onsubmit = (event) => { event.preventDefault(); if (input.value.trim()) send(session, "note", { text: input.value.trim() }); };
    form.append(input, save);
    place("tool").replaceChildren(form);
    input.focus();
  }
  /* Choose of the nearest, by name, or on the map. */
  async function add(session) {
    if (!toggle("add", session)) return;
    const at = w.placeOfCall(session) || { lat: w.map.leaflet.getCenter().lat, lon: w.map.leaflet.getCenter().lng };
    const list = e("div", "near"), input = e("input"), mine = open;
    input.id = "add-find"; input.type = "text"; input.autocomplete = "off"; input.placeholder = w.t("Name, or choose here or on the map");
    input.setAttribute("aria-label", w.t("Person by name"));
    place("tool").replaceChildren(e("div", "find"), list);
    place("tool").firstChild.append(input);
    input.focus();
    input.oninput = () => (input.value.trim() ? named(session, list, input.value.trim().toLowerCase()) : near());
    let near = () => list.replaceChildren();
    const found = await w.get("/api/people/nearest?k=12&lon=" + at.lon + "&lat=" + at.lat).catch((error) => ({ error }));
    if (open !== mine) return;
    if (found.error) { said(found.error.message); return; }
    near = () => list.replaceChildren(...found.people.filter((one) => !rung(session).has(one.id)).map((one) => person(session, one)));
    if (!input.value.trim()) near();
  }
  const rung = (session) => new Set(w.state.calls.get(session.id).attempts.map((a) => a.person.id));
  const STATES = ["fresh", "ageing", "stale", "offline", "no_position"];
  function named(session, list, sought) {
    const away = rung(session), found = [];
    w.state.people.forEach((one, index) => {
      if (away.has(one.id) || !(one.name.toLowerCase().includes(sought) || one.code.toLowerCase() === sought)) return;
      const mark = w.state.marks.get(index);
      found.push([mark ? mark.state : STATES.length, one]);
    });
    found.sort(([a], [b]) => a - b); /* who is there first */
    list.replaceChildren(...found.slice(0, MOST_FOUND).map(([n, one]) => person(session, { ...one, state: STATES[n] || "off_duty", reason: w.t(STATES[n] || "off_duty") })));
    if (!found.length) list.append(e("p", "nothing", w.t("Nobody of this name")));
  }
  function person(session, one) {
    const made = e("button", "row"), words = e("span", "words");
    words.append(e("b", null, one.name || ""), e("span", null, " " + w.t(one.post || one.role || "")), e("span", "seen", one.reason));
    made.append(e("i", "mark person " + one.state), words);
    made.onclick = () => send(session, "add", { person_id: one.id });
    return made;
  }
  /* A click on the map while a person is looked for. */
  w.map.takes.push((mark) => {
    if (!open || open.name !== "add" || !mark || mark.kind !== "person") return false;
    send({ id: open.session }, "add", { person_id: mark.id });
    return true;
  });
  w.escapes.push(() => { if (!open && Date.now() >= sure) return false; sure = 0; close(); draw(); return true; });
  const draw = () => { const now = w.callOf(w.state.selection || {}); if (now && place("acts")) w.callTools(now); };
  w.on("select", () => { open = null; sure = 0; });
})();
