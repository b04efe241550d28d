// A wait in words. The words a school may read are listed here, and so are those it may never read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, minutes, spokenClock, tenths } from "../../school/pages/lesson/clock.js";
import { weakest } from "../../school/pages/lesson/evidence.js";
import { bins, counts, unheard } from "../../school/pages/lesson/summary.js";
import { TalkLog } from "../../school/pages/lesson/talk.js";
import { flagWords, howSure, isCounted, isLikelyQuestion, moment, neighbour, notCountedBecause, reach, sentence } from "../../school/pages/lesson/waits.js";

const wait = (more = {}) => ({
  event_id: String(more.t_end_s ?? 76.4), kind: "SR", t_end_s: 76.4, offered_wait_s: 1.68, time_to_answer_s: 1.68, pause_before_name_s: null, pause_after_name_s: null,
  longest_silence_s: 1.68, n_reasks: 0, outcome: "answered", phase: "whole_class", basis: "gap_only", answer_len_s: 3.2, wait2_s: 0.6, p_q: null, conf: 0.91, sd_ms: 60, flags: [], usable: true, ...more,
});

const SENTENCES = {
  "1:16 you stopped, then paused 1.7 s, then a pupil spoke 3.2 s, then you waited 0.6 s": {},
  "1:16 you stopped, then paused 1.7 s, then you spoke again": { outcome: "continued", kind: "SI", answer_len_s: null, wait2_s: null },
  "1:16 you stopped, then paused 1.7 s, then you asked again": { outcome: "reasked", kind: "SI", answer_len_s: null, wait2_s: null },
  "1:16 you stopped, then paused 1.7 s, then the class answered together 1.1 s": { outcome: "choral", answer_len_s: 1.1, wait2_s: null },
  "1:16 you stopped, then paused 5.0 s, then you said a few words, then paused 0.4 s, then a pupil spoke 3.2 s": { outcome: "named", pause_before_name_s: 5, pause_after_name_s: 0.4, wait2_s: null },
  "1:16 a pupil began before you ended 3.2 s, then you waited 0.6 s": { outcome: "overlapped", offered_wait_s: -0.1 },
  "1:16 you stopped, then paused 1.7 s, then pair or group talk began": { outcome: "to_group", answer_len_s: null, wait2_s: null },
  "1:16 you stopped, then paused 1.7 s, then we could not hear what came next": { outcome: "none", usable: false, answer_len_s: null, wait2_s: null },
  "1:16 likely question, then paused 1.7 s, then a pupil spoke 3.2 s": { basis: "words", p_q: 0.8, wait2_s: null },
};

for (const [words, more] of Object.entries(SENTENCES)) test(words, () => assert.equal(sentence(wait(more)), words));

test("sound alone never says question, and nothing ever says what sound cannot know", () => {
  for (const outcome of ["answered", "choral", "overlapped", "reasked", "continued", "named", "to_group", "to_silent_work", "none"]) {
    const words = sentence(wait({ outcome }));
    assert.doesNotMatch(words, /question|self-answered|rhetorical|quality|engag|wait time|too short|failed/i);
  }
  assert.equal(isLikelyQuestion(wait({ p_q: 0.9 })), false);
});

test("within a quarter of a second of the goal is neither yes nor no", () => {
  assert.deepEqual([4.7, 4.75, 5, 5.25, 5.3].map((seconds) => reach(seconds, 5)), ["short", "borderline", "borderline", "borderline", "reached"]);
});

test("only whole-class pauses that could be measured count, and the reason is said", () => {
  assert.equal(isCounted(wait()), true);
  assert.match(notCountedBecause(wait({ usable: false })) ?? "", /hear/);
  assert.match(notCountedBecause(wait({ outcome: "to_group" })) ?? "", /group talk began/);
  assert.match(notCountedBecause(wait({ phase: "group" })) ?? "", /not working all together/);
  assert.match(notCountedBecause(wait({ offered_wait_s: -0.2 })) ?? "", /overlapped/);
});

test("what she called no question does not count, and she is told so", () => {
  assert.match(notCountedBecause(wait({ human: { outcome: null, is_question: false, role: null, role_before: null } })) ?? "", /you said that it was no question/);
  assert.equal(isCounted(wait({ human: { outcome: null, is_question: true, role: null, role_before: null } })), true);
  assert.equal(isCounted(wait({ human: null })), true);
});

