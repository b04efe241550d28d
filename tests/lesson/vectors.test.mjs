/**
 * The shared and the official vectors in Node's WebCrypto: `node --test tests/lesson/vectors.test.mjs`.
 */

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

import { judge, judgeChunked, judgeHpke } from "./footage_vectors.mjs";

const vectors = new URL("../vectors/", import.meta.url);
const read = (path) => readFileSync(new URL(path, vectors), "utf8");

const files = readdirSync(new URL("footage/", vectors)).filter((name) => name.endsWith(".txt"));
assert.ok(files.length > 50);
for (const name of files) {
  test(name, async () => assert.equal(await judge(read(`footage/${name}`)), ""));
}

test("RFC 9180, our suite", async () => {
  const [vector] = JSON.parse(read("official/hpke-base-x25519-sha256-aes256gcm.json"));
  assert.equal(await judgeHpke(vector), "");
});

const chunked = JSON.parse(read("official/chunked-encryption.json")).vectors;
for (const vector of chunked.filter(({ aead }) => aead === "AEAD_AES_128_GCM")) {
  test(`chunked encryption, ${vector.name}`, async () => assert.equal(await judgeChunked(vector, "SHA-256"), ""));
}
