/**
 * Which segments the player should hold, fetch next and let go.
 *
 *        let go        |<- behind ->| now |<-- ahead -->|       not yet
 *     [0][1][2][3][4][5][6][7][8][9][10][11][12][13][14][15][16][17]
 *
 * Only numbers go in and out: no clock, no network, no media. Letting go is compulsory: a browser refuses more
 * than some 160 MB, which is ten minutes of a lesson.
 */

/** @typedef {{index: number, start: number, end: number}} Segment a media segment; seconds from the lesson's start */
/** @typedef {{ahead: number, behind: number}} Reach seconds to hold on either side of now */
/** @typedef {[number, number]} Range from, to, in seconds */

/** @type {Reach} Seconds. Measured on an hour of 720p: under 360 MB of memory, far seeks in 0.13 s. */
export const FULL_REACH = { ahead: 24, behind: 12 };

/** @type {Reach} Below this a player would stutter: the smallest reach we go down to. */
export const LEAST_REACH = { ahead: 4, behind: 2 };

/**
 * Half the reach, for a browser that says its memory is full.
 * @param {Reach} reach
 * @returns {Reach}
 */
export function halved(reach) {
  return {
    ahead: Math.max(LEAST_REACH.ahead, reach.ahead / 2),
    behind: Math.max(LEAST_REACH.behind, reach.behind / 2),
  };
}

/**
 * Place of the segment that holds `time`, or of the last one before it; -1 before the first.
 * @param {Segment[]} segments in order
 * @param {number} time
 */
export function placeAt(segments, time) {
  let [low, high] = [0, segments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (segments[middle].start <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * The segment to fetch next: the nearest one from `time` on that is neither held nor unplayable, within reach.
 * @param {Segment[]} segments
 * @param {number} time
 * @param {Reach} reach
 * @param {(segment: Segment) => boolean} isHeld
 * @param {ReadonlySet<number>} unplayable indexes that cannot be opened
 * @returns {Segment|null}
 */
export function nextWanted(segments, time, reach, isHeld, unplayable) {
  for (let place = Math.max(0, placeAt(segments, time)); place < segments.length; place += 1) {
    const segment = segments[place];
    if (segment.start >= time + reach.ahead) return null;
    if (segment.end > time && !unplayable.has(segment.index) && !isHeld(segment)) return segment;
  }
  return null;
}

/**
 * What to remove: everything held that lies outside the reach, cut at the borders of segments.
 * @param {Segment[]} segments
 * @param {number} time
 * @param {Reach} reach
 * @param {Range[]} held
 * @returns {Range[]}
 */
export function toLetGo(segments, time, reach, held) {
  if (!segments.length) return [];
  const first = segments[Math.max(0, placeAt(segments, time - reach.behind))];
  const last = segments[Math.max(0, placeAt(segments, time + reach.ahead))];
  /** @type {Range[]} */
  const gone = [];
  for (const [from, to] of held) {
    // Half a second of slack: a sound frame may stick out of its segment, and removing it again is pointless.
    if (from < first.start - 0.5) gone.push([from, Math.min(to, first.start)]);
    if (to > last.end + 0.5) gone.push([Math.max(from, last.end), to]);
  }
  return gone.filter(([from, to]) => to > from);
}

/**
 * Is the middle of the segment held? Its ends may be a frame off.
 * @param {Segment} segment
 * @param {Range[]} held
 */
export function isHeldIn(segment, held) {
  const middle = (segment.start + segment.end) / 2;
  return held.some(([from, to]) => from <= middle && middle < to);
}

/**
 * Where to go on when `time` is in a hole: the start of the next playable segment, or null. A hole is what cannot be
 * played, and what is not there at all: of a lesson of which somebody has clips, the seconds before and between them.
 * @param {Segment[]} segments
 * @param {number} time
 * @param {ReadonlySet<number>} unplayable
 * @returns {number|null}
 */
export function afterHole(segments, time, unplayable) {
  let place = placeAt(segments, time);
  if (place < 0) place = 0;
  else if (!unplayable.has(segments[place].index)) {
    // The very end of a good segment, just before a hole.
    const next = segments[place + 1];
    const isBeforeHole = next && (unplayable.has(next.index) || next.start - segments[place].end > 0.01);
    if (!isBeforeHole || segments[place].end - time > 0.3) return null;
    place += 1;
  }
  while (place < segments.length && unplayable.has(segments[place].index)) place += 1;
  return place < segments.length ? segments[place].start : null;
}

/**
 * Ranges in order, those that touch joined into one.
 * @param {Range[]} ranges
 * @returns {Range[]}
 */
export function joined(ranges) {
  /** @type {Range[]} */
  const result = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && from <= last[1] + 1e-6) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}
