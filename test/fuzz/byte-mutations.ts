// Damage to the bytes of a text, as disks, editors and merges do it. The result is decoded as the program decodes files.
import type { Random } from './random.js';

export function damagedBytes(text: string, { random, other }: { random: Random; other: string }): string {
  let bytes = Buffer.from(text);
  for (let count = 1 + random.below(6); count > 0; count--) {
    bytes = damaged(bytes, { random, other: Buffer.from(other) });
    if (bytes.length > LONGEST) bytes = bytes.subarray(0, LONGEST);
  }
  return bytes.toString('utf8');
}

const LONGEST = 100_000;
const BYTES = [0, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x24, 0x27, 0x2c, 0x2f, 0x3a, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x80, 0xff];

function damaged(bytes: Buffer, { random, other }: { random: Random; other: Buffer }): Buffer<ArrayBuffer> {
  const at = random.below(bytes.length + 1);
  const until = Math.min(bytes.length, at + 1 + random.below(random.once(4) ? 400 : 12));
  const [before, chunk, after] = [bytes.subarray(0, at), bytes.subarray(at, until), bytes.subarray(until)];
  switch (random.below(8)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
      return flipped;
    }
    case 1:
      return Buffer.concat([before, Buffer.from([random.pick(BYTES)]), chunk, after]);
    case 2:
      return Buffer.concat([before, after]);
    case 3:
      return Buffer.concat([before, chunk, ...Array<Buffer>(1 + random.below(6)).fill(chunk), after]);
    case 4: {
      const start = random.below(other.length);
      return Buffer.concat([before, other.subarray(start, start + 1 + random.below(300)), after]);
    }
    case 5:
      return random.once(3) ? Buffer.from(before) : Buffer.concat([after, before, chunk]);
    case 6:
      return Buffer.concat([before, Buffer.from([random.below(256), random.below(256)]), after]);
    default:
      return Buffer.concat([before, Buffer.from(chunk.toReversed()), after]);
  }
}
