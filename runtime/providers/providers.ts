import type { LanguageModel } from './language-model.ts';
import type { SpeechToText } from './speech-to-text.ts';
import type { TextToSpeech } from './text-to-speech.ts';

/** The three services a conversation is made of; shared and warm, one set a process. */
export interface Providers {
  readonly speechToText: SpeechToText;
  readonly languageModel: LanguageModel;
  readonly textToSpeech: TextToSpeech;
  /** Ends all connections. */
  close(): Promise<void>;
}
