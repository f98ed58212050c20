// What the sketches are held to: both hashes and the places of a Bloom filter, in BigInt and as they were
// published. Slow.

const M = 0xc6a4a7935bd1e995n;

/** MurmurHash64A as it was published. */
export function reference64(bytes: Uint8Array, seed: bigint): bigint {
  const u64 = (value: bigint) => BigInt.asUintN(64, value);
  let hash = u64(seed ^ (BigInt(bytes.length) * M));
  const whole = bytes.length - bytes.length % 8;
  for (let at = 0; at < whole; at += 8) {
    let k = 0n;
    for (let i = 7; i >= 0; i--) k = k << 8n | BigInt(bytes[at + i]!);
    k = u64(k * M);
    k = u64((k ^ k >> 47n) * M);
    hash = u64((hash ^ k) * M);
  }
  if (whole < bytes.length) {
    for (let i = whole; i < bytes.length; i++) hash ^= BigInt(bytes[i]!) << BigInt(8 * (i - whole));
    hash = u64(hash * M);
  }
  hash = u64((hash ^ hash >> 47n) * M);
  return hash ^ hash >> 47n;
}

/** MurmurHash2 as it was published. */
export function reference32(bytes: Uint8Array, seed: number): number {
  const m = 0x5bd1e995n;
  const u32 = (value: bigint) => BigInt.asUintN(32, value);
  let hash = u32(BigInt(seed) ^ BigInt(bytes.length));
  const whole = bytes.length - bytes.length % 4;
  for (let at = 0; at < whole; at += 4) {
    let k = 0n;
    for (let i = 3; i >= 0; i--) k = k << 8n | BigInt(bytes[at + i]!);
    k = u32(k * m);
    k = u32((k ^ k >> 24n) * m);
    hash = u32(hash * m) ^ k;
  }
  if (whole < bytes.length) {
    for (let i = whole; i < bytes.length; i++) hash ^= BigInt(bytes[i]!) << BigInt(8 * (i - whole));
    hash = u32(hash * m);
  }
  hash = u32((hash ^ hash >> 13n) * m);
  return Number(hash ^ hash >> 15n);
}

/** The places of an item in a Bloom filter of so many bits. */
export function referencePlaces(item: Uint8Array, bits: number, hashes: number): number[] {
  const a = reference64(item, M);
  const b = reference64(item, a);
  const placeOf = (_: unknown, i: number) => BigInt.asUintN(64, a + BigInt(i) * b) % BigInt(bits);
  return Array.from({ length: hashes }, placeOf).map(Number);
}
