/**
 * Seconds as people read them.
 *
 *     76.4   clock  1:16       3725  clock  1:02:05       1.68  tenths  1.7 s
 */

/**
 * A moment of the lesson: minutes and seconds, with hours when there are any.
 * @param {number} seconds
 */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/**
 * A moment as somebody types it: `25:13`, `1:00:05`, or seconds. Null when it is none.
 * @param {string} typed
 */
export function seconds(typed) {
  const found = /^(?:(?:(\d+):)?(\d{1,3}):(?=\d\d))?(\d+(?:\.\d+)?)$/.exec(typed.trim());
  if (!found) return null;
  const [h, m, s] = [found[1], found[2], found[3]].map((each) => Number(each ?? 0));
  if (found[2] !== undefined && s >= 60) return null;
  return h * 3600 + m * 60 + s;
}

/**
 * A moment for ears: "1 minute 16 seconds".
 * @param {number} seconds
 */
export function spokenClock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [m, s] = [Math.floor(whole / 60), whole % 60];
  const parts = [];
  if (m) parts.push(`${m} ${m === 1 ? "minute" : "minutes"}`);
  if (s || !m) parts.push(`${s} ${s === 1 ? "second" : "seconds"}`);
  return parts.join(" ");
}

/**
 * A length. Never finer than a tenth: the room's echo makes the rest meaningless.
 * @param {number} seconds
 */
export function tenths(seconds) {
  return `${seconds.toFixed(1)} s`;
}

/**
 * A share of one, in whole per cent.
 * @param {number} share
 */
export function percent(share) {
  return `${Math.round(share * 100)} %`;
}

/**
 * A long stretch: seconds under a minute, then minutes to a tenth.
 * @param {number} seconds
 */
export function minutes(seconds) {
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  return `${(seconds / 60).toFixed(1)} min`;
}
