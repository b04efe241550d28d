/**
 * Run vectors of sealed footage in JavaScript. No file access: Node and the browser both bring the texts.
 */

import { fromBase64url, fromHex, sha256, toHex, utf8 } from "../../school/pages/footage/bytes.js";
import { decodeComment, expectAfter } from "../../school/pages/footage/comment.js";
import { openChunked } from "../../school/pages/footage/chunked.js";
import { decodeDeletion } from "../../school/pages/footage/deletion.js";
import { openFrom } from "../../school/pages/footage/hpke.js";
import { unlock } from "../../school/pages/footage/identity.js";
import { keyCard } from "../../school/pages/footage/key_card.js";
import { OpenLesson } from "../../school/pages/footage/opening.js";
import { checkWords, recipientOf } from "../../school/pages/footage/recipients.js";
import { readCode } from "../../school/pages/footage/recovery_code.js";
import { replacement } from "../../school/pages/footage/replacement.js";
import { fromFileName } from "../../school/pages/footage/segments.js";
import { importSigner } from "../../school/pages/footage/signed.js";

/**
 * What is wrong with this vector's outcome; an empty text when nothing is.
 * @param {string} text
 */
export async function judge(text) {
  const vector = parse(text);
  const expect = vector.get("expect")[0];
  const run = RUNS[vector.get("kind")[0]];
  let outcome;
  try {
    outcome = JSON.stringify((await run(vector)).sort());
  } catch (error) {
    const [says = ""] = vector.get("says") ?? [];
    return error.name === expect && error.message.includes(says) ? "" : `${expect} was expected, ${error.stack} came`;
  }
  if (expect !== "success") {
    return `${expect} was expected, it opened`;
  }
  const opens = [...vector].filter(([key]) => key.startsWith("opens ")).map(([key, [value]]) => [key.slice(6), value]);
  const named = ["kid", "words", "card", "code", "line", "deleted"].filter((key) => vector.has(key)).map((key) => [key, vector.get(key)[0]]);
  const wanted = [...opens, ...named];
  if (wanted.length === 0) {
    return "the vector wants nothing";
  }
  return outcome === JSON.stringify(wanted.sort()) ? "" : `another plaintext: ${outcome}`;
}

/** @param {string} text */
function parse(text) {
  const vector = new Map();
  for (const line of text.split("\n").filter((one) => one && !one.startsWith("#"))) {
    const [key] = line.split(": ", 1);
    vector.set(key, [...(vector.get(key) ?? []), line.slice(key.length + 2)]);
  }
  return vector;
}

function numbered(vector, kind) {
  return [...vector]
    .filter(([key]) => key.startsWith(`${kind} `))
    .flatMap(([key, values]) => values.map((value) => [key.slice(kind.length + 1), fromBase64url(value)]));
}

/** What a comment says, a line each: tag, milliseconds from and to, what it answers, text. Nothing: deleted. */
function told(said) {
  const moments = [said?.at_s, said?.end_s].map((each) => (each == null ? "" : Math.round(each * 1000)));
  return utf8(said ? [said.tag, ...moments, said.parent ?? "", said.text].join("\n") : "");
}

async function runLesson(vector) {
  const identity = await unlock(utf8(vector.get("identity")[0]), null);
  const lines = (key) => vector.get(key) ?? [];
  const lesson = await OpenLesson.open({
    header: utf8(vector.get("header")[0]),
    stanzas: lines("stanza").map(utf8),
    grants: lines("grant").map(utf8),
    clips: lines("clip").map(utf8),
    at: vector.has("at") ? new Date(vector.get("at")[0]) : undefined,
    links: utf8(lines("link").map((line) => `${line}\n`).join("") + lines("torn_link").join("")),
    manifest: vector.has("manifest") ? utf8(vector.get("manifest")[0]) : null,
    identity,
    unitKey: vector.has("unit_key") ? fromHex(vector.get("unit_key")[0]) : null,
  });
  const segments = numbered(vector, "segment");
  const opened = [];
  segments.forEach(([name]) => fromFileName(name));
  lesson.expectAll(segments.map(([name]) => name));
  for (const [name, bytes] of segments) {
    opened.push([name, await lesson.openSegment(name, bytes)]);
  }
  for (const [index, bytes] of numbered(vector, "evidence")) {
    opened.push([`evidence ${index}`, await lesson.openEvidence(Number(index), bytes)]);
  }
  const texts = [["note", lesson.note], ...lesson.clips.flatMap(({ note, numbers }, at) => [[`note ${at}`, note], [`numbers ${at}`, numbers]])];
  for (const [name, text] of texts.filter(([, text]) => text)) {
    opened.push([name, utf8(text)]);
  }
  const comments = new Map();
  const seen = new Map();
  for (const line of lines("comment")) {
    const comment = await decodeComment(utf8(line));
    expectAfter(comment, seen.get(comment.comment));
    seen.set(comment.comment, comment.seen);
    comments.set(`comment ${comment.comment}`, told(await lesson.openComment(comment, identity)));
  }
  opened.push(...comments);
  return Promise.all(opened.map(async ([name, plaintext]) => [name, toHex(await sha256(plaintext))]));
}

