/* Every line of visible text with its box, type size, colour and the ground it stands on. */
() => {
  const rgb = (text) => { const m = text.match(/[\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const over = (top, under) => top.slice(0, 3).map((c, i) => c * top[3] + under[i] * (1 - top[3])).concat(1);
  function ground(element) {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const colour = rgb(getComputedStyle(e).backgroundColor);
      if (colour[3] > 0) { layers.push(colour); if (colour[3] === 1) break; }
    }
    return layers.reverse().reduce((under, top) => over(top, under), [0, 0, 0, 1]);
  }
  function faint(element) { let o = 1; for (let e = element; e; e = e.parentElement) o *= Number(getComputedStyle(e).opacity); return o; }
  /* What is seen of a line: the height of its letters, cut by all that hides what overflows. */
  function clipped(line, element, size) {
    const middle = (line.top + line.bottom) / 2;
    const box = { left: line.left, right: line.right, top: middle - size / 2, bottom: middle + size / 2 };
    for (let e = element; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.overflowX === "visible" && style.overflowY === "visible") continue;
      const edge = e.getBoundingClientRect();
      box.left = Math.max(box.left, edge.left); box.right = Math.min(box.right, edge.right);
      box.top = Math.max(box.top, edge.top); box.bottom = Math.min(box.bottom, edge.bottom);
    }
    box.width = box.right - box.left; box.height = box.bottom - box.top;
    return box;
  }
  /* Words that wrap stand in several lines; words cut by an ellipsis are told in pieces of one. */
  function lines(range) {
    const made = [];
    for (const { left, right, top, bottom } of range.getClientRects()) {
      const same = made.find((line) => Math.abs(line.top - top) < 2);
      if (same) { same.left = Math.min(same.left, left); same.right = Math.max(same.right, right); }
      else made.push({ left, right, top, bottom });
    }
    return made;
  }
  const found = [];
  const walker = document.createTreeWalker(document.getElementById("wall") || document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest("script,style,title")) continue;
    const style = getComputedStyle(parent);
    if (style.visibility === "hidden" || !parent.getClientRects().length) continue;
    const range = document.createRange(), size = parseFloat(style.fontSize), svg = parent.closest("svg");
    range.selectNodeContents(node);
    for (const line of lines(range)) {
      const box = clipped(line, parent, size);
      if (box.width < 2 || box.height < 2 || parent.closest(".spoken")) continue;
      found.push({ text: node.textContent.trim(), left: box.left, top: box.top, right: box.right, bottom: box.bottom,
        size, weight: Number(style.fontWeight), svg: Boolean(svg),
        colour: rgb(svg ? style.fill : style.color), ground: ground(svg ? svg.parentElement : parent), opacity: faint(parent),
        disabled: Boolean(parent.closest("button:disabled")), path: parent.tagName + "." + parent.className });
    }
  }
  return found;
}
