/* One call: its lines in their order, who was rung and why. What stands on the map at each moment, and
   the time scale, are in 03_replay.js. */
(function () {
  "use strict";
  const w = window.wangge, L = w.ledger;
  const make = (...given) => w.desk.make(...given), box = (id) => document.getElementById(id);
  const MOST_DRAWN = 1500; /* lines in the list; the replay has all */
  const AGAIN_MS = 2000;
  let turn = 0;
  L.close = () => { turn += 1; L.replay(null); };
  L.open = async (id) => {
    const mine = ++turn;
    w.root().dataset.story = "";
    box("story").replaceChildren(make("div.panel", {}, [back(), make("p.note", { role: "status" }, w.t("Loading"))]));
    try {
      const story = await w.get("/api/calls/" + encodeURIComponent(id) + "/events");
      if (mine !== turn) return;
      draw(story);
      L.replay(story);
      w.root().dataset.story = String(story.session.id);
      if (story.session.state === "running") setTimeout(() => follow(id, mine, story), AGAIN_MS);
    } catch (error) {
      if (mine !== turn) return;
      box("story").replaceChildren(make("div.panel", {}, [back(), make("p.said.bad", { role: "alert" }, error.message)]));
      w.root().dataset.story = "wrong";
    }
  };
  /* A call that runs grows: what is new is added below, and the reader stays where he reads. */
  async function follow(id, mine, before) {
    const story = await w.get("/api/calls/" + encodeURIComponent(id) + "/events").catch(() => null);
    if (mine !== turn) return;
    if (story && (story.events.length !== before.events.length || story.session.state !== "running")) {
      const area = box("story"), at = area.scrollTop, line = area.contains(document.activeElement) && document.activeElement.dataset.line;
      draw(story);
      const last = L.grow(story);
      if (!last) area.scrollTop = at;
      const again = line && area.querySelector('[data-line="' + line + '"]');
      if (again) again.focus({ preventScroll: true });
    }
    const live = box("live");
    if (live) { live.className = story ? "note" : "said bad"; live.textContent = w.t(story ? "This call runs: what happens is added here" : "Not read just now, tried again"); }
    if (!story || story.session.state === "running") setTimeout(() => follow(id, mine, story || before), AGAIN_MS);
  }
  const back = () => make("button.link", { type: "button", id: "back", onclick: () => L.go({ call: null }) }, "← " + w.t("Back to the list"));
  function draw(story) {
    const s = story.session, running = s.state === "running";
    const facts = [[w.t("Called"), s.counts.called], [w.t("Reached"), s.counts.reached], [w.t("Confirmed"), s.counts.confirmed + " / " + s.need], [w.t("Ring to confirmation"), L.seconds(s.ack_s)]];
    const good = s.outcome === "acknowledged" ? "good" : running ? "open" : "bad";
    box("story").replaceChildren(
      make("div.panel", {}, [back(), make("h2.title", {}, [s.drill && L.drill(), make("span", {}, L.both(s.title)), make("em." + good, {}, L.both(s.said))]),
        s.text && make("p", {}, s.text),
        make("p.note", {}, [L.when(s.started), s.caller, L.both(s.policy), s.area.name, s.drill && s.drill_name].filter(Boolean).join(" · ")),
        running && make("p.note", { id: "live", role: "status" }, w.t("This call runs: what happens is added here")),
        make("dl.figures", {}, facts.map(([word, n]) => make("div", {}, [make("dt", {}, word), make("dd", {}, String(n))])))]),
      make("div.panel", {}, [make("h2", {}, [w.t("What happened"), make("em", {}, w.desk.say("{n} lines", { n: w.number(story.events.length + story.unshown) }))]), lines(story)]));
  }
  function lines(story) {
    const start = story.session.started, attempts = new Map(story.attempts.map((one) => [one.id, one]));
    const all = story.events.slice(0, MOST_DRAWN), more = story.events.length + story.unshown - all.length;
    const list = make("ol.lines", { "aria-label": w.t("What happened") }, all.map((line, i) => {
      const one = attempts.get(line.attempt), name = (one && one.name) || line.name;
      const button = make("button", { type: "button", "data-line": String(i), onclick: () => L.seek(i) }, [
        make("span.at", {}, [make("b", {}, "+" + clockOf(line.when - start)), make("span", {}, w.clock(line.at))]),
        make("span.mark.attempt-" + line.action, {}),
        make("span.said-of", {}, [make("b", {}, name || L.both(line.said)), name && make("span.state", {}, " " + L.both(line.said)),
          one && line.action === "queued" && make("span.note", {}, [one.post && w.t(one.post), one.grid, L.both(one.channel)].filter(Boolean).join(" · ")),
          L.both(line.more) && make("span.note", {}, L.both(line.more))])]);
      return make("li", {}, button);
    }));
    return more > 0 ? make("div", {}, [list, make("p.note", {}, w.desk.say("{n} more lines are not shown", { n: w.number(more) }))]) : list;
  }
  /* m:ss.t since the click. */
  function clockOf(ms) {
    const s = Math.max(0, ms) / 1000;
    return Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0") + "." + Math.floor((s * 10) % 10);
  }
  L.clockOf = clockOf;
  L.markLine = (index) => {
    for (const now of document.querySelectorAll("#story [aria-current]")) now.removeAttribute("aria-current");
    const row = document.querySelector('#story [data-line="' + index + '"]');
    if (!row) return;
    row.setAttribute("aria-current", "step");
    const area = box("story"), at = row.getBoundingClientRect(), around = area.getBoundingClientRect();
    if (area.scrollHeight > area.clientHeight && (at.top < around.top || at.bottom > around.bottom)) area.scrollTop += at.top - around.top - around.height / 2;
  };
})();
