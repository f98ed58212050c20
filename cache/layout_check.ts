// Checks that a layout holds together. Finds fields that overlap, masks of another width than their
// fields, shifts of another size, and sums that do not add up. Looks at tables only. layout.ts and
// region_layout.ts hand in theirs when they are loaded, so a mistake there ends the program at once.

/** The tables of a layout, which are compared with each other. */
export interface LayoutTables {
  /** Areas that are divided into fields, in bits, words or bytes. Fields may leave gaps. */
  readonly areas: readonly Area[];
  /** Masks, and the bits that each is for. */
  readonly masks: readonly (readonly [name: string, mask: number, shift: number, bits: number])[];
  /** Powers of two, and the shift that stands for each. */
  readonly shifts: readonly (readonly [name: string, size: number, shift: number])[];
  /** Numbers, and the parts that each is the sum of. */
  readonly sums: readonly (readonly [name: string, whole: number, parts: readonly number[]])[];
}

/** Something of a certain length, and the fields in it. */
export interface Area {
  /** Its name in messages. */
  readonly name: string;
  /** Its length. */
  readonly length: number;
  /** Its fields. */
  readonly fields: readonly Field[];
}

/** A field: its name, its start and its length, in the unit of the area. */
export type Field = readonly [name: string, start: number, length: number];

/** Fields of one word each, given as their places. */
export function wordsOf(places: Readonly<Record<string, number>>): Field[] {
  return Object.entries(places).map(([name, start]): Field => [name, start, 1]);
}

/** A 32-bit word that is divided into `fields`. */
export function bitsOf(name: string, ...fields: readonly Field[]): Area {
  return { name: `${name} in bits`, length: 32, fields };
}

/** Throws Error with all that is wrong with `tables`, if anything is. */
export function assertLayout(tables: LayoutTables): void {
  const faults = layoutFaults(tables);
  if (faults.length > 0) throw new Error(`Layout is wrong: ${faults.join("; ")}`);
}

/** What is wrong with `tables`, in words; nothing if they hold together. */
export function layoutFaults({ areas, masks, shifts, sums }: LayoutTables): string[] {
  const faults = areas.flatMap(areaFaults);
  for (const [name, mask, shift, bits] of masks) {
    const expected = (2 ** bits - 1) * 2 ** shift;
    if (mask >>> 0 !== expected) {
      faults.push(`mask of ${name} is ${mask >>> 0} and covers not ${bits} bits from ${shift} on`);
    }
  }
  for (const [name, size, shift] of shifts) {
    if (size !== 2 ** shift) faults.push(`shift of ${name} is ${shift} and ${name} is ${size}`);
  }
  for (const [name, whole, parts] of sums) {
    const sum = parts.reduce((total, part) => total + part, 0);
    if (sum !== whole) faults.push(`${name} is ${whole} and its parts are ${sum}`);
  }
  return faults;
}

function areaFaults({ name, length, fields }: Area): string[] {
  const faults: string[] = [];
  const ordered = fields.toSorted(([, a], [, b]) => a - b);
  let end = 0;
  let before = "";
  for (const [field, start, fieldLength] of ordered) {
    const isWhole = Number.isInteger(start) && Number.isInteger(fieldLength) && fieldLength > 0;
    if (!isWhole || start < 0) faults.push(`${name}: ${field} is ${fieldLength} long at ${start}`);
    else if (start < end) faults.push(`${name}: ${field} begins at ${start}, inside ${before}`);
    else if (start + fieldLength > length) faults.push(`${name}: ${field} ends past ${length}`);
    if (start + fieldLength <= end) continue;
    end = start + fieldLength;
    before = field;
  }
  return faults;
}
