/**
 * The browser's half of what Python and JavaScript hand each other. Reads a request as JSON from standard input:
 * an open lesson to wrap for somebody, and a passphrase to lock a new identity with. Writes JSON.
 */

import { readFileSync } from "node:fs";

import { fromHex, toHex, utf8 } from "../../school/pages/footage/bytes.js";
import { decodeComment } from "../../school/pages/footage/comment.js";
import { addWayIn, makeIdentity, unlock } from "../../school/pages/footage/identity.js";
import { OpenLesson } from "../../school/pages/footage/opening.js";
import { recipientOf } from "../../school/pages/footage/recipients.js";
import { newPassphrase } from "../../school/pages/footage/words.js";

const asked = JSON.parse(readFileSync(0, "utf8"));

const made = await makeIdentity(asked.passphrase);
const file = await addWayIn(made.file, asked.passphrase, "passphrase", "recovery_code", asked.recovery_code);

const teacher = await unlock(utf8(asked.identity), null);
const lesson = await OpenLesson.open({
  header: utf8(asked.header),
  stanzas: asked.stanzas.map(utf8),
  links: utf8(asked.links),
  manifest: utf8(asked.manifest),
  identity: teacher,
});
const text = (/** @type {Uint8Array} */ bytes) => new TextDecoder().decode(bytes);
const write = (readers, after) => lesson.writeComment({ said: asked.said, readers, after }, teacher);
const written = await decodeComment(await write("author", null));
const coach = await recipientOf(fromHex(asked.coach.encryption_key), fromHex(asked.coach.signing_key));

console.log(
  JSON.stringify({
    identity: new TextDecoder().decode(file),
    kid: made.identity.recipient.kid,
    signature: toHex(new Uint8Array(await crypto.subtle.sign("Ed25519", made.identity.signingKey, utf8("hello")))),
    grant: new TextDecoder().decode(await lesson.handOn(coach, teacher, null, asked.note)),
    clip: new TextDecoder().decode(await lesson.handOnClip(asked.clip, coach, teacher, null, { note: asked.note, numbers: "{}\n" })),
    comments: [text(await write("author", null)), text(await write("lesson", written)), text(await lesson.writeComment({ said: null, readers: "lesson", after: written }, teacher))],
    written: written.comment,
    passphrases: [newPassphrase(), newPassphrase()],
  }),
);
