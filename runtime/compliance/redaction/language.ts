/** What redaction must know of a language: words, no grammar. Another language is another file in `languages/`. */

/** What the words before a number, or a question, announce. */
export const CUES = [
  'name',
  'phone',
  'card',
  'nationalId',
  'account',
  /** A PIN, a security code: few digits, and each counts. */
  'secret',
  /** Just "number": something with digits. */
  'number',
  /** Numbers of the house: orders, rooms, flights. */
  'reference',
  'email',
  'address',
  'postcode',
  'birth',
] as const;

export type Cue = (typeof CUES)[number];

type Words = ReadonlySet<string>;
type Phrases = readonly string[];

/** All words in lower case, apostrophes straight, "'s" a word of its own: `name 's`. */
export interface Language {
  /** BCP 47 without a region: `en`. */
  readonly code: string;

  /** Word → its digit. */
  readonly digits: Readonly<Record<string, string>>;
  readonly teens: Readonly<Record<string, number>>;
  readonly tens: Readonly<Record<string, number>>;
  /** treinta *y* uno; undefined where nothing stands between: thirty one. */
  readonly tensJoin?: string;
  readonly scales: Readonly<Record<string, number>>;
  /** double → 2: says the next digit again. */
  readonly multipliers: Readonly<Record<string, number>>;
  /** Words a recognizer writes for digits. They count only amid digits. */
  readonly homophones: Readonly<Record<string, string>>;
  /** two thousand *and* four. */
  readonly numberJoin: string;
  /** What people say between the groups of a number without ending it. */
  readonly numberFillers: Words;
  /** Between a number that was begun and the right one: no wait. */
  readonly corrections: Words;
  readonly ordinals: Readonly<Record<string, number>>;
  /** 4*th*. */
  readonly ordinalSuffixes: Words;
  readonly extensions: Words;
  /** +44, said. */
  readonly plus: Words;

  /** A number before one of these is a price, a measure, a time, a count. */
  readonly units: Words;
  readonly months: Words;
  /** the fourth *of* march; *the* fourth. */
  readonly dateJoins: Words;

  /** Phrases that announce something, with what may stand between them and it in `links`. */
  readonly cues: Readonly<Record<Cue, Phrases>>;
  /** is, 's, it: skipped between a cue and what it announces. */
  readonly links: Words;
  /** yes, sure, um: skipped before an answer. */
  readonly interjections: Words;

  /** Before a name that is on a list, or in capitals: this is, i'm. */
  readonly weakNameCues: Phrases;
  /** Before names, and before much else: for, with. */
  readonly faintNameCues: Phrases;
  /** Part of the name that follows: mr. They stand in `cues.name` too. */
  readonly titles: Words;
  /** After a name: speaking. */
  readonly nameFollowers: Words;
  /** *the* Victoria branch: no person. */
  readonly articles: Words;
  /** A name that is also a word is one before these: *mark* will call. */
  readonly nameVerbs: Words;
  readonly nameParticles: Words;
  readonly firstNames: Words;
  readonly lastNames: Words;
  /** s *as in* sam. */
  readonly spellingJoins: Phrases;
  /** Said letter by letter by everybody. */
  readonly spelledWords: Words;

  readonly at: Words;
  readonly emailConnectors: Words;
  readonly emailDots: Words;
  readonly mailboxes: Words;
  /** Before a mailbox, and no part of one: it's, me. */
  readonly clauseOpeners: Words;

  /** Names of streets end so, and mean little else. */
  readonly streets: Words;
  /** These mean much else. */
  readonly doubtfulStreets: Words;
  /** 9801 *highway* 71. */
  readonly numberedRoads: Words;
  /** Never part of a street's name. */
  readonly streetBreakers: Words;
  readonly dwellings: Words;
  readonly postBoxes: Phrases;
  readonly places: Words;
  readonly directions: Words;
  /** Grace *Hotel*: not a person. */
  readonly establishments: Words;

  /** Words that hold sentences together; they end a name, an address, a mailbox. */
  readonly functionWords: Words;
  /** Words that are no names unless something says so. */
  readonly ordinaryWords: Words;
}

/** `words('one two')` → a set of both. */
export function words(...lists: readonly string[]): Words {
  return new Set(lists.flatMap((list) => list.split(/\s+/).filter(Boolean)));
}

/** One phrase a line. */
export function phrases(list: string): Phrases {
  return list
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
}
