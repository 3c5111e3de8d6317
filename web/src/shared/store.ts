// A small store in IndexedDB: the one place in a browser that can hold a key
// which no script, ours included, can read out.

const name = "facelatch";
const shelf = "things";

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(shelf);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("no store"));
  });
}

async function act<T>(mode: IDBTransactionMode, what: (s: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = db.transaction(shelf, mode);
      const request = what(transaction.objectStore(shelf));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("not stored"));
    });
  } finally {
    db.close();
  }
}

export const load = <T>(key: string): Promise<T | undefined> => act("readonly", (s) => s.get(key) as IDBRequest<T | undefined>);
export const save = (key: string, value: unknown): Promise<IDBValidKey> => act("readwrite", (s) => s.put(value, key));
export const drop = (key: string): Promise<undefined> => act("readwrite", (s) => s.delete(key));
