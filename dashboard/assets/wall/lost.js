/* The lost link is said in words and time, and the picture loses its colour: it is not now. */
(function () {
  "use strict";
  const w = window.wangge;
  let stopped = 0, until = 0;
  function band() { return document.getElementById("lost"); }
  w.on("lost", ({ at }) => {
    stopped = at;
    document.documentElement.classList.replace("back", "lost") || document.documentElement.classList.add("lost");
    band().hidden = false;
  });
  w.on("back", () => {
    document.documentElement.classList.remove("lost");
    document.documentElement.classList.add("back");
    band().className = "band back";
    band().replaceChildren(w.element("b", null, w.t("Back, caught up")));
    until = performance.now() + 3000;
  });
  w.on("tick", ({ lostFor, tries }) => {
    if (!lostFor) {
      if (until && performance.now() > until) { band().hidden = true; until = 0; document.documentElement.classList.remove("back"); }
      return;
    }
    until = 0;
    const seconds = Math.floor(lostFor / 1000);
    const time = Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
    band().className = "band";
    band().hidden = false;
    band().replaceChildren(
      w.element("b", null, w.t("Link lost") + " " + time),
      w.element("span", null, w.t("picture stopped at") + " " + w.clock(stopped) + (w.english() ? ", " : "，") + w.t("not now")),
      w.element("em", null, w.t("Reconnecting, try") + " " + tries + " " + w.t("times")));
  });
})();
