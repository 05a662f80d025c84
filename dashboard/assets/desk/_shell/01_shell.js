/* What all desk pages do: their title, keys to go elsewhere, and small makers for their scripts. */
(function () {
  "use strict";
  const w = window.wangge;
  w.desk = {};
  w.on("begin", () => {
    const root = w.root();
    /* Dash writes the page's bilingual title once more when it is done. */
    const title = () => { if (document.title !== root.dataset.title) document.title = root.dataset.title; };
    new MutationObserver(title).observe(document.head, { childList: true, subtree: true, characterData: true });
    title();
    w.emit("desk", root);
  });
  /* `g`, then the letter of a place. */
  let going = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input,select,textarea")) return;
    if (event.key === "g") { going = Date.now(); return; }
    const link = Date.now() - going < 1500 && document.querySelector('#desk .places a[data-letter="' + CSS.escape(event.key) + '"]');
    going = 0;
    if (link) link.click();
  });
  /* Words with gaps: the second argument fills {n} and the like. */
  w.desk.say = (key, fields) => w.t(key).replace(/\{(\w+)\}/g, (gap, name) => (name in (fields || {}) ? fields[name] : gap));
  /* For screen readers: what has just happened. */
  w.desk.speak = (text) => { document.getElementById("spoken").textContent = text; };
  /* make("button.main", { type: "button", onclick }, [children or text]) */
  w.desk.make = (what, given, inside) => {
    const [tag, ...classes] = what.split(".");
    const made = document.createElement(tag);
    if (classes.length) made.className = classes.join(" ");
    for (const [name, value] of Object.entries(given || {})) {
      if (value == null || value === false) continue;
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (name in made && !name.includes("-") && name !== "list") made[name] = value;
      else made.setAttribute(name, value === true ? "" : value);
    }
    for (const child of [].concat(inside == null ? [] : inside)) if (child != null && child !== false) made.append(child);
    return made;
  };
  /* A file's size, a number with thin spaces: for people. */
  w.desk.size = (bytes) => (bytes < 1e6 ? Math.max(1, Math.round(bytes / 1e3)) + " KB" : bytes < 1e9 ? (bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0) + " MB" : (bytes / 1e9).toFixed(1) + " GB");
})();
