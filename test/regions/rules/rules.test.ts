/** One look-alike that passes and one mistake that is caught, for every rule; the fix leads out. */
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../regions/cell.ts';
import { knownFacts } from '../../../regions/facts.ts';
import { validateCell } from '../../../regions/validate.ts';
import { cellIn, cellWith } from '../cells.ts';

const findingOf = (rule: string, cell: Cell) => validateCell(cell).find((finding) => finding.rule === rule);

const rulesOf = (cell: Cell) => validateCell(cell).map(({ rule }) => rule);

const euCell = (changes: Parameters<typeof cellIn>[2] = {}) =>
  cellIn('eu-central-1', 'EU', {
    languageModel: { provider: 'bedrock', modelId: 'qwen.qwen3-32b-v1:0' },
    ...changes,
  });

describe('the place', () => {
  it('China is refused with the reason', () => {
    const finding = findingOf('jurisdiction-refused', cellIn('cn-north-1', 'CN'));
    expect(finding?.found).toBe('cn-north-1 is in China');
    expect(finding?.allowed).toContain('PIPL');
  });

  it('an impaired region is refused with what happened and since when', () => {
    const finding = findingOf('region-impaired', cellIn('me-central-1', 'EU'));
    expect(finding?.found).toContain('since 2026-03-01: damaged by drone strikes');
    expect(finding?.fix).toContain('eu-central-1');
  });

  it('zones of another region are refused, each named', () => {
    const finding = findingOf(
      'zones-foreign',
      cellWith({ availabilityZones: ['us-east-1a', 'us-east-2b', 'use1-az3'] }),
    );
    expect(finding?.found).toBe('"us-east-2b", "use1-az3"');
  });

  it('one zone named twice is still one zone', () => {
    const finding = findingOf('zones-too-few', cellWith({ availabilityZones: ['us-east-1a', 'us-east-1a'] }));
    expect(finding?.fix).toContain('us-east-1, which has 6');
  });
});

describe('the law', () => {
  it('the United Kingdom is not the European Union: data of the EU there needs a named basis', () => {
    const london = cellIn('eu-west-2', 'EU', {
      textToSpeech: { provider: 'polly', engine: 'neural', voice: 'Joanna' },
    });
    const finding = findingOf('residency-not-allowed', london);
    expect(finding?.found).toContain('data of EU in eu-west-2, which is in UK');
    expect(finding?.allowed).toContain('adequacy decision');
    expect(finding?.fix).toContain('transferBasis.EU');
  });

  it('a named basis lets the cell hold it', () => {
    const basis = { EU: 'adequacy decision for the UK, reviewed 2026-09' };
    expect(rulesOf(cellIn('eu-west-2', 'EU', { transferBasis: basis }))).toEqual([]);
  });

  it('no basis opens what the law on record does not: data of the EU in the United States', () => {
    const cell = cellWith({ residency: ['EU'], transferBasis: { EU: 'we would like it to be allowed' } });
    expect(findingOf('residency-not-allowed', cell)?.allowed).toContain('GDPR');
  });

  it('every residency of a cell is judged by itself', () => {
    const cell = cellWith({ residency: ['US', 'EU', 'CN'] });
    const paths = validateCell(cell).map(({ path }) => path);
    expect(paths).toEqual(['residency.1', 'residency.2']);
  });

  it('an unknown jurisdiction is refused with the nearest codes', () => {
    expect(findingOf('residency-unknown', cellWith({ residency: ['USA'] }))?.fix).toContain('US');
  });
});

describe('speech to text', () => {
  it('Transcribe has to stream in the region', () => {
    const finding = findingOf('transcribe-missing', cellIn('eu-north-1', 'EU'));
    expect(finding?.fix).toBe(
      'move the cell to eu-central-1 (Frankfurt, EU, 1190 km) or eu-west-1 (Ireland, EU, 1630 km)',
    );
  });

  it('the language has to be one it streams', () => {
    const cell = cellWith({ speechToText: { provider: 'transcribe', language: 'de-AT' } });
    expect(findingOf('language-not-recognized', cell)?.fix).toContain('de-DE');
  });
});

