/* The live feed's end: one WebSocket for ever. Positions are latest-wins; everything else carries
   epoch and sequence, and a gap asks for a fresh snapshot. Silence is said, never shown as normal. */
(function () {
  "use strict";
  const w = window.wangge;
  const SILENCE_MS = 3500, ASLEEP_MS = 1500;
  let socket = null, epoch = null, seq = 0, tries = 0, heard = 0, lostAt = 0, waiting = null, delay = 0, looked = 0, spared = false;

  function address() {
    const scheme = location.protocol === "https:" ? "wss://" : "ws://";
    const area = new URLSearchParams(location.search).get("area");
    return scheme + location.host + "/live" + (area ? "?area=" + encodeURIComponent(area) : "");
  }
  function connect() {
    waiting = null;
    tries += 1;
    try { socket = new WebSocket(address()); } catch (error) { return retry(); }
    const mine = socket;
    mine.binaryType = "arraybuffer";
    heard = performance.now();
    mine.onmessage = (message) => { if (mine === socket) receive(message.data); };
    mine.onclose = () => { if (mine === socket) drop(); };
    mine.onerror = () => {};
  }
  /* Jittered backoff, capped at 5 s, for ever. */
  function retry() {
    if (waiting) return;
    const ceiling = Math.min(5000, 300 * 2 ** Math.min(tries, 5));
    waiting = setTimeout(connect, ceiling * (0.5 + Math.random() / 2));
  }
  function drop() {
    const old = socket;
    socket = null;
    if (old) { old.onmessage = old.onclose = null; try { old.close(); } catch (error) { /* gone */ } }
    if (!lostAt && w.state.hello) { lostAt = Date.now(); w.state.lost = true; w.state.lostAt = w.now(); w.emit("lost", { at: w.state.lostAt }); }
    retry();
  }
  function receive(data) {
    heard = performance.now();
    spared = false;
    if (data instanceof ArrayBuffer) return positions(data);
    const message = JSON.parse(data);
    if (message.type === "pong") return;
    if (message.type === "hello") { epoch = message.epoch; seq = message.seq; tries = 0; hello(message); return; }
    if (message.seq !== undefined) {
      if (message.epoch !== epoch || message.seq !== seq + 1) {
        socket.send('{"type":"resync"}');
        epoch = null; /* until the next hello, what comes cannot be placed */
        return;
      }
      seq = message.seq;
    }
    (take[message.type] || (() => {}))(message);
  }
  function hello(message) {
    w.setNow(message.now, message.speed);
    w.state.hello = message;
    w.state.people = message.people;
    w.state.marks = new Map();
    w.emit("hello", message);
  }
  const take = {
    events(message) {
      const events = w.state.events;
      if (message.full) events.clear();
      for (const id of message.remove) events.delete(id);
      for (const event of message.upsert) events.set(event.id, event);
      w.emit("events", message);
    },
    grids(message) {
      if (message.full) w.state.loads = {};
      Object.assign(w.state.loads, message.loads);
      w.state.red = new Set(message.red);
      w.emit("grids", message);
    },
    summary(message) {
      delay = performance.now() - heard;
      w.setNow(message.now, message.speed);
      w.state.summary = message;
      if (lostAt) {
        lostAt = 0; w.state.lost = false;
        w.emit("back", {});
      }
      w.emit("summary", message);
    },
    calls(message) { message.sessions.forEach(w.heardCall); },
    call(message) { w.heardCall(message.session); },
    places(message) { w.state.hello.version = message.version; w.emit("places", message); },
  };
  /* 16 bytes a person: see the server's protocol. */
  function positions(buffer) {
    const view = new DataView(buffer);
    const kind = view.getUint8(0), count = view.getUint32(4, true);
    const [west, south, east, north] = w.state.hello ? w.state.hello.box : [0, 0, 1, 1];
    const marks = w.state.marks;
    if (kind === 1) marks.clear();
    for (let i = 0, at = 16; i < count; i += 1, at += 16) {
      const index = view.getUint32(at, true), stateNumber = view.getUint8(at + 12);
      if (stateNumber === 5) { marks.delete(index); continue; }
      const lon = west + (view.getUint16(at + 4, true) / 65535) * (east - west);
      const lat = south + (view.getUint16(at + 6, true) / 65535) * (north - south);
      const before = marks.get(index);
      marks.set(index, {
        index, lon, lat, at: view.getUint32(at + 8, true), state: stateNumber,
        accuracy: view.getUint8(at + 13), from: before && { lon: before.lon, lat: before.lat },
        moved: before && (before.lon !== lon || before.lat !== lat) ? performance.now() : 0,
      });
    }
    w.emit("positions", { kind, count });
  }
  w.on("begin", () => {
    connect();
    setInterval(() => {
      const opening = socket && socket.readyState === WebSocket.CONNECTING, now = performance.now();
      if (now - looked > ASLEEP_MS && !spared) { heard = Math.max(heard, now - SILENCE_MS + ASLEEP_MS); spared = true; } /* it was this page that stood still: what came meanwhile is read first */
      looked = now;
      if (socket && now - heard > (opening ? 10000 : SILENCE_MS)) drop();
      w.emit("tick", { lostFor: lostAt ? Date.now() - lostAt : 0, tries, delay });
    }, 500);
  });
  w.live = { reconnect: () => { if (!socket && waiting) { clearTimeout(waiting); connect(); } } };
  window.addEventListener("online", () => w.live.reconnect());
})();
