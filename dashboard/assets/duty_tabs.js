/* The other places of the phone page: what is to do, a report, and who I am. */
(function () {
  "use strict";
  const { say, role, h, lang, zh, clock, mark, ask } = window.dutyWords;
  const tab = (name) => document.getElementById("tab-" + name);
  if (!tab("todo")) return;
  const name = (event) => (zh ? event.name_zh : event.name_en) || event.text;

  function row(event, now) {
    const said = clock({ due: event.due_at, yellow: event.yellow_at }, now);
    const place = [event.address, event.text].filter((t) => t && t !== name(event)).join(" · ");
    return `<div class="case">${mark(said.light, 17)}<b>${h(name(event))}</b><b class="age ${said.css}">${h(said.text)}</b>${place ? `<p>${h(place)}</p>` : ""}</div>`;
  }

  function todo(me, now) {
    const cards = me.events.map((event) => `<section class="card">${row(event, now)}</section>`).join("");
    return cards || `<p class="empty">${h(say("Nothing open in your grid"))}</p>`;
  }

  let types = null;
  async function report(app) {
    const box = tab("report");
    if (box.dataset.ready) return;
    try { types = types || (await ask("/api/duty/types")).types; } catch (problem) {
      box.innerHTML = `<p class="empty">${h(say("Not possible now: {why}", { why: problem.message }))}</p>`;
      return;
    }
    box.dataset.ready = "1";
    const options = types.map((t) => `<option value="${h(t.code)}">${h(zh ? t.name_zh : t.name_en)}</option>`).join("");
    box.innerHTML = `<section class="card"><form>
<label for="r-type">${h(say("What"))}</label><select id="r-type"><option value="">${h(say("Choose a type"))}</option>${options}</select>
<label for="r-text">${h(say("Words"))}</label><textarea id="r-text" maxlength="500" placeholder="${h(say("What do you see?"))}"></textarea>
<label>${h(say("Place"))}</label><p class="said" id="r-place"></p><p class="said" id="r-said" role="status"></p>
<button class="solid">${h(say("Report"))}</button></form></section>`;
    box.querySelector("form").addEventListener("submit", (submit) => { submit.preventDefault(); send(app, box); });
    where(app);
  }

  function where(app) {
    const line = document.getElementById("r-place");
    if (line) line.textContent = app.here() ? say("at my position, ±{m} m", { m: Math.round(app.accuracy() || 0) }) : say("without a place");
  }

  let key = null;
  async function send(app, box) {
    const type = box.querySelector("select").value, said = document.getElementById("r-said"), button = box.querySelector(".solid");
    if (!type) { said.textContent = say("Choose a type"); box.querySelector("select").focus(); return; }
    key = key || Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
    const here = app.here(), body = { id: key, type, text: box.querySelector("textarea").value };
    if (here) [body.lon, body.lat] = here;
    button.disabled = true;
    try {
      const { event } = await ask("/api/events", body); // the same key again is the same report
      key = null;
      box.querySelector("form").reset();
      said.textContent = say("Reported as number {id}", { id: event.id });
      app.refresh();
    } catch (problem) { said.textContent = say("Not reported: {why}", { why: problem.message }); }
    button.disabled = false;
  }

  function mine(me, theme) {
    const lines = [
      [say("Code"), h(me.person.code)],
      [say("Community"), h(me.person.community)],
      [say("Post"), h(role(me.person.post))],
      [say("Grid"), h(me.grid ? me.grid.name : say("no grid"))],
      [say("Call on this page"), h(say("verified: signed in"))],
      ...me.contacts.map((c) => [say(c.channel === "phone" ? "Phone" : c.channel), `${h(c.phone)}<small>${h(c.verified_at ? say("verified") : say("not verified: not called"))}</small>`]),
      [say("Theme"), `<button data-theme-to="${theme === "dark" ? "day" : "dark"}">${h(say(theme === "dark" ? "Always dark" : "Light by day"))}</button>`],
      [say("Language"), `<a href="/duty?lang=${lang === "zh" ? "en" : "zh"}">${lang === "zh" ? "English" : "中文"}</a>`],
    ];
    return `<section class="card rows">${lines.map(([a, b]) => `<div><span>${h(a)}</span><span>${b}</span></div>`).join("")}</section>` +
      `<section class="card rows"><form method="post" action="/sign-out"><button>${h(say("Sign out"))}</button></form></section>`;
  }

  window.dutyTabs = { row, todo, report, where, mine };
})();
