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
  const found = [];
  const walker = document.createTreeWalker(document.getElementById("wall") || document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.textContent.trim() || parent.closest("script,style,title")) continue;
    const style = getComputedStyle(parent);
    if (style.visibility === "hidden" || !parent.getClientRects().length) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || parent.closest(".spoken")) continue;
    const svg = parent.closest("svg");
    found.push({ text: node.textContent.trim(), left: box.left, top: box.top, right: box.right, bottom: box.bottom,
      size: parseFloat(style.fontSize), weight: Number(style.fontWeight), svg: Boolean(svg),
      colour: rgb(svg ? style.fill : style.color), ground: ground(svg ? svg.parentElement : parent), opacity: faint(parent),
      disabled: Boolean(parent.closest("button:disabled")), path: parent.tagName + "." + parent.className });
  }
  return found;
}
