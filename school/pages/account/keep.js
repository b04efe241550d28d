/**
 * Keeps unlocked keys in this browser until "Lock this device".
 *
 *     five words --unlock--> CryptoKeys, not extractable --keep--> IndexedDB --kept--> CryptoKeys
 *
 * What is kept can be used by this origin's pages and by nothing else, and not even they can read the secret numbers.
 * It is kept under a number that the school's pages bring: "Sign out everywhere else" counts it up, and what another
 * device has kept under an earlier number is forgotten there.
 */

/** @import { Unlocked } from "./keys.js" */

const DATABASE = "waitwise";
const STORE = "unlocked";

/**
 * Keep an unlocked identity, and forget every other one.
 * @param {Unlocked} unlocked
 * @param {string} [devices] the number to keep it under
 */
export async function keep(unlocked, devices = devicesHere()) {
  await inStore("readwrite", (store) => {
    store.clear();
    return store.put({ ...unlocked, devices }, unlocked.kid);
  });
}

/**
 * The unlocked identity of this name, or null.
 * @param {string} kid
 * @returns {Promise<Unlocked|null>}
 */
export async function kept(kid) {
  const found = await inStore("readonly", (store) => store.get(kid));
  if (!found) return null;
  if ((found.devices ?? "0") === devicesHere()) return { kid: found.kid, identity: found.identity };
  await forget();
  return null;
}

/** Lock: nothing stays. */
export async function forget() {
  await inStore("readwrite", (store) => store.clear());
}

/** The number on this page; the page on which she joins has none yet. */
function devicesHere() {
  const account = document.querySelector("[data-part=account]");
  return account instanceof HTMLElement ? (account.dataset.devices ?? "0") : "0";
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest} work
 * @returns {Promise<any>}
 */
async function inStore(mode, work) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, mode);
      const request = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
