import { describe, expect, it } from 'vitest';
import { checkTemplate } from '../../../lib/locality/check.ts';
import { parseTemplate } from '../../../lib/locality/parse.ts';

describe('a template in YAML', () => {
  it('means the same in short form and in long', () => {
    const short = `
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      Name: !Sub "calls-\${AWS::Region}"
      Key: !GetAtt Key.Arn
      Choice: !If [Big, !Ref A, !Join ["-", [a, !Select [0, !GetAZs ""]]]]
      Found: !FindInMap [Map, a, b]
      Import: !ImportValue shared
      Code: !Base64 echo
`;
    expect(parseTemplate(short)).toEqual({
      Resources: {
        Queue: {
          Type: 'AWS::SQS::Queue',
          Properties: {
            Name: { 'Fn::Sub': `calls-\${AWS::Region}` },
            Key: { 'Fn::GetAtt': 'Key.Arn' },
            Choice: {
              'Fn::If': [
                'Big',
                { Ref: 'A' },
                { 'Fn::Join': ['-', ['a', { 'Fn::Select': ['0', { 'Fn::GetAZs': '' }] }]] },
              ],
            },
            Found: { 'Fn::FindInMap': ['Map', 'a', 'b'] },
            Import: { 'Fn::ImportValue': 'shared' },
            Code: { 'Fn::Base64': 'echo' },
          },
        },
      },
    });
  });

  it('keeps dates and account numbers as they were written', () => {
    const { Resources } = parseTemplate('Resources: {Version: 2012-10-17, Account: 012345678901, Time: 1:30}');
    expect(Resources).toEqual({ Version: '2012-10-17', Account: '012345678901', Time: '1:30' });
  });

  it('reads yes as CloudFormation does', () => {
    const template = 'Resources: {Key: {Type: "AWS::KMS::Key", Properties: {MultiRegion: yes}}}';
    expect(checkTemplate(template, { home: 'us-east-1' })).toMatchObject([{ rule: 'replication', logicalId: 'Key' }]);
  });

  it('may name a region in a comment', () => {
    const template = `
# copied from us-west-2
Resources:
  Queue: # eu-west-1 has one too
    Type: AWS::SQS::Queue
`;
    expect(checkTemplate(template, { home: 'us-east-1' })).toEqual([]);
  });

  it('hides nothing behind an anchor or a merge', () => {
    const template = `
Base: &base
  Type: AWS::SQS::Queue
  Properties: {QueueName: calls-us-west-2}
Resources:
  One: *base
  Two:
    <<: *base
    DeletionPolicy: Retain
`;
    const findings = checkTemplate(template, { home: 'us-east-1' });
    expect(findings.map(({ logicalId }) => logicalId)).toEqual(['One', 'Two']);
  });
});

const nines = (name: string, inner: string) => `${name}: &${name} [${Array(9).fill(inner).join(',')}]\n`;

describe('a template that cannot be read', () => {
  it.each([
    ['broken JSON', '{\n  "Resources": {,}\n}', /^line 2, column 17: .*expected CloudFormation JSON or YAML$/],
    ['broken YAML', 'Resources:\n  A: [1, 2\nOutputs: {}', /^line 3, column 1: /],
    ['a key given twice', 'Resources:\n  A: 1\n  A: 2', /^line 2, column 3: the key A occurs twice/],
    ['an alias of nothing', 'Resources: *nowhere', /^line 1, column 12: nothing before this is anchored as &nowhere/],
    ['nothing', '', /found an empty document, expected an object with a Resources section/],
    ['a list', '[1]', /found a list/],
    ['prose', 'I am no template', /found a string/],
    ['a million open brackets', '['.repeat(1_000_000), /nested more than 100 levels deep/],
    ['deep JSON', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`, /nested more than 100 levels deep/],
    ['deep YAML', '- '.repeat(5_000), /nested more than 100 levels deep/],
    [
      'deep lines',
      Array.from({ length: 400 }, (_, index) => `${' '.repeat(index)}a:`).join('\n'),
      /nested more than 100/,
    ],
    ['an anchor in itself', 'Resources: &a [*a]', /nested more than 100 levels deep/],
    [
      'a billion laughs',
      `a: &a [${Array(9).fill('ha').join(',')}]\n${nines('b', '*a')}${nines('c', '*b')}${nines('d', '*c')}${nines('e', '*d')}${nines('f', '*e')}${nines('g', '*f')}`,
      /more than 500000 values once its aliases are followed/,
    ],
    ['a huge file', `Resources: ${'x'.repeat(2_000_000)}`, /has 2000011 characters, expected at most 1048576/],
  ])('is refused: %s', (_, text, message) => {
    expect(() => parseTemplate(text)).toThrow(message);
  });

  it('is refused as an object, when it contains itself', () => {
    const template: { Resources: Record<string, unknown> } = { Resources: {} };
    template.Resources.Again = template;
    expect(() => checkTemplate(template, { home: 'us-east-1' })).toThrow('nested more than 100 levels deep');
  });
});

describe('a template whose keys are prototypes', () => {
  it('is read like any other', () => {
    const template =
      '{"Resources":{"__proto__":{"Type":"AWS::SQS::Queue","Properties":{"constructor":"calls-us-west-2"}}}}';
    expect(checkTemplate(template, { home: 'us-east-1' })).toMatchObject([
      { logicalId: '__proto__', value: 'us-west-2' },
    ]);
    const yaml = 'Resources:\n  __proto__: {Type: "AWS::SQS::Queue", Properties: {QueueName: calls-us-west-2}}';
    expect(checkTemplate(yaml, { home: 'us-east-1' })).toMatchObject([{ logicalId: '__proto__' }]);
    expect(({} as Record<string, unknown>).Type).toBeUndefined();
  });

  it('finds nothing in the prototype of a mapping', () => {
    const template = {
      Mappings: {},
      Resources: {
        A: { Type: 'AWS::SQS::Queue', Properties: { QueueName: { 'Fn::FindInMap': ['constructor', 'name', 'x'] } } },
      },
    };
    expect(checkTemplate(template, { home: 'us-east-1' })).toEqual([]);
  });
});

describe('a template that is full to the brim', () => {
  it.each([
    '203.0.113.7 ',
    'us-west-2 ',
    'https://collector.example.net ',
    'arn:aws:sqs:us-west-2:1:q ',
    '%2D',
    'aA0+',
  ])('with %s is read to its end, and a leak is told once', (text) => {
    const Host = `${text.repeat(Math.floor(900_000 / text.length))} eu-west-3`;
    const template = { Resources: { A: { Type: 'AWS::SQS::Queue', Properties: { Host } } } };
    const problems = checkTemplate(template, { home: 'us-east-1' }).map(({ problem }) => problem);
    expect(problems).toContain('names the region eu-west-3');
    expect(new Set(problems).size).toBe(problems.length);
  });
});