describe('redaction by the recognizer', () => {
  const redacting = (language = 'en-US') => ({
    speechToText: { provider: 'transcribe' as const, language, redactFinals: true },
  });

  it('is had where the region and the language have it', () => {
    expect(rulesOf(cellWith(redacting()))).toEqual([]);
  });

  it('is refused in a region that has not, with where to', () => {
    const paris = cellIn('eu-west-3', 'EU', redacting('fr-FR'));
    const finding = findingOf('redaction-not-offered', paris);
    expect(finding?.found).toBe('redaction by Transcribe, which eu-west-3 does not offer');
    expect(finding?.fix).toContain('leave redactFinals out');
    expect(finding?.fix).toContain('eu-central-1');
  });

  it('is refused in a language that has not: unknown means no', () => {
    const finding = findingOf('redaction-not-offered', cellWith(redacting('sv-SE')));
    expect(finding?.found).toBe('"sv-SE", in which Transcribe does not redact');
  });

  it('is refused of another provider', () => {
    const cell = cellWith({ speechToText: { provider: 'deepgram', redactFinals: true } });
    expect(findingOf('redaction-not-offered', cell)?.found).toContain('deepgram');
  });
});

describe('the language model', () => {
  const withModel = (modelId: string) => cellWith({ languageModel: { provider: 'bedrock', modelId } });

  it('a profile that can leave the jurisdiction is refused, with where to', () => {
    const canadian = cellIn('ca-central-1', 'CA', {
      languageModel: { provider: 'bedrock', modelId: 'us.amazon.nova-2-lite-v1:0' },
    });
    expect(findingOf('profile-leaves-jurisdiction', canadian)?.found).toContain(
      'from ca-central-1 can send a call out of CA to us-east-1 (US), us-east-2 (US) or us-west-2 (US)',
    );
  });

  it('what a prefix does is known even for a model nobody saw behind it', () => {
    const london = cellIn('eu-west-2', 'UK', {
      languageModel: { provider: 'bedrock', modelId: 'eu.amazon.nova-lite-v1:0' },
    });
    expect(findingOf('profile-leaves-jurisdiction', london)?.found).toContain('out of UK to eu-central-1 (EU)');
  });

  it('a prefix nobody ever saw from here is taken to leave', () => {
    expect(findingOf('profile-leaves-jurisdiction', withModel('apac.amazon.nova-lite-v1:0'))?.found).toContain(
      'not on record',
    );
  });

  it('a profile that stays in the country still leaves the region', () => {
    const finding = findingOf('profile-leaves-region', withModel('us.amazon.nova-lite-v1:0'));
    expect(finding?.found).toContain('can answer in us-east-2 or us-west-2');
    expect(finding?.fix).toContain('amazon.nova-lite-v1:0');
  });

  it('an ARN of a profile is read like its id; any other ARN hides what it is', () => {
    const profileArn = 'arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.amazon.nova-lite-v1:0';
    expect(rulesOf(withModel(profileArn))).toEqual(['profile-leaves-region']);
    const applicationArn = 'arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/a1b2';
    expect(rulesOf(withModel(applicationArn))).toEqual(['model-behind-arn']);
  });

  it.each([
    ['amazon.nova-lte-v1:0', 'model-unknown', 'amazon.nova-lite-v1:0'],
    ['anthropic.claude-3-haiku-20240307-v1:0', 'model-retired', 'Retired'],
    ['amazon.nova-2-sonic-v1:0', 'model-not-conversational', 'ConverseStream'],
    ['anthropic.claude-haiku-4-5-20251001-v1:0', 'model-not-in-region', '"global." (31 regions)'],
    ['anthropic.claude-sonnet-5', 'model-not-in-region', 'profiles'],
    ['meta.llama3-8b-instruct-v1:0', 'model-without-tools', 'tools'],
  ])('%s → %s', (modelId, rule, said) => {
    const finding = findingOf(rule, withModel(modelId));
    expect(finding?.found).toContain(said);
    expect(finding?.fix).toContain('choose amazon.nova-micro-v1:0');
  });

  it('names where to go when nothing converses here', () => {
    const zurich = cellIn('eu-central-2', 'CH');
    expect(findingOf('model-not-in-region', zurich)?.fix).toContain('on a named transferBasis');
  });
});

