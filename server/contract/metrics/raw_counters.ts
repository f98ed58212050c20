// What every worker counts of raw connections: rows of the table of counters. Only names and what they
// mean.

/** Rows of the counters. */
export const RAW_COUNTERS = [
  {
    name: "clientsRefused",
    meaning: "Raw connections that were refused because there were `--max-connections`.",
    isShown: true,
  },
  {
    name: "clientsSlow",
    meaning: "Raw connections and streams of events closed: no answer taken for 2 s, too many " +
      "messages waiting, or silent while memory was short.",
    isShown: true,
  },
  { name: "connections", meaning: "Raw connections that were accepted.", isShown: true },
  {
    name: "batches",
    meaning:
      "Times that commands of a raw connection were run in a row, as many as had come: those of a pipeline " +
      "are one.",
    isShown: true,
  },
  { name: "inputBytes", meaning: "Bytes read from raw connections.", isShown: true },
  { name: "outputBytes", meaning: "Bytes of answers to raw connections.", isShown: true },
] as const;
