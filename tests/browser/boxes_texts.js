/* Every visible piece of text with its box, type size, colour and the ground it stands on. */
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
    const middle = (line.top + line.bottom) / 2, lines = Math.max(1, Math.round(line.height / (1.3 * size)));
    const box = { left: line.left, right: line.right, top: middle - size / 2, bottom: middle + size / 2 };
    if (lines > 1) { box.top = line.top; box.bottom = line.bottom; }
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
  const found = [];
  const walker = document.createTreeWalker(document.getElementById("wall") || document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest("script,style,title")) continue;
    const style = getComputedStyle(parent);
    if (style.visibility === "hidden" || !parent.getClientRects().length) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = clipped(range.getBoundingClientRect(), parent, parseFloat(style.fontSize));
    if (box.width < 2 || box.height < 2 || parent.closest(".spoken")) continue;
    const svg = parent.closest("svg");
    found.push({ text: node.textContent.trim(), left: box.left, top: box.top, right: box.right, bottom: box.bottom,
      size: parseFloat(style.fontSize), weight: Number(style.fontWeight), svg: Boolean(svg),
      colour: rgb(svg ? style.fill : style.color), ground: ground(svg ? svg.parentElement : parent), opacity: faint(parent),
      disabled: Boolean(parent.closest("button:disabled")), path: parent.tagName + "." + parent.className });
  }
  return found;
}
