/** All that the runtime itself may have to say for an agent, first things first. Pure. */
import { allQuestions } from '../compliance/consent-wording.ts';
import type { Agent } from './definition.ts';

export function ownSentences(agent: Agent): string[] {
  const { greeting, openers, consent } = agent;
  const { consentUnclear, consentThanks, consentDeclined, recordingStopped, ...sentences } = agent.sentences;
  const asked = allQuestions(agent).map(({ text }) => text);
  const ofConsent = consent ? [consentThanks, consentDeclined, consentUnclear, recordingStopped] : [];
  const all = [
    ...asked,
    greeting,
    ...openers.question,
    ...openers.statement,
    ...Object.values(sentences),
    ...ofConsent,
  ];
  return [...new Set(all)].filter((text) => text !== '');
}
