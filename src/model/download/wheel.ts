import { pipeline } from 'node:stream/promises';
import { openPromise, type Entry, type ZipFile } from 'yauzl';

/** A wheel of ours holds six members; a directory of millions must not keep us reading. */
const maxEntryCount = 1_000;

/**
 * Streams one member of a wheel (a zip file) to `consume`; nothing else in it is read, nothing is run.
 * Rejects when the member is missing, does not declare `byteCount` bytes, or does not inflate to as many
 * (yauzl holds a member to its declared length).
 */
export async function readWheelMember(
  wheelPath: string,
  member: { readonly name: string; readonly byteCount: number },
  consume: (chunks: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<void> {
  const zip = await openPromise(wheelPath, { autoClose: false });
  try {
    const entry = await findEntry(zip, member.name);
    if (entry.uncompressedSize !== member.byteCount) {
      throw new Error(
        `${member.name} declares ${entry.uncompressedSize} bytes in place of ${member.byteCount}`,
      );
    }
    const stream = await zip.openReadStreamPromise(entry);
    await pipeline(stream, consume);
  } finally {
    zip.close();
  }
}

async function findEntry(zip: ZipFile, name: string): Promise<Entry> {
  let entryCount = 0;
  for await (const entry of zip.eachEntry()) {
    if (entry.fileName === name) {
      return entry;
    }
    if (++entryCount === maxEntryCount) {
      break;
    }
  }
  throw new Error(`the wheel has no member ${name}`);
}
