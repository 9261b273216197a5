/**
 * Sentences the runtime may have to say at once: greeting, openers, apologies. Synthesized once a process and kept as
 * audio, so that they cost no time in a call and can still be said while the synthesizer is down.
 */
import { ProviderError } from '../providers/errors.ts';
import type { TextToSpeech, Voice } from '../providers/text-to-speech.ts';

/** Questions of law are long, and a synthesizer takes only so much at once: the more, the later its first byte. */
const LONGEST_PIECE_CHARS = 80;

export class PhraseBook {
  readonly #textToSpeech: TextToSpeech;
  readonly #voice: Voice;
  readonly #voices: ReadonlyMap<string, Voice>;
  readonly #audio = new Map<string, Promise<Uint8Array>>();
  readonly #ready = new Map<string, Uint8Array>();

  /** @param voices of the phrases that another voice says */
  constructor(textToSpeech: TextToSpeech, voice: Voice, voices: ReadonlyMap<string, Voice> = new Map()) {
    this.#textToSpeech = textToSpeech;
    this.#voice = voice;
    this.#voices = voices;
  }

  /** The phrase as µ-law, 8 kHz, if it is ready this instant. */
  ready(text: string): Uint8Array | undefined {
    return this.#ready.get(text);
  }

  /** The phrase as µ-law, 8 kHz, made on first use. Throws a ProviderError; a later call tries again. */
  audio(text: string): Promise<Uint8Array> {
    let made = this.#audio.get(text);
    if (!made) {
      made = this.#make(text);
      this.#audio.set(text, made);
      made.then(
        (audio) => this.#ready.set(text, audio),
        () => this.#audio.delete(text),
      );
    }
    return made;
  }

  /**
   * Makes all of them, first things first and one at a time: the services' quota belongs to the calls.
   * What fails is left for later. @returns how many are ready.
   */
  async preload(texts: Iterable<string>): Promise<number> {
    let ready = 0;
    for (const text of texts) {
      const made = await this.audio(text).then(
        () => 1,
        () => 0,
      );
      ready += made;
    }
    return ready;
  }

  async #make(text: string): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    const sentences = (async function* () {
      yield* piecesOf(text);
    })();
    const voice = this.#voices.get(text) ?? this.#voice;
    for await (const piece of this.#textToSpeech.speak(sentences, voice, new AbortController().signal))
      pieces.push(piece.audio);
    const audio = Buffer.concat(pieces);
    if (audio.length === 0)
      throw new ProviderError('text-to-speech', this.#textToSpeech.name, 'malformed', 'a sentence without a sound');
    return audio;
  }
}

/** Whole sentences, as many at a time as are short together. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  for (const sentence of text.split(/(?<=[.!?]) +/)) {
    const joined = `${pieces.at(-1) ?? ''} ${sentence}`.trim();
    if (joined.length <= LONGEST_PIECE_CHARS) pieces.splice(-1, 1, joined);
    else pieces.push(sentence);
  }
  return pieces;
}
