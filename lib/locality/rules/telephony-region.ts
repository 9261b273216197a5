/*
 * The telephone company's region or edge in another jurisdiction: it processes calls there, and keeps their recordings and
 * records. Its names (`ie1`, `dublin`) are bare words that no other rule takes for a place.
 */
import { knownFacts, own, regionFacts } from '../../../regions/facts.ts';
import { type LocalityRule, whole } from '../rule.ts';

const SETTING = /^TWILIO_(REGION|EDGE)$/i;
const { regions, edges } = knownFacts.telephony.twilio;

export const telephonyRegion: LocalityRule = {
  name: 'telephony-region',
  find: (leaf, home) => {
    const name = leaf.name ?? leaf.key;
    const what = SETTING.exec(name)?.[1]?.toUpperCase();
    if (what === undefined || leaf.value === name) return [];
    const here = regionFacts(home.region)?.jurisdiction;
    const there = what === 'EDGE' ? own(edges, leaf.value) : own(regions, leaf.value)?.jurisdiction;
    if (there !== undefined && there === here) return [];
    return [
      whole(
        leaf,
        `sets ${name} to ${leaf.value}, which is in ${there ?? 'an unknown place'}`,
        `choose one in ${here ?? 'the jurisdiction of the cell'}, as regions/facts/telephony.json has it`,
      ),
    ];
  },
  violations: [
    setting('TWILIO_REGION', 'nowhere1'),
    setting('TWILIO_EDGE', 'roaming'),
    setting('TWILIO_EDGE', 'sao-paulo'),
    { Type: 'AWS::Lambda::Function', Properties: { Environment: { Variables: { TWILIO_EDGE: { Ref: 'Anywhere' } } } } },
  ],
  lookAlikes: [setting('TWILIO_REGIONS', 'ie1'), setting('OFFICE', 'dublin')],
};

function setting(name: string, value: string): { Type: string; Properties: object } {
  const definition = { Environment: [{ Name: name, Value: value }] };
  return { Type: 'AWS::ECS::TaskDefinition', Properties: { ContainerDefinitions: [definition] } };
}
