/* One question before many are called: a second press means it, and for 0.7 s it is shut, since the
   second click of a double click has read nothing. */
(function () {
  "use strict";
  const w = window.wangge;
  const SHIELD_MS = 700;
  /* `draw` makes the button anew; it is drawn at once, and again when it may be pressed. */
  w.question = function (draw) {
    let born = null;
    return {
      asks: () => born !== null,
      shut: () => born !== null && performance.now() - born < SHIELD_MS,
      ask() { born = performance.now(); draw(); setTimeout(() => { if (born !== null) draw(true); }, SHIELD_MS + 20); },
      drop() { born = null; },
    };
  };
})();
