import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { agentSchema } from '../../../runtime/agents/definition.ts';
import { AgentFilesError, readAgents } from '../../../runtime/agents/store.ts';
import { allQuestions, recordingQuestion } from '../../../runtime/compliance/consent-wording.ts';

const BARE = { name: 'desk', version: '1', prompt: 'Be brief.', greeting: 'Hello.' };
const agentWith = (recording: object) => agentSchema.parse({ ...BARE, consent: { recording } });

function problemsOf(consent: unknown): readonly string[] {
  try {
    readAgents([{ name: 'desk.agent.yaml', text: stringify({ ...BARE, consent }) }]);
    return [];
  } catch (error) {
    if (error instanceof AgentFilesError) return error.problems;
    throw error;
  }
}

const asked = { version: '1', wording: 'May we record this call?' };

describe('what a caller is asked', () => {
  it('is nothing where the agent has no such section', () => {
    expect(recordingQuestion(agentSchema.parse(BARE), 'EU')).toBeUndefined();
    expect(recordingQuestion(agentSchema.parse({ ...BARE, consent: {} }), 'EU')).toBeUndefined();
  });

  it('follows the law that the tenant is under', () => {
    const german = { version: 'de-1', wording: 'Dürfen wir aufnehmen?', language: 'de-DE', voice: 'Vicki' };
    const agent = agentWith({ default: asked, jurisdictions: { EU: german, UK: { ...asked, version: 'uk-1' } } });
    expect(recordingQuestion(agent, 'US')).toEqual({ version: '1', text: asked.wording, language: 'en-US' });
    expect(recordingQuestion(agent, 'UK')).toMatchObject({ version: 'uk-1', language: 'en-US' });
    expect(recordingQuestion(agent, 'EU')).toEqual({
      version: 'de-1',
      text: german.wording,
      language: 'de-DE',
      voice: 'Vicki',
    });
    expect(allQuestions(agent).map(({ version }) => version)).toEqual(['1', 'de-1', 'uk-1']);
  });

  it('is nothing where the agent does without', () => {
    const agent = agentWith({ default: { ask: false }, jurisdictions: { EU: asked } });
    expect(recordingQuestion(agent, 'US')).toBeUndefined();
    expect(recordingQuestion(agent, 'EU')).toMatchObject({ version: '1' });
    const exempt = agentWith({ default: asked, jurisdictions: { US: { ask: false } } });
    expect(recordingQuestion(exempt, 'US')).toBeUndefined();
    expect(recordingQuestion(exempt, 'constructor')).toMatchObject({ version: '1' });
  });
});

describe("an agent's file", () => {
  it('is refused when a question has no words, or no version', () => {
    const recording = { default: { wording: 'May we?' }, jurisdictions: { EU: { version: '2' }, UK: { ask: true } } };
    expect(problemsOf({ recording })).toEqual([
      'desk.agent.yaml:8: consent.recording.default.version: found nothing, expected a version of the wording such as "2026-11-01", or `ask: false`',
      'desk.agent.yaml:11: consent.recording.jurisdictions.EU.wording: found nothing, expected the words of the question, or `ask: false`',
      'desk.agent.yaml:13: consent.recording.jurisdictions.UK.wording: found nothing, expected the words of the question, or `ask: false`',
      'desk.agent.yaml:13: consent.recording.jurisdictions.UK.version: found nothing, expected a version of the wording such as "2026-11-01", or `ask: false`',
    ]);
  });

  it('is refused when it names a law that is not on record', () => {
    const recording = { default: asked, jurisdictions: { EUROPE: asked, us: { ask: false }, constructor: asked } };
    const problems = problemsOf({ recording });
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(
      /^desk\.agent\.yaml:\d+: consent\.recording\.jurisdictions\.EUROPE: found a mapping, expected a jurisdiction on record: US, EU, UK, /,
    );
  });

  it('is refused when it asks for something else', () => {
    expect(problemsOf({ marketing: asked, recording: { default: { ...asked, wroding: '' } } })).toEqual([
      expect.stringContaining('consent.recording.default.wroding'),
      expect.stringContaining('consent.marketing: found a mapping, expected no setting of this name'),
    ]);
  });
});
