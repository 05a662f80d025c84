/* A call on the whole screen: ringing, going, cannot, answered by somebody else. */
(function () {
  "use strict";
  const { say, role, h, put, clock, mark, ask, zh, CHECK, HANDSET } = window.dutyWords;
  const box = document.getElementById("ring");
  if (!box) return;
  const SHOW_END_MS = 5000, AGAIN_MS = 1500, SLOW_MS = 2000, LOST_S = 3;
  let ring = null, phase = "none", began = 0, until = 0, timer = null, app = null, sending = null;

  const $ = (name) => box.querySelector(`[data-part="${name}"]`);
  const eventName = (event) => (zh ? event.name_zh : event.name_en) || event.text;

  function title() {
    if (ring.test) return say("Is this phone reached?");
    if (ring.event) return eventName(ring.event);
    if (ring.grid && ring.lon !== null) return say("Grid {name}", { name: ring.grid });
    return ring.facility || say("The command centre wants to reach you");
  }

  function place() {
    const where = [ring.community, ring.event || !ring.lon ? ring.grid : null].filter(Boolean).join(" ");
    return [where, (ring.event && ring.event.address) || ring.facility].filter(Boolean).join(" · ");
  }

  function way() {
    if (ring.lon === null) return ring.event ? say("no place on the map") : "";
    const mine = app.here();
    if (!mine) return say("distance not known: no position");
    const m = window.dutyMap.metres(mine, [ring.lon, ring.lat]);
    if (m > 5000) return say("{m} km away", { m: (m / 1000).toFixed(1) });
    return say("{m} m away, about {n} min on foot", { m: m < 100 ? Math.round(m) : Math.round(m / 10) * 10, n: Math.max(1, Math.round(m / 75)) });
  }

  const caller = () => say(ring.test ? "Test call" : "Command centre calling");
  function order() {
    if (ring.test) return say("One tap shows that calls reach you. There is nothing to do.");
    if (ring.event && ring.event.text && ring.event.text !== eventName(ring.event)) return ring.event.text;
    return say(ring.lon === null ? "Confirm, and call back or go on with the next order." : "Please go there and report what you find.");
  }

  function draw() {
    const said = ring.event ? clock(ring.event, app.now()) : null;
    const edge = !said ? "" : said.light === "red" ? "red-ground" : said.light === "no_limit" ? "" : said.light + "-edge";
    box.innerHTML = `
<div class="from"><b><span class="bell" data-part="bell">${HANDSET}</span>${h(caller())}</b><p data-part="count"></p><p class="gone" data-part="lost"></p></div>
<div class="what ${edge}"><div class="title">${said ? mark(said.light) : ""}<span id="ring-what">${h(title())}</span><b data-part="age" class="${said ? said.css : ""}"></b></div>
<p class="place">${h(place())}</p><p class="way" data-part="way"></p></div>
${ring.lon === null ? "" : '<div class="map" data-part="map"></div>'}
<p class="order">${h(order())}</p><div class="foot" data-part="foot"></div>`;
    foot();
    map();
    tick();
  }

  function foot() {
    const part = $("foot");
    box.classList.toggle("why", phase === "why");
    if (phase === "ringing") {
      part.innerHTML = `<button class="yes" data-do="yes"><i>${CHECK}</i><span data-part="yes">${h(say("Confirm"))}</span></button>` + (ring.test ? "" : `<button class="no" data-do="no">${h(say("Cannot go"))}</button>`);
    } else if (phase === "why") {
      const reasons = ["Busy with another case", "Too far away", "Not well", "Other reason"];
      part.innerHTML = `<p class="order">${h(say("Why can you not go?"))}</p>` + reasons.map((r) => `<button class="choice" data-why="${h(r)}">${h(say(r))}</button>`).join("") +
        `<button class="no" data-do="back">${h(say("Back"))}</button>`;
    } else if (phase === "going") {
      part.innerHTML = `<div class="done" role="status">${CHECK}<span>${h(say("Confirmed"))}<small>${h(say(ring.test ? "Calls reach this phone." : "The command centre knows that you are coming."))}</small></span></div><button class="no" data-do="close">${h(say("Close"))}</button>`;
    } else {
      part.innerHTML = `<div class="done" role="status"><span>${h(part.dataset.words)}</span></div><button class="no" data-do="close">${h(say("Close"))}</button>`;
    }
  }

  function map() {
    const part = $("map");
    if (!part) return;
    const mine = app.here(), there = [ring.lon, ring.lat];
    const near = mine && window.dutyMap.metres(mine, there) < 8000 ? mine : null;
    const light = ring.event ? clock(ring.event, app.now()).light : "no_limit";
    window.dutyMap.show(part, near ? [near, there] : [there], {
      room: 56, least: 500, me: near, way: near && there, label: near && say("me"),
      events: [{ lon: ring.lon, lat: ring.lat, light, size: 19 }],
    });
  }

  function tick() {
    if (!ring || phase === "none") return;
    if (ring.event) put($("age"), clock(ring.event, app.now()).text);
    put($("way"), way());
    const left = Math.max(0, Math.ceil((until - performance.now()) / 1000));
    const parts = ring.test ? [] : [say("by {name}", { name: [role(ring.from.role), ring.from.name].filter(Boolean).join(" ") })];
    if (phase === "ringing" || phase === "why") parts.splice(0, ring.test ? 0 : 1, say("ringing {n} s", { n: Math.max(0, ring.ring_s - left) }), say("{n} s left", { n: left }));
    if (ring.others && phase === "ringing") parts.push(say("{n} others called too", { n: ring.others }));
    put($("count"), parts.join(" · "));
    lost(left);
  }

  /* Without a link nobody says that the call is over: it rings its time and no longer. */
  function lost(left) {
    const gone = phase === "over" || sending ? 0 : app.lost(), rings = phase === "ringing" || phase === "why";
    const words = !rings ? "Link lost {n}" : left ? "Link lost {n}. The answer is sent when it is back." : "Link lost {n}. Whether it still rings is not known; the answer is sent when it is back.";
    put($("lost"), gone < LOST_S ? "" : say(words, { n: Math.floor(gone / 60) + ":" + String(Math.floor(gone % 60)).padStart(2, "0") }));
    if (gone >= LOST_S && !left) window.dutyBell.stop();
  }

  /* A ring from the server: new, or another try of the same call. */
  function show(message, owner) {
    app = owner;
    const same = ring && ring.session === message.session && phase !== "none" && phase !== "over";
    if (same && phase === "going") return;
    if (message.test && !same && phase !== "none") return; // a call goes before a test
    ring = message;
    until = performance.now() + message.remaining_s * 1000;
    if (same) { tick(); return; }
    clearTimeout(timer);
    phase = "ringing";
    began = Date.now();
    document.body.dataset.theme = "dark";
    box.hidden = false;
    draw();
    box.scrollTop = 0;
    box.querySelector(".yes").focus({ preventScroll: true });
    window.dutyBell.start(caller(), title());
  }

  /* The call is over for this phone: say in one sentence why, for a moment. */
  function over(words) {
    window.dutyBell.stop();
    phase = "over";
    sending = null;
    $("foot").dataset.words = words;
    foot();
    box.querySelectorAll(".bell").forEach((one) => one.classList.remove("bell"));
    tick();
    clearTimeout(timer);
    timer = setTimeout(close, SHOW_END_MS);
  }

  function end(message) {
    if (!ring || (message.session !== ring.session && message.attempt !== ring.attempt)) return;
    if (message.attempt !== ring.attempt || phase === "over" || phase === "none") return;
    if (message.state === "interrupted") return; // it rings again at once
    if (message.state === "acknowledged") { if (phase !== "going") going(); return; }
    if (message.state === "declined") { over(say("Said that you cannot go")); return; }
    if (message.by) { over(say("{name} has confirmed, thank you", { name: message.by })); return; }
    if (message.state === "no_answer" || message.state === "offline") app.missed(ring.test ? say("Test call") : title(), began);
    over(message.state === "cancelled" ? say("The call has ended") : say("Missed call"));
  }

  function going() {
    window.dutyBell.stop();
    phase = "going";
    sending = null;
    box.querySelectorAll(".bell").forEach((one) => one.classList.remove("bell"));
    foot();
    tick();
    box.querySelector(".no").focus({ preventScroll: true });
    app.refresh();
  }

  function close() {
    clearTimeout(timer);
    window.dutyBell.stop();
    phase = "none";
    ring = null;
    box.hidden = true;
    box.innerHTML = "";
    app.theme();
    app.refresh();
  }

  /* Send an answer until the server has it: a lost link must not lose a 收到. What is pressed says
     how it stands; another answer takes its place. */
  async function answer(path, body, pressed) {
    if (sending && sending.pressed === pressed) return;
    const mine = (sending = { pressed });
    const notYet = () => { if (sending === mine) put(pressed, say("Not sent yet, trying again")); };
    const button = pressed.closest("button");
    button.classList.add("waits");
    put(pressed, say("Sending"));
    while (sending === mine && ring) {
      const slow = setTimeout(notYet, SLOW_MS);
      try {
        const { said } = await ask(path, { ...body, attempt_id: ring.attempt });
        if (sending !== mine) return;
        if (said === "acknowledged") going();
        else if (said === "declined") over(say("Said that you cannot go"));
        else over(say(said === "answered_by_other" ? "Somebody else has confirmed, thank you" : "The call has ended"));
        return;
      } catch (problem) {
        if (sending !== mine || problem.status === 401) return; // the page goes to the sign-in
        if (problem.status >= 400 && problem.status < 500) { over(say("Not possible now: {why}", { why: problem.message })); return; }
        notYet();
        await new Promise((done) => setTimeout(done, AGAIN_MS));
      } finally { clearTimeout(slow); }
    }
  }

  box.addEventListener("click", (click) => {
    const button = click.target.closest("button");
    if (!button || !ring) return;
    if (button.dataset.why) answer("/api/duty/decline", { reason: say(button.dataset.why) }, button);
    else if (button.dataset.do === "yes") { window.dutyBell.stop(); answer("/api/duty/acknowledge", {}, $("yes")); }
    else if (button.dataset.do === "no") { phase = "why"; sending = null; window.dutyBell.stop(); foot(); }
    else if (button.dataset.do === "back") { phase = "ringing"; sending = null; foot(); }
    else if (button.dataset.do === "close") close();
  });

  window.dutyRing = { show, end, tick, phase: () => phase, session: () => ring && ring.session, attempt: () => ring && ring.attempt };
})();