describe('text to speech', () => {
  it('the engine has to be in the region; another one here is the first way out', () => {
    const irish = cellIn('eu-west-1', 'EU', {
      languageModel: { provider: 'bedrock', modelId: 'qwen.qwen3-32b-v1:0' },
      textToSpeech: { provider: 'polly', engine: 'generative', voice: 'Niamh' },
    });
    expect(findingOf('polly-engine-missing', irish)?.fix).toBe(
      'choose the engine neural, or move the cell to eu-central-1 (Frankfurt, EU, 1090 km)',
    );
  });

  it('the voice has to be in that engine there', () => {
    const cell = cellIn('eu-west-2', 'UK', {
      textToSpeech: { provider: 'polly', engine: 'generative', voice: 'Matthew' },
    });
    const finding = findingOf('polly-voice-missing', cell);
    expect(finding?.found).toBe('Matthew, which the generative engine in eu-west-2 does not have');
    expect(finding?.fix).toContain('choose Joanna');
    expect(finding?.fix).toContain('set the engine to neural');
  });

  it('a mistyped voice is answered with the nearest names', () => {
    const cell = cellWith({ textToSpeech: { provider: 'polly', voice: 'Joana' } });
    expect(findingOf('polly-voice-missing', cell)?.fix).toContain('write Joanna');
  });

  it('the voice has to speak what the recognizer listens for', () => {
    const cell = euCell({ textToSpeech: { provider: 'polly', engine: 'neural', voice: 'Vicki' } });
    const finding = findingOf('voice-language', cell);
    expect(finding?.found).toBe('Vicki speaks de-DE while the recognizer listens for en-US');
    expect(finding?.fix).toContain('set speechToText.language to de-DE');
  });

  it.each([
    ['zh-CN', 'Zhiyu'],
    ['no-NO', 'Ida'],
    ['de-DE', 'Hannah'],
    ['hi-IN', 'Kajal'],
  ])('%s is spoken by %s, whatever the spelling and the accent', (language, voice) => {
    const cell = euCell({
      speechToText: { provider: 'transcribe', language },
      textToSpeech: { provider: 'polly', engine: 'neural', voice },
    });
    expect(rulesOf(cell)).toEqual([]);
  });
});

describe('third-party providers', () => {
  it('are allowed where they have a pinned host', () => {
    const cell = euCell({
      speechToText: { provider: 'deepgram' },
      languageModel: { provider: 'openai', modelId: 'gpt-4.1-mini' },
      textToSpeech: { provider: 'azure-speech', voice: 'de-DE-KatjaNeural' },
    });
    expect(rulesOf(cell)).toEqual([]);
  });

  it('are refused where only a host that answers from anywhere is left', () => {
    const finding = findingOf('provider-not-pinned', cellWith({ speechToText: { provider: 'deepgram' } }));
    expect(finding?.found).toContain('api.deepgram.com answers from anywhere');
    expect(finding?.fix).toContain('set speechToText.provider to transcribe');
  });

  it('are refused where pinned hosts exist by contract only', () => {
    const finding = findingOf('provider-not-pinned', cellWith({ textToSpeech: { provider: 'cartesia', voice: 'x' } }));
    expect(finding?.allowed).toContain('enterprise contract');
  });
});

