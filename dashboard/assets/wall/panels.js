/* The day's three bars, the ranking of grids, duty and vacancies. */
(function () {
  "use strict";
  const w = window.wangge;
  const e = w.element;
  const drawn = {};
  function put(id, data, make) {
    const key = JSON.stringify(data);
    if (drawn[id] === key) return;
    drawn[id] = key;
    const box = document.getElementById(id);
    w.unpressed(box, () => box.replaceChildren(...make()));
  }
  function bars(summary) {
    const today = summary.today;
    if (!today) return;
    const values = [["Reported", today.reported], ["Open", summary.events.open], ["Done", today.closed]];
    const most = Math.max(1, ...values.map(([, n]) => n));
    put("bars", values, () => values.map(([word, n]) => {
      const box = e("div", "bar"), track = e("div", "track"), fill = e("i");
      fill.style.width = Math.max(n ? 1 : 0, (n / most) * 100) + "%";
      track.append(fill);
      box.append(e("span", "label", w.t(word)), track, e("b", null, w.number(n)));
      return box;
    }));
  }
  function ranking(summary) {
    if (!summary.ranking) return;
    const rows = summary.ranking.filter((r) => r.load > 0).slice(0, 4);
    put("ranking", [rows, w.state.lost], () => rows.length ? rows.map((r) => {
      const row = e("button", "line" + (r.overdue ? " overdue" : ""));
      row.append(e("span", null, r.name), e("b", null, Number(r.load).toFixed(1)));
      row.onclick = () => w.select({ kind: "grid", id: r.grid_id });
      return row;
    }) : [e("div", "nothing", w.t("None"))]);
  }
  function duty(summary) {
    const p = summary.people, v = summary.vacancy || {}, tests = summary.self_test;
    const there = w.number(p.on_duty) + "/" + w.number(p.rostered);
    const rows = [[there.length > 8 ? "On duty" : "On duty / due", there, ""],
      ["Grids with nobody", w.number(v.grids_with_nobody), v.grids_with_nobody ? "yellow" : ""],
      v.left_to_duty_room == null ? ["No grid chief", w.number(v.no_chief), ""]
        : ["Left to the duty room", w.number(v.left_to_duty_room), ""],
      ["Self-test calls", tests ? w.number(tests.passed) + "/" + w.number(tests.on_duty) : "–", tests && tests.failed ? "yellow" : ""]];
    put("duty", rows, () => rows.map(([word, value, cls], n) => {
      const row = e(n === 3 ? "button" : "div", "line");
      if (n === 3) { row.id = "self-tests"; row.onclick = () => w.select(w.SELF_TESTS); }
      row.append(e("span", null, w.t(word)), e("b", cls, value));
      return row;
    }));
  }
  function today(summary) {
    const n = summary.today && summary.today.reported;
    if (n == null) return;
    document.querySelector(".mix h2").firstChild.textContent = w.t("Today") + " " + w.number(n);
  }
  w.on("summary", (summary) => { bars(summary); ranking(summary); duty(summary); today(summary); });
})();
