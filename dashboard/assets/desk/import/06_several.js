/* Several files chosen together go as one zip, stored as they are: the parts of a Shapefile above all. */
(function () {
  "use strict";
  const w = window.wangge, page = w.importing;
  const CHUNK = 1 << 22, UTF8 = 0x800, LOCAL = 0x04034b50, ENTRY = 0x02014b50, END = 0x06054b50;
  const TABLE = Uint32Array.from({ length: 256 }, (_, n) => { for (let k = 0; k < 8; k++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1; return n >>> 0; });
  /* Read piece by piece: a file is never held as a whole. */
  async function crc(file) {
    let sum = 0xffffffff;
    for (let at = 0; at < file.size; at += CHUNK)
      for (const one of new Uint8Array(await file.slice(at, at + CHUNK).arrayBuffer())) sum = TABLE[(sum ^ one) & 255] ^ (sum >>> 8);
    return (sum ^ 0xffffffff) >>> 0;
  }
  const bytes = (...numbers) => {
    const view = new DataView(new ArrayBuffer(numbers.reduce((sum, [size]) => sum + size, 0)));
    let at = 0;
    for (const [size, value] of numbers) { if (size === 2) view.setUint16(at, value, true); else view.setUint32(at, value, true); at += size; }
    return view.buffer;
  };
  /* The members' names keep their ending; what stands before it is one name for all parts. */
  async function zip(files, name) {
    const parts = [], list = [], epoch = 0x21;
    let at = 0, listed = 0;
    for (const file of files) {
      const title = new TextEncoder().encode(file.name), sum = await crc(file);
      const about = [[2, UTF8], [2, 0], [2, 0], [2, epoch], [4, sum], [4, file.size], [4, file.size], [2, title.length], [2, 0]];
      parts.push(bytes([4, LOCAL], [2, 20], ...about), title, file);
      list.push(bytes([4, ENTRY], [2, 20], [2, 20], ...about, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]), title);
      at += 30 + title.length + file.size;
      listed += 46 + title.length;
    }
    return new File([...parts, ...list, bytes([4, END], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, listed], [4, at], [2, 0])], name);
  }
  page.take = async (chosen) => {
    const files = [...chosen], shape = files.find((one) => /\.shp$/i.test(one.name));
    if (!files.length) return;
    if (files.length === 1) return page.send(files[0]);
    const size = files.reduce((sum, one) => sum + one.size, 0);
    if (size > page.state.about.most_bytes) return page.refuse(w.desk.say("These files together are larger than {limit}.", { limit: w.desk.size(page.state.about.most_bytes) }));
    try {
      page.send(await zip(files, (shape || files[0]).name.replace(/\.\w+$/, "") + ".zip"));
    } catch (error) { page.refuse(w.t("A file could not be read. Choose the files again.")); }
  };
})();
