import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { checkLog } from "../../school/pages/lesson/log.js";

const LESSON = "5f".repeat(16);
const hash = (text) => createHash("sha256").update("waitwise.v1/log\0" + text).digest("hex");

function log(...whos) {
  let before = hash(LESSON);
  return whos.map((who, place) => {
    const told = { number: place + 1, at: "2026-11-28T10:00:00.5Z", deed: "opened", who, kid: "c4".repeat(16), before };
    before = hash(JSON.stringify(told));
    return { ...told, hash: before };
  });
}

function memory() {
  const kept = new Map();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value) };
}

test("a log that grows holds", async () => {
  const seen = memory();
  assert.equal(await checkLog(LESSON, [], seen), null);
  assert.equal(await checkLog(LESSON, log("Ümit"), seen), null);
  assert.equal(await checkLog(LESSON, log("Ümit", "R. Amin"), seen), null);
});

test("a log that is cut, or another one of the same length, is noticed", async () => {
  for (const other of [log("Ümit"), log("Ümit", "Somebody"), []]) {
    const seen = memory();
    await checkLog(LESSON, log("Ümit", "R. Amin"), seen);
    assert.match(await checkLog(LESSON, other, seen), /something was taken out/);
  }
});

test("a reason is part of what is chained", async () => {
  const told = { number: 1, at: "2026-11-28T10:00:00Z", deed: "held", who: "A and B", kid: "c4".repeat(16), why: "A complaint.", before: hash(LESSON) };
  const entry = { ...told, hash: hash(JSON.stringify(told)) };
  assert.equal(await checkLog(LESSON, [entry], memory()), null);
  for (const wrong of [{ ...entry, why: "Another." }, (({ why, ...rest }) => rest)(entry)]) {
    assert.match(await checkLog(LESSON, [wrong], memory()), /does not hold together/);
  }
});

test("a log whose entries do not follow one another is noticed", async () => {
  const whole = log("Ümit", "R. Amin", "Ms Osei");
  const other = "6e".repeat(16);
  for (const wrong of [whole.slice(1), [whole[0], whole[2]], [whole[0], { ...whole[1], who: "Nobody" }, whole[2]], [whole[1], whole[0]]]) {
    assert.match(await checkLog(LESSON, wrong, memory()), /does not hold together/);
  }
  assert.match(await checkLog(other, whole, memory()), /does not hold together/);
});

test("an entry about some seconds holds, and other seconds do not", async () => {
  const told = { number: 1, at: "2026-11-28T10:00:00.5Z", deed: "shared", who: "R. Amin", kid: "c4".repeat(16), clip: "1:16 to 1:24", before: hash(LESSON) };
  const entry = { ...told, hash: hash(JSON.stringify(told)) };
  assert.equal(await checkLog(LESSON, [entry], memory()), null);
  for (const clip of ["1:16 to 1:20", null, undefined]) assert.match(await checkLog(LESSON, [{ ...entry, clip }], memory()), /does not hold together/);
});
