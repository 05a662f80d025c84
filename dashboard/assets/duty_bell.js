/* Tone, vibration, notice and wake lock. Browsers allow sound only after a touch. */
(function () {
  "use strict";
  const TAG = "wangge-call";
  let audio = null, beat = null, lock = null, said = null; /* what a notice would say */

  /* Phones show notices only through a service worker; without one (no HTTPS, an old browser) the page shows them itself. */
  const workers = window.isSecureContext && navigator.serviceWorker;
  if (workers) workers.register("/duty-worker.js", { scope: "/duty", updateViaCache: "none" }).catch(() => null);

  function unlock() {
    try {
      audio = audio || new (window.AudioContext || window.webkitAudioContext)();
      if (audio.state === "suspended") audio.resume();
    } catch (error) { audio = null; }
  }
  for (const kind of ["pointerdown", "keydown"]) window.addEventListener(kind, unlock, { passive: true });

  function strike() {
    if (navigator.vibrate) navigator.vibrate([500, 200, 200]);
    if (!audio || audio.state !== "running") return;
    const now = audio.currentTime;
    for (const [at, pitch] of [[0, 880], [.18, 1108], [.36, 880], [.54, 1108]]) {
      const one = audio.createOscillator(), loud = audio.createGain();
      one.frequency.value = pitch;
      loud.gain.setValueAtTime(0, now + at);
      loud.gain.linearRampToValueAtTime(.5, now + at + .02);
      loud.gain.linearRampToValueAtTime(0, now + at + .16);
      one.connect(loud).connect(audio.destination);
      one.start(now + at);
      one.stop(now + at + .18);
    }
  }

  function start(title, body) {
    if (!beat) { strike(); beat = setInterval(strike, 1500); }
    if (title) said = { title, body, tag: TAG, requireInteraction: true, vibrate: [500, 200, 200] };
    notify();
  }
  function stop() {
    clearInterval(beat);
    beat = null;
    if (navigator.vibrate) navigator.vibrate(0);
    said = null;
    notify();
  }

  /* A page that nobody sees has a notice; it goes when the ring is over or the page is looked at. One
     change after the other, else the end of one takes the next away; and each to what was wanted when
     it was asked for: a look at the page while a notice still comes up must not be passed over, since
     the hand that brought it took the notice away. */
  let shown = null, change = Promise.resolve();
  function notify() {
    const wanted = document.hidden && notices() === "shown" ? said : null;
    change = change.then(() => settle(wanted)).catch(() => { shown = null; /* where a page may show none */ });
  }
  async function settle(wanted) {
    if (wanted === (shown && shown.of)) return;
    const registration = workers && (await workers.getRegistration("/duty").catch(() => null)), old = shown;
    shown = null;
    if (old) await old.close();
    if (!wanted) return;
    if (registration && registration.active) {
      await registration.showNotification(wanted.title, wanted);
      shown = { of: wanted, close: async () => { for (const one of await registration.getNotifications({ tag: TAG })) one.close(); } };
    } else {
      const one = new Notification(wanted.title, wanted);
      one.onclick = () => { window.focus(); one.close(); };
      shown = { of: wanted, close: () => one.close() };
    }
  }
  document.addEventListener("visibilitychange", notify);

  async function allow() {
    unlock();
    if (notices() === "ask") {
      try { await Notification.requestPermission(); } catch (error) { /* not in this context */ }
    }
  }

  /* Whether a touch has freed the tone. */
  const sounds = () => Boolean(audio && audio.state === "running");

  /* Of notices: shown, ask (not asked yet), blocked (by the user or his browser), insecure (no HTTPS), none (no such thing here). */
  function notices() {
    if (!window.isSecureContext) return "insecure";
    if (!window.Notification) return "none";
    return { granted: "shown", default: "ask" }[Notification.permission] || "blocked";
  }

  /* The lock ends by itself when the page is left or the battery is low; it is asked for again. */
  async function awake(wanted) {
    if (!navigator.wakeLock) return;
    try {
      if (wanted && !lock && !document.hidden) {
        lock = await navigator.wakeLock.request("screen");
        lock.addEventListener("release", () => { lock = null; });
      } else if (!wanted && lock) await lock.release();
    } catch (error) { lock = null; }
  }

  /* on, off (refused or ended, may be asked for again), or none: this browser has no such thing */
  function screen() {
    return lock ? "on" : navigator.wakeLock ? "off" : "none";
  }

  window.dutyBell = { start, stop, strike, allow, sounds, notices, awake, screen, ringing: () => beat !== null };
})();
