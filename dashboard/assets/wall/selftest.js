/* By what people can be reached now: on a person's card, and the self-test calls of all on duty. */
(function () {
  "use strict";
  const w = window.wangge;
  const e = w.element;
  w.SELF_TESTS = { kind: "self_test", id: 1 };

  function line(good, name, said) {
    const row = e("div", "way"), mark = e("i", "mark person " + (good ? "fresh" : "offline"));
    row.append(mark, e("span", null, name), e("b", good ? "good" : "", said));
    return row;
  }
  const TESTS = { passed: "Self-test passed", failed: "Self-test not confirmed", ringing: "Self-test rings", not_yet: "No self-test yet" };
  const tested = (state, at) => w.t(TESTS[state]) + (at ? " " + w.clock(new Date(at).getTime()) : ""); /* of a card ISO, of the list ms */

  const DOUBTS = { changed: "number changed: not called", withdrawn: "verification taken back" };
  /* Whether it was verified, by whom and when; else why it is never called, and where that is mended. */
  function contact(c, person) {
    const said = c.verified_at ? "verified; no line is set up" : DOUBTS[c.doubt] || "not verified: never called";
    const row = line(false, w.t(c.channel === "phone" ? "Telephone" : c.channel), w.t(said)), page = w.deskPage("/contacts");
    const more = e("p", "way-basis", c.verified_at ? [w.t("Verified"), w.fullDay(Date.parse(c.verified_at)), c.by].filter(Boolean).join(" · ") : "");
    if (page) { const link = e("a", null, w.t(c.verified_at ? "Contacts" : "Verify")); link.href = page + (page.includes("?") ? "&" : "?") + "person=" + encodeURIComponent(person.code); more.append(more.textContent ? " · " : "", link); }
    return more.textContent ? [row, more] : [row];
  }

  /* Each way with its state; without a page nothing else can reach somebody in this product. */
  w.reachRows = function (person) {
    const page = person.pages[0], rows = [];
    rows.push(page ? line(true, w.t("Page"), w.t("opened {age}, heard {s} s ago").replace("{age}", w.age(page.open_s)).replace("{s}", page.heard_s))
      : line(false, w.t("Page"), w.t("not open: cannot be reached")));
    for (const c of person.contacts) rows.push(...contact(c, person));
    rows.push(line(person.self_test.state === "passed", w.t("Self-test call"), tested(person.self_test.state, person.self_test.at)));
    if (!page) rows.push(e("p", "nothing", w.t("No telephone line, SMS or robot is set up: only people with the page open can be reached.")));
    return rows;
  };

  /* Of all on duty: a line of the duty panel opens who has not passed. */
  w.selfTests = async function () {
    const area = new URLSearchParams(location.search).get("area");
    const { people } = await w.get("/api/duty/tests" + (area ? "?area=" + encodeURIComponent(area) : ""));
    return { tests: people, name: w.t("Self-test calls") };
  };
  w.selfTestParts = function (card, close) {
    const top = e("div", "head"), title = e("h2"), body = e("div", "body"), s = w.state.summary && w.state.summary.self_test;
    title.append(e("span", null, w.t("Self-test calls")));
    if (s) title.append(e("b", s.failed ? "yellow" : "", w.number(s.passed) + "/" + w.number(s.on_duty)));
    top.append(close, title, e("p", null, w.t("Once a shift everybody on duty is rung as a test; one tap confirms.")));
    const rows = card.tests.map((p) => {
      const row = e("button", "row tested"), said = p.state === "failed" ? tested("failed", p.at) : w.t(p.page_open ? "No self-test yet" : "page closed");
      row.append(e("i", "mark person " + (p.state === "failed" ? "stale" : "offline")), e("span", "kind", p.name + " · " + p.area), e("b", p.state === "failed" ? "yellow" : "", said));
      row.onclick = () => w.select({ kind: "person", id: p.id });
      return row;
    });
    const list = e("section"), only = e("section");
    list.append(...(rows.length ? rows : [e("p", "nothing", w.t("All have passed"))]));
    body.append(list, only);
    only.append(e("p", "nothing", w.t("No telephone line, SMS or robot is set up: only people with the page open can be reached.")));
    return [top, body];
  };
})();
