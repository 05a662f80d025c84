/* The grid contract: what both tabs share. The address holds tab, kind, what is chosen, and the two days. */
(function () {
  "use strict";
  const w = window.wangge;
  const page = (w.grids = { kinds: [], now: null, query: new URLSearchParams(location.search) });
  const make = (...given) => w.desk.make(...given);

  page.put = (changes) => {
    for (const [name, value] of Object.entries(changes)) {
      if (value == null || value === "") page.query.delete(name); else page.query.set(name, value);
    }
    history.replaceState(history.state, "", location.pathname + "?" + page.query);
  };
  page.m2 = (value) => (value < 10 ? value.toFixed(1) : w.number(value)) + " m²";
  page.kindName = (kind) => { const one = page.kinds.find((k) => k.kind === kind); return one ? w.named(one) : kind; };
  /* A line of what goes wrong, with a way to try again. */
  page.failed = (error, again) => make("div.panel", {}, [
    make("p.said.bad", { role: "alert" }, [make("b", {}, w.t("Could not be read")), error.message]),
    make("div.buttons", {}, make("button.button", { type: "button", onclick: again }, w.t("Try again"))),
  ]);
  page.busy = (text) => [make("div.busy"), make("div.panel", {}, make("p.note", { role: "status" }, text))];
  /* A sign of 16 pixels: the same in the key, in the list and, larger, on the map. */
  page.sign = (name) => {
    const holder = make("span.sign", { "aria-hidden": "true" });
    holder.innerHTML = '<svg viewBox="0 0 16 16" width="16" height="16">' + SIGNS[name] + "</svg>";
    return holder.firstChild ? holder : null;
  };
  const SIGNS = {
    overlap: '<circle cx="8" cy="8" r="6.5" style="fill:var(--c4);stroke:var(--text);stroke-width:1.5"/>',
    gap: '<circle cx="8" cy="8" r="5.5" style="fill:none;stroke:var(--c4);stroke-width:3"/>',
    other: '<rect x="2.5" y="2.5" width="11" height="11" style="fill:none;stroke:var(--text-2);stroke-width:2" stroke-dasharray="3 2"/>',
    before: '<rect x="1.5" y="1.5" width="13" height="13" style="fill:none;stroke:var(--text-2);stroke-width:2" stroke-dasharray="4 2.5"/>',
    after: '<rect x="1.5" y="1.5" width="13" height="13" style="fill:none;stroke:var(--c4);stroke-width:3"/>',
    gained: '<rect width="16" height="16" style="fill:url(#hatch-violet)"/>',
    lost: '<rect width="16" height="16" style="fill:url(#hatch-grey)"/>',
  };
  page.key = (entries) => {
    document.getElementById("key").replaceChildren(...entries.map(([name, text]) => make("span", {}, [page.sign(name), text])));
  };
  /* A list whose rows are buttons: arrows go along it, a click or Enter chooses. */
  page.rows = (label, rows) => make("ol.rows", {
    "aria-label": label,
    onkeydown: (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      const all = [...event.currentTarget.querySelectorAll("button")];
      const next = step && all[all.indexOf(document.activeElement) + step];
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.click();
    },
  }, rows.map((row) => make("li", {}, row)));
  page.mark = (list, id) => {
    for (const row of list.querySelectorAll("button[data-id]")) {
      if (row.dataset.id === String(id)) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
    }
  };

  function show(tab) {
    page.put({ tab: tab === "changes" ? tab : null, id: null });
    for (const name of ["findings", "changes"]) {
      document.getElementById(name).hidden = name !== tab;
      document.getElementById("tab-" + name).setAttribute("aria-selected", String(name === tab));
    }
    for (const name of ["parties", "ground", "marks", "before", "after", "lost", "gained", "names"]) w.desk.map.clear(name);
    page[tab]();
  }
  function kinds() {
    const options = page.kinds.map((k) => make("option", { value: k.kind }, w.named(k)));
    const chosen = page.query.get("kind") || "";
    const select = make("select", { "aria-label": w.t("Kind of grids"), onchange: () => {
      page.put({ kind: select.value, id: null, from: null, to: null });
      page[page.query.get("tab") === "changes" ? "changes" : "findings"]();
    } }, [make("option", { value: "" }, w.t("All kinds")), ...options]);
    select.value = page.kinds.some((k) => k.kind === chosen) ? chosen : "";
    document.getElementById("kinds").replaceChildren(select);
  }
  async function begin() {
    try {
      Object.assign(page, await w.get("/api/grids/versions"));
    } catch (error) {
      document.getElementById("findings").replaceChildren(page.failed(error, begin));
      return;
    }
    kinds();
    for (const tab of ["findings", "changes"]) document.getElementById("tab-" + tab).onclick = () => show(tab);
    const id = page.query.get("id");
    show(page.query.get("tab") === "changes" ? "changes" : "findings");
    page.put({ id });
  }
  w.on("desk", begin);
})();
