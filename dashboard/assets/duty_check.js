/* The self-test call of one's shift: how it stands, and "ring me once". */
(function () {
  "use strict";
  const { say, time, ask } = window.dutyWords;
  const SHOWN_MS = 6000;
  let key = null, refused = null;

  /* What stands in its line: whether it is good, the words, and whether it may be asked for. */
  function state(me) {
    const test = me && me.self_test;
    if (!test) return { good: false, text: "", free: false };
    if (test.state === "ringing") return { good: false, text: say("test rings"), free: false };
    const at = test.at && time(test.at, me.site.timezone), good = test.state === "passed";
    if (refused && performance.now() - refused.at > SHOWN_MS) refused = null;
    const text = refused ? refused.why : good ? say("passed {time}", { time: at })
      : test.state === "failed" ? say("not confirmed {time}", { time: at }) : say("not yet");
    return { good, text, free: true };
  }

  /* The same key until the answer is there: two presses are one test. What the server knows then. */
  async function ring() {
    key = key || Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
    try {
      const found = await ask("/api/duty/test", { request_key: key });
      key = null;
      return found;
    } catch (problem) {
      if (problem.status) key = null;
      refused = { why: problem.message, at: performance.now() };
      return null;
    }
  }

  window.dutyCheck = { state, ring };
})();
