/**
 * The text of a teacher's key card (lesson/footage/key_card.py): her public keys in letters that a QR code holds well.
 *
 *     WAITWISE1:GBTXTMQ...       base32 of X25519 public key | Ed25519 public key, without padding
 */

import { concat } from "./bytes.js";

/** @import { Recipient } from "./recipients.js" */

const PREFIX = "WAITWISE1:";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/**
 * @param {Recipient} recipient
 */
export function keyCard(recipient) {
  let text = PREFIX;
  let bits = 0;
  let held = 0;
  for (const byte of concat(recipient.encryptionKey, recipient.signingKey)) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) {
      text += LETTERS[(held >> (bits - 5)) & 31];
    }
  }
  return bits ? text + LETTERS[(held << (5 - bits)) & 31] : text;
}
