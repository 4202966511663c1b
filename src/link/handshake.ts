import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Duplex } from 'node:stream';

/**
 * Both sides prove that they know `key`, which only this user's processes can read, without sending it: on Windows
 * anybody may open a pipe, and anybody may offer one under a name that has become free.
 *
 *   client → server  nonce                                [32]
 *   server → client  nonce, proof over both nonces        [64]
 *   client → server  proof over both nonces               [32]
 *   server → client  accepted                             [1]
 */
export async function greetServer(socket: Duplex, key: Buffer, signal: AbortSignal): Promise<void> {
  const clientNonce = randomBytes(nonceByteCount);
  socket.write(clientNonce);
  const answer = await readExactly(socket, nonceByteCount + proofByteCount, signal);
  const nonces = Buffer.concat([clientNonce, answer.subarray(0, nonceByteCount)]);
  if (!timingSafeEqual(answer.subarray(nonceByteCount), proof(key, 'server', nonces))) {
    throw new Error('the process at the other end is not our server');
  }
  socket.write(proof(key, 'client', nonces));
  await readExactly(socket, accepted.length, signal);
}

/** The server's side of `greetServer`. Rejects when the client does not know the key. */
export async function greetClient(socket: Duplex, key: Buffer, signal: AbortSignal): Promise<void> {
  const clientNonce = await readExactly(socket, nonceByteCount, signal);
  const serverNonce = randomBytes(nonceByteCount);
  const nonces = Buffer.concat([clientNonce, serverNonce]);
  socket.write(Buffer.concat([serverNonce, proof(key, 'server', nonces)]));
  const clientProof = await readExactly(socket, proofByteCount, signal);
  if (!timingSafeEqual(clientProof, proof(key, 'client', nonces))) {
    throw new Error('a client did not know the key');
  }
  socket.write(accepted);
}

export const keyByteCount = 32;
const nonceByteCount = 32;
const proofByteCount = 32;
const accepted = Buffer.from([1]);

function proof(key: Buffer, side: 'client' | 'server', nonces: Buffer): Buffer {
  return createHmac('sha256', key).update(side).update(nonces).digest();
}

/** Takes that many bytes and leaves what follows in the stream. Rejects when it ends before. */
function readExactly(socket: Duplex, byteCount: number, signal: AbortSignal): Promise<Buffer> {
  return new Promise<Buffer>((resolve, reject) => {
    const settle = (act: () => void) => {
      socket.off('readable', read);
      socket.off('end', ended);
      socket.off('close', ended);
      socket.off('error', failed);
      signal.removeEventListener('abort', aborted);
      act();
    };
    const read = () => {
      const bytes: unknown = socket.read(byteCount);
      if (Buffer.isBuffer(bytes)) {
        settle(() => (bytes.length === byteCount ? resolve(bytes) : reject(new Error(endedText))));
      }
    };
    const ended = () => settle(() => reject(new Error(endedText)));
    const failed = (error: Error) => settle(() => reject(error));
    const aborted = () => settle(() => reject(signal.reason as Error));
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    socket.on('readable', read);
    socket.on('end', ended);
    socket.on('close', ended);
    socket.on('error', failed);
    signal.addEventListener('abort', aborted);
    read();
  });
}

const endedText = 'the connection ended during the greeting';
