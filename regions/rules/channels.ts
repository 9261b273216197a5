/** How calls arrive: Connect and Lex in the region, Twilio in the jurisdiction. */
import { offers, own } from '../facts.ts';
import { held } from './residency.ts';
import { either, list, moveTo, type Rule, type RuleContext } from './rule.ts';

export const connectOffered: Rule = (context) => {
  const { cell, region, facts } = context;
  if (!cell.channels.connect || offers(region.code, 'connect', facts)) return [];
  return [
    {
      rule: 'connect-missing',
      path: 'channels.connect',
      found: `Amazon Connect, which ${region.code} does not offer`,
      allowed: 'a channel that exists in the region',
      fix: either(
        'leave channels.connect out',
        moveTo(context, (code) => offers(code, 'connect', facts)),
      ),
    },
  ];
};

/** A channel that would be left out in silence is refused instead. */
export const connectBuilt: Rule = ({ cell, region, facts }) => {
  if (!cell.channels.connect || !offers(region.code, 'connect', facts)) return [];
  return [
    {
      rule: 'connect-not-built',
      path: 'channels.connect',
      found: 'an Amazon Connect channel',
      allowed: 'channels that this version deploys: twilio, browser',
      fix: 'leave channels.connect out: neither the stack nor the runtime has this channel yet',
    },
  ];
};

/** Connect reaches the conversation through a Lex bot, so it needs both. */
export const lexOffered: Rule = (context) => {
  const { cell, region, facts } = context;
  if (!cell.channels.connect || offers(region.code, 'lex', facts)) return [];
  return [
    {
      rule: 'lex-missing',
      path: 'channels.connect',
      found: `Lex V2, through which Connect talks to the cell and which ${region.code} does not offer`,
      allowed: 'a region with Connect and Lex V2',
      fix: either(
        'leave channels.connect out',
        moveTo(context, (code) => offers(code, 'connect', facts) && offers(code, 'lex', facts)),
      ),
    },
  ];
};

/** Recordings and call metadata stay in Twilio's processing region; media passes its edge. Both hold caller data. */
export const twilioInJurisdiction: Rule = (context) => {
  const { cell, facts } = context;
  const chosen = cell.channels.twilio;
  if (!chosen) return [];
  const { regions, edges } = facts.telephony.twilio;
  const regionPlace = regions[chosen.region]?.jurisdiction ?? 'an unknown place';
  const regionFindings = cell.residency.flatMap((data) =>
    held(context, data, regionPlace, {
      rule: 'twilio-region',
      path: 'channels.twilio.region',
      what: `Twilio region ${chosen.region}, which is in ${regionPlace}, for data of ${data}`,
      mend: () => pick('region', regions, (entry) => entry.jurisdiction, context),
    }),
  );
  const edgePlace = own(edges, chosen.edge);
  if (edgePlace === undefined)
    return [
      ...regionFindings,
      {
        rule: 'twilio-edge',
        path: 'channels.twilio.edge',
        found: `"${chosen.edge}", an edge that is unknown or not pinned`,
        allowed: list(Object.keys(edges)),
        fix: pick('edge', edges, (place) => place, context),
      },
    ];
  const edgeFindings = cell.residency.flatMap((data) =>
    held(context, data, edgePlace, {
      rule: 'twilio-edge',
      path: 'channels.twilio.edge',
      what: `the edge ${chosen.edge}, which is in ${edgePlace}, for data of ${data}`,
      mend: () => pick('edge', edges, (place) => place, context),
    }),
  );
  return [...regionFindings, ...edgeFindings];
};

function pick<Entry>(
  what: 'region' | 'edge',
  entries: Readonly<Record<string, Entry>>,
  placeOf: (entry: Entry) => string,
  { cell, region, facts }: RuleContext,
): string {
  const fitting = Object.entries(entries)
    .filter(([, entry]) => cell.residency.includes(placeOf(entry)))
    .map(([name]) => name);
  if (fitting.length > 0) return `set the ${what} to ${list(fitting)}`;
  const connect = offers(region.code, 'connect', facts) ? ' and use Amazon Connect, which is in the region' : '';
  return `Twilio has no ${what} in ${list(cell.residency)}: leave channels.twilio out${connect}`;
}
