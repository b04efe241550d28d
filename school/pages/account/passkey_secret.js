/**
 * A passkey as a way to her keys: her device makes the same 32 bytes of a salt each time, after her finger or her PIN,
 * and nobody else can (WebAuthn's PRF extension).
 *
 *     makePasskey(kid, name, others)    -> its name, a salt, the 32 bytes of it
 *     askPasskeys(passkeys)             -> the 32 bytes, from the one that she uses
 *
 * It signs nobody in, and the school checks nothing of it: that it is the right one shows when the file opens.
 */

import { concat, toBase64url, utf8 } from "../footage/bytes.js";

/** @import { Bytes } from "../footage/bytes.js" */
/** @import { Passkey } from "../footage/identity.js" */

const SALT_BYTES = 32;
const NO_PRF = "This passkey cannot unlock keys. Use your device’s own passkeys (Windows, macOS, iOS, Android) in a current browser, or another security key.";

/**
 * Make one on this device. Throws a sentence.
 * @param {string} kid whose keys it will open
 * @param {string} name hers, as the device shows it
 * @param {Bytes[]} others those that open them already
 * @returns {Promise<Passkey>}
 */
export async function makePasskey(kid, name, others) {
  const salt = random(SALT_BYTES);
  const made = await asked(() =>
    navigator.credentials.create({
      publicKey: {
        rp: { name: "Waitwise" },
        // Not the name by which she may sign in: a device keeps one passkey for each.
        user: { id: utf8(`keys:${kid}`), name: `${name}, keys`, displayName: `${name}, keys` },
        challenge: random(32),
        pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: "public-key", alg })),
        authenticatorSelection: { userVerification: "required", residentKey: "discouraged" },
        excludeCredentials: others.map((id) => ({ type: "public-key", id })),
        extensions: { prf: { eval: { first: input(salt) } } },
      },
    }),
  );
  const credential = new Uint8Array(made.rawId);
  const told = made.getClientExtensionResults().prf;
  if (!told?.enabled) throw new Error(NO_PRF);
  // Many devices make the bytes only when a passkey is used, not when it is made.
  const output = told.results?.first ? bytesOf(told.results.first) : await askPasskeys([{ credential, salt }]);
  return { credential, salt, output };
}

/**
 * Let her use one of these passkeys: what it makes of its salt. Throws a sentence.
 * @param {Pick<Passkey, "credential" | "salt">[]} passkeys
 * @returns {Promise<Bytes>}
 */
export async function askPasskeys(passkeys) {
  const each = passkeys.map(({ credential, salt }) => [toBase64url(credential), { first: input(salt) }]);
  const used = await asked(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: random(32),
        allowCredentials: passkeys.map(({ credential }) => ({ type: "public-key", id: credential })),
        userVerification: "required",
        extensions: { prf: { evalByCredential: Object.fromEntries(each) } },
      },
    }),
  );
  const made = used.getClientExtensionResults().prf?.results?.first;
  if (!made) throw new Error(NO_PRF);
  return bytesOf(made);
}

/** @param {Bytes} salt */
function input(salt) {
  return concat(utf8("waitwise.v1/passkey\0"), salt);
}

/** @param {number} length */
function random(length) {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** @param {BufferSource} made */
function bytesOf(made) {
  return new Uint8Array(made instanceof ArrayBuffer ? made : made.buffer.slice(made.byteOffset, made.byteOffset + made.byteLength));
}

/**
 * @param {() => Promise<Credential|null>} ask
 * @returns {Promise<PublicKeyCredential>}
 */
async function asked(ask) {
  try {
    return /** @type {PublicKeyCredential} */ (await ask());
  } catch (error) {
    const name = error instanceof Error ? error.name : "";
    if (name === "InvalidStateError") throw new Error("This device has a passkey for your keys already.", { cause: error });
    if (name === "NotAllowedError") throw new Error("No passkey was used. Try again, or type your five words.", { cause: error });
    throw new Error("This browser cannot use passkeys here. Type your five words.", { cause: error });
  }
}
