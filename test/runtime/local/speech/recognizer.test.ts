import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScriptLine } from '../../../../runtime/local/speech/lines.ts';
import { hearing, Recognizer, UNSCRIPTED } from '../../../../runtime/local/speech/recognizer.ts';
import { CallScript } from '../../../../runtime/local/speech/script.ts';
import type { Recognition } from '../../../../runtime/local/speech/segment.ts';

const PACE = { partialMs: () => 300, finalMs: () => 1_100, stableAfterMs: 200 };
/** Nothing is cut off in the middle of the latencies: long enough for every result to be due. */
const REST_MS = 2_000;

/** What the caller does: sounds and silences, in ms. Negative is silence; `hangover` is voiced, but not audible. */
type Sound = number | { readonly hangover: number };

interface Heard extends Recognition {
  readonly atMs: number;
  readonly text: string;
}

const textOf = ({ words }: Recognition) => words.map(({ text, punctuation }) => text + punctuation).join(' ');

/** A caller on one stream, whose frames arrive the moment they end. */
class Listening {
  readonly heard: Heard[] = [];
  readonly recognizer: Recognizer;
  #nowMs = 0;

  constructor(script: CallScript, pace = PACE) {
    this.recognizer = new Recognizer(script, pace);
  }

  hear(...sounds: Sound[]): this {
    for (const sound of sounds) {
      const ms = typeof sound === 'number' ? sound : sound.hangover;
      for (let at = 0; at < Math.abs(ms); at += 20) this.#frame(ms > 0, typeof sound === 'number');
    }
    return this;
  }

