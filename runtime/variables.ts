/** Every environment variable the process reads. `--help` and the documentation print this table. */

export interface Variable {
  readonly meaning: string;
  /** In words, what happens when the variable is not set; without it the variable is needed. */
  readonly default?: string;
  /** Its value is never repeated, not even when it is wrong. */
  readonly secret?: true;
}

const variables = {
  VOICECELL_CELL: { meaning: 'the cell, as JSON: the value its stack was made from' },
  VOICECELL_HOST: { meaning: 'address to listen on', default: '127.0.0.1' },
  VOICECELL_PORT: { meaning: 'port to listen on; 0 takes any free one', default: '8080' },
  VOICECELL_PUBLIC_URL: {
    meaning: 'origin under which the world reaches the cell: https://voice.example.com',
    default: 'http://localhost and the port, and no calls from Twilio; needed if the cell has a domain',
  },
  VOICECELL_DATABASE_URL: {
    meaning: 'PostgreSQL: postgres://user@host:5432/database; without a password the task logs in with its own role',
    secret: true,
  },
  VOICECELL_AGENTS: { meaning: "folder of the agents' definitions", default: './agents' },
  VOICECELL_NUMBERS: {
    meaning: 'who answers which number, as JSON: {"+14155550100": "front-desk", "*": "front-desk"}',
    default: 'the only agent answers all numbers',
    secret: true,
  },
  VOICECELL_TOKEN_SECRET: {
    meaning: 'key that signs the one-time tokens of sockets; 32 characters or more, the same in all tasks',
    default: 'derived from TWILIO_AUTH_TOKEN or VOICECELL_PHONE_KEY',
    secret: true,
  },
  VOICECELL_CALLER_KEY: {
    meaning:
      "key that turns callers' numbers into hashes; 32 characters or more, the same in all tasks and for ever: with another one nobody is known again",
    default: 'made anew at each start; needed if others can reach the cell',
    secret: true,
  },
  VOICECELL_OPERATOR_KEY: {
    meaning: 'first key of the administration over HTTP, with which others are made; 32 characters or more',
    default: 'none: voicecell key create --role operator makes one',
    secret: true,
  },
  VOICECELL_PHONE_KEY: {
    meaning: 'key that opens the browser phone; 16 characters or more',
    default: 'whoever is on this machine may call; needed if the cell has a browser phone that others can reach',
    secret: true,
  },
  VOICECELL_AWS_ENDPOINT: {
    meaning: 'the emulated speech services on this machine: http://127.0.0.1:8081',
    default: "AWS in the cell's region",
  },
  VOICECELL_RECORDINGS: {
    meaning: 'where recordings of calls are kept: a folder, or s3://BUCKET or s3://BUCKET/PREFIX',
    default: 'no call is recorded, and no caller asked whether it may be',
  },
  VOICECELL_EXPORTS: {
    meaning: 'where exports are kept for a few days: a folder, or s3://BUCKET or s3://BUCKET/PREFIX',
    default: 'nobody can be given a copy of his data',
  },
  VOICECELL_LOG_LEVEL: { meaning: 'trace, debug, info, warn, error, fatal or silent', default: 'info' },
  TWILIO_AUTH_TOKEN: {
    meaning: "auth token of the cell's Twilio region",
    default: 'needed if the cell has a Twilio channel and a public URL',
    secret: true,
  },
  AWS_REGION: { meaning: "set by AWS itself; only the cell's own region is accepted", default: "the cell's region" },
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof variables;

export const VARIABLES: Readonly<Record<VariableName, Variable>> = variables;

/** The table as text, one variable a paragraph. */
export function describeVariables(): string {
  return Object.entries(VARIABLES)
    .map(([name, variable]) => {
      const unset = variable.default === undefined ? 'needed' : `default: ${variable.default}`;
      return `  ${name}${variable.secret ? ' (secret)' : ''}\n      ${variable.meaning}\n      ${unset}\n`;
    })
    .join('');
}
