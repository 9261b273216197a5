import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from './run.ts';

const root = mkdtempSync(join(tmpdir(), 'voicecell-check-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
});

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** A directory with this manifest. */
function holding(manifest: unknown): string {
  file('manifest.json', manifest);
  return folder;
}

const queue = (name: string) => ({
  Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: name } } },
});

/** What `cdk synth` would write for a stack in each region, with this template. */
function assembly(
  stacks: Record<string, { region: string; template: unknown; assets?: unknown }>,
  missing?: unknown,
): string {
  const artifacts = Object.entries(stacks).flatMap(([id, { region, template, assets }]) => {
    file(`${id}.template.json`, template);
    if (assets !== undefined) file(`${id}.assets.json`, assets);
    return [
      [`${id}.assets`, { type: 'cdk:asset-manifest', properties: { file: `${id}.assets.json` } }],
      [
        id,
        {
          type: 'aws:cloudformation:stack',
          environment: `aws://unknown-account/${region}`,
          properties: { templateFile: `${id}.template.json` },
          dependencies: assets === undefined ? [] : [`${id}.assets`],
        },
      ],
    ];
  });
  file('manifest.json', { version: '55.0.0', artifacts: Object.fromEntries(artifacts), missing });
  return folder;
}

describe('voicecell check', () => {
  it('says what it looked at when nothing leaves the region', async () => {
    const { exitCode, out, err } = await run('check', file('stack.json', queue('calls')), '--region', 'eu-central-1');
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      /✓ {2}\S+stack\.json {2}eu-central-1 {2}1 resource, 2 values, 0 of them known only when deployed/,
    );
    expect(out).toContain('Nothing found that leaves its region.');
    expect(err).toBe('');
  });

  it('names the place, the value and the fix of what does, in YAML too', async () => {
    const stack = file(
      'stack.yaml',
      'Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    Properties:\n      Name: !Sub "calls-us-west-2"\n',
    );
    const { exitCode, out, err } = await run('check', stack, '--region', 'eu-central-1');
    expect(exitCode).toBe(1);
    expect(out).toContain('1 finding');
    expect(out).toMatch(/1 {2}Queue {2}\(region-token\)/);
    expect(out).toMatch(/property +Properties\.Name/);
    expect(out).toMatch(/found +"us-west-2" names the region us-west-2/);
    expect(out).toMatch(/fix +write eu-central-1/);
    expect(err).toBe('');
  });

  it('counts by rule first when there are more findings than a glance takes in', async () => {
    const leaks = (number: number) => ({
      Resources: Object.fromEntries(
        Array.from({ length: number }, (_, index) => [`Queue${index}`, queue('calls-us-west-2').Resources.Queue]),
      ),
    });
    const few = await run('check', file('few.json', leaks(20)), '--region', 'eu-central-1');
    expect(few.out).toMatch(/20 findings\n\n +1 {2}Queue0 {2}\(region-token\)/);
    const many = await run('check', file('many.json', leaks(21)), '--region', 'eu-central-1');
    expect(many.out).toMatch(/21 findings\n\n +21 {2}region-token\n\n +1 {2}Queue0 {2}\(region-token\)/);
  });

  it('gives the same as JSON', async () => {
    const { exitCode, out } = await run(
      'check',
      file('s.json', queue('calls-us-west-2')),
      '--region',
      'eu-central-1',
      '--json',
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      checked: [{ region: 'eu-central-1', resources: 1 }],
      findings: [{ rule: 'region-token', logicalId: 'Queue', property: 'Properties.QueueName', value: 'us-west-2' }],
      unreadable: [],
    });
  });

  it('wants to know where a template belongs, and takes no guess', async () => {
    const { exitCode, err } = await run('check', file('stack.json', queue('calls')));
    expect(exitCode).toBe(2);
    expect(err).toMatch(/stack\.json: nothing says which region this template belongs to; name it with --region/);
    const unknown = await run('check', file('stack.json', queue('calls')), '--region', 'eu-centrl-1');
    expect(unknown.exitCode).toBe(2);
    expect(unknown.err).toContain('did you mean eu-central-1');
  });

  it('checks each stack of a directory against its own region', async () => {
    const directory = assembly({
      One: { region: 'us-east-1', template: queue('calls-us-east-1') },
      Two: { region: 'eu-central-1', template: queue('calls-us-east-1') },
    });
    const { exitCode, out } = await run('check', directory);
    expect(exitCode).toBe(1);
    expect(out).toMatch(/✓ {2}\S+One\.template\.json/);
    expect(out).toMatch(/✗ {2}\S+Two\.template\.json/);
    const chosen = await run('check', directory, '--region', 'us-east-1');
    expect(chosen.exitCode).toBe(0);
    expect(chosen.out).not.toContain('Two');
  });

  it('reads the region of a template off the manifest beside it', async () => {
    const directory = assembly({ One: { region: 'us-east-1', template: queue('calls-us-west-2') } });
    const { exitCode, out } = await run('check', join(directory, 'One.template.json'));
    expect(exitCode).toBe(1);
    expect(out).toContain('names the region us-west-2');
  });

  it('takes ./cdk.out when nothing is named', async () => {
    const before = process.cwd();
    mkdirSync(join(folder, 'cdk.out'));
    process.chdir(folder);
    folder = join(folder, 'cdk.out');
    try {
      assembly({ One: { region: 'us-east-1', template: queue('calls') } });
      expect((await run('check')).out).toContain('cdk.out/One.template.json');
    } finally {
      process.chdir(before);
    }
  });

  it('looks at destinations of assets, and at what would be asked of an account', async () => {
    const assets = {
      files: { abc: { displayName: 'Code', destinations: { d: { region: 'us-west-2', bucketName: 'b' } } } },
    };
    const missing = [{ key: 'vpc-provider:account=1', provider: 'vpc-provider' }];
    const directory = assembly({ One: { region: 'us-east-1', template: queue('calls'), assets } }, missing);
    const { findings } = JSON.parse((await run('check', directory, '--json')).out);
    expect(findings).toMatchObject([
      { rule: 'assembly', property: 'missing[0].key' },
      { rule: 'assembly', logicalId: 'abc Code', property: 'destinations.d.region', value: 'us-west-2' },
    ]);
  });

  it('refuses a stack that could go anywhere', async () => {
    const directory = assembly({ One: { region: 'unknown-region', template: queue('calls') } });
    const { exitCode, out } = await run('check', directory);
    expect(exitCode).toBe(1);
    expect(out).toContain('is a stack without a region: it could be deployed anywhere');
  });

  it('follows nested templates beside the template, and nowhere else', async () => {
    const nested = (url: string) => ({
      Resources: { Inner: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: url } } },
    });
    file('inner.json', queue('calls-us-west-2'));
    const inside = await run('check', file('outer.json', nested('./inner.json')), '--region', 'us-east-1', '--json');
    expect(JSON.parse(inside.out).findings).toMatchObject([
      { rule: 'region-token', templatePath: join(folder, 'inner.json') },
    ]);

    writeFileSync(join(root, 'secret.json'), JSON.stringify(queue('secret-us-west-2')));
    symlinkSync(join(root, 'secret.json'), join(folder, 'link.json'));
    for (const url of [
      '../secret.json',
      join(root, 'secret.json'),
      './link.json',
      './gone.json',
      'https://s3.us-east-1.amazonaws.com/b/t.json',
    ]) {
      const outside = await run('check', file('outer.json', nested(url)), '--region', 'us-east-1', '--json');
      expect(JSON.parse(outside.out).findings).toMatchObject([{ rule: 'unseen-template' }]);
      expect(outside.out).not.toContain('secret-us-west-2');
    }
  });

  it('goes in no circle when nested templates do', async () => {
    const self = {
      Resources: { Again: { Type: 'AWS::CloudFormation::Stack', Properties: { TemplateURL: './self.json' } } },
    };
    expect((await run('check', file('self.json', self), '--region', 'us-east-1')).exitCode).toBe(0);
  });

  it('says where a template is broken, and still checks the others', async () => {
    const broken = file('broken.json', '{\n  "Resources": {,}\n}');
    const leaking = file('leaking.json', queue('calls-us-west-2'));
    const { exitCode, out, err } = await run(
      'check',
      broken,
      leaking,
      join(folder, 'gone.yaml'),
      '--region',
      'us-east-1',
    );
    expect(exitCode).toBe(2);
    expect(out).toContain('names the region us-west-2');
    expect(err).toMatch(/broken\.json: line 2, column 17: .*expected CloudFormation JSON or YAML/);
    expect(err).toMatch(/gone\.yaml: no such file, expected a template or a directory that cdk synth wrote/);
    expect(err).not.toContain('    at ');
  });

  it.each([
    ['no manifest', () => folder, /manifest\.json: no such file; expected a part of a cloud assembly/],
    ['a manifest that is none', () => holding('root:x:0:0'), /manifest\.json: this is not JSON/],
    ['a manifest without stacks', () => holding({}), /found no stack, expected one/],
    [
      'a manifest that leads outside',
      () => {
        const artifacts = {
          One: {
            type: 'aws:cloudformation:stack',
            environment: 'aws://1/us-east-1',
            properties: { templateFile: '../../etc/passwd' },
          },
        };
        return holding({ artifacts });
      },
      /found a reference to "\.\.\/\.\.\/etc\/passwd", expected a path inside it/,
    ],
    [
      'a stage that is its own stage',
      () => holding({ artifacts: { S: { type: 'cdk:cloud-assembly', properties: { directoryName: '.' } } } }),
      /found a reference to "\.", expected a path inside it/,
    ],
  ])('refuses a directory with %s', async (_, make, message) => {
    const { exitCode, out, err } = await run('check', make());
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
    expect(out).toBe('');
  });

  it('does not wait on a pipe', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const { exitCode, err } = await run('check', pipe, '--region', 'us-east-1');
    expect(exitCode).toBe(2);
    expect(err).toContain('this is not a file, expected a template');
  });

  it('paints over no terminal', async () => {
    const { out } = await run(
      'check',
      file('s.json', queue('us-west-2\u001b[2J\u202e https://x.example.net')),
      '--region',
      'us-east-1',
    );
    expect(out).not.toContain('\u001b');
    expect(out).not.toContain('\u202e');
  });

  it('takes exemptions from a file, and reports those that nothing needs', async () => {
    const in30Days = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    const exemption = {
      rule: 'region-token',
      resource: 'Queue',
      reason: 'named so long before the move, and empty',
      expires: in30Days,
    };
    const exemptions = file('exemptions.json', [exemption]);
    const leaking = file('leaking.json', queue('calls-us-west-2'));
    const clean = file('clean.json', queue('calls'));
    const check = (template: string) => run('check', template, '--region', 'us-east-1', '--exemptions', exemptions);
    expect((await check(leaking)).exitCode).toBe(0);
    const unused = await check(clean);
    expect(unused.exitCode).toBe(1);
    expect(unused.out).toContain('is exempted from region-token, but nothing needs it');
  });

  it.each([
    ['is not JSON', 'rule: arn', /this is not JSON, expected a list of exemptions/],
    ['is no list', '{}', /the exemptions cannot be read/],
    [
      'has no reasons',
      '[{"rule":"arn","resource":"*","reason":"so","expires":"2027-01-01"}]',
      /exemption 0\.reason: expected a reason/,
    ],
  ])('refuses a file of exemptions that %s', async (_, content, message) => {
    const { exitCode, err } = await run(
      'check',
      file('s.json', queue('c')),
      '--region',
      'us-east-1',
      '--exemptions',
      file('e.json', content),
    );
    expect(exitCode).toBe(2);
    expect(err).toMatch(message);
  });

  it('lets a host be named that it is told of', async () => {
    const stack = file('s.json', queue('https://hooks.example.net/in'));
    expect((await run('check', stack, '--region', 'us-east-1')).exitCode).toBe(1);
    expect((await run('check', stack, '--region', 'us-east-1', '--host', 'hooks.example.net')).exitCode).toBe(0);
  });
});
