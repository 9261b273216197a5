/** A call told on the terminal while it happens: who said what, what was heard of it, and where the time went. */
import { styleText } from 'node:util';
import type { CallEvent } from '../call/events.ts';
import { type Stage, stages } from '../call/waterfall.ts';

type Colour = Parameters<typeof styleText>[0];

export interface Paper {
  write(text: string): void;
  readonly colours: boolean;
}

const INDENT = ' '.repeat(9);

/** @returns a sink that prints; events that only matter to machines pass in silence. */
export function tellStory(paper: Paper): (event: CallEvent) => void {
  const colour = (style: Colour, text: string) =>
    paper.colours ? styleText(style, text, { validateStream: false }) : text;
  const line = (event: CallEvent, who: string, style: Colour, text: string) =>
    paper.write(`${colour('dim', clock(event.atMs))}  ${colour(style, who.padEnd(7))} ${text}\n`);
  const note = (text: string) => paper.write(`${INDENT}${colour('dim', `· ${text}`)}\n`);

  return (event) => {
    switch (event.type) {
      case 'call-started':
        line(
          event,
          'call',
          'bold',
          `${event.resumed ? 'taken up again' : 'answered'} by ${event.agent} ${event.agentVersion} in ${event.region}`,
        );
        return;
      case 'caller-turn':
        line(event, 'caller', 'cyan', event.text);
        return;
      case 'agent-turn': {
        const cut = event.interrupted
          ? colour(['dim', 'strikethrough'], ` ${unheard(event.text, event.heardText)}`)
          : '';
        line(event, 'agent', 'green', event.heardText + cut);
        if (event.waterfall.firstAudioMs !== undefined) note(timing(event.waterfall));
        return;
      }
      case 'barge-in':
        note(`the caller speaks: silenced ${event.onsetToClearMs} ms after his first sound`);
        return;
      case 'barge-in-resumed':
        note('it was only a sound: the agent goes on');
        return;
      case 'speculation':
        if (event.outcome === 'miss' || event.wastedTokens > 0)
          note(`prepared answer: ${event.outcome}, ${event.wastedTokens} tokens thrown away`);
        return;
      case 'tool-called':
        line(event, 'tool', 'magenta', `${event.name} ${JSON.stringify(event.input)}`);
        return;
      case 'tool-finished':
        line(
          event,
          'tool',
          'magenta',
          `${event.failed ? 'failed: ' : '→ '}${JSON.stringify(event.output)} in ${event.tookMs} ms`,
        );
        return;
      case 'dtmf':
        line(event, 'keypad', 'cyan', event.digit);
        return;
      case 'consent-asked':
        note(`asked for consent to ${event.purpose}, in the wording ${event.wordingVersion} for ${event.jurisdiction}`);
        return;
      case 'consent-played':
        note('he has heard the question to its end');
        return;
      case 'consent-answered':
        line(event, 'consent', event.answer === 'yes' ? 'green' : 'yellow', `${event.answer}, by ${event.by}`);
        return;
      case 'consent-withdrawn':
        line(event, 'consent', 'yellow', `taken back, by ${event.by}`);
        return;
      case 'recording-started':
        line(event, 'record', 'red', '● recording');
        return;
      case 'recording-finished':
        line(
          event,
          'record',
          'red',
          `■ ${event.outcome}: ${(event.durationMs / 1000).toFixed(1)} s, ${event.bytes} bytes`,
        );
        return;
      case 'problem':
        line(event, 'problem', 'red', `${event.stage} ${event.code}: ${event.message}`);
        return;
      case 'call-ended':
        line(
          event,
          'call',
          'bold',
          `ended after ${(event.durationMs / 1000).toFixed(1)} s: ${event.reason.replaceAll('-', ' ')}`,
        );
    }
  };
}

function timing(waterfall: Extract<CallEvent, { type: 'agent-turn' }>['waterfall']): string {
  const spent = [...stages(waterfall)].map(([stage, ms]: [Stage, number]) => `${stage} ${ms}`).join(' → ');
  const opener =
    waterfall.firstWordsMs !== waterfall.firstAudioMs ? `, own words after ${waterfall.firstWordsMs ?? '–'} ms` : '';
  return `${waterfall.firstAudioMs} ms to the first sound${opener} (${spent})`;
}

/** What was generated but not played. */
function unheard(text: string, heardText: string): string {
  return text.startsWith(heardText) ? text.slice(heardText.length).trim() : text;
}

function clock(ms: number): string {
  const seconds = ms / 1000;
  return `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${(seconds % 60).toFixed(1).padStart(4, '0')}`;
}
