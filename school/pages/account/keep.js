/**
 * Keeps unlocked keys in this browser until "Lock this device".
 *
 *     five words --unlock--> CryptoKeys, not extractable --keep--> IndexedDB --kept--> CryptoKeys
 *
 * What is kept can be used by this origin's pages and by nothing else, and not even they can read the secret numbers.
 */

/** @import { Unlocked } from "./keys.js" */

const DATABASE = "waitwise";
const STORE = "unlocked";

/**
 * Keep an unlocked identity, and forget every other one.
 * @param {Unlocked} unlocked
 */
export async function keep(unlocked) {
  await inStore("readwrite", (store) => {
    store.clear();
    return store.put(unlocked, unlocked.kid);
  });
}

/**
 * The unlocked identity of this name, or null.
 * @param {string} kid
 * @returns {Promise<Unlocked|null>}
 */
export async function kept(kid) {
  return (await inStore("readonly", (store) => store.get(kid))) ?? null;
}

/** Lock: nothing stays. */
export async function forget() {
  await inStore("readwrite", (store) => store.clear());
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
