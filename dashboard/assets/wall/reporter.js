/* Who reported, on the card of those who see contacts: masked, until a click that is recorded. */
(function () {
  "use strict";
  const w = window.wangge;
  const e = w.element;
  let seen = { id: null, contact: null }; /* in clear, as long as its card is open */
  w.on("select", (chosen) => { if (!chosen || chosen.kind !== "event" || chosen.id !== seen.id) seen = { id: null, contact: null }; });
  w.reporterSection = function (card) {
    const box = e("section", "reporter"), heading = e("h3", null, w.t("Reporter"));
    box.append(heading);
    const clear = seen.id === card.id ? seen.contact : null, contact = clear || card.reporter;
    for (const field of ["name", "phone", "email"]) {
      if (!contact[field]) continue;
      const line = e(clear && field === "phone" ? "a" : "p", field, contact[field]);
      if (line.tagName === "A") line.href = "tel:" + contact[field];
      box.append(line);
    }
    if (!clear) box.append(button(card, box));
    return box;
  };
  function button(card, box) {
    const show = e("button", "show", w.t("Show in full (recorded)"));
    show.id = "show-reporter";
    show.onclick = async () => {
      show.disabled = true;
      try {
        const answer = await w.post("/api/card/event/" + card.id + "/reporter", {});
        seen = { id: card.id, contact: answer.reporter };
        box.replaceWith(w.reporterSection(card));
      } catch (error) {
        show.disabled = false;
        if (!box.querySelector(".nothing")) box.append(e("p", "nothing", ""));
        box.querySelector(".nothing").textContent = error.message;
      }
    };
    return show;
  }
})();