describe('channels', () => {
  it('Connect where Connect does not exist', () => {
    const paris = cellIn('eu-west-3', 'EU', { channels: { connect: { instanceAlias: 'acme' } } });
    expect(rulesOf(paris)).toEqual(expect.arrayContaining(['connect-missing', 'lex-missing']));
    expect(findingOf('connect-missing', paris)?.fix).toContain('eu-central-1');
  });

  it('Lex V2 alone does not make Connect: Ireland', () => {
    const irish = cellIn('eu-west-1', 'EU', { channels: { connect: { instanceAlias: 'acme' } } });
    expect(findingOf('lex-missing', irish)).toBeUndefined();
    expect(findingOf('connect-missing', irish)).toBeDefined();
  });

  it('Twilio has to process the call in the jurisdiction', () => {
    const finding = findingOf('twilio-region', euCell({ channels: { twilio: { region: 'us1', edge: 'frankfurt' } } }));
    expect(finding?.fix).toBe('set the region to ie1');
  });

  it('so does its edge; one that roams is pinned nowhere', () => {
    const abroad = euCell({ channels: { twilio: { region: 'ie1', edge: 'ashburn' } } });
    expect(findingOf('twilio-edge', abroad)?.fix).toBe('set the edge to dublin or frankfurt');
    const roaming = euCell({ channels: { twilio: { region: 'ie1', edge: 'roaming' } } });
    expect(findingOf('twilio-edge', roaming)?.found).toContain('"roaming"');
  });

  it('where Twilio processes no calls, the way out is Connect or a named basis', () => {
    const canadian = cellIn('ca-central-1', 'CA', { channels: { twilio: { region: 'us1', edge: 'ashburn' } } });
    expect(findingOf('twilio-region', canadian)?.fix).toContain('Amazon Connect, which is in the region');
    expect(findingOf('twilio-region', canadian)?.fix).toContain('transferBasis.CA');
  });
});

describe('machines', () => {
  it('an instance class the region lacks is answered with those of the same size', () => {
    const calgary = cellIn('ca-west-1', 'CA', { capacity: { databaseClass: 'db.m7g.large' } });
    expect(findingOf('instance-class-missing', calgary)?.fix).toContain(
      'choose db.m6g.large, db.m8g.large or db.r7g.large',
    );
  });

  it('a class of the other service is not a class', () => {
    const cell = cellWith({ capacity: { databaseClass: 'cache.m7g.large' } });
    expect(findingOf('instance-class-missing', cell)?.path).toBe('capacity.databaseClass');
  });

  it('a region without a foundation service is refused', () => {
    const facts = structuredClone(knownFacts);
    facts.services.regions.rds = ['us-west-2'];
    const finding = validateCell(cellWith(), facts).find(({ rule }) => rule === 'service-missing');
    expect(finding?.fix).toContain('us-west-2');
  });

  it.each([
    [1024, 2048, true],
    [1024, 1024, false],
    [1024, 8192, true],
    [1024, 9216, false],
    [256, 1024, true],
    [256, 1536, false],
    [8192, 16_384, true],
    [8192, 18_432, false],
  ] as const)('Fargate: %i CPU units with %i MiB, granted %s', (taskCpu, taskMemoryMiB, granted) => {
    const rules = rulesOf(cellWith({ capacity: { taskCpu, taskMemoryMiB } }));
    expect(rules).toEqual(granted ? [] : ['task-size']);
  });

  it.each([
    [256, 1536],
    [1024, 1],
    [2048, 999_999],
    [8192, 18_432],
  ] as const)('the memory proposed for %i CPU units and %i MiB is granted', (taskCpu, taskMemoryMiB) => {
    const fix = findingOf('task-size', cellWith({ capacity: { taskCpu, taskMemoryMiB } }))?.fix ?? '';
    const proposed = Number(/\d+$/.exec(fix)?.[0]);
    expect(rulesOf(cellWith({ capacity: { taskCpu, taskMemoryMiB: proposed } }))).toEqual([]);
  });

  it('fewer tasks at most than at least', () => {
    expect(rulesOf(cellWith({ capacity: { minTasks: 5, maxTasks: 4 } }))).toEqual(['task-range']);
  });
});

describe('the drain contract', () => {
  it.each([
    [{ heartbeatMs: 120_000 }, 'drain.heartbeatMs', 'cut between two pings'],
    [{ deregistrationDelayMs: 60_000, continuation: false }, 'drain.longestCallMs', 'cut the longest calls'],
    [{ protectionRenewalMs: 300_000 }, 'drain.protectionRenewalMs', 'end the protection'],
  ])('%o', (drain, path, consequence) => {
    const [finding, ...more] = validateCell(cellWith({ drain }));
    expect(more).toEqual([]);
    expect(finding?.path).toBe(path);
    expect(finding?.fix).toContain(consequence);
  });
});