async function runIdentity(vector) {
  const [by, typed] = vector.has("recovery_code")
    ? ["recovery_code", readCode(vector.get("recovery_code")[0])]
    : vector.has("passkey")
      ? ["passkey", fromHex(vector.get("passkey")[0])]
      : ["passphrase", vector.has("passphrase") ? vector.get("passphrase")[0] : null];
  const { recipient, encryptionKey, signingKey } = await unlock(utf8(vector.get("identity")[0]), typed, by);
  if (encryptionKey.extractable || signingKey.extractable) {
    throw new Error("An unlocked key can be carried away.");
  }
  return [["kid", recipient.kid], ["words", (await checkWords(recipient.kid)).join(" ")]];
}

async function runKeyCard(vector) {
  const [encryptionKey, signingKey] = ["encryption_key", "signing_key"].map((key) => fromHex(vector.get(key)[0]));
  const recipient = await recipientOf(encryptionKey, signingKey);
  return [["kid", recipient.kid], ["card", keyCard(recipient)]];
}

async function runRecoveryCode(vector) {
  return [["code", readCode(vector.get("typed")[0])]];
}

/** The page signs what Python reads: the same bytes, for Ed25519 draws no random numbers. */
async function runReplacement(vector) {
  const [before, file] = ["before", "file"].map((key) => utf8(vector.get(key)[0]));
  const line = await replacement(before, file, await unlock(utf8(vector.get("identity")[0]), null));
  return [["line", new TextDecoder().decode(line)]];
}

async function runDeletion(vector) {
  const [receipt, school, lesson] = ["receipt", "school", "lesson"].map((key) => vector.get(key)[0]);
  const told = await decodeDeletion(utf8(receipt), await importSigner(fromHex(school)), lesson);
  const at = told.deleted_at.toISOString().replace(".000", "");
  return [["deleted", `${told.segments} segments, ${told.length_bytes} bytes, by ${told.by}, ${at}`]];
}

const RUNS = {
  lesson: runLesson,
  identity: runIdentity,
  "key card": runKeyCard,
  "recovery code": runRecoveryCode,
  replacement: runReplacement,
  deletion: runDeletion,
};

/**
 * The one vector of our suite in the CFRG's file: its first message, opened with its private key.
 * @param {any} vector
 */
export async function judgeHpke(vector) {
  const pkcs8 = fromHex(`302e020100300506032b656e04220420${vector.skRm}`);
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, "X25519", false, ["deriveBits"]);
  const [first] = vector.encryptions;
  const sealed = fromHex(vector.enc + first.ct);
  const opened = await openFrom(sealed, key, fromHex(vector.pkRm), fromHex(vector.info), fromHex(first.aad));
  if (toHex(opened) !== first.pt) {
    return "another plaintext";
  }
  for (const [info, aad] of [["", first.aad], [vector.info, ""]]) {
    const refused = await openFrom(sealed, key, fromHex(vector.pkRm), fromHex(info), fromHex(aad)).catch((error) => error);
    if (refused.name !== "HpkeError") {
      return "it opened with another binding";
    }
  }
  return "";
}

/**
 * One vector of C2SP chunked encryption with AES-128-GCM.
 * @param {any} vector
 * @param {"SHA-512" | "SHA-256"} hash
 */
export async function judgeChunked(vector, hash) {
  let sealed = Uint8Array.from(atob(vector.ciphertext ?? ""), (letter) => letter.charCodeAt(0));
  if (vector.compressed) {
    const stream = new Blob([sealed]).stream().pipeThrough(new DecompressionStream("deflate"));
    sealed = new Uint8Array(await new Response(stream).arrayBuffer());
  }
  try {
    const opened = await openChunked(fromHex(vector.key), sealed, utf8(vector.context), hash);
    const same = toHex(await sha256(opened)) === vector.payload_sha256;
    return vector.expect === "success" && same ? "" : `${vector.expect} was expected, it opened`;
  } catch (error) {
    return vector.expect === "failure" && error.name === "ChunkedError" ? "" : String(error.stack);
  }
}
