/* Elements whose content is wider than they are and is cut without an ellipsis. */
() => [...document.querySelectorAll("#wall *")].filter((e) => e.clientWidth > 0 && !e.closest("svg,.leaflet-container,.spoken")
    && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "hidden"
    && getComputedStyle(e).textOverflow !== "ellipsis" && e.children.length === 0)
  .map((e) => e.className + ": " + e.textContent)