  /** No more audio: time goes on until nothing is due any more. */
  end(): this {
    this.recognizer.end(this.#nowMs);
    for (let due = this.recognizer.nextDueMs; due !== undefined; due = this.recognizer.nextDueMs) this.#take(due);
    return this;
  }

  get finals(): string[] {
    return this.heard.filter(({ isFinal }) => isFinal).map(({ text }) => text);
  }

  get partials(): Heard[] {
    return this.heard.filter(({ isFinal }) => !isFinal);
  }

  #frame(isVoiced: boolean, isAudible: boolean): void {
    this.#nowMs += 20;
    for (let due = this.recognizer.nextDueMs; due !== undefined && due < this.#nowMs; due = this.recognizer.nextDueMs)
      this.#take(due);
    this.recognizer.hear({ isVoiced, isAudible }, this.#nowMs);
    this.#take(this.#nowMs);
  }

  #take(atMs: number): void {
    const result = this.recognizer.due(atMs);
    if (!result) return;
    this.heard.push({ ...result, atMs, text: textOf(result) });
    if (result.isFinal) this.recognizer.settle();
  }
}

function scriptOf(...lines: ScriptLine[]): CallScript {
  const script = new CallScript();
  script.replace(lines);
  return script;
}

const LINE = 'Could you make it Thursday, please?';

describe('the recognizer', () => {
  it('hears a line: growing partials, then exactly the words as written', () => {
    const call = new Listening(scriptOf(LINE)).hear(-400, 2_000, -REST_MS);
    expect(call.finals).toEqual([LINE]);
    const shown = call.partials.map(({ words }) => words.length);
    expect(shown).toEqual([...shown].sort((a, b) => a - b));
    expect(new Set(shown).size).toBeGreaterThan(3);
    for (const { text } of call.partials) expect(LINE.startsWith(text)).toBe(true);
  });

  it('shows the last word one partial latency after the last sound, and makes it final one final latency after', () => {
    const lastSoundMs = 400 + 2_000;
    const call = new Listening(scriptOf(LINE)).hear(-400, 2_000, -REST_MS);
    const complete = call.partials.find(({ text }) => text === LINE)!;
    expect(complete.atMs).toBe(lastSoundMs + 300);
    expect(call.heard.at(-1)).toMatchObject({ atMs: lastSoundMs + 1_100, isFinal: true });
  });

  it('counts from the last sound, not from where voice activity lets go', () => {
    const call = new Listening(scriptOf({ text: LINE, spokenMs: 2_000 })).hear(2_000, { hangover: 100 }, -REST_MS);
    expect(call.partials.find(({ text }) => text === LINE)!.atMs).toBe(2_000 + 300);
    expect(call.heard.at(-1)).toMatchObject({ atMs: 2_000 + 1_100, isFinal: true });
    expect(call.heard.at(-1)!.words.at(-1)!.endMs).toBe(2_000);
  });

  it('says where the words are in the audio, in order, from the first sound to the last', () => {
    const { words } = new Listening(scriptOf(LINE)).hear(-400, 2_000, -REST_MS).heard.at(-1)!;
    expect(words[0]!.startMs).toBe(400);
    expect(words.at(-1)!.endMs).toBe(2_400);
    for (const [i, word] of words.entries()) {
      expect(word.endMs).toBeGreaterThan(word.startMs);
      expect(word.startMs).toBe(i === 0 ? 400 : words[i - 1]!.endMs);
    }
  });

  it('freezes a word when another follows, and the last one 200 ms after it was first shown', () => {
    const call = new Listening(scriptOf(LINE)).hear(-400, 2_000, -REST_MS);
    for (const { words } of call.partials) expect(words.slice(0, -1).every(({ isStable }) => isStable)).toBe(true);
    const complete = call.partials.filter(({ text }) => text === LINE);
    expect(complete.map(({ words }) => words.at(-1)!.isStable)).toEqual([false, true]);
    expect(complete[1]!.atMs - complete[0]!.atMs).toBe(200);
  });

  it('shows the comma after a word only when the next word shows that it was one', () => {
    const texts = new Listening(scriptOf(LINE)).hear(4_000, -REST_MS).partials.map(({ text }) => text);
    expect(texts).toContain('Could you make it Thursday');
    expect(texts).not.toContain('Could you make it Thursday,');
  });

  it.each([
    ['half as long as thought', 1_400],
    ['about as long as thought', 2_300],
    ['twice as long as thought', 4_800],
  ])('hears a line that is %s to its end, and its last word not before', (_, spokenMs) => {
    const call = new Listening(scriptOf(LINE)).hear(spokenMs, -REST_MS);
    expect(call.finals).toEqual([LINE]);
    const complete = call.partials.find(({ text }) => text === LINE)!;
    expect(complete.atMs).toBeGreaterThanOrEqual(spokenMs + 300);
  });

  it('breathes: a short silence in a line does not end it', () => {
    const call = new Listening(scriptOf(LINE)).hear(1_400, -240, 500, -REST_MS);
    expect(call.finals).toEqual([LINE]);
    const complete = call.partials.find(({ text }) => text === LINE)!;
    expect(complete.atMs).toBe(1_400 + 240 + 500 + 300);
  });

  it('waits for the rest of a line whose length is known', () => {
    const call = new Listening(scriptOf({ text: LINE, spokenMs: 2_600 })).hear(1_600, -600, 1_000, -REST_MS);
    expect(call.finals).toEqual([LINE]);
    expect(call.partials.find(({ text }) => text === LINE)!.atMs).toBe(1_600 + 600 + 1_000 + 300);
  });

  it('makes final what was said of a line that was cut off, and takes the next line for later speech', () => {
    const script = scriptOf({ text: LINE, spokenMs: 4_000 }, 'Hello?');
    const call = new Listening(script).hear(1_600, -3_000, 500, -REST_MS);
    expect(call.finals).toHaveLength(2);
    expect(LINE.startsWith(call.finals[0]!)).toBe(true);
    expect(call.finals[0]).not.toBe(LINE);
    expect(call.finals[1]).toBe('Hello?');
  });

  it('makes final what was said when the caller hangs up in the middle', () => {
    const call = new Listening(scriptOf({ text: LINE, spokenMs: 4_000 })).hear(1_600).end();
    expect(call.finals).toHaveLength(1);
    expect(LINE.startsWith(call.finals[0]!)).toBe(true);
    expect(call.finals[0]).not.toBe(LINE);
  });

  it('puts two lines into one result when the second comes before the first is final', () => {
    const call = new Listening(scriptOf('Yes.', 'Thursday please.')).hear(500, -700, 1_300, -REST_MS);
    expect(call.finals).toEqual(['Yes. Thursday please.']);
  });

  it('gives each its own result when there is time between them', () => {
    const call = new Listening(scriptOf('Yes.', 'Thursday please.')).hear(500, -1_500, 1_300, -REST_MS);
    expect(call.finals).toEqual(['Yes.', 'Thursday please.']);
  });

  it('takes a click for no speech', () => {
    const call = new Listening(scriptOf('Hello.')).hear(-200, 120, -1_000, 600, -REST_MS);
    expect(call.finals).toEqual(['Hello.']);
    expect(call.partials.every(({ atMs }) => atMs > 1_320)).toBe(true);
  });

  it('takes a cough that was announced for the sound it is', () => {
    const call = new Listening(scriptOf('', 'Hello.')).hear(400, -1_000, 600, -REST_MS);
    expect(call.finals).toEqual(['Hello.']);
  });

  it('takes a short sound without a line for a noise, and longer speech for what it is: not understood', () => {
    expect(new Listening(scriptOf()).hear(600, -REST_MS).heard).toEqual([]);
    expect(new Listening(scriptOf()).hear(1_500, -REST_MS).finals).toEqual([UNSCRIPTED]);
  });

  it('takes lines that are added while the call is on', () => {
    const script = scriptOf();
    const call = new Listening(script).hear(-500);
    script.append('Hello.');
    call.hear(600, -REST_MS);
    script.append('Goodbye.');
    expect(call.hear(700, -REST_MS).finals).toEqual(['Hello.', 'Goodbye.']);
  });

  it('starts over when the script is replaced', () => {
    const script = scriptOf('Hello.', 'This will not be said.');
    const call = new Listening(script).hear(600, -REST_MS);
    script.replace(['Goodbye.']);
    expect(call.hear(700, -REST_MS).finals).toEqual(['Hello.', 'Goodbye.']);
  });
});

describe('a reopened stream', () => {
  const lines = ['Hello.', LINE, 'Thank you.'];

  it('hears the audio since the last final again, and its words from the start of their line', () => {
    const script = scriptOf(...lines);
    new Listening(script).hear(600, -REST_MS, 1_500);
    expect(new Listening(script).hear(1_500, 500, -REST_MS, 900, -REST_MS).finals).toEqual([LINE, 'Thank you.']);
  });

  it('does not repeat a line whose final had been sent', () => {
    const script = scriptOf(...lines);
    new Listening(script).hear(600, -REST_MS);
    expect(new Listening(script).hear(-300, 2_000, -REST_MS).finals).toEqual([LINE]);
  });

  it('goes on behind the words of a cut-off line that had been made final', () => {
    const script = scriptOf({ text: LINE, spokenMs: 4_000 });
    const first = new Listening(script).hear(1_600, -1_200);
    const second = new Listening(script).hear(-200, 2_400, -REST_MS);
    expect([...first.finals, ...second.finals].join(' ').split(' ')).toHaveLength(LINE.split(' ').length);
    expect(second.finals[0]!.endsWith('please?')).toBe(true);
  });

  it('gives up a cut-off line after a long silence, played again or not', () => {
    const script = scriptOf({ text: LINE, spokenMs: 4_000 }, 'Thank you.');
    new Listening(script).hear(1_600, -1_200);
    expect(new Listening(script).hear(-hearing.resumeMs, 900, -REST_MS).finals).toEqual(['Thank you.']);
  });

  it('is not held back by the stream it replaces', () => {
    const script = scriptOf(...lines);
    const old = new Listening(script).hear(600, -500);
    const fresh = new Listening(script).hear(600, -REST_MS);
    old.hear(-REST_MS);
    expect(fresh.hear(2_000, -REST_MS).finals).toEqual(['Hello.', LINE]);
    expect(new Listening(script).hear(900, -REST_MS).finals).toEqual(['Thank you.']);
  });
});

describe('whatever the caller does', () => {
  const sounds = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 150 })), { minLength: 1, maxLength: 20 });
  const someLines = fc.array(fc.constantFrom('Yes.', LINE, 'My number is 555-0199.', ''), { maxLength: 5 });

  it('words only come after their sound, in order, never twice, and a final is the last of its result', () => {
    fc.assert(
      fc.property(sounds, someLines, (pattern, lines) => {
        const call = new Listening(scriptOf(...lines));
        call.hear(...pattern.map(([isVoiced, frames]) => (isVoiced ? 1 : -1) * frames * 20)).end();
        const all = [...lines, ...Array(20).fill(UNSCRIPTED)].join(' ').split(' ');
        const said = call.finals.flatMap((text) => text.split(' '));
        let at = 0;
        for (const word of said) {
          at =
            all.findIndex((scripted, i) => i >= at && scripted.replace(/[.,?]$/, '') === word.replace(/[.,?]$/, '')) +
            1;
          expect(at).toBeGreaterThan(0);
        }
        for (const { words, atMs, isFinal } of call.heard) {
          expect(words.length).toBeGreaterThan(0);
          if (!isFinal) for (const { endMs } of words) expect(atMs).toBeGreaterThanOrEqual(endMs + 300);
        }
        if (call.heard.length > 0) expect(call.heard.at(-1)!.isFinal).toBe(true);
      }),
    );
  });
});
