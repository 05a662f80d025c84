/* What the card of an alert says: how severe, from when until when, its text, its ground's flaws. */
(function () {
  "use strict";
  const w = window.wangge;
  const e = w.element;
  const SEVERITIES = { extreme: "Extreme", severe: "Severe", moderate: "Moderate", minor: "Minor", unknown: "Severity unknown" };
  w.alertSection = function (card) {
    const alert = card.alert, words = w.said(alert), box = e("section", "notice");
    const line = e("h3"), live = w.state.events.get(card.id);
    const until = card.closed_at ? Date.parse(card.closed_at) : live && live.alert.until;
    line.append(e("i", "swatch alert " + alert.severity), e("span", null, w.t(SEVERITIES[alert.severity])));
    const times = w.t("from") + " " + w.end(Date.parse(card.opened_at)) + (until ? " " + w.t("until") + " " + w.end(until) : "");
    box.append(line, e("p", "times", times));
    const ground = [words.area || card.address, alert.sender].filter(Boolean).join(" · ");
    if (ground) box.append(e("p", "times", ground));
    if (words.text) box.append(e("p", "words", words.text));
    for (const flaw of alert.flaws) box.append(e("p", "flaw", w.t("Its ground as it came") + (w.english() ? ": " : "：") + flaw.message));
    return box;
  };
})();
