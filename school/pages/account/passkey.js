/**
 * Passkeys, as the browser makes and uses them. What goes to the school and comes from there is base64url.
 *
 *     options of the school --navigator.credentials--> what the device made, or signed
 */

import { fromBase64url, toBase64url } from "../footage/bytes.js";

/** Passkeys are bound to a name: where the school is reached by a number, there are none. */
export function hasPasskeys() {
  return "credentials" in navigator && "PublicKeyCredential" in window && !/^[\d.]+$|:/.test(location.hostname);
}

/**
 * Let the device make a key pair.
 * @param {any} options as the school sent them
 */
export async function makePasskey(options) {
  const publicKey = {
    ...options,
    challenge: fromBase64url(options.challenge),
    user: { ...options.user, id: fromBase64url(options.user.id) },
    excludeCredentials: options.excludeCredentials.map((/** @type {any} */ each) => ({ ...each, id: fromBase64url(each.id) })),
  };
  const made = await told(() => navigator.credentials.create({ publicKey }));
  const response = /** @type {AuthenticatorAttestationResponse} */ (made.response);
  return {
    credential: base64url(made.rawId),
    client_data: base64url(response.clientDataJSON),
    attestation: base64url(response.attestationObject),
  };
}

/**
 * Let a device sign, whichever passkey of this school it has.
 * @param {any} options as the school sent them
 */
export async function signWithPasskey(options) {
  const publicKey = { ...options, challenge: fromBase64url(options.challenge), allowCredentials: [] };
  const signed = await told(() => navigator.credentials.get({ publicKey }));
  const response = /** @type {AuthenticatorAssertionResponse} */ (signed.response);
  return {
    credential: base64url(signed.rawId),
    client_data: base64url(response.clientDataJSON),
    authenticator_data: base64url(response.authenticatorData),
    signature: base64url(response.signature),
    user_handle: response.userHandle ? base64url(response.userHandle) : null,
  };
}

/** @param {ArrayBuffer} buffer */
function base64url(buffer) {
  return toBase64url(new Uint8Array(buffer));
}

/**
 * The browser's own sentences are for programmers.
 * @param {() => Promise<Credential|null>} ask
 * @returns {Promise<PublicKeyCredential>}
 */
async function told(ask) {
  try {
    const found = await ask();
    if (found instanceof PublicKeyCredential) return found;
  } catch (error) {
    if (error instanceof DOMException && error.name === "InvalidStateError") {
      throw new Error("This device has a passkey of yours already.", { cause: error });
    }
    throw new Error("Your device has not let you, or has no passkey for this school. Try again, or sign in another way.", { cause: error });
  }
  throw new Error("Your device answered with something else than a passkey.");
}
