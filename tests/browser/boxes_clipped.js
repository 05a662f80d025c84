/* Words that are cut without an ellipsis; of our own labels (`fixed`) those with one too. */
(fixed) => {
  const found = [], own = fixed ? "#wall .panel h2, #wall .figure .label, #duty .line span, #bars .label, #wall .switch, #wall .footer, #group h3, #group .pick, #group button, #group .names, #call-state .acts, #call-state .counts, #running .state, #running .told, #running .left, #card h3, #card .acts, #card .wide" : null;
  const walker = document.createTreeWalker(document.getElementById("wall") || document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.textContent.trim() || !parent.getClientRects().length || parent.closest("svg,.leaflet-container,.spoken,script,style")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const line = range.getBoundingClientRect(), mine = own && parent.closest(own);
    for (let e = parent; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.overflowX === "visible") continue;
      if (style.textOverflow === "ellipsis" && !mine) break;
      if (line.right > e.getBoundingClientRect().right + 1.5) { found.push(parent.className + ": " + node.textContent); break; }
    }
  }
  return found;
}
