// Which kind of machine an executable is for, read from its first bytes: ELF, Mach-O and PE, little
// endian and 64 bits, as far as Deno is built for them. Runs and opens nothing.

/** Where ELF and PE files say which processor, and what stands there. */
const ELF: Readonly<Record<number, string>> = {
  0x3e: "x86_64-unknown-linux-gnu",
  0xb7: "aarch64-unknown-linux-gnu",
};
const MACH_O: Readonly<Record<number, string>> = {
  0x01000007: "x86_64-apple-darwin",
  0x0100000c: "aarch64-apple-darwin",
};
const PE: Readonly<Record<number, string>> = {
  0x8664: "x86_64-pc-windows-msvc",
  0xaa64: "aarch64-pc-windows-msvc",
};

/** How many of a file's first bytes machineOf() looks at. */
export const HEAD_BYTES = 4096;

/** The kind of machine as Deno names it (x86_64-unknown-linux-gnu), or undefined if it is no other. */
export function machineOf(head: Uint8Array): string | undefined {
  if (head.length < 64) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const magic = view.getUint32(0, true);
  if (magic === 0x464c457f) return ELF[view.getUint16(18, true)];
  if (magic === 0xfeedfacf) return MACH_O[view.getUint32(4, true)];
  if ((magic & 0xffff) !== 0x5a4d) return undefined;
  // A PE file begins with a program for DOS, which says where the rest is.
  const at = view.getUint32(0x3c, true);
  if (at + 6 > head.length || view.getUint32(at, true) !== 0x4550) return undefined;
  return PE[view.getUint16(at + 4, true)];
}

/** The same of a file. */
export async function machineOfFile(path: string): Promise<string | undefined> {
  using file = await Deno.open(path);
  const head = new Uint8Array(HEAD_BYTES);
  let length = 0;
  for (let count: number | null = 1; count !== null && count > 0 && length < head.length;) {
    count = await file.read(head.subarray(length));
    length += count ?? 0;
  }
  return machineOf(head.subarray(0, length));
}