test("a figure is as sure as its weakest part", () => {
  const evidence = (...grades) => ({ n: 12, refused: null, grounds: grades.map((grade) => ({ aspect: "count", value: 1, grade, says: null })) });
  assert.equal(weakest(evidence("good", "good")), "good");
  assert.equal(weakest(evidence("good", "weak", "fair")), "weak");
  assert.equal(weakest(evidence("good", "fair")), "fair");
  assert.equal(weakest({ ...evidence("good"), refused: "too few" }), "weak");
  assert.equal(weakest(evidence()), null);
});

test("how sure, in words", () => {
  assert.equal(howSure(wait()), "sure, within 0.1 s");
  assert.equal(howSure(wait({ conf: 0.7, sd_ms: 150 })), "fairly sure, within 0.3 s");
  assert.deepEqual(flagWords(wait({ flags: ["low_snr", "role_weak"] })), ["it was noisy", "unsure who spoke"]);
});

test("a click starts three seconds before, never before the lesson", () => {
  assert.ok(Math.abs(moment(wait()) - 73.4) < 1e-9);
  assert.equal(moment(wait({ t_end_s: 1 })), 0);
});

test("next and previous walk through every wait, even when two are close", () => {
  const waits = [1, 2, 20, 20.1, 50].map((t_end_s) => wait({ t_end_s }));
  const seen = [];
  let [time, chosen] = [0, null];
  for (let next = waits[0]; next; ) {
    seen.push(next.t_end_s);
    [time, chosen] = [moment(next), next.event_id];
    next = neighbour(waits, time, 1, chosen);
  }
  assert.deepEqual(seen, [1, 2, 20, 20.1, 50]);
  assert.equal(neighbour(waits, 30, -1, null)?.t_end_s, 20.1);
  assert.equal(neighbour(waits, 30, 1, "1")?.t_end_s, 50);
});

test("a wait that is known better replaces the first telling, and the account replaces everything", () => {
  const log = new TalkLog();
  const line = (heard) => `${JSON.stringify(heard)}\n`;
  log.feed(line({ state: { role: "teacher", start_s: 0, end_s: 4 }, wait: null }) + line({ wait: wait({ wait2_s: null }) }));
  log.feed(new TextEncoder().encode(line({ wait: wait({ wait2_s: 0.6 }) })));
  assert.equal(log.account().waits.length, 1);
  assert.equal(log.account().waits[0].wait2_s, 0.6);
  assert.equal(log.isComplete, false);
  log.feed(line({ account: { duration_s: 9, states: [], phases: [], waits: [], summary: null } }));
  log.feed(line({ wait: wait() }));
  assert.deepEqual([log.isComplete, log.account().duration_s, log.account().waits.length], [true, 9, 0]);
});

test("every counted wait stands in exactly one bar and on exactly one side of the goal", () => {
  const waits = [0.2, 0.9, 4.74, 4.8, 5.25, 5.26, 9, 14].map((offered_wait_s, n) => wait({ event_id: String(n), offered_wait_s })).concat(wait({ usable: false }));
  const bars = bins(waits, 5);
  assert.equal(bars.reduce((sum, bar) => sum + bar.n, 0), 8);
  assert.ok(bars.every((bar) => bar.short + bar.borderline + bar.reached === bar.n));
  assert.deepEqual(counts(waits, 5), { reached: 3, borderline: 2, short: 3, n: 8, notCounted: 1 });
  assert.equal(bars.at(-1)?.n, 2);
});

test("what could not be heard is added up, with reasons", () => {
  const account = { duration_s: 60, states: [{ role: "unknown", start_s: 3, end_s: 7.5 }, { role: "av", start_s: 10, end_s: 40 }], phases: [], waits: [wait({ usable: false })], summary: null };
  const missed = unheard(account, 60);
  assert.deepEqual([missed.seconds, missed.film, [...missed.reasons.values()]], [4.5, 30, [1]]);
});

test("seconds as people read and hear them", () => {
  assert.deepEqual([0, 76.4, 3725, -1].map(clock), ["0:00", "1:16", "1:02:05", "0:00"]);
  assert.equal(spokenClock(76), "1 minute 16 seconds");
  assert.equal(spokenClock(0), "0 seconds");
  assert.equal(tenths(1.68), "1.7 s");
  assert.equal(minutes(252), "4.2 min");
});
