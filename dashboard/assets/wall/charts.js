/* The library of the charts takes as long to start as all the rest of the wall, so it waits until the map
   is drawn, or for three seconds. Dash asks for window.Plotly, and waits where that is a promise. */
(function () {
  "use strict";
  const tag = document.getElementById("charts-library");
  if (!tag) return;
  window.Plotly = new Promise((found, failed) => {
    let begun = false;
    function begin() {
      if (begun) return;
      begun = true;
      const script = document.createElement("script");
      script.src = tag.href;
      script.onload = () => found(window.Plotly); /* by now the library itself */
      script.onerror = failed;
      document.head.append(script);
    }
    window.wangge.on("grids-drawn", begin);
    setTimeout(begin, 3000);
  });
})();
