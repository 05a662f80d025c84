/* Tone, vibration, notice and wake lock. Browsers allow sound only after a touch. */
(function () {
  "use strict";
  let audio = null, tone = null, beat = null, lock = null, notice = null;

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
    if (document.hidden && title && window.Notification && Notification.permission === "granted") {
      try {
        notice = new Notification(title, { body, tag: "wangge-call", requireInteraction: true });
        notice.onclick = () => { window.focus(); notice.close(); };
      } catch (error) { notice = null; } // some phones want a service worker for it
    }
  }

  function stop() {
    clearInterval(beat);
    beat = null;
    if (navigator.vibrate) navigator.vibrate(0);
    if (notice) notice.close();
    notice = null;
  }

  async function allow() {
    unlock();
    if (window.Notification && Notification.permission === "default") {
      try { await Notification.requestPermission(); } catch (error) { /* not in this context */ }
    }
  }

  /* none until a touch, bell, or bell and notice */
  function state() {
    if (!audio || audio.state !== "running") return "none";
    return window.Notification && Notification.permission === "granted" ? "both" : "bell";
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

  window.dutyBell = { start, stop, strike, allow, state, awake, screen, ringing: () => beat !== null };
})();
