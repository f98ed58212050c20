// What INFO says of the same facts as /stats and /metrics: the rows of the table that have a field there. Fields of
// Redis that mean nothing here, or are lists, are not among them.

import { INFO_FIELDS, type InfoField, isMetric, type Row } from "./metric.ts";
import { Snapshot, type SnapshotSources } from "./snapshot.ts";
import { ROWS } from "./table.ts";

type Value = number | string;
type Read = (facts: Snapshot) => Value;

const READERS: ReadonlyMap<InfoField, Read> = new Map(ROWS.flatMap(fieldsOf));

function fieldsOf(row: Row): [InfoField, Read][] {
  if ("workerStats" in row) return [];
  const all = isMetric(row) ? row.series ?? [] : [row];
  return all.flatMap(({ info, read }): [InfoField, Read][] =>
    info === undefined ? [] : [[info, (facts) => read(facts) as Value | null ?? 0]]
  );
}

/** Reads fields of INFO, each when it is asked for; all of them are of one moment. */
export class InfoValues {
  readonly #facts: Snapshot;

  constructor(sources: SnapshotSources) {
    this.#facts = new Snapshot(sources);
  }

  /** The value of a field. */
  get(field: InfoField): Value {
    return READERS.get(field)!(this.#facts);
  }

  /** The same of a field that is a number. */
  number(field: InfoField): number {
    return Number(this.get(field));
  }

  /** The fields that no row has; to be empty. */
  static missing(): InfoField[] {
    return INFO_FIELDS.filter((field) => !READERS.has(field));
  }
}
