/** What no cell file says. Every one can be set: `voicecell cost … --assume turnsPerMinute=5`. */
export interface Assumptions {
  /** Answers a minute of call: a caller's turn and ours take about 15 s. */
  readonly turnsPerMinute: number;
  /** Prompt, history and tools, sent with every turn. */
  readonly inputTokensPerTurn: number;
  readonly outputTokensPerTurn: number;
  /** Spoken characters of one answer. */
  readonly charactersPerTurn: number;
  /** Replies prepared and thrown away, for each one that is spoken; their tokens are paid too. */
  readonly discardedRepliesPerTurn: number;
  /** Tasks are kept for this many times the average number of calls at once. */
  readonly peakFactor: number;
  /** Share of calls that are recorded (0 to 1). */
  readonly recordedShare: number;
  readonly recordingRetentionDays: number;
  /** Logs and metrics as log lines, per call. */
  readonly logKilobytesPerCall: number;
  /** PrivateLink endpoints, each in every zone. This and the counts below are those of the cells that ship. */
  readonly interfaceEndpoints: number;
  readonly keys: number;
  /** The keys of callers' hashes, of the administration and of the phone; Twilio's token (a cell with a domain) and every third-party provider add one. */
  readonly secrets: number;
  readonly customMetrics: number;
  readonly alarms: number;
}

export const DEFAULT_ASSUMPTIONS = {
  turnsPerMinute: 4,
  inputTokensPerTurn: 1500,
  outputTokensPerTurn: 60,
  charactersPerTurn: 130,
  discardedRepliesPerTurn: 0.3,
  peakFactor: 4,
  recordedShare: 1,
  recordingRetentionDays: 90,
  logKilobytesPerCall: 100,
  interfaceEndpoints: 12,
  keys: 4,
  secrets: 3,
  customMetrics: 60,
  alarms: 24,
} as const satisfies Assumptions;
